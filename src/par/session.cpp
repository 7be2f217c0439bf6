#include "nubox/par/session.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/fault.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/machine.hpp"
#include "nubox/core/printable.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace nubox::par {
namespace {

void print_failure(const Error& error, int rank, int size) {
  const std::string block = fmt::format(
      "nubox: error\n  rank {}/{} on {}\n  code {}\n  phase {}\n  {}\n", rank, size,
      machine::host_name(), static_cast<int>(error.code()), log::phase(), printable(error.what()));
  std::fputs(block.c_str(), stderr);
  std::fflush(stderr);
}

/// True if a launcher (mpirun, srun with PMI) started the process.
bool has_launcher() {
  constexpr std::array variables{"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE",
                                 "SLURM_STEP_NUM_TASKS"};
  return std::ranges::any_of(variables,
                             [](const char* name) { return std::getenv(name) != nullptr; });
}

/// A process without a launcher has nobody to talk to. Open MPI would start a daemon for it and set
/// up the network, which takes longer than many commands. Other libraries do not know these
/// variables, and what the user has set remains.
void ask_for_no_network() {
  ::setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  ::setenv("OMPI_MCA_pml", "ob1", 0);
  ::setenv("OMPI_MCA_btl", "self", 0);
}

}  // namespace

Session::Session(int* argc, char*** argv) {
  if (!has_launcher()) ask_for_no_network();
  int provided = MPI_THREAD_SINGLE;
  if (MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS ||
      provided < MPI_THREAD_SERIALIZED) {
    std::fputs("nubox: this MPI library does not provide MPI_THREAD_SERIALIZED\n", stderr);
    std::exit(static_cast<int>(ExitCode::communication));
  }
}

Session::~Session() { MPI_Finalize(); }

int run_guarded(const std::function<int(const Comm&)>& body) {
  const Comm world = Comm::world();
  try {
    log::start(world.rank(), world.size());
    agree(world, [&] { fault::arm(world.rank()); });
    return body(world);
  } catch (...) {
    const Error error = current_error();
    if (error.agreed()) {
      if (error.code() == ExitCode::stopped) {
        log::info("{}", error.what());
      } else if (world.rank() == 0) {
        print_failure(error, error.origin_rank(), world.size());
      }
      return static_cast<int>(error.code());
    }
    // Ranks that fail at the same time print one block: the lowest ends the job before the others.
    constexpr std::chrono::milliseconds head_start{100};
    constexpr int longest = 20;
    std::this_thread::sleep_for(head_start * std::min(world.rank(), longest));
    print_failure(error, world.rank(), world.size());
    MPI_Abort(MPI_COMM_WORLD, static_cast<int>(error.code()));
    return static_cast<int>(error.code());
  }
}

std::string mpi_library_text() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  NUBOX_MPI_CHECK(MPI_Get_library_version(text, &length));
  const std::string full(text, static_cast<std::size_t>(length));
  return full.substr(0, full.find(','));
}

}  // namespace nubox::par
