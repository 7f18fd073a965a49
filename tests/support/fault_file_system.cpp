#include "support/fault_file_system.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace holdfast::testing {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kSectorBytes = 512;
constexpr std::size_t kVersionsKept = 4;
constexpr std::uint64_t kDefaultCapacity = 1ULL << 40;

using Page = std::array<std::byte, kPageBytes>;
using PagePtr = std::shared_ptr<const Page>;  // null: zeros
using Random = std::mt19937_64;

struct Node;
using NodePtr = std::shared_ptr<Node>;
using Entries = std::map<std::string, NodePtr, std::less<>>;

struct Node {
  bool directory = false;
  bool locked = false;
  std::uint32_t links = 1;
  Entries entries;
  Entries synced_entries;

  std::vector<PagePtr> pages;
  std::uint64_t size = 0;
  std::vector<PagePtr> synced_pages;
  std::uint64_t synced_size = 0;
  std::map<std::size_t, std::vector<PagePtr>> versions;  // of each page since it was synced: any may be on the disk
  std::set<std::size_t> dirty;                           // what the next sync writes
  std::vector<std::uint64_t> sizes;
  std::uint64_t mark = 0;  // orders unsynced files
};

struct Effect {
  NodePtr directory;
  std::string name;
  NodePtr node;  // null: the name goes
};

// One change of names, atomic. `anchor` is the directory whose sync makes it durable.
struct NameChange {
  Node* anchor = nullptr;
  std::vector<Effect> effects;
};

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.push_back(part);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return parts;
}

std::size_t pages_of(std::uint64_t size) { return (size + kPageBytes - 1) / kPageBytes; }

PagePtr page_at(const std::vector<PagePtr>& pages, std::size_t index) { return index < pages.size() ? pages[index] : nullptr; }

void set_page(std::vector<PagePtr>& pages, std::size_t index, PagePtr page) {
  if (pages.size() <= index) pages.resize(index + 1);
  pages[index] = std::move(page);
}

Page copy_of(const PagePtr& page) { return page ? *page : Page{}; }

PagePtr keep(const Page& page) {
  if (std::all_of(page.begin(), page.end(), [](std::byte byte) { return byte == std::byte{0}; })) return nullptr;
  return std::make_shared<const Page>(page);
}

// Nothing of a file that shrank may show when it grows again.
void trim(std::vector<PagePtr>& pages, std::uint64_t size) {
  pages.resize(pages_of(size));
  const std::size_t tail = size % kPageBytes;
  if (tail == 0 || pages.empty() || !pages.back()) return;
  Page page = *pages.back();
  std::fill(page.begin() + static_cast<std::ptrdiff_t>(tail), page.end(), std::byte{0});
  pages.back() = keep(page);
}

void write_bytes(Node& node, std::uint64_t offset, ByteView bytes) {
  if (bytes.empty()) return;
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::size_t index = (offset + done) / kPageBytes;
    const std::size_t start = (offset + done) % kPageBytes;
    const std::size_t count = std::min(kPageBytes - start, bytes.size() - done);
    Page page = copy_of(page_at(node.pages, index));
    std::memcpy(page.data() + start, bytes.data() + done, count);
    const PagePtr kept = keep(page);
    set_page(node.pages, index, kept);
    auto& versions = node.versions[index];
    if (versions.size() == kVersionsKept) versions.erase(versions.begin());
    versions.push_back(kept);
    node.dirty.insert(index);
    done += count;
  }
  if (offset + bytes.size() > node.size) {
    node.size = offset + bytes.size();
    node.sizes.push_back(node.size);
  }
}

void sync_node(Node& node) {
  for (const std::size_t index : node.dirty) {
    set_page(node.synced_pages, index, page_at(node.pages, index));
    node.versions.erase(index);
  }
  node.dirty.clear();
  node.synced_size = node.size;
  node.sizes.clear();
}

bool has_unsynced(const Node& node) { return !node.versions.empty() || !node.sizes.empty(); }

std::size_t below(Random& random, std::size_t bound) { return static_cast<std::size_t>(random() % bound); }

PagePtr torn(const PagePtr& left, const PagePtr& right, Random& random) {
  Page page = copy_of(left);
  const Page other = copy_of(right);
  for (std::size_t sector = 0; sector < kPageBytes; sector += kSectorBytes) {
    if (below(random, 2) != 0) std::memcpy(page.data() + sector, other.data() + sector, kSectorBytes);
  }
  return keep(page);
}

PagePtr survivor(const PagePtr& synced, const std::vector<PagePtr>& versions, Random& random) {
  const auto any = [&] {
    const std::size_t pick = below(random, versions.size() + 1);
    return pick == 0 ? synced : versions[pick - 1];
  };
  const PagePtr first = any();
  return below(random, 4) == 0 ? torn(first, any(), random) : first;
}

// Of a file's unsynced state.
struct Keep {
  bool data = false;
  bool size = false;
};

void crash_node(Node& node, Survival survival, const Keep& keep, Random& random) {
  if (survival == Survival::synced || survival == Survival::only_one || survival == Survival::all_but_one) {
    if (!keep.data) node.pages = node.synced_pages;
    if (!keep.size) node.size = node.synced_size;
  } else if (survival == Survival::random) {
    std::vector<PagePtr> pages = node.synced_pages;
    for (const auto& [index, versions] : node.versions) {
      set_page(pages, index, survivor(page_at(node.synced_pages, index), versions, random));
    }
    const std::size_t pick = below(random, node.sizes.size() + 1);
    node.pages = std::move(pages);
    node.size = pick == 0 ? node.synced_size : node.sizes[pick - 1];
  }
  trim(node.pages, node.size);
  node.synced_pages = node.pages;
  node.synced_size = node.size;
  node.versions.clear();
  node.dirty.clear();
  node.sizes.clear();
}

void apply_synced(const NameChange& change) {
  for (const Effect& effect : change.effects) {
    if (effect.node) {
      effect.directory->synced_entries[effect.name] = effect.node;
    } else {
      effect.directory->synced_entries.erase(effect.name);
    }
  }
}

void count_links(const Node& directory, std::unordered_map<Node*, std::uint32_t>& links) {
  for (const auto& [name, node] : directory.entries) {
    if (++links[node.get()] == 1 && node->directory) count_links(*node, links);
  }
}

bool is_sync(Op op) { return op == Op::sync || op == Op::sync_data || op == Op::sync_directory || op == Op::sync_all; }

[[noreturn]] void bad_test(const std::string& what) {
  std::fprintf(stderr, "fault file system: %s\n", what.c_str());
  std::abort();
}

}  // namespace

struct FaultFileSystem::State {
  mutable std::mutex mutex;
  NodePtr root = std::make_shared<Node>();
  std::vector<NameChange> pending;
  std::unordered_map<Node*, NodePtr> unsynced;

  std::uint64_t steps = 0;
  std::vector<Step> log;
  bool log_kept = true;
  std::function<void(const Step&)> observer;

  std::uint64_t cut_after = std::numeric_limits<std::uint64_t>::max();
  bool cut = false;
  std::uint64_t generation = 0;
  std::size_t names_before_crash = 0;

  std::vector<Fault> faults;
  std::map<std::uint64_t, int> step_faults;
  std::vector<std::function<bool(const Step&)>> ignored;
  std::uint64_t marks = 0;

  bool links = true;
  bool clones = false;
  bool reliable = true;
  bool cached_reads = true;
  std::uint64_t capacity = 0;

  State() { root->directory = true; }

  struct Found {
    NodePtr parent;
    std::string name;
    NodePtr node;  // null: no such entry
    int error = 0;
  };

  Found find(const std::string& path) const {
    const auto parts = components(path);
    Found found{root, "", root, 0};
    for (const std::string_view part : parts) {
      if (!found.node) return {nullptr, "", nullptr, ENOENT};
      if (!found.node->directory) return {nullptr, "", nullptr, ENOTDIR};
      found.parent = found.node;
      found.name = part;
      const auto entry = found.parent->entries.find(part);
      found.node = entry == found.parent->entries.end() ? nullptr : entry->second;
    }
    return found;
  }

  Found find_existing(const std::string& path) const {
    Found found = find(path);
    if (found.error == 0 && !found.node) found.error = ENOENT;
    return found;
  }

  static bool matches(const std::string& wanted, const Step& step) {
    return step.path.find(wanted) != std::string::npos || (!step.to.empty() && step.to.find(wanted) != std::string::npos);
  }

  // What a test ordered for this call: the fault's errno, and for writes how much of it still happens.
  std::pair<int, std::size_t> fault_for(const Step& step, bool numbered) {
    if (numbered) {
      const auto found = step_faults.find(step.number);
      if (found != step_faults.end()) return {found->second, 0};
    }
    for (Fault& fault : faults) {
      if (fault.op ? *fault.op != step.op : !numbered) continue;
      if (fault.times == 0 || !matches(fault.path_contains, step)) continue;
      if (fault.skip > 0) {
        --fault.skip;
        continue;
      }
      --fault.times;
      return {fault.error, fault.partial_bytes};
    }
    return {0, 0};
  }

  bool is_ignored(const Step& step) const {
    return is_sync(step.op) && std::any_of(ignored.begin(), ignored.end(), [&](const auto& rule) { return rule(step); });
  }

  void change(NameChange names) {
    for (const Effect& effect : names.effects) {
      if (effect.node) {
        effect.directory->entries[effect.name] = effect.node;
      } else {
        effect.directory->entries.erase(effect.name);
      }
    }
    pending.push_back(std::move(names));
  }

  // Marks what must survive along with what is marked: earlier changes of the same names.
  void close_over(std::vector<bool>& marked) const {
    std::set<std::pair<Node*, std::string_view>> needed;
    for (std::size_t i = pending.size(); i-- > 0;) {
      const auto& effects = pending[i].effects;
      const auto touched = [&](const Effect& effect) { return needed.contains({effect.directory.get(), effect.name}); };
      if (!marked[i] && std::none_of(effects.begin(), effects.end(), touched)) continue;
      marked[i] = true;
      for (const Effect& effect : effects) needed.emplace(effect.directory.get(), effect.name);
    }
  }

  void make_durable(std::vector<bool> marked) {
    close_over(marked);
    std::vector<NameChange> rest;
    for (std::size_t i = 0; i < pending.size(); ++i) {
      if (marked[i]) {
        apply_synced(pending[i]);
      } else {
        rest.push_back(std::move(pending[i]));
      }
    }
    pending = std::move(rest);
  }

  void sync_names(const Node* directory) {
    std::vector<bool> marked(pending.size());
    for (std::size_t i = 0; i < pending.size(); ++i) marked[i] = directory == nullptr || pending[i].anchor == directory;
    make_durable(std::move(marked));
  }

  void sync_file(const NodePtr& node) {
    sync_node(*node);
    if (!has_unsynced(*node)) unsynced.erase(node.get());
  }

  void sync_everything() {
    sync_names(nullptr);
    std::vector<NodePtr> nodes;
    for (const auto& [key, node] : unsynced) nodes.push_back(node);
    for (const NodePtr& node : nodes) sync_file(node);
  }

  std::uint64_t used_bytes() const {
    std::unordered_set<const Node*> seen;
    return used_in(*root, seen);
  }

  static std::uint64_t used_in(const Node& directory, std::unordered_set<const Node*>& seen) {
    std::uint64_t total = 0;
    for (const auto& [name, node] : directory.entries) {
      if (!seen.insert(node.get()).second) continue;
      total += node->directory ? used_in(*node, seen) : pages_of(node->size) * kPageBytes;
    }
    return total;
  }

  bool fits(const Node& node, std::uint64_t new_size) const {
    if (capacity == 0 || new_size <= node.size) return true;
    return used_bytes() + (pages_of(new_size) - pages_of(node.size)) * kPageBytes <= capacity;
  }

  void mark_unsynced(const NodePtr& node) {
    if (unsynced.emplace(node.get(), node).second) node->mark = ++marks;
  }

  std::vector<Node*> unsynced_in_order() const {
    std::vector<Node*> nodes;
    for (const auto& [key, node] : unsynced) nodes.push_back(key);
    std::sort(nodes.begin(), nodes.end(), [](const Node* a, const Node* b) { return a->mark < b->mark; });
    return nodes;
  }

  std::size_t unsynced_things() const { return pending.size() + 2 * unsynced.size(); }

  // What only_one and all_but_one keep: names first, then each file's data and size.
  Keep kept_of(const Node* node, const std::vector<Node*>& order, const Crash& how) const {
    if (how.survival == Survival::synced) return {};
    const auto place = static_cast<std::uint64_t>(std::find(order.begin(), order.end(), node) - order.begin());
    const std::uint64_t data = names_before_crash + 2 * place;
    const bool one = how.survival == Survival::only_one;
    return {(how.seed == data) == one, (how.seed == data + 1) == one};
  }

  void crash(const Crash& how) {
    if (how.survival == Survival::process) return unlock(*root);
    Random random(how.seed);
    names_before_crash = pending.size();
    if (how.survival == Survival::only_one || how.survival == Survival::all_but_one) {
      std::vector<bool> marked(pending.size());
      for (std::size_t i = 0; i < pending.size(); ++i) marked[i] = (i == how.seed) == (how.survival == Survival::only_one);
      make_durable(std::move(marked));
    } else if (how.survival == Survival::everything) {
      sync_names(nullptr);
    } else if (how.survival == Survival::random) {
      const std::size_t odds = 1 + below(random, 9);
      std::vector<bool> marked(pending.size());
      for (std::size_t i = 0; i < pending.size(); ++i) marked[i] = below(random, 10) < odds;
      make_durable(std::move(marked));
    }
    pending.clear();
    restore_names(*root);
    // In the order of the tree, not of addresses: a seed must give the same survivors again.
    crash_files(*root, how, unsynced_in_order(), random);
    unsynced.clear();
    std::unordered_map<Node*, std::uint32_t> counted;
    count_links(*root, counted);
    for (const auto& [node, count] : counted) {
      node->links = node->directory ? 1 : count;
      node->locked = false;
    }
  }

  static void unlock(Node& directory) {
    for (const auto& [name, node] : directory.entries) {
      node->locked = false;
      if (node->directory) unlock(*node);
    }
  }

  static void restore_names(Node& directory) {
    directory.entries = directory.synced_entries;
    for (const auto& [name, node] : directory.entries) {
      if (node->directory) restore_names(*node);
    }
  }

  void crash_files(const Node& directory, const Crash& how, const std::vector<Node*>& order, Random& random) {
    for (const auto& [name, node] : directory.entries) {
      if (node->directory) {
        crash_files(*node, how, order, random);
      } else if (unsynced.erase(node.get()) != 0) {
        crash_node(*node, how.survival, kept_of(node.get(), order, how), random);
      }
    }
  }

  static std::uint64_t digest_of(const Node& directory, std::uint64_t digest) {
    const std::hash<std::string_view> hash;
    const auto add = [&](std::uint64_t value) { digest = (digest ^ value) * 0x100000001b3ULL + (digest >> 29U); };
    for (const auto& [name, node] : directory.entries) {
      add(hash(name));
      add(node->directory ? 1 : 2);
      if (node->directory) {
        digest = digest_of(*node, digest);
        add(3);
        continue;
      }
      add(node->size);
      for (std::size_t i = 0; i < node->pages.size(); ++i) {
        if (!node->pages[i]) continue;
        add(i);
        add(hash(as_text(ByteView(*node->pages[i]))));
      }
    }
    return digest;
  }

  NodePtr copy(const NodePtr& from, std::unordered_map<const Node*, NodePtr>& copies) const {
    const auto [place, fresh] = copies.try_emplace(from.get());
    if (!fresh) return place->second;
    const NodePtr node = std::make_shared<Node>(*from);
    place->second = node;
    for (auto& [name, child] : node->entries) child = copy(child, copies);
    for (auto& [name, child] : node->synced_entries) child = copy(child, copies);
    return node;
  }

  void copy_into(State& target) const {
    std::unordered_map<const Node*, NodePtr> copies;
    target.root = copy(root, copies);
    for (const NameChange& names : pending) {
      NameChange copied;
      for (const Effect& effect : names.effects) {
        copied.effects.push_back({copy(effect.directory, copies), effect.name, effect.node ? copy(effect.node, copies) : nullptr});
      }
      copied.anchor = copies.at(names.anchor).get();
      target.pending.push_back(std::move(copied));
    }
    for (const auto& [key, node] : unsynced) {
      const NodePtr copied = copy(node, copies);
      target.unsynced.emplace(copied.get(), copied);
    }
    target.links = links;
    target.clones = clones;
    target.reliable = reliable;
    target.cached_reads = cached_reads;
    target.capacity = capacity;
  }

  static Error error_of(int errno_value, const Step& step) { return error_from_errno(errno_value, describe(step)); }

  // Runs one numbered call. `act(partial)` does it under the lock and returns an errno; for a write that fails on order,
  // `partial` says how many bytes still get through. For an ignored sync it isn't called.
  template <class Act>
  Result<> step(Step step, std::optional<std::uint64_t> handle_generation, Act act) {
    {
      const std::lock_guard guard(mutex);
      if (cut || (handle_generation && *handle_generation != generation)) return error_of(EIO, step);
      step.number = ++steps;
      const auto [error, partial] = fault_for(step, true);
      if (error != 0) {
        step.error = error;
        act(Order{error, partial});
      } else if (!is_ignored(step)) {
        step.error = act(Order{});
      }
      if (log_kept) log.push_back(step);
      if (steps >= cut_after) cut = true;
    }
    if (observer) observer(step);
    if (step.error != 0) return error_of(step.error, step);
    return {};
  }

  struct Order {
    int error = 0;
    std::size_t partial_bytes = 0;
  };

  // Checks for a call that isn't numbered. Under the lock.
  int look(const Step& step, std::optional<std::uint64_t> handle_generation = std::nullopt) {
    if (cut || (handle_generation && *handle_generation != generation)) return EIO;
    return fault_for(step, false).first;
  }
};

class FaultFile final : public io::File {
 public:
  using State = FaultFileSystem::State;
  FaultFile(std::shared_ptr<State> state, NodePtr node, std::string path, bool writable, bool locks)
      : state_(std::move(state)),
        node_(std::move(node)),
        path_(std::move(path)),
        generation_(state_->generation),
        writable_(writable),
        locks_(locks) {}

  ~FaultFile() override {
    const std::lock_guard guard(state_->mutex);
    if (locks_ && generation_ == state_->generation) node_->locked = false;
  }
  FaultFile(const FaultFile&) = delete;
  FaultFile& operator=(const FaultFile&) = delete;

  Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) const override {
    const std::lock_guard guard(state_->mutex);
    const Step step{0, Op::read, path_, "", offset, out.size(), 0};
    if (const int error = state_->look(step, generation_); error != 0) return State::error_of(error, step);
    if (offset >= node_->size) return std::size_t{0};
    const std::size_t count = std::min<std::uint64_t>(out.size(), node_->size - offset);
    for (std::size_t done = 0; done < count;) {
      const std::size_t start = (offset + done) % kPageBytes;
      const std::size_t piece = std::min(kPageBytes - start, count - done);
      const PagePtr page = page_at(node_->pages, (offset + done) / kPageBytes);
      if (page) {
        std::memcpy(out.data() + done, page->data() + start, piece);
      } else {
        std::memset(out.data() + done, 0, piece);
      }
      done += piece;
    }
    return count;
  }

  Result<std::size_t> read_cached_at(std::uint64_t offset, ByteSpan out) const override {
    {
      const std::lock_guard guard(state_->mutex);
      if (!state_->cached_reads) return std::size_t{0};
    }
    return read_at(offset, out);
  }

  Result<> write_at(std::uint64_t offset, ByteView bytes) override {
    return state_->step({0, Op::write, path_, "", offset, bytes.size(), 0}, generation_, [&](State::Order order) {
      if (!writable_) return EBADF;
      if (order.error != 0) bytes = bytes.first(std::min(bytes.size(), order.partial_bytes));
      if (!state_->fits(*node_, offset + bytes.size())) return ENOSPC;
      write_bytes(*node_, offset, bytes);
      state_->mark_unsynced(node_);
      return 0;
    });
  }

  Result<> sync_data() override { return sync_as(Op::sync_data); }
  Result<> sync() override { return sync_as(Op::sync); }
  void start_writeback(std::uint64_t, std::uint64_t) override {}

  Result<> allocate(std::uint64_t length) override {
    return state_->step({0, Op::allocate, path_, "", 0, length, 0}, generation_, [&](State::Order order) {
      if (!writable_) return EBADF;
      if (order.error != 0) return 0;
      if (!state_->fits(*node_, length)) return ENOSPC;
      if (length > node_->size) {
        node_->size = length;
        node_->sizes.push_back(length);
        state_->mark_unsynced(node_);
      }
      return 0;
    });
  }

  Result<std::uint64_t> size_bytes() const override {
    const std::lock_guard guard(state_->mutex);
    const Step step{0, Op::stat, path_, "", 0, 0, 0};
    if (const int error = state_->look(step, generation_); error != 0) return State::error_of(error, step);
    return node_->size;
  }

  int descriptor() const noexcept override { return -1; }

 private:
  Result<> sync_as(Op op) {
    return state_->step({0, op, path_, "", 0, 0, 0}, generation_, [&](State::Order order) {
      if (order.error != 0) {
        node_->dirty.clear();
      } else {
        state_->sync_file(node_);
      }
      return 0;
    });
  }

  std::shared_ptr<State> state_;
  NodePtr node_;
  std::string path_;
  std::uint64_t generation_;
  bool writable_;
  bool locks_;
};

std::string_view op_name(Op op) noexcept {
  static constexpr std::array<std::string_view, 18> kNames = {
      "create",           "write",  "allocate", "sync_data", "sync",   "make_directory",
      "remove_directory", "rename", "link",     "clone",     "remove", "sync_directory",
      "sync_all",         "open",   "read",     "stat",      "list",   "space"};
  return kNames.at(static_cast<std::size_t>(op));
}

std::string describe(const Step& step) {
  std::string text = "step " + std::to_string(step.number) + ": ";
  text.append(op_name(step.op)).append(" ").append(step.path);
  if (!step.to.empty()) text.append(" to ").append(step.to);
  if (step.length != 0) text.append(" [").append(std::to_string(step.offset)).append(", +").append(std::to_string(step.length)).append(")");
  if (step.error != 0) text.append(" failed: ").append(std::strerror(step.error));
  return text;
}

FaultFileSystem::FaultFileSystem() : state_(std::make_shared<State>()) {}
FaultFileSystem::~FaultFileSystem() = default;

std::uint64_t FaultFileSystem::steps() const {
  const std::lock_guard guard(state_->mutex);
  return state_->steps;
}

std::vector<Step> FaultFileSystem::log() const {
  const std::lock_guard guard(state_->mutex);
  return state_->log;
}

void FaultFileSystem::keep_log(bool keep_it) {
  const std::lock_guard guard(state_->mutex);
  state_->log_kept = keep_it;
}

void FaultFileSystem::on_step(std::function<void(const Step&)> observer) { state_->observer = std::move(observer); }

void FaultFileSystem::cut_power_after(std::uint64_t step) {
  const std::lock_guard guard(state_->mutex);
  state_->cut_after = step;
  if (state_->steps >= step) state_->cut = true;
}

bool FaultFileSystem::power_is_cut() const {
  const std::lock_guard guard(state_->mutex);
  return state_->cut;
}

void FaultFileSystem::reboot(const Crash& crash) {
  const std::lock_guard guard(state_->mutex);
  state_->crash(crash);
  state_->cut = false;
  state_->cut_after = std::numeric_limits<std::uint64_t>::max();
  state_->faults.clear();
  state_->step_faults.clear();
  state_->ignored.clear();
  ++state_->generation;
}

std::unique_ptr<FaultFileSystem> FaultFileSystem::image(const Crash& crash) const {
  auto result = std::make_unique<FaultFileSystem>();
  const std::lock_guard guard(state_->mutex);
  state_->copy_into(*result->state_);
  result->state_->crash(crash);
  return result;
}

std::size_t FaultFileSystem::unsynced_things() const {
  const std::lock_guard guard(state_->mutex);
  return state_->unsynced_things();
}

std::uint64_t FaultFileSystem::digest() const {
  const std::lock_guard guard(state_->mutex);
  return State::digest_of(*state_->root, 0);
}

void FaultFileSystem::fail(Fault fault) {
  const std::lock_guard guard(state_->mutex);
  state_->faults.push_back(std::move(fault));
}

void FaultFileSystem::fail_step(std::uint64_t number, int error) {
  const std::lock_guard guard(state_->mutex);
  state_->step_faults[number] = error;
}

void FaultFileSystem::clear_faults() {
  const std::lock_guard guard(state_->mutex);
  state_->faults.clear();
  state_->step_faults.clear();
}

void FaultFileSystem::ignore(Op sync, std::string path_contains) {
  if (!is_sync(sync)) bad_test("only a sync can be ignored");
  ignore([sync, part = std::move(path_contains)](const Step& step) { return step.op == sync && State::matches(part, step); });
}

void FaultFileSystem::ignore(std::function<bool(const Step&)> syncs) {
  const std::lock_guard guard(state_->mutex);
  state_->ignored.push_back(std::move(syncs));
}

void FaultFileSystem::set_links(bool supported) {
  const std::lock_guard guard(state_->mutex);
  state_->links = supported;
}
void FaultFileSystem::set_clones(bool supported) {
  const std::lock_guard guard(state_->mutex);
  state_->clones = supported;
}
void FaultFileSystem::set_sync_all_reliable(bool reliable) {
  const std::lock_guard guard(state_->mutex);
  state_->reliable = reliable;
}
void FaultFileSystem::set_cached_reads(bool cached) {
  const std::lock_guard guard(state_->mutex);
  state_->cached_reads = cached;
}
void FaultFileSystem::set_capacity(std::uint64_t bytes) {
  const std::lock_guard guard(state_->mutex);
  state_->capacity = bytes;
}

void FaultFileSystem::put(const std::string& path, std::string_view content) {
  const std::lock_guard guard(state_->mutex);
  NodePtr directory = state_->root;
  auto parts = components(path);
  if (parts.empty()) bad_test("put needs a name");
  const std::string name(parts.back());
  parts.pop_back();
  for (const std::string_view part : parts) {
    NodePtr& entry = directory->entries[std::string(part)];
    if (!entry) {
      entry = std::make_shared<Node>();
      entry->directory = true;
    }
    directory->synced_entries[std::string(part)] = entry;
    directory = entry;
  }
  const NodePtr node = std::make_shared<Node>();
  write_bytes(*node, 0, as_bytes(content));
  sync_node(*node);
  directory->entries[name] = node;
  directory->synced_entries[name] = node;
}

std::string FaultFileSystem::content(const std::string& path) const {
  const std::lock_guard guard(state_->mutex);
  const auto found = state_->find_existing(path);
  if (!found.node || found.node->directory) bad_test("no file " + path);
  std::string text;
  text.reserve(found.node->size);
  for (std::uint64_t offset = 0; offset < found.node->size; offset += kPageBytes) {
    const Page page = copy_of(page_at(found.node->pages, offset / kPageBytes));
    const std::size_t count = std::min<std::uint64_t>(kPageBytes, found.node->size - offset);
    text.append(as_text(ByteView(page).first(count)));
  }
  return text;
}

bool FaultFileSystem::exists(const std::string& path) const {
  const std::lock_guard guard(state_->mutex);
  return state_->find(path).node != nullptr;
}

std::vector<std::string> FaultFileSystem::tree() const {
  const std::lock_guard guard(state_->mutex);
  std::vector<std::string> paths;
  std::vector<std::pair<std::string, NodePtr>> open{{"/", state_->root}};
  while (!open.empty()) {
    const auto [prefix, directory] = std::move(open.back());
    open.pop_back();
    for (const auto& [name, node] : directory->entries) {
      paths.push_back(prefix + name + (node->directory ? "/" : ""));
      if (node->directory) open.emplace_back(paths.back(), node);
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void FaultFileSystem::flip(const std::string& path, std::uint64_t offset, std::uint8_t mask) {
  const std::lock_guard guard(state_->mutex);
  const auto found = state_->find_existing(path);
  if (!found.node || offset >= found.node->size) bad_test("nothing to flip at " + path + " " + std::to_string(offset));
  for (std::vector<PagePtr>* pages : {&found.node->pages, &found.node->synced_pages}) {
    Page page = copy_of(page_at(*pages, offset / kPageBytes));
    page.at(offset % kPageBytes) ^= std::byte{mask};
    set_page(*pages, offset / kPageBytes, keep(page));
  }
}

Result<std::unique_ptr<io::File>> FaultFileSystem::open(const std::string& path, io::OpenMode mode) {
  const bool writable = mode != io::OpenMode::read;
  if (mode != io::OpenMode::create) {
    const std::lock_guard guard(state_->mutex);
    const Step step{0, Op::open, path, "", 0, 0, 0};
    if (const int error = state_->look(step); error != 0) return State::error_of(error, step);
    const auto found = state_->find_existing(path);
    if (found.error != 0) return State::error_of(found.error, step);
    if (found.node->directory) return State::error_of(EISDIR, step);
    return std::make_unique<FaultFile>(state_, found.node, path, writable, false);
  }
  std::unique_ptr<io::File> file;
  HOLDFAST_TRY_VOID(state_->step({0, Op::create, path, "", 0, 0, 0}, std::nullopt, [&](State::Order order) {
    if (order.error != 0) return 0;
    const auto found = state_->find(path);
    if (found.error != 0) return found.error;
    if (found.node) return EEXIST;
    const NodePtr node = std::make_shared<Node>();
    state_->change({found.parent.get(), {{found.parent, found.name, node}}});
    file = std::make_unique<FaultFile>(state_, node, path, writable, false);
    return 0;
  }));
  return file;
}

Result<> FaultFileSystem::make_directory(const std::string& path) {
  return state_->step({0, Op::make_directory, path, "", 0, 0, 0}, std::nullopt, [&](State::Order order) {
    if (order.error != 0) return 0;
    const auto found = state_->find(path);
    if (found.error != 0) return found.error;
    if (found.node) return found.node->directory ? 0 : ENOTDIR;
    const NodePtr node = std::make_shared<Node>();
    node->directory = true;
    state_->change({found.parent.get(), {{found.parent, found.name, node}}});
    return 0;
  });
}

Result<> FaultFileSystem::remove_directory(const std::string& path) {
  return state_->step({0, Op::remove_directory, path, "", 0, 0, 0}, std::nullopt, [&](State::Order order) {
    if (order.error != 0) return 0;
    const auto found = state_->find_existing(path);
    if (found.error != 0) return found.error;
    if (!found.node->directory) return ENOTDIR;
    if (!found.parent) return EBUSY;
    if (!found.node->entries.empty()) return ENOTEMPTY;
    state_->change({found.parent.get(), {{found.parent, found.name, nullptr}}});
    return 0;
  });
}

Result<> FaultFileSystem::rename(const std::string& from, const std::string& to) {
  return state_->step({0, Op::rename, from, to, 0, 0, 0}, std::nullopt, [&](State::Order order) {
    if (order.error != 0) return 0;
    const auto source = state_->find_existing(from);
    if (source.error != 0) return source.error;
    const auto target = state_->find(to);
    if (target.error != 0) return target.error;
    if (!source.parent || !target.parent) return EBUSY;
    if (source.node == target.node) return 0;
    if (target.node && target.node->directory != source.node->directory) return target.node->directory ? EISDIR : ENOTDIR;
    if (target.node && !target.node->entries.empty()) return ENOTEMPTY;
    if (target.node) --target.node->links;
    state_->change({target.parent.get(), {{source.parent, source.name, nullptr}, {target.parent, target.name, source.node}}});
    return 0;
  });
}

Result<> FaultFileSystem::link(const std::string& from, const std::string& to) {
  return state_->step({0, Op::link, from, to, 0, 0, 0}, std::nullopt, [&](State::Order order) {
    if (order.error != 0) return 0;
    const auto source = state_->find_existing(from);
    if (source.error != 0) return source.error;
    const auto target = state_->find(to);
    if (target.error != 0) return target.error;
    if (target.node) return EEXIST;
    if (source.node->directory || !state_->links) return EPERM;
    ++source.node->links;
    state_->change({target.parent.get(), {{target.parent, target.name, source.node}}});
    return 0;
  });
}

Result<> FaultFileSystem::clone(const std::string& from, const std::string& to) {
  return state_->step({0, Op::clone, from, to, 0, 0, 0}, std::nullopt, [&](State::Order order) {
    if (order.error != 0) return 0;
    const auto source = state_->find_existing(from);
    if (source.error != 0) return source.error;
    const auto target = state_->find(to);
    if (target.error != 0) return target.error;
    if (target.node) return EEXIST;
    if (source.node->directory) return EISDIR;
    if (!state_->clones) return EOPNOTSUPP;
    const NodePtr node = std::make_shared<Node>();
    if (!state_->fits(*node, source.node->size)) return ENOSPC;
    node->pages = source.node->pages;
    node->size = source.node->size;
    node->sizes.push_back(node->size);
    for (std::size_t i = 0; i < node->pages.size(); ++i) {
      node->versions[i].push_back(node->pages[i]);
      node->dirty.insert(i);
    }
    state_->mark_unsynced(node);
    state_->change({target.parent.get(), {{target.parent, target.name, node}}});
    return 0;
  });
}

Result<> FaultFileSystem::remove(const std::string& path) {
  return state_->step({0, Op::remove, path, "", 0, 0, 0}, std::nullopt, [&](State::Order order) {
    if (order.error != 0) return 0;
    const auto found = state_->find_existing(path);
    if (found.error != 0) return found.error;
    if (found.node->directory) return EISDIR;
    --found.node->links;
    state_->change({found.parent.get(), {{found.parent, found.name, nullptr}}});
    return 0;
  });
}

Result<io::FileStat> FaultFileSystem::stat(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  const Step step{0, Op::stat, path, "", 0, 0, 0};
  if (const int error = state_->look(step); error != 0) return State::error_of(error, step);
  const auto found = state_->find_existing(path);
  if (found.error != 0) return State::error_of(found.error, step);
  return io::FileStat{found.node->size, found.node->directory, found.node->links};
}

Result<std::vector<io::DirectoryEntry>> FaultFileSystem::list(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  const Step step{0, Op::list, path, "", 0, 0, 0};
  if (const int error = state_->look(step); error != 0) return State::error_of(error, step);
  const auto found = state_->find_existing(path);
  if (found.error != 0) return State::error_of(found.error, step);
  if (!found.node->directory) return State::error_of(ENOTDIR, step);
  std::vector<io::DirectoryEntry> entries;
  for (const auto& [name, node] : found.node->entries) entries.push_back({name, node->directory});
  return entries;
}

Result<> FaultFileSystem::sync_directory(const std::string& path) {
  return state_->step({0, Op::sync_directory, path, "", 0, 0, 0}, std::nullopt, [&](State::Order order) {
    if (order.error != 0) return 0;
    const auto found = state_->find_existing(path);
    if (found.error != 0) return found.error;
    if (!found.node->directory) return ENOTDIR;
    state_->sync_names(found.node.get());
    return 0;
  });
}

Result<> FaultFileSystem::sync_all(const std::string& path_inside) {
  return state_->step({0, Op::sync_all, path_inside, "", 0, 0, 0}, std::nullopt, [&](State::Order order) {
    if (order.error != 0) {
      for (const auto& [key, node] : state_->unsynced) node->dirty.clear();
      return 0;
    }
    const auto found = state_->find_existing(path_inside);
    if (found.error != 0) return found.error;
    state_->sync_everything();
    return 0;
  });
}

bool FaultFileSystem::sync_all_reliable(const std::string& path_inside) {
  const std::lock_guard guard(state_->mutex);
  return state_->reliable && !state_->cut && state_->find(path_inside).node != nullptr;
}

Result<io::Space> FaultFileSystem::space(const std::string& path) {
  const std::lock_guard guard(state_->mutex);
  const Step step{0, Op::space, path, "", 0, 0, 0};
  if (const int error = state_->look(step); error != 0) return State::error_of(error, step);
  const auto found = state_->find_existing(path);
  if (found.error != 0) return State::error_of(found.error, step);
  io::Space space;
  space.total_bytes = state_->capacity == 0 ? kDefaultCapacity : state_->capacity;
  const std::uint64_t used = state_->capacity == 0 ? 0 : state_->used_bytes();
  space.free_bytes = space.total_bytes - std::min(space.total_bytes, used);
  return space;
}

Result<std::unique_ptr<io::File>> FaultFileSystem::lock(const std::string& path) {
  if (!exists(path)) HOLDFAST_TRY_VOID(open(path, io::OpenMode::create));
  const std::lock_guard guard(state_->mutex);
  const Step step{0, Op::open, path, "", 0, 0, 0};
  if (const int error = state_->look(step); error != 0) return State::error_of(error, step);
  const auto found = state_->find_existing(path);
  if (found.error != 0) return State::error_of(found.error, step);
  if (found.node->locked) return State::error_of(EWOULDBLOCK, step);
  found.node->locked = true;
  return std::make_unique<FaultFile>(state_, found.node, path, true, true);
}

}  // namespace holdfast::testing
