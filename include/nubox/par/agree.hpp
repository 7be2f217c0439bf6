#pragma once

#include "nubox/core/error.hpp"
#include "nubox/par/collective_checks.hpp"
#include "nubox/par/comm.hpp"

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace nubox::par {

/// Settles the outcome of rank-local work: if any rank failed, all ranks throw the same error (that
/// of the lowest rank with the highest exit code), marked as agreed. Collective.
void agree_on(const Comm& comm, const std::optional<Error>& local_failure);

/// Throws an error whose cause is equal on all ranks (a reduced value, a broadcast decision, an
/// argument), so that all ranks throw it: marked as agreed, with `origin` as the rank on which it
/// arose. Collective. With collective checks (debug builds) the ranks compare their errors.
/// @throws InternalError on all ranks if the checks find errors that differ
[[noreturn]] void throw_agreed(const Comm& comm, const Error& error, int origin = 0);

/// The error of the exception being handled (an unknown one becomes an internal error).
[[nodiscard]] Error current_error();

/// Runs rank-local work that may fail (open, parse, validate, allocate, rename) and agrees on the
/// outcome. The work must not contain a collective operation: a rank that throws before it would
/// leave the others waiting. With collective checks (debug builds) such an operation throws.
template <class Work>
auto agree(const Comm& comm, Work&& work) {
  std::optional<Error> failure;
  if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
    try {
      const RankLocalWork rank_local;
      std::forward<Work>(work)();
    } catch (...) {
      failure = current_error();
    }
    agree_on(comm, failure);
  } else {
    std::optional<std::invoke_result_t<Work>> result;
    try {
      const RankLocalWork rank_local;
      result.emplace(std::forward<Work>(work)());
    } catch (...) {
      failure = current_error();
    }
    agree_on(comm, failure);
    return std::move(*result);
  }
}

/// Rank 0's answer to a question about the file system (does a file exist?), so that all ranks take
/// the same branch even if their views of it differ. Collective. Errors are agreed.
template <class Question>
[[nodiscard]] bool root_decides(const Comm& comm, Question&& question) {
  const bool answer =
      agree(comm, [&] { return comm.is_root() && std::forward<Question>(question)(); });
  return comm.all_reduce(answer ? 1 : 0, Reduction::max) == 1;
}

}  // namespace nubox::par
