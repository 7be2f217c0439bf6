#include "nubox/par/comm.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/par/collective_checks.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

namespace nubox::par {
namespace {

template <class T>
MPI_Datatype mpi_type();
template <>
MPI_Datatype mpi_type<float>() {
  return MPI_FLOAT;
}
template <>
MPI_Datatype mpi_type<double>() {
  return MPI_DOUBLE;
}
template <>
MPI_Datatype mpi_type<int>() {
  return MPI_INT;
}
template <>
MPI_Datatype mpi_type<std::int64_t>() {
  return MPI_INT64_T;
}
template <>
MPI_Datatype mpi_type<std::uint64_t>() {
  return MPI_UINT64_T;
}

MPI_Op mpi_operation(Reduction operation) {
  switch (operation) {
    case Reduction::min:
      return MPI_MIN;
    case Reduction::max:
      return MPI_MAX;
    case Reduction::sum:
      break;
  }
  return MPI_SUM;
}

/// An MPI type of `bytes` bytes, so that counts stay element counts.
class ElementType {
 public:
  explicit ElementType(std::size_t bytes) {
    NUBOX_MPI_CHECK(MPI_Type_contiguous(mpi_count(bytes), MPI_BYTE, &type_));
    NUBOX_MPI_CHECK(MPI_Type_commit(&type_));
  }
  ~ElementType() { MPI_Type_free(&type_); }
  ElementType(const ElementType&) = delete;
  ElementType& operator=(const ElementType&) = delete;
  [[nodiscard]] MPI_Datatype raw() const { return type_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

/// Tags separate the messages of a running exchange from those of operations that complete
/// meanwhile. Messages with one tag match in the order in which the ranks start them.
constexpr int exchange_tag = 0, async_tag = 1;

void wait_for(std::span<MPI_Request> requests) {
  NUBOX_MPI_CHECK(MPI_Waitall(mpi_count(requests.size()), requests.data(), MPI_STATUSES_IGNORE));
}
void wait_for(std::vector<MPI_Request>&& requests) { wait_for(std::span<MPI_Request>(requests)); }

/// @throws InternalError unless the blocks fill both buffers
void require_full(std::span<const std::byte> send, std::span<const std::size_t> send_counts,
                  std::span<const std::byte> received, std::span<const std::size_t> received_counts,
                  std::size_t element_bytes) {
  const auto bytes = [&](std::span<const std::size_t> counts) {
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0}) * element_bytes;
  };
  if (bytes(send_counts) != send.size() || bytes(received_counts) != received.size()) {
    throw InternalError("exchange between all ranks: the counts do not match the buffers");
  }
}

}  // namespace

void check_mpi(int code, const char* expression, const char* file, int line) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw CommunicationError("MPI call failed: {} at {}:{}: {}", expression, file, line, text);
}

std::vector<std::size_t> block_starts(std::span<const std::size_t> counts) {
  std::vector<std::size_t> starts(counts.size());
  std::exclusive_scan(counts.begin(), counts.end(), starts.begin(), std::size_t{0});
  return starts;
}

int mpi_count(std::size_t count) {
  if (count > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw InternalError("MPI count {} exceeds int: the transfer has to be split", count);
  }
  return static_cast<int>(count);
}

Comm::State::State(MPI_Comm communicator, bool rank_alone) : comm(communicator), alone(rank_alone) {
  NUBOX_MPI_CHECK(MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN));
  NUBOX_MPI_CHECK(MPI_Comm_rank(comm, &rank));
  NUBOX_MPI_CHECK(MPI_Comm_size(comm, &size));
}

Comm::State::~State() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized == 0) MPI_Comm_free(&comm);
}

void Comm::begin(const char* operation) const {
  if (!state_->alone) require_no_rank_local_work(operation);
}

Comm Comm::world() {
  require_no_rank_local_work("Comm::world");
  MPI_Comm duplicate = MPI_COMM_NULL;
  NUBOX_MPI_CHECK(MPI_Comm_dup(MPI_COMM_WORLD, &duplicate));
  return Comm(duplicate, false);
}

Comm Comm::self() {
  MPI_Comm duplicate = MPI_COMM_NULL;
  NUBOX_MPI_CHECK(MPI_Comm_dup(MPI_COMM_SELF, &duplicate));
  return Comm(duplicate, true);
}

Comm Comm::duplicate() const {
  begin("duplicate");
  MPI_Comm copy = MPI_COMM_NULL;
  NUBOX_MPI_CHECK(MPI_Comm_dup(raw(), &copy));
  return Comm(copy, state_->alone);
}

Comm Comm::split(int color, int key) const {
  begin("split");
  MPI_Comm part = MPI_COMM_NULL;
  NUBOX_MPI_CHECK(MPI_Comm_split(raw(), color, key, &part));
  return Comm(part, state_->alone);
}

Comm Comm::split_by_node() const {
  begin("split_by_node");
  MPI_Comm part = MPI_COMM_NULL;
  NUBOX_MPI_CHECK(MPI_Comm_split_type(raw(), MPI_COMM_TYPE_SHARED, rank(), MPI_INFO_NULL, &part));
  return Comm(part, state_->alone);
}

void Comm::barrier() const {
  begin("barrier");
  NUBOX_MPI_CHECK(MPI_Barrier(raw()));
}

void Comm::broadcast_bytes(std::span<std::byte> bytes, int root) const {
  begin("broadcast");
  for (std::size_t done = 0; done < bytes.size(); done += chunk_elements()) {
    const std::size_t piece = std::min(chunk_elements(), bytes.size() - done);
    NUBOX_MPI_CHECK(MPI_Bcast(bytes.data() + done, mpi_count(piece), MPI_BYTE, root, raw()));
  }
}

std::string Comm::broadcast(const std::string& text, int root) const {
  std::uint64_t length = text.size();
  broadcast(std::span<std::uint64_t>(&length, 1), root);
  std::string copy = text;
  copy.resize(length);
  broadcast(std::span<char>(copy), root);
  return copy;
}

template <class T>
void Comm::all_reduce(std::span<T> values, Reduction operation) const {
  begin("all_reduce");
  for (std::size_t done = 0; done < values.size(); done += chunk_elements()) {
    const std::size_t piece = std::min(chunk_elements(), values.size() - done);
    NUBOX_MPI_CHECK(MPI_Allreduce(MPI_IN_PLACE, values.data() + done, mpi_count(piece),
                                  mpi_type<T>(), mpi_operation(operation), raw()));
  }
}
template void Comm::all_reduce(std::span<float>, Reduction) const;
template void Comm::all_reduce(std::span<double>, Reduction) const;
template void Comm::all_reduce(std::span<int>, Reduction) const;
template void Comm::all_reduce(std::span<std::int64_t>, Reduction) const;
template void Comm::all_reduce(std::span<std::uint64_t>, Reduction) const;

void Comm::all_gather_bytes(const void* value, void* all, std::size_t bytes) const {
  begin("all_gather");
  NUBOX_MPI_CHECK(
      MPI_Allgather(value, mpi_count(bytes), MPI_BYTE, all, mpi_count(bytes), MPI_BYTE, raw()));
}

std::vector<std::size_t> Comm::exchange_counts(std::span<const std::size_t> send) const {
  begin("all_to_all");
  if (send.size() != static_cast<std::size_t>(size())) {
    throw InternalError("all_to_all: {} counts for {} ranks", send.size(), size());
  }
  std::vector<std::size_t> received(send.size());
  NUBOX_MPI_CHECK(MPI_Alltoall(send.data(), sizeof(std::size_t), MPI_BYTE, received.data(),
                               sizeof(std::size_t), MPI_BYTE, raw()));
  return received;
}

/// Block r of `send` begins at element send_starts[r]; blocks may overlap. Received blocks follow
/// one another.
struct Comm::Exchange {
  std::span<const std::byte> send;
  std::span<const std::size_t> send_counts, send_starts;
  std::span<std::byte> received;
  std::span<const std::size_t> received_counts;
  std::size_t element_bytes;
};

std::vector<MPI_Request> Comm::start_exchange(const Exchange& exchange, int tag) const {
  const std::size_t bytes = exchange.element_bytes, chunk = chunk_elements();
  const auto self = static_cast<std::size_t>(rank());
  const std::vector<std::size_t> received_starts = block_starts(exchange.received_counts);
  const ElementType type(bytes);
  std::vector<MPI_Request> requests;
  const auto each_piece = [&](std::span<const std::size_t> counts, const auto& start_message) {
    for (std::size_t r = 0; r < counts.size(); ++r) {
      for (std::size_t done = 0; r != self && done < counts[r]; done += chunk) {
        const int piece = mpi_count(std::min(chunk, counts[r] - done));
        start_message(r, done, piece, static_cast<int>(r));
      }
    }
  };
  // Receives first: the library may then deliver without an intermediate copy.
  each_piece(exchange.received_counts, [&](std::size_t r, std::size_t done, int piece, int from) {
    std::byte* target = exchange.received.data() + (received_starts[r] + done) * bytes;
    NUBOX_MPI_CHECK(
        MPI_Irecv(target, piece, type.raw(), from, tag, raw(), &requests.emplace_back()));
  });
  each_piece(exchange.send_counts, [&](std::size_t r, std::size_t done, int piece, int to) {
    const std::byte* source = exchange.send.data() + (exchange.send_starts[r] + done) * bytes;
    NUBOX_MPI_CHECK(MPI_Isend(source, piece, type.raw(), to, tag, raw(), &requests.emplace_back()));
  });
  if (exchange.send_counts[self] > 0) {
    std::memcpy(exchange.received.data() + received_starts[self] * bytes,
                exchange.send.data() + exchange.send_starts[self] * bytes,
                exchange.send_counts[self] * bytes);
  }
  return requests;
}

void Comm::all_gather_blocks(std::span<const std::byte> block, std::span<std::byte> all,
                             std::span<const std::size_t> counts, std::size_t element_bytes) const {
  const auto ranks = static_cast<std::size_t>(size());
  const std::vector<std::size_t> send_counts(ranks, block.size() / element_bytes);
  const std::vector<std::size_t> send_starts(ranks, 0);
  wait_for(
      start_exchange({block, send_counts, send_starts, all, counts, element_bytes}, exchange_tag));
}

void Comm::all_to_all_bytes(std::span<const std::byte> send,
                            std::span<const std::size_t> send_counts, std::span<std::byte> received,
                            std::span<const std::size_t> received_counts,
                            std::size_t element_bytes) const {
  begin("all_to_all");
  require_full(send, send_counts, received, received_counts, element_bytes);
  const std::vector<std::size_t> starts = block_starts(send_counts);
  wait_for(start_exchange({send, send_counts, starts, received, received_counts, element_bytes},
                          exchange_tag));
}

void Comm::sendrecv_bytes(int partner, std::span<const std::byte> leaving,
                          std::span<std::byte> arriving) const {
  begin("sendrecv");
  if (leaving.size() != arriving.size()) {
    throw InternalError("sendrecv of {} bytes for {}", leaving.size(), arriving.size());
  }
  for (std::size_t done = 0; done < leaving.size(); done += chunk_elements()) {
    const int piece = mpi_count(std::min(chunk_elements(), leaving.size() - done));
    NUBOX_MPI_CHECK(MPI_Sendrecv(leaving.data() + done, piece, MPI_BYTE, partner, exchange_tag,
                                 arriving.data() + done, piece, MPI_BYTE, partner, exchange_tag,
                                 raw(), MPI_STATUS_IGNORE));
  }
}

void AsyncSums::start(std::span<float> values) {
  comm_.begin("AsyncSums::start");
  const std::size_t chunk = comm_.chunk_elements();
  for (std::size_t done = 0; done < values.size(); done += chunk) {
    const int piece = mpi_count(std::min(chunk, values.size() - done));
    NUBOX_MPI_CHECK(MPI_Iallreduce(MPI_IN_PLACE, values.data() + done, piece, MPI_FLOAT, MPI_SUM,
                                   comm_.raw(), &requests_.emplace_back()));
  }
}

void AsyncSums::progress() {
  if (requests_.empty()) return;
  int finished = 0;
  std::vector<int> indices(requests_.size());
  NUBOX_MPI_CHECK(MPI_Testsome(mpi_count(requests_.size()), requests_.data(), &finished,
                               indices.data(), MPI_STATUSES_IGNORE));
}

void AsyncSums::wait_all() {
  wait_for(requests_);
  requests_.clear();
}

AsyncBlocks::AsyncBlocks(const Comm& comm, std::span<const float> send,
                         std::span<const std::size_t> send_counts, std::span<float> received,
                         std::span<const std::size_t> received_counts)
    : comm_(comm) {
  comm_.begin("AsyncBlocks");
  const auto send_bytes = std::as_bytes(send);
  const auto received_bytes = std::as_writable_bytes(received);
  require_full(send_bytes, send_counts, received_bytes, received_counts, sizeof(float));
  const std::vector<std::size_t> starts = block_starts(send_counts);
  requests_ = comm_.start_exchange(
      {send_bytes, send_counts, starts, received_bytes, received_counts, sizeof(float)}, async_tag);
}

AsyncBlocks::~AsyncBlocks() {
  const Stopwatch watch;
  int done = 0;
  while (done == 0 && watch.seconds() < 1) {
    if (MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &done,
                    MPI_STATUSES_IGNORE) != MPI_SUCCESS) {
      return;
    }
  }
}

void AsyncBlocks::wait() { wait_for(requests_); }

}  // namespace nubox::par
