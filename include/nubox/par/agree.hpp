#pragma once

#include "nubox/core/error.hpp"
#include "nubox/par/comm.hpp"

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace nubox::par {

/// Settles the outcome of rank-local work: if any rank failed, all ranks throw the same error (that
/// of the lowest rank with the highest exit code), marked as agreed. Collective.
void agree_on(const Comm& comm, const std::optional<Error>& local_failure);

/// The error of the exception being handled (an unknown one becomes an internal error).
[[nodiscard]] Error current_error();

/// Runs rank-local work whose failure is to be expected (open, parse, validate, allocate, rename)
/// and agrees on the outcome. The work must hold no collective operation: a rank that throws
/// before it would leave the others waiting.
template <class Work>
auto agree(const Comm& comm, Work&& work) {
  std::optional<Error> failure;
  if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
    try {
      std::forward<Work>(work)();
    } catch (...) {
      failure = current_error();
    }
    agree_on(comm, failure);
  } else {
    std::optional<std::invoke_result_t<Work>> result;
    try {
      result.emplace(std::forward<Work>(work)());
    } catch (...) {
      failure = current_error();
    }
    agree_on(comm, failure);
    return std::move(*result);
  }
}

/// Rank 0's answer to a question about the world outside (does a file stand there?), so that all
/// ranks go the same way however their views of it differ. Collective. What it throws is agreed on.
template <class Question>
[[nodiscard]] bool root_decides(const Comm& comm, Question&& question) {
  const bool answer =
      agree(comm, [&] { return comm.is_root() && std::forward<Question>(question)(); });
  return comm.all_reduce(answer ? 1 : 0, Reduction::max) == 1;
}

}  // namespace nubox::par
