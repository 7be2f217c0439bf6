#pragma once

#include "nubox/core/error.hpp"
#include "nubox/stats/statistic.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace nubox::stats {

/// A statistic that failed; the others are measured.
struct Failure {
  std::string statistic;
  Error error;
};

/// Removes outdated groups from the table of an earlier run: all if inputs or code version differ,
/// else those of statistics with another settings checksum. Rank-local.
void drop_stale(io::TableFile& table, std::span<const Statistic> statistics,
                const std::string& inputs_digest);

/// Runs every statistic whose group is missing in `table`, in order, and adds the groups. `save` is
/// called with the table after each but the last. Statistics that fail are named in the root
/// attribute `failed_statistics` and returned. Collective.
[[nodiscard]] std::vector<Failure> measure_all(
    SharedMeshes& shared, std::span<const Statistic> statistics, io::TableFile& table,
    const std::function<void(const io::TableFile&)>& save);

/// Peak memory of one rank, bytes, beyond what the process holds before reading: the maximum over
/// reading, painting and all statistics. `vectors` counts the vector fields of a box (2 with
/// velocities). Rank-local.
[[nodiscard]] double predicted_bytes(const Sizes& sizes, std::size_t vectors,
                                     std::span<const Statistic> statistics);

/// Bytes of an n^3 mesh on the rank with the largest slab. Rank-local.
[[nodiscard]] double mesh_bytes(std::size_t n, int ranks);

/// Root attributes: box, cosmology, masses, origins. `target` may be null. Rank-local.
[[nodiscard]] io::Attributes describe_run(const io::FieldHeader& model,
                                          const io::FieldHeader* target,
                                          const std::string& inputs_digest);

/// Throws the error of the failure with the highest exit code; its text names all failures. Returns
/// if there is none.
void raise(std::span<const Failure> failures, const std::string& file);

}  // namespace nubox::stats
