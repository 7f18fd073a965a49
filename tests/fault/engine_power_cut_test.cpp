// The power is cut after every step of a workload that makes every kind of change. What wasn't synced is lost, or comes
// through in any order. On what is left the engine starts: every acknowledged change is there and whole, the one under way
// has happened whole or not at all, nothing is left behind, and `holdfast check` finds nothing wrong.
// Why the cuts are made here: docs/adr/0005-power-cuts-at-the-io-seam.md. HOLDFAST_FAULT_SEEDS=100 makes a longer run.
#include "fault/power_cut.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <ostream>

namespace holdfast::testing {
namespace {

int random_orders() {
  const char* const text = std::getenv("HOLDFAST_FAULT_SEEDS");
  return text == nullptr ? 1 : std::atoi(text);
}

void expect_nothing_lost(PowerCut::Plan plan) {
  plan.random_orders = random_orders();
  PowerCut power(std::move(plan));
  power.run();
  EXPECT_FALSE(power.violation()) << *power.violation();
  EXPECT_GT(power.steps(), 200U);
  EXPECT_GT(power.cuts(), 3 * power.steps());
  std::cout << "  " << power.steps() << " steps, " << power.cuts() << " cuts, " << power.starts() << " different starts\n";
}

TEST(EnginePowerCut, AnyStepAnyOrder_withSyncfs) { expect_nothing_lost({}); }
TEST(EnginePowerCut, AnyStepAnyOrder_withoutSyncfs) { expect_nothing_lost({.syncfs = false}); }
TEST(EnginePowerCut, AnyStep_withoutLinks) { expect_nothing_lost({.links = false, .orders = false}); }

// Every kind of sync that the engine makes, switched off in turn: a test that stays green without it proves nothing.
struct Mutation {
  bool syncfs = true;
  const char* sync = "";
  const char* redundant = "";  // why leaving it out loses nothing; empty: it must be noticed
};
void PrintTo(const Mutation& mutation, std::ostream* out) { *out << mutation.sync; }

const std::vector<Mutation>& mutations() {
  static const std::vector<Mutation> table = {
      {true, "sync_data journal/#.log", ""},
  };
  return table;
}

class PowerCutMutation : public ::testing::TestWithParam<Mutation> {};

TEST_P(PowerCutMutation, AMissingSyncIsNoticed) {
  const Mutation& mutation = GetParam();
  PowerCut power({.syncfs = mutation.syncfs, .orders = false, .ignored = mutation.sync});
  power.run();
  EXPECT_EQ(power.violation().has_value(), std::string(mutation.redundant).empty()) << power.violation().value_or("unnoticed");
}

INSTANTIATE_TEST_SUITE_P(Syncs, PowerCutMutation, ::testing::ValuesIn(mutations()));

TEST(PowerCutMutations, NameEverySyncOfTheSource) {
  for (const bool syncfs : {true, false}) {
    PowerCut power({.syncfs = syncfs, .orders = false});
    power.run();
    ASSERT_FALSE(power.violation()) << *power.violation();
    std::vector<std::string> named;
    for (const Mutation& mutation : mutations()) {
      if (mutation.syncfs == syncfs) named.emplace_back(mutation.sync);
    }
    for (const std::string& kind : power.syncs()) std::cout << "  " << kind << "\n";
    EXPECT_THAT(power.syncs(), ::testing::UnorderedElementsAreArray(named)) << (syncfs ? "with" : "without") << " syncfs";
  }
}

}  // namespace
}  // namespace holdfast::testing
