#pragma once

#include "nubox/core/error.hpp"
#include "nubox/stats/statistic.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace nubox::stats {

/// A statistic that ended in an error; the others went on.
struct Failure {
  std::string statistic;
  Error error;
};

/// Drops from a table of an earlier run what cannot be kept: everything if its inputs or code
/// version differ, else the groups of all but the statistics with the same settings checksum.
/// Rank-local.
void drop_stale(io::TableFile& table, std::span<const Statistic> statistics,
                const std::string& inputs_digest);

/// Runs every statistic whose group `table` does not hold yet, in their order, and adds the groups.
/// After each that is followed by another, `save` is called with the table so far. Statistics that
/// fail are named in the root attribute `failed_statistics` and returned. Collective.
[[nodiscard]] std::vector<Failure> measure_all(
    SharedMeshes& shared, std::span<const Statistic> statistics, io::TableFile& table,
    const std::function<void(const io::TableFile&)>& save);

/// Most memory of one rank at a time, bytes, beyond what the process holds before it reads: the
/// largest of reading, painting and every statistic. `vectors` counts the vector fields of a box
/// (2 with velocities). Rank-local.
[[nodiscard]] double predicted_bytes(const Sizes& sizes, std::size_t vectors,
                                     std::span<const Statistic> statistics);

/// Bytes of an n^3 mesh on the rank with the largest slab. Rank-local.
[[nodiscard]] double mesh_bytes(std::size_t n, int ranks);

/// Root attributes: box, cosmology, masses, origins. `target` may be null. Rank-local.
[[nodiscard]] io::Attributes describe_run(const io::FieldHeader& model,
                                          const io::FieldHeader* target,
                                          const std::string& inputs_digest);

/// Throws the error of the failure with the highest exit code, its text naming all. Nothing if
/// there is none.
void raise(std::span<const Failure> failures, const std::string& file);

}  // namespace nubox::stats
