#pragma once

#include "nubox/par/comm.hpp"

#include <functional>

namespace nubox::par {

/// The MPI environment of the program: initialised at MPI_THREAD_SERIALIZED, finalised in the
/// destructor. One per process, made in main().
class Session {
 public:
  Session(int* argc, char*** argv);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
};

/// Runs the body of the program and reports an exception as one block on stderr (rank/size, host,
/// code, phase, text) After an agreed error all ranks end normally. Any other error aborts the job
/// with MPI_Abort, since other ranks may be waiting in a collective. Returns the exit code. Must be
/// called during the lifetime of a Session.
[[nodiscard]] int run_guarded(const std::function<int(const Comm& world)>& body);

/// "Open MPI v4.1.4, ..." and the thread level provided.
[[nodiscard]] std::string mpi_library_text();

}  // namespace nubox::par
