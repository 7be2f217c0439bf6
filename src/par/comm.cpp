#include "nubox/par/comm.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/timer.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

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
    throw InternalError("MPI count {} exceeds int: the transfer should have gone in pieces", count);
  }
  return static_cast<int>(count);
}

namespace {

std::vector<int> mpi_counts(const std::vector<std::size_t>& counts) {
  std::vector<int> narrow;
  for (const std::size_t count : counts) narrow.push_back(mpi_count(count));
  return narrow;
}

}  // namespace

Comm::Comm(MPI_Comm comm) : comm_(comm) {
  NUBOX_MPI_CHECK(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN));
  NUBOX_MPI_CHECK(MPI_Comm_rank(comm_, &rank_));
  NUBOX_MPI_CHECK(MPI_Comm_size(comm_, &size_));
}

Comm::Comm(Comm&& other) noexcept
    : comm_(std::exchange(other.comm_, MPI_COMM_NULL)),
      rank_(other.rank_),
      size_(other.size_),
      chunk_elements_(other.chunk_elements_) {}

Comm& Comm::operator=(Comm&& other) noexcept {
  std::swap(comm_, other.comm_);
  rank_ = other.rank_;
  size_ = other.size_;
  chunk_elements_ = other.chunk_elements_;
  return *this;
}

Comm::~Comm() {
  if (comm_ == MPI_COMM_NULL) return;
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized == 0) MPI_Comm_free(&comm_);
}

Comm Comm::world() {
  MPI_Comm duplicate = MPI_COMM_NULL;
  NUBOX_MPI_CHECK(MPI_Comm_dup(MPI_COMM_WORLD, &duplicate));
  return Comm(duplicate);
}

Comm Comm::self() {
  MPI_Comm duplicate = MPI_COMM_NULL;
  NUBOX_MPI_CHECK(MPI_Comm_dup(MPI_COMM_SELF, &duplicate));
  return Comm(duplicate);
}

Comm Comm::duplicate() const {
  MPI_Comm copy = MPI_COMM_NULL;
  NUBOX_MPI_CHECK(MPI_Comm_dup(comm_, &copy));
  return Comm(copy);
}

Comm Comm::split(int color, int key) const {
  MPI_Comm part = MPI_COMM_NULL;
  NUBOX_MPI_CHECK(MPI_Comm_split(comm_, color, key, &part));
  return Comm(part);
}

Comm Comm::split_by_node() const {
  MPI_Comm part = MPI_COMM_NULL;
  NUBOX_MPI_CHECK(MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &part));
  return Comm(part);
}

void Comm::barrier() const { NUBOX_MPI_CHECK(MPI_Barrier(comm_)); }

void Comm::broadcast_bytes(std::span<std::byte> bytes, int root) const {
  for (std::size_t done = 0; done < bytes.size(); done += chunk_elements_) {
    const std::size_t piece = std::min(chunk_elements_, bytes.size() - done);
    NUBOX_MPI_CHECK(MPI_Bcast(bytes.data() + done, mpi_count(piece), MPI_BYTE, root, comm_));
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
  for (std::size_t done = 0; done < values.size(); done += chunk_elements_) {
    const std::size_t piece = std::min(chunk_elements_, values.size() - done);
    NUBOX_MPI_CHECK(MPI_Allreduce(MPI_IN_PLACE, values.data() + done, mpi_count(piece),
                                  mpi_type<T>(), mpi_operation(operation), comm_));
  }
}
template void Comm::all_reduce(std::span<float>, Reduction) const;
template void Comm::all_reduce(std::span<double>, Reduction) const;
template void Comm::all_reduce(std::span<int>, Reduction) const;
template void Comm::all_reduce(std::span<std::int64_t>, Reduction) const;
template void Comm::all_reduce(std::span<std::uint64_t>, Reduction) const;

void Comm::all_gather_bytes(const void* value, void* all, std::size_t bytes) const {
  NUBOX_MPI_CHECK(
      MPI_Allgather(value, mpi_count(bytes), MPI_BYTE, all, mpi_count(bytes), MPI_BYTE, comm_));
}

std::vector<std::size_t> Comm::exchange_counts(std::span<const std::size_t> send) const {
  if (send.size() != static_cast<std::size_t>(size_)) {
    throw InternalError("all_to_all: {} counts for {} ranks", send.size(), size_);
  }
  std::vector<std::size_t> received(send.size());
  NUBOX_MPI_CHECK(MPI_Alltoall(send.data(), sizeof(std::size_t), MPI_BYTE, received.data(),
                               sizeof(std::size_t), MPI_BYTE, comm_));
  return received;
}

void Comm::all_to_all_bytes(std::span<const std::byte> send,
                            std::span<const std::size_t> send_counts, std::span<std::byte> received,
                            std::span<const std::size_t> received_counts,
                            std::size_t element_bytes) const {
  const auto total = [](std::span<const std::size_t> counts) {
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  };
  if (total(send_counts) * element_bytes != send.size() ||
      total(received_counts) * element_bytes != received.size()) {
    throw InternalError("all_to_all: counts do not fill the buffers");
  }
  const ElementType type(element_bytes);
  std::vector<MPI_Request> requests;
  // Receives first: the library may then deliver without an intermediate copy.
  std::size_t offset = 0;
  for (int r = 0; r < size_; ++r) {
    const std::size_t count = received_counts[static_cast<std::size_t>(r)];
    for (std::size_t done = 0; r != rank_ && done < count; done += chunk_elements_) {
      const std::size_t piece = std::min(chunk_elements_, count - done);
      NUBOX_MPI_CHECK(MPI_Irecv(received.data() + (offset + done) * element_bytes, mpi_count(piece),
                                type.raw(), r, 0, comm_, &requests.emplace_back()));
    }
    offset += count;
  }
  std::size_t own_source = 0;
  offset = 0;
  for (int r = 0; r < size_; ++r) {
    const std::size_t count = send_counts[static_cast<std::size_t>(r)];
    if (r == rank_) own_source = offset;
    for (std::size_t done = 0; r != rank_ && done < count; done += chunk_elements_) {
      const std::size_t piece = std::min(chunk_elements_, count - done);
      NUBOX_MPI_CHECK(MPI_Isend(send.data() + (offset + done) * element_bytes, mpi_count(piece),
                                type.raw(), r, 0, comm_, &requests.emplace_back()));
    }
    offset += count;
  }
  const auto self = static_cast<std::size_t>(rank_);
  const std::size_t own_target = total(received_counts.first(self));
  if (send_counts[self] > 0) {
    std::memcpy(received.data() + own_target * element_bytes,
                send.data() + own_source * element_bytes, send_counts[self] * element_bytes);
  }
  NUBOX_MPI_CHECK(MPI_Waitall(mpi_count(requests.size()), requests.data(), MPI_STATUSES_IGNORE));
}

void Comm::sendrecv_bytes(int partner, std::span<const std::byte> leaving,
                          std::span<std::byte> arriving) const {
  if (leaving.size() != arriving.size()) {
    throw InternalError("sendrecv of {} bytes for {}", leaving.size(), arriving.size());
  }
  for (std::size_t done = 0; done < leaving.size(); done += chunk_elements_) {
    const int piece = mpi_count(std::min(chunk_elements_, leaving.size() - done));
    NUBOX_MPI_CHECK(MPI_Sendrecv(leaving.data() + done, piece, MPI_BYTE, partner, 0,
                                 arriving.data() + done, piece, MPI_BYTE, partner, 0, comm_,
                                 MPI_STATUS_IGNORE));
  }
}

void AsyncSums::start(std::span<float> values) {
  for (std::size_t done = 0; done < values.size(); done += default_chunk_elements) {
    const std::size_t piece = std::min(default_chunk_elements, values.size() - done);
    NUBOX_MPI_CHECK(MPI_Iallreduce(MPI_IN_PLACE, values.data() + done, mpi_count(piece), MPI_FLOAT,
                                   MPI_SUM, comm_->raw(), &requests_.emplace_back()));
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
  NUBOX_MPI_CHECK(MPI_Waitall(mpi_count(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE));
  requests_.clear();
}

AsyncBlocks::AsyncBlocks(const Comm& comm, std::span<const float> send,
                         std::span<const std::size_t> send_counts, std::span<float> received,
                         std::span<const std::size_t> received_counts)
    : send_counts_(mpi_counts({send_counts.begin(), send_counts.end()})),
      send_starts_(mpi_counts(block_starts(send_counts))),
      received_counts_(mpi_counts({received_counts.begin(), received_counts.end()})),
      received_starts_(mpi_counts(block_starts(received_counts))) {
  NUBOX_MPI_CHECK(MPI_Ialltoallv(send.data(), send_counts_.data(), send_starts_.data(), MPI_FLOAT,
                                 received.data(), received_counts_.data(), received_starts_.data(),
                                 MPI_FLOAT, comm.raw(), &request_));
}

AsyncBlocks::~AsyncBlocks() {
  const Stopwatch watch;
  int done = 0;
  while (done == 0 && watch.seconds() < 1) {
    if (MPI_Test(&request_, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS) return;
  }
}

void AsyncBlocks::wait() { NUBOX_MPI_CHECK(MPI_Wait(&request_, MPI_STATUS_IGNORE)); }

}  // namespace nubox::par
