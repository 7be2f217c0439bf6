#pragma once

#include "nubox/core/run_cost.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/io/table_file.hpp"
#include "nubox/stats/statistic.hpp"
#include "nubox/stats/tracer_reader.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace nubox::stats {

inline constexpr const char* stats_format = "nubox-stats";

/// One box, or one box and its target, with the file of its statistics.
struct StatsPair {
  std::filesystem::path in, target, out;  ///< target may be empty

  [[nodiscard]] bool has_target() const { return !target.empty(); }
  /// File of the groups finished so far, from which an interrupted run continues.
  [[nodiscard]] std::filesystem::path partial() const { return out.string() + ".partial"; }
};

/// The pairs of a run: one, or those of an ensemble.
struct StatsPlan {
  std::vector<StatsPair> pairs;
  std::vector<std::filesystem::path> independent;  ///< ResidualOptions::independent
  std::filesystem::path out;                       ///< of the only pair, or of the ensemble
  gadget::ReaderOptions reader{};                  ///< for the boxes that are snapshots

  /// All files that are read, pair by pair.
  [[nodiscard]] std::vector<std::filesystem::path> inputs() const;
  [[nodiscard]] std::vector<std::filesystem::path> inputs_of(const StatsPair& pair) const;
  /// The files of the pairs, and that of the ensemble.
  [[nodiscard]] std::vector<io::PlannedFile> outputs() const;
};

/// Pairs the boxes with the targets (or none) in order. Several pairs are realisations of an
/// ensemble; their files are `<stem>-1.h5`, `<stem>-2.h5`, ... next to `<stem>.h5`. Rank-local.
/// @throws UsageError if the lists have different lengths
[[nodiscard]] StatsPlan plan_pairs(const std::vector<std::filesystem::path>& boxes,
                                   const std::vector<std::filesystem::path>& targets,
                                   const std::filesystem::path& out);

/// Text that identifies the contents of inputs, in order: "size:checksum size:checksum ...".
/// Rank-local.
[[nodiscard]] std::string digest_text(const io::InputDigests& digests,
                                      const std::vector<std::filesystem::path>& inputs);

/// Empty stats file.
[[nodiscard]] io::TableFile empty_stats_table();

/// The groups that an earlier run of the same statistics on the same inputs left in the partial or
/// the finished file of a pair; an empty table if there are none. A file that is not a stats file
/// is named in the log and replaced. Collective.
[[nodiscard]] io::TableFile earlier_table(const par::Comm& comm, const StatsPair& pair,
                                          std::span<const Statistic> statistics,
                                          const std::string& inputs_digest);

/// Whether the table has the groups of all statistics. Rank-local.
[[nodiscard]] bool has_all(const io::TableFile& table, std::span<const Statistic> statistics);

struct PairSummary {
  BoxSummary in;
  std::optional<BoxSummary> target;
};

/// Headers of a pair; parameters that the header of a snapshot lacks are taken from the other box.
/// Collective. @throws InputError, FileSystemError (agreed)
[[nodiscard]] PairSummary summarize_pair(const par::Comm& comm, const StatsPair& pair,
                                         const gadget::ReaderOptions& options = {});

/// Peak memory of a rank for the statistics of one pair, bytes, from the headers. `mesh_n` as in
/// StatsOptions. Collective. @throws InputError if the boxes differ; agreed
[[nodiscard]] std::uint64_t required_bytes(const par::Comm& comm, const StatsPair& pair,
                                           const PairSummary& summary, std::size_t mesh_n,
                                           std::span<const Statistic> statistics);

/// Cost of all pairs of a plan, after a check of their headers. Collective.
/// @throws InputError, FileSystemError (agreed)
[[nodiscard]] RunCost stats_cost(const par::Comm& comm, const StatsPlan& plan, std::size_t mesh_n,
                                 std::span<const Statistic> statistics);

}  // namespace nubox::stats
