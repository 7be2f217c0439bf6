#pragma once

#include "nubox/par/comm.hpp"

#include <functional>

namespace nubox::par {

/// The MPI environment for the life of the program: initialised at MPI_THREAD_SERIALIZED, finalised
/// in the destructor. One per process, made in main().
class Session {
 public:
  Session(int* argc, char*** argv);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
};

/// Runs the program's body and turns whatever it throws into one block on stderr (rank/size, host,
/// code, phase, text) and an exit code. An agreed error ends in order on all ranks; any other one
/// ends the job with MPI_Abort, since other ranks may be waiting in a collective.
/// Returns the exit code. Must be called while a Session lives.
[[nodiscard]] int run_guarded(const std::function<int(const Comm& world)>& body);

/// "Open MPI v4.1.4, ..." and the thread level provided.
[[nodiscard]] std::string mpi_library_text();

}  // namespace nubox::par
