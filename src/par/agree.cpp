#include "nubox/par/agree.hpp"

#include "nubox/core/memory_limit.hpp"

#include <filesystem>
#include <new>
#include <string_view>

namespace nubox::par {
namespace {

/// Whether an exception of another library is an allocation that failed. LibTorch has types of its
/// own, which this module does not know: its allocators for CPUs and GPUs are known by their texts.
bool is_out_of_memory(std::string_view text) {
  for (const char* part : {"can't allocate memory", "not enough memory", "out of memory"}) {
    if (text.find(part) != std::string_view::npos) return true;
  }
  return false;
}

/// First line of a text: LibTorch adds a stack trace.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::filesystem::filesystem_error& error) {
    return FileSystemError("{}", error.what());
  } catch (const std::bad_alloc&) {
    return memory::out_of_memory("");
  } catch (const std::exception& error) {
    if (is_out_of_memory(error.what())) return memory::out_of_memory(first_line(error.what()));
    return InternalError("{}", error.what());
  } catch (...) {
    return InternalError("unknown exception");
  }
}

void agree_on(const Comm& comm, const std::optional<Error>& local_failure) {
  const int code = local_failure ? static_cast<int>(local_failure->code()) : 0;
  const int worst = comm.all_reduce(code, Reduction::max);
  if (worst == 0) return;
  const int candidate = code == worst ? comm.rank() : comm.size();
  const int origin = comm.all_reduce(candidate, Reduction::min);
  const std::string text =
      comm.broadcast(local_failure ? local_failure->what() : std::string(), origin);
  throw Error(static_cast<ExitCode>(worst), text).agreed_from(origin);
}

void throw_agreed(const Comm& comm, const Error& error, int origin) {
  if (collective_checks()) {
    const std::string local =
        fmt::format("exit code {}: {}", static_cast<int>(error.code()), error.what());
    const std::string text = comm.broadcast(local);
    const int differing = local == text ? comm.size() : comm.rank();
    const int first = comm.all_reduce(differing, Reduction::min);
    if (first < comm.size()) {
      throw InternalError("throw_agreed with different errors: rank {} \"{}\", rank 0 \"{}\"",
                          first, comm.broadcast(local, first), text)
          .agreed_from(first);
    }
  }
  throw error.agreed_from(origin);
}

}  // namespace nubox::par
