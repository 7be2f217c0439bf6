#include "nubox/par/agree.hpp"

#include <filesystem>
#include <new>

namespace nubox::par {

Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::filesystem::filesystem_error& error) {
    return FileSystemError("{}", error.what());
  } catch (const std::bad_alloc&) {
    return InternalError("out of memory");
  } catch (const std::exception& error) {
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
  const int speaker = comm.all_reduce(candidate, Reduction::min);
  const std::string text =
      comm.broadcast(local_failure ? local_failure->what() : std::string(), speaker);
  throw Error(static_cast<ExitCode>(worst), text).agreed_from(speaker);
}

}  // namespace nubox::par
