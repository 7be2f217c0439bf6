#include "nubox/stats/friends.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/par/agree.hpp"

#include "stats/friends_links.hpp"
#include "stats/friends_slabs.hpp"

#include <algorithm>

namespace nubox::stats {
namespace {

/// The first label of a set of this rank, a number that no other set of any rank has.
std::uint64_t label_of_set(int rank, std::uint32_t root) {
  return static_cast<std::uint64_t>(rank) << 32 | root;
}
int rank_of(std::uint64_t label) { return static_cast<int>(label >> 32); }

/// The sets of this rank that have copies of their particles on other ranks. All parts of a group
/// get one label, the smallest of those of its sets.
class SharedSets {
 public:
  SharedSets(const FriendsExchange& exchange, DisjointSets& sets, const par::Comm& comm)
      : exchange_(exchange), comm_(comm) {
    const auto roots_of = [&](std::span<const std::uint32_t> particles) {
      std::vector<std::uint32_t> roots;
      for (const std::uint32_t i : particles) roots.push_back(sets.root(i));
      return roots;
    };
    before_ = roots_of(exchange.shared_before());
    after_ = roots_of(exchange.shared_after());
    roots_ = before_;
    roots_.insert(roots_.end(), after_.begin(), after_.end());
    std::sort(roots_.begin(), roots_.end());
    roots_.erase(std::unique(roots_.begin(), roots_.end()), roots_.end());
    for (std::uint32_t& root : before_) root = static_cast<std::uint32_t>(index(root));
    for (std::uint32_t& root : after_) root = static_cast<std::uint32_t>(index(root));
    for (const std::uint32_t root : roots_) labels_.push_back(label_of_set(comm.rank(), root));
    while (spread_labels()) log::beat();
  }

  [[nodiscard]] std::span<const std::uint32_t> roots() const { return roots_; }
  /// By shared set: label of its group.
  [[nodiscard]] std::span<const std::uint64_t> labels() const { return labels_; }
  /// Index of the root of a shared set.
  [[nodiscard]] std::size_t index(std::uint32_t root) const {
    return static_cast<std::size_t>(std::lower_bound(roots_.begin(), roots_.end(), root) -
                                    roots_.begin());
  }

 private:
  /// Takes the smaller label wherever two ranks have the same particle. Collective.
  bool spread_labels() {
    bool changed = false;
    const auto take = [&](std::span<const std::uint32_t> sets,
                          const std::vector<std::uint64_t>& labels) {
      for (std::size_t i = 0; i < sets.size(); ++i) {
        if (labels[i] >= labels_[sets[i]]) continue;
        labels_[sets[i]] = labels[i];
        changed = true;
      }
    };
    take(before_, exchange_.send_after(labels_of(after_)));
    take(after_, exchange_.send_before(labels_of(before_)));
    return comm_.all_reduce(changed ? 1 : 0, par::Reduction::max) == 1;
  }
  [[nodiscard]] std::vector<std::uint64_t> labels_of(std::span<const std::uint32_t> sets) const {
    std::vector<std::uint64_t> labels;
    for (const std::uint32_t set : sets) labels.push_back(labels_[set]);
    return labels;
  }

  const FriendsExchange& exchange_;
  par::Comm comm_;
  std::vector<std::uint32_t> before_, after_;  ///< set of each shared particle
  std::vector<std::uint32_t> roots_;           ///< ascending
  std::vector<std::uint64_t> labels_;
};

/// A shared set as the rank of its label sees it.
struct Part {
  std::uint64_t label, particles;
};

/// Numbers the groups: `counts`, the particles of each set of this rank by root, become the numbers
/// of their groups. Returns the groups of all ranks. Collective.
std::size_t number_groups(const par::Comm& comm, const SharedSets& shared, std::uint64_t least,
                          std::vector<std::uint32_t>& counts) {
  // 1. The rank of a label adds up its parts. They are sent by ascending label, so by rank.
  std::vector<std::size_t> order(shared.roots().size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return shared.labels()[a] < shared.labels()[b]; });
  std::vector<Part> parts;
  std::vector<std::size_t> part_counts(static_cast<std::size_t>(comm.size()), 0), arrived_counts;
  for (const std::size_t set : order) {
    parts.push_back({shared.labels()[set], counts[shared.roots()[set]]});
    ++part_counts[static_cast<std::size_t>(rank_of(shared.labels()[set]))];
  }
  const auto arrived = comm.all_to_all(parts, part_counts, &arrived_counts);
  std::vector<std::uint64_t> totals(shared.roots().size(), 0);
  const auto set_of = [&](const Part& part) {
    return shared.index(static_cast<std::uint32_t>(part.label));
  };
  for (const Part& part : arrived) totals[set_of(part)] += part.particles;

  // 2. Groups with enough particles are numbered, first on this rank, then by rank.
  std::uint64_t groups = 0;
  std::size_t next_shared = 0;
  std::vector<std::uint64_t> numbers(totals.size(), Groups::none);
  for (std::uint32_t root = 0; root < counts.size(); ++root) {
    const bool is_shared =
        next_shared < shared.roots().size() && shared.roots()[next_shared] == root;
    if (is_shared) {
      if (totals[next_shared] >= least) numbers[next_shared] = groups++;
      ++next_shared;
    } else {
      counts[root] = counts[root] >= least && counts[root] > 0
                         ? static_cast<std::uint32_t>(groups++)
                         : Groups::none;
    }
  }
  const auto groups_of_ranks = comm.all_gather(groups);
  std::uint64_t first = 0, total = 0;
  for (std::size_t r = 0; r < groups_of_ranks.size(); ++r) {
    if (r < static_cast<std::size_t>(comm.rank())) first += groups_of_ranks[r];
    total += groups_of_ranks[r];
  }
  if (total >= Groups::none) {
    par::throw_agreed(comm, UsageError("{} groups are more than a catalogue holds", total));
  }
  for (std::uint32_t& number : counts) {
    if (number != Groups::none) number += static_cast<std::uint32_t>(first);
  }

  // 3. The numbers of the groups return to their parts.
  std::vector<std::uint64_t> answers;
  for (const Part& part : arrived) {
    const std::uint64_t number = numbers[set_of(part)];
    answers.push_back(number == Groups::none ? number : number + first);
  }
  const auto answered = comm.all_to_all(answers, arrived_counts);
  for (std::size_t i = 0; i < order.size(); ++i) {
    counts[shared.roots()[order[i]]] = static_cast<std::uint32_t>(answered[i]);
  }
  return total;
}

void require_length(const par::Comm& comm, double linking_length) {
  if (linking_length > 0 && linking_length < 0.5) return;
  par::throw_agreed(comm,
                    UsageError("a linking length of {} of the box is not between 0 and half the "
                               "box",
                               linking_length));
}

}  // namespace

Groups find_groups(const par::Comm& comm, double linking_length,
                   std::vector<field::ParticlePosition> positions, std::uint64_t least) {
  require_length(comm, linking_length);
  const auto total = comm.all_reduce(static_cast<std::uint64_t>(positions.size()));
  const FriendsGrid grid(linking_length, total);
  const FriendsSlabs slabs(comm, grid, positions);
  FriendsExchange exchange(slabs, grid, std::move(positions));
  log::beat();
  DisjointSets sets = link_friends(grid, exchange.particles());
  exchange.forget_positions();
  log::beat();
  const SharedSets shared(exchange, sets, comm);
  std::vector<std::uint32_t> numbers(exchange.particles().slots.size(), 0);
  for (std::uint32_t i = 0; i < exchange.own(); ++i) ++numbers[sets.root(i)];
  Groups groups;
  groups.count = number_groups(comm, shared, least, numbers);
  groups.group = exchange.return_values([&](std::uint32_t i) { return numbers[sets.root(i)]; });
  return groups;
}

}  // namespace nubox::stats
