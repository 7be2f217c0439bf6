#include "nubox/par/link.hpp"

#include "nubox/core/fastest_seconds.hpp"
#include "nubox/core/timer.hpp"

#include <chrono>
#include <limits>

namespace nubox::par {
namespace {

constexpr int tag = 0;

double wall_clock_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void send(const Comm& comm, std::span<std::byte> bytes, int to) {
  NUBOX_MPI_CHECK(MPI_Send(bytes.data(), mpi_count(bytes.size()), MPI_BYTE, to, tag, comm.raw()));
}

void receive(const Comm& comm, std::span<std::byte> bytes, int from) {
  NUBOX_MPI_CHECK(MPI_Recv(bytes.data(), mpi_count(bytes.size()), MPI_BYTE, from, tag, comm.raw(),
                           MPI_STATUS_IGNORE));
}

std::span<std::byte> bytes_of(double& value) {
  return std::as_writable_bytes(std::span<double>(&value, 1));
}

}  // namespace

double message_seconds(const Comm& comm, int partner, std::size_t bytes, std::size_t repeats) {
  if (partner == comm.rank()) return 0;
  std::vector<std::byte> message(bytes);
  const auto round_trip = [&] {
    const Stopwatch watch;
    if (comm.rank() > partner) {
      receive(comm, message, partner);
      send(comm, message, partner);
    } else {
      send(comm, message, partner);
      receive(comm, message, partner);
    }
    return watch.seconds();
  };
  (void)round_trip();  // connects
  double fastest = fastest_seconds(repeats, round_trip) / 2;
  if (comm.rank() < partner) {
    send(comm, bytes_of(fastest), partner);
  } else {
    receive(comm, bytes_of(fastest), partner);
  }
  return fastest;
}

std::vector<ClockOffset> clock_offsets(const Comm& comm, std::size_t repeats) {
  ClockOffset own;
  if (!comm.is_root()) {
    for (std::size_t i = 0; i <= repeats; ++i) {
      double time = 0;
      receive(comm, bytes_of(time), 0);
      time = wall_clock_s();
      send(comm, bytes_of(time), 0);
    }
    receive(comm, bytes_of(own.seconds), 0);
    receive(comm, bytes_of(own.uncertainty_s), 0);
    return comm.all_gather(own);
  }
  for (int r = 1; r < comm.size(); ++r) {
    ClockOffset best{0, std::numeric_limits<double>::infinity()};
    for (std::size_t i = 0; i <= repeats; ++i) {
      double time = wall_clock_s();
      const Stopwatch watch;
      const double sent = time;
      send(comm, bytes_of(time), r);
      receive(comm, bytes_of(time), r);
      const double half = watch.seconds() / 2;
      if (half < best.uncertainty_s) best = {time - (sent + half), half};
    }
    send(comm, bytes_of(best.seconds), r);
    send(comm, bytes_of(best.uncertainty_s), r);
  }
  return comm.all_gather(own);
}

}  // namespace nubox::par
