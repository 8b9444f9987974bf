#include "app/commands/descriptor_shares.hpp"

#include <gtest/gtest.h>

namespace callboard::app {

namespace {

TEST(DescriptorShares, LimitIsSharedOutAmongClientsAgentsAndPrograms) {
  struct share_case {
    std::size_t limit;
    std::size_t clients_wanted;
    std::size_t clients;
    std::size_t outbound;
  };
  for (const auto& one :
       {share_case{1'048'576, 10'000, 10'000, 1'038'448}, share_case{20'000, 10'000, 10'000, 9'872},
        share_case{1'024, 10'000, 768, 128}, share_case{1'024, 100, 100, 796},
        share_case{512, 10'000, 256, 128}, share_case{256, 10'000, 0, 128},
        share_case{100, 10'000, 0, 1}, share_case{0, 10'000, 0, 1}}) {
    SCOPED_TRACE(one.limit);

    const auto shares = share_descriptors(one.limit, one.clients_wanted);

    EXPECT_EQ(shares.clients, one.clients);
    EXPECT_EQ(shares.outbound, one.outbound);
  }
}

} // namespace

} // namespace callboard::app
