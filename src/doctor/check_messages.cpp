#include "nubox/core/fault.hpp"
#include "nubox/doctor/check.hpp"
#include "nubox/par/link.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace nubox::doctor {
namespace {

// Reached even by gigabit Ethernet; lower values indicate a wrong network or ranks that share a
// core.
constexpr double slow_latency_us = 200, slow_bandwidth_gbs = 0.1;

constexpr std::size_t small_pieces = 1000;  // elements per message, to test split transfers

/// Integers below 1021 that differ between ranks; their sums are exact in float.
double pattern(std::size_t i, int rank) {
  return static_cast<double>((i + 37 * static_cast<std::size_t>(rank)) % 1021);
}

double pattern_over_ranks(std::size_t i, int ranks, par::Reduction operation) {
  double result = pattern(i, 0);
  for (int r = 1; r < ranks; ++r) {
    const double x = pattern(i, r);
    if (operation == par::Reduction::sum) result += x;
    if (operation == par::Reduction::min) result = std::min(result, x);
    if (operation == par::Reduction::max) result = std::max(result, x);
  }
  return result;
}

template <class T>
std::uint64_t wrong_reduced(const par::Comm& comm, std::size_t count, par::Reduction operation) {
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(pattern(i, comm.rank()));
  comm.all_reduce(std::span<T>(values), operation);
  fault::corrupt("doctor.all_reduce", std::as_writable_bytes(std::span<T>(values)));
  std::uint64_t wrong = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool right = values[i] == static_cast<T>(pattern_over_ranks(i, comm.size(), operation));
    wrong += right ? 0 : 1;
  }
  return wrong;
}

Finding all_reduce(const par::Comm& world) {
  par::Comm pieces = world.duplicate();
  pieces.set_chunk_elements(small_pieces);
  std::uint64_t wrong = 0;
  for (const par::Comm* comm : std::array<const par::Comm*, 2>{&world, &pieces}) {
    for (const auto operation : {par::Reduction::sum, par::Reduction::min, par::Reduction::max}) {
      wrong += wrong_reduced<float>(*comm, 100003, operation);
      wrong += wrong_reduced<double>(*comm, 100003, operation);
      wrong += wrong_reduced<std::int64_t>(*comm, 10007, operation);
      wrong += wrong_reduced<std::uint64_t>(*comm, 1, operation);
    }
  }
  wrong += wrong_reduced<float>(world, std::size_t{1} << 22, par::Reduction::sum);
  const Extreme worst = largest(world, static_cast<double>(wrong));
  return at_most("all-reduce, wrong values", worst.value, "", 0, Verdict::fail,
                 worst.value > 0 ? worst.note : "");
}

/// Length of the block from one rank to another: none, few, many.
std::size_t block_length(int from, int to) {
  const int kind = (2 * from + to) % 3;
  return kind == 0 ? 0 : kind == 1 ? 7 : 50021;
}

std::uint64_t wrong_exchanged(const par::Comm& comm) {
  std::vector<std::size_t> counts;
  std::vector<double> send;
  for (int r = 0; r < comm.size(); ++r) {
    counts.push_back(block_length(comm.rank(), r));
    for (std::size_t i = 0; i < counts.back(); ++i) send.push_back(pattern(i, 3 * comm.rank() + r));
  }
  std::vector<double> received = comm.all_to_all(send, counts);
  fault::corrupt("doctor.all_to_all", std::as_writable_bytes(std::span(received)));
  std::uint64_t wrong = 0;
  std::size_t at = 0;
  for (int r = 0; r < comm.size(); ++r) {
    for (std::size_t i = 0; i < block_length(r, comm.rank()); ++i, ++at) {
      wrong += at < received.size() && received[at] == pattern(i, 3 * r + comm.rank()) ? 0 : 1;
    }
  }
  return wrong + (received.size() - std::min(at, received.size()));
}

Finding all_to_all(const par::Comm& world) {
  par::Comm pieces = world.duplicate();
  pieces.set_chunk_elements(small_pieces);
  const Extreme worst =
      largest(world, static_cast<double>(wrong_exchanged(world) + wrong_exchanged(pieces)));
  return at_most("all-to-all of unequal blocks, wrong values", worst.value, "", 0, Verdict::fail,
                 worst.value > 0 ? worst.note : "");
}

/// Pairs that exchange messages at the same time: neighbours, and ranks at a distance of half the
/// job.
std::vector<int> partners(const par::Comm& world) {
  const int rank = world.rank(), half = world.size() / 2, neighbour = rank ^ 1;
  const int far = rank < half ? rank + half : rank - half;
  return {neighbour < world.size() ? neighbour : rank, rank < 2 * half ? far : rank};
}

std::vector<Finding> links(const par::Comm& world) {
  constexpr double large_bytes = 4 << 20;
  double latency_s = 0, rate = std::numeric_limits<double>::infinity();
  std::string slow, narrow;
  for (const int partner : partners(world)) {
    const std::string with = fmt::format("with rank {}", partner);
    const double small_s = par::message_seconds(world, partner, 8, 100);
    const double large_s =
        par::message_seconds(world, partner, static_cast<std::size_t>(large_bytes), 5);
    world.barrier();
    if (partner == world.rank()) continue;
    if (small_s > latency_s) {
      latency_s = small_s;
      slow = with;
    }
    if (large_bytes / large_s < rate) {
      rate = large_bytes / large_s;
      narrow = with;
    }
  }
  const Extreme slowest = largest(world, fault::corrupted("doctor.latency", latency_s), slow);
  const Extreme narrowest = smallest(world, fault::corrupted("doctor.bandwidth", rate), narrow);
  return {at_most("latency of the slowest pair", 1e6 * slowest.value, "us", slow_latency_us,
                  Verdict::warn, slowest.note),
          at_least("bandwidth of the slowest pair", 1e-9 * narrowest.value, "GB/s",
                   slow_bandwidth_gbs, Verdict::warn, narrowest.note)};
}

}  // namespace

std::vector<Finding> examine_messages(const par::Comm& world, const Options&) {
  std::vector<Finding> findings{all_reduce(world), all_to_all(world)};
  if (world.size() == 1) {
    findings.push_back(skipped("latency and bandwidth", "one rank has no partner"));
    return findings;
  }
  for (Finding& finding : links(world)) findings.push_back(std::move(finding));
  return findings;
}

}  // namespace nubox::doctor
