#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/error.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// Most faults of one request that are told: an answer must not be much longer than what it is about.
inline constexpr std::size_t field_faults_max = 100;

/// An error of the Agent Jobs API: a problem with one more member, `message`, which clients show.
response services_problem(int status, std::string_view code, std::string_view detail);

/// 403 `forbidden`: something is another organisation's than the key. The answer names the key's own: so
/// whoever has several keys sees which one was taken.
/// @param what is not the key's: "the job belongs to another organisation"
response refuse_organisation(std::string_view what, std::string_view own);

/// 400 `invalid_request` with all that is wrong, as far as `field_faults_max` allows. @pre there is
/// something
response refuse_fields(const std::vector<field_fault>& faults);

} // namespace callboard::http
