// The power is cut after every step of a workload that makes every kind of change. What wasn't synced is lost, or comes
// through in any order. On what is left the engine starts: every acknowledged change is there and whole, the one under way
// has happened whole or not at all, nothing is left behind, and `holdfast check` finds nothing wrong.
// Why the cuts are made here: docs/adr/0005-power-cuts-at-the-io-seam.md. HOLDFAST_FAULT_SEEDS=100 makes a
// longer run: with every order at every step, not a share of them.
#include "fault/power_cut.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <ostream>

namespace holdfast::testing {
namespace {

// 0: what a change must pass.
int seeds() {
  const char* const text = std::getenv("HOLDFAST_FAULT_SEEDS");
  return text == nullptr ? 0 : std::atoi(text);
}

void expect_nothing_lost(PowerCut::Plan plan) {
  if (seeds() > 0) plan.share = 1;
  plan.random_orders = std::max(1, seeds());
  PowerCut power(std::move(plan));
  power.run();
  EXPECT_FALSE(power.violation()) << *power.violation();
  EXPECT_GT(power.steps(), 200U);
  EXPECT_GE(power.cuts(), power.steps());
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
      {true, "sync_data journal/#.log.new", ""},
      {true, "sync journal/#.log.new", ""},
      {true, "sync_directory journal", ""},
      {true, "sync format.json.new", ""},
      {true, "sync_directory .", ""},
      {true, "sync_directory ..", ""},
      {true, "sync_directory ../..", ""},
      {true, "sync_data staging/#", ""},
      {true, "sync staging/#", ""},  // of copies that can't be links
      {true, "sync_directory staging", ""},
      {true, "sync_all .", ""},
      {true, "sync feed/#.json.new", ""},
      {true, "sync_directory feed", ""},
      {true, "sync_directory buckets", "the syncfs behind the batch makes new directories durable as well"},
      {true, "sync_directory buckets/#", "the syncfs behind the batch makes new directories durable as well"},
      {false, "sync_data journal/#.log.new", ""},
      {false, "sync journal/#.log.new", ""},
      {false, "sync_directory journal", ""},
      {false, "sync format.json.new", ""},
      {false, "sync_directory .", ""},
      {false, "sync_directory ..", ""},
      {false, "sync_directory ../..", ""},
      {false, "sync_data staging/#", ""},
      {false, "sync staging/#", ""},  // of copies that can't be links
      {false, "sync_directory staging", ""},
      {false, "sync feed/#.json.new", ""},
      {false, "sync_directory feed", ""},
      {false, "sync buckets/#/#/#.data", ""},
      {false, "sync buckets/#/#/#.json", ""},
      {false, "sync staging/settle-#", ""},
      {false, "sync_directory buckets", ""},
      {false, "sync_directory buckets/#", ""},
      {false, "sync_directory buckets/#/#", ""},
      {false, "sync_directory documents", ""},
  };
  return table;
}

class PowerCutMutation : public ::testing::TestWithParam<Mutation> {};

TEST_P(PowerCutMutation, AMissingSyncIsNoticed) {
  const Mutation& mutation = GetParam();
  PowerCut power({.syncfs = mutation.syncfs, .links = true, .orders = false, .ignored = mutation.sync});
  power.run();
  EXPECT_EQ(power.violation().has_value(), std::string(mutation.redundant).empty()) << power.violation().value_or("unnoticed");
}

INSTANTIATE_TEST_SUITE_P(Syncs, PowerCutMutation, ::testing::ValuesIn(mutations()));

TEST(PowerCutMutations, NameEverySyncOfTheSource) {
  for (const bool syncfs : {true, false}) {
    PowerCut power({.syncfs = syncfs, .cuts = false});
    power.run();
    std::vector<std::string> named;
    for (const Mutation& mutation : mutations()) {
      if (mutation.syncfs == syncfs) named.emplace_back(mutation.sync);
    }
    EXPECT_THAT(power.syncs(), ::testing::UnorderedElementsAreArray(named)) << (syncfs ? "with" : "without") << " syncfs";
  }
}

}  // namespace
}  // namespace holdfast::testing
