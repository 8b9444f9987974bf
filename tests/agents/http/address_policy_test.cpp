#include "agents/http/address_policy.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace callboard::agents {

namespace {

struct network_case {
  const char* network;
  std::vector<const char*> inside;
  std::vector<const char*> outside;
};

TEST(IpNetwork, HoldsTheAddressesThatBeginWithItsBits) {
  const std::vector<network_case> cases{
    {"10.0.0.0/8", {"10.0.0.0", "10.255.255.255"}, {"9.255.255.255", "11.0.0.0", "::a00:0"}},
    {"192.168.128.0/17", {"192.168.128.1", "192.168.255.255"}, {"192.168.127.255"}},
    {"127.0.0.1", {"127.0.0.1"}, {"127.0.0.2", "127.0.0.0", "::1"}},
    {"0.0.0.0/0", {"0.0.0.0", "255.255.255.255", "::ffff:1.2.3.4"}, {"::1", "2001:db8::1"}},
    {"::/0", {"::1", "2001:db8::1"}, {"1.2.3.4"}},
    {"fe80::/10", {"fe80::1", "febf::1"}, {"fec0::1", "fe7f::1"}},
    {"2001:db8::1", {"2001:db8::1", "2001:DB8:0::1"}, {"2001:db8::2"}},
    {"::ffff:10.0.0.0/104", {"10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3"}, {"11.0.0.0"}},
  };
  for (const auto& one : cases) {
    const auto network = ip_network::parse(one.network);
    ASSERT_TRUE(network) << one.network;
    for (const auto* address : one.inside)
      EXPECT_TRUE(network->contains(*ip_address::parse(address)))
        << address << " in " << one.network;
    for (const auto* address : one.outside)
      EXPECT_FALSE(network->contains(*ip_address::parse(address)))
        << address << " in " << one.network;
  }
}

TEST(IpNetwork, WhatIsNoneIsNotRead) {
  for (const auto* text :
       {"", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/8x", "10.0.0.0/-1", "10.0.0.0/ 8",
        "10.0.0.1/8", "fe80::1/10", "10.0.0", "10.0.0.0.0", "010.0.0.1", "localhost",
        "example.com/8", "10.0.0.0/8/8", " 10.0.0.0", "fe80::1%eth0", "1"})
    EXPECT_FALSE(ip_network::parse(text)) << text;
}

TEST(IpAddress, IsReadFromTheSystemsForm) {
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  inet_pton(AF_INET6, "::ffff:169.254.169.254", &six.sin6_addr);
  sockaddr_in four{};
  four.sin_family = AF_INET;
  inet_pton(AF_INET, "169.254.169.254", &four.sin_addr);
  sockaddr other{};
  other.sa_family = AF_UNIX;

  const auto expected = ip_address::parse("169.254.169.254");
  EXPECT_EQ(ip_address::of(reinterpret_cast<const sockaddr&>(six)), expected);
  EXPECT_EQ(ip_address::of(reinterpret_cast<const sockaddr&>(four)), expected);
  EXPECT_EQ(ip_address::of(other), std::nullopt);
}

struct policy_case {
  const char* name;
  outbound_options options;
  std::vector<const char*> accepted;
  std::vector<const char*> refused;
};

TEST(AddressPolicy, DeniesThenAllowsThenKeepsToTheDefault) {
  const std::vector<policy_case> cases{
    {"default",
     {},
     {"127.0.0.1", "10.0.0.1", "93.184.216.34", "::1", "2001:db8::1", "169.253.255.255"},
     {"169.254.169.254", "169.254.0.1", "fe80::1", "fd00:ec2::254", "fd20:ce::254",
      "100.100.100.200", "168.63.129.16", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"}},
    {"allow", {{"10.0.0.0/8"}, {}}, {"10.1.2.3"}, {"127.0.0.1", "169.254.169.254", "::1"}},
    {"allow what is refused otherwise",
     {{"169.254.169.254"}, {}},
     {"169.254.169.254"},
     {"169.254.169.253", "10.0.0.1"}},
    {"deny", {{}, {"10.0.0.0/8"}}, {"127.0.0.1", "::1"}, {"10.1.2.3", "169.254.169.254"}},
    {"deny within allow", {{"10.0.0.0/8"}, {"10.9.0.0/16"}}, {"10.8.0.1"}, {"10.9.0.1", "9.9.9.9"}},
  };
  for (const auto& one : cases) {
    const auto policy = address_policy::make(one.options).value();
    for (const auto* address : one.accepted)
      EXPECT_TRUE(policy.accepts(*ip_address::parse(address))) << address << ", " << one.name;
    for (const auto* address : one.refused)
      EXPECT_FALSE(policy.accepts(*ip_address::parse(address))) << address << ", " << one.name;
  }
}

// With loopback denied, agents at http://0.0.0.0 and http://[::] reached it; so did what embeds it.
TEST(AddressPolicy, DeniedAddressIsRefusedInEveryForm) {
  const auto policy = address_policy::make({{}, {"127.0.0.0/8", "::1"}}).value();
  for (const auto* address : {"127.0.0.1",
                              "127.255.255.254",
                              "::1",
                              "0.0.0.0",
                              "::",
                              "::ffff:127.0.0.1",
                              "::ffff:0.0.0.0",
                              "::127.0.0.1",
                              "::ffff:0:127.0.0.1",
                              "::ffff:0:0.0.0.0",
                              "64:ff9b::127.0.0.1",
                              "64:ff9b::0.0.0.0",
                              "64:ff9b:1::127.0.0.1",
                              "64:ff9b:1:7f00:0:100::",
                              "64:ff9b:1:7f:0:1::",
                              "64:ff9b:1:0:7f:0:100:0",
                              "2002:7f00:1::1",
                              "2001:0:7f00:1::",
                              "2001:0:808:808:0:0:80ff:fffe",
                              "fe81::5efe:127.0.0.1",
                              "2001:db8::200:5efe:127.0.0.1"})
    EXPECT_FALSE(policy.accepts(*ip_address::parse(address))) << address;
  for (const auto* address : {"10.0.0.1", "0.0.0.1", "2001:db8::1", "::ffff:10.0.0.1", "::10.0.0.1",
                              "64:ff9b::10.0.0.1", "2002:a00:1::1", "2001:0:808:808:0:0:f5ff:fffe",
                              "2001:db8::5efe:10.0.0.1", "2001:db8::7f00:1", "2003:7f00:1::1"})
    EXPECT_TRUE(policy.accepts(*ip_address::parse(address))) << address;
}

TEST(AddressPolicy, MetadataServiceIsRefusedInEveryForm) {
  const std::vector<outbound_options> all{{},
                                          {{"0.0.0.0/2", "::/0"}, {}},
                                          {{"2002::/16", "2001::/32", "::/96"}, {}},
                                          {{}, {"10.0.0.0/8"}}};
  for (const auto& options : all) {
    const auto policy = address_policy::make(options).value();
    for (const auto* address :
         {"169.254.169.254", "::ffff:169.254.169.254", "::169.254.169.254",
          "::ffff:0:169.254.169.254", "64:ff9b:1::169.254.169.254", "64:ff9b:1:a9fe:a9:fe00::",
          "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::", "2001:0:808:808:0:0:5601:5601",
          "2001:db8::5efe:169.254.169.254", "2002:6464:64c8::1", "::168.63.129.16"})
      EXPECT_FALSE(policy.accepts(*ip_address::parse(address))) << address;
  }
}

TEST(AddressPolicy, AllowedAddressIsAcceptedByItsOtherNames) {
  const auto policy = address_policy::make({{"127.0.0.1", "::1", "169.254.169.254"}, {}}).value();
  for (const auto* address :
       {"127.0.0.1", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "::ffff:0.0.0.0",
        "64:ff9b::127.0.0.1", "169.254.169.254", "64:ff9b::169.254.169.254"})
    EXPECT_TRUE(policy.accepts(*ip_address::parse(address))) << address;
  // These reach the host itself by way of others only.
  for (const auto* address : {"::127.0.0.1", "2002:7f00:1::1", "2001:0:7f00:1::"})
    EXPECT_FALSE(policy.accepts(*ip_address::parse(address))) << address;
}

TEST(AddressPolicy, TranslatorsCanBeDeniedAlone) {
  const auto policy = address_policy::make({{}, {"64:ff9b::/96"}}).value();

  EXPECT_FALSE(policy.accepts(*ip_address::parse("64:ff9b::10.0.0.1")));
  EXPECT_TRUE(policy.accepts(*ip_address::parse("10.0.0.1")));
}

TEST(AddressPolicy, WhatIsNoNetworkIsNamed) {
  const auto made = address_policy::make({{"10.0.0.0/8"}, {"10.0.0.0/99"}});

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(),
            (error{errc::invalid_argument,
                   "deny: 10.0.0.0/99 must be an IP address or a network like 10.0.0.0/8"}));
}

} // namespace

} // namespace callboard::agents
