#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace nubox {

/// Exit codes of the program: a contract with job scripts (docs/reference/exit-codes.md).
enum class ExitCode : int {
  ok = 0,
  internal = 1,       ///< defect of nubox
  usage = 2,          ///< command line or configuration
  input = 3,          ///< input data rejected
  filesystem = 4,     ///< open, read, write, rename failed
  numerical = 5,      ///< NaN, divergence
  communication = 6,  ///< MPI, NCCL or watchdog
  stopped = 85        ///< stopped on purpose after a durable checkpoint: resubmit
};

/// Exception of all library functions: an exit code, and a text that says what, where, which value
/// and what the user can do. Only `app` ends the process.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
  [[nodiscard]] ExitCode code() const noexcept { return code_; }

  /// True if all ranks throw this same error (par::agree), so that the process can end normally.
  [[nodiscard]] bool agreed() const noexcept { return agreed_rank_ >= 0; }
  /// Rank on which an agreed error arose, -1 before agreement.
  [[nodiscard]] int origin_rank() const noexcept { return agreed_rank_; }
  /// Only for par::agree and par::throw_agreed, which ensure that all ranks throw the error.
  [[nodiscard]] Error agreed_from(int rank) const {
    Error copy = *this;
    copy.agreed_rank_ = rank;
    return copy;
  }
  /// The same error with another text, for example with the file that it concerns.
  [[nodiscard]] Error with_text(const std::string& text) const {
    return Error(code_, text).agreed_from(agreed_rank_);
  }

 private:
  ExitCode code_;
  int agreed_rank_ = -1;
};

/// The typed errors differ only in their exit code; all format their text with fmt.
template <ExitCode code_value>
class TypedError : public Error {
 public:
  template <class... Args>
  explicit TypedError(fmt::format_string<Args...> text, Args&&... args)
      : Error(code_value, fmt::format(text, std::forward<Args>(args)...)) {}
};

using InternalError = TypedError<ExitCode::internal>;
using UsageError = TypedError<ExitCode::usage>;
using InputError = TypedError<ExitCode::input>;
using FileSystemError = TypedError<ExitCode::filesystem>;
using NumericalError = TypedError<ExitCode::numerical>;
using CommunicationError = TypedError<ExitCode::communication>;

}  // namespace nubox
