#pragma once

#include <string>
#include <string_view>

namespace callboard::http {

/// Whether only this machine can reach a listener on an address: "localhost", 127.0.0.0/8, ::1.
bool is_loopback(std::string_view address);

/// Whether a text can be listened on: an IP address, or a name of the loopback address.
bool is_listen_address(std::string_view address);

/// Whether a `Host` header is well-formed: a name or an address, maybe with a port.
bool is_valid_host(std::string_view host) noexcept;

/// Whether a `Host` header, without its port, is an IP address or a name that always means this
/// machine. Only other names can be made to point somewhere else by whoever owns them.
bool is_fixed_host(std::string_view host);

/// A host, as `Host` headers and URLs have it, in the form in which two of them can be compared: lower
/// case, without a port, brackets and one dot at its end; an IPv6 address in its shortest form.
std::string normal_host(std::string_view host);

/// Whether a host in normal form means this machine, whoever owns names: "localhost" or a loopback
/// address.
bool is_local_host(std::string_view normal);

/// The host of a URL in normal form; empty for an empty URL.
std::string host_of_url(std::string_view url);

/// An origin in the form in which two of them can be compared: lower case, no default port, no
/// slash at the end. Takes a URL too and leaves its path out.
std::string normal_origin(std::string_view url);

} // namespace callboard::http
