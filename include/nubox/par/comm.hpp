#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <mpi.h>

namespace nubox::par {

/// Turns an MPI error code into a CommunicationError with the expression, file and line.
void check_mpi(int code, const char* expression, const char* file, int line);
#define NUBOX_MPI_CHECK(expression) \
  ::nubox::par::check_mpi((expression), #expression, __FILE__, __LINE__)

/// Elements per MPI call; longer transfers are split (MPI counts are int).
inline constexpr std::size_t default_chunk_elements = std::size_t{1} << 30;

enum class Reduction { sum, min, max };

/// Handle of a communicator, a duplicate that is not cartesian (cartesian ones corrupt MPI-IO in
/// Open MPI, open-mpi/ompi#12718). MPI errors become CommunicationError. Copies share the
/// communicator, which is freed with the last of them: objects that use a communicator hold a copy.
/// The last copy must be destroyed before par::Session, on all ranks. All operations are collective
/// on the communicator unless said otherwise; inside the rank-local work of agree() they throw
/// (nubox/par/collective_checks.hpp), except on the communicator of this rank alone (self()).
class Comm {
 public:
  // Not movable: an object that was moved from (a field, for example) keeps a valid communicator.
  Comm(const Comm&) = default;
  Comm& operator=(const Comm&) = default;
  ~Comm() = default;

  [[nodiscard]] static Comm world();
  [[nodiscard]] static Comm self();

  [[nodiscard]] Comm duplicate() const;
  /// Ranks with equal colour form one communicator, ordered by key.
  [[nodiscard]] Comm split(int color, int key) const;
  /// Ranks that share this machine's memory.
  [[nodiscard]] Comm split_by_node() const;

  [[nodiscard]] int rank() const noexcept { return state_->rank; }
  [[nodiscard]] int size() const noexcept { return state_->size; }
  [[nodiscard]] bool is_root() const noexcept { return rank() == 0; }
  /// For HDF5 only.
  [[nodiscard]] MPI_Comm raw() const noexcept { return state_->comm; }

  void barrier() const;

  template <class T>
  void broadcast(std::span<T> values, int root = 0) const {
    static_assert(std::is_trivially_copyable_v<T>);
    broadcast_bytes(std::as_writable_bytes(values), root);
  }
  [[nodiscard]] std::string broadcast(const std::string& text, int root = 0) const;

  /// In-place element-wise reduction; T is float, double, int, std::int64_t or std::uint64_t.
  template <class T>
  void all_reduce(std::span<T> values, Reduction operation = Reduction::sum) const;
  template <class T>
  [[nodiscard]] T all_reduce(T value, Reduction operation = Reduction::sum) const {
    all_reduce(std::span<T>(&value, 1), operation);
    return value;
  }

  /// One value of every rank, in rank order.
  template <class T>
  [[nodiscard]] std::vector<T> all_gather(const T& value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> all(static_cast<std::size_t>(size()));
    all_gather_bytes(&value, all.data(), sizeof(T));
    return all;
  }

  /// All ranks' values, concatenated in rank order; lengths may differ.
  template <class T>
  [[nodiscard]] std::vector<T> all_gather(std::span<const T> values) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::vector<std::size_t> counts = all_gather(values.size());
    std::vector<T> all(std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
    all_gather_blocks(std::as_bytes(values), std::as_writable_bytes(std::span<T>(all)), counts,
                      sizeof(T));
    return all;
  }

  /// Sends consecutive blocks of `send`, `send_counts[r]` elements to rank r; returns what was
  /// received, blocks in rank order. `received_counts`, if given, gets the block lengths. Blocks
  /// may have any length.
  template <class T>
  [[nodiscard]] std::vector<T> all_to_all(
      std::span<const T> send, std::span<const std::size_t> send_counts,
      std::vector<std::size_t>* received_counts = nullptr) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::vector<std::size_t> counts = exchange_counts(send_counts);
    std::vector<T> received(std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
    all_to_all_bytes(std::as_bytes(send), send_counts,
                     std::as_writable_bytes(std::span<T>(received)), counts, sizeof(T));
    if (received_counts != nullptr) *received_counts = counts;
    return received;
  }
  template <class T>
  [[nodiscard]] std::vector<T> all_to_all(
      const std::vector<T>& send, const std::vector<std::size_t>& send_counts,
      std::vector<std::size_t>* received_counts = nullptr) const {
    return all_to_all<T>(std::span<const T>(send), std::span<const std::size_t>(send_counts),
                         received_counts);
  }
  /// The same into a buffer, if the caller knows the block lengths.
  template <class T>
  void all_to_all(std::span<const T> send, std::span<const std::size_t> send_counts,
                  std::span<T> received, std::span<const std::size_t> received_counts) const {
    static_assert(std::is_trivially_copyable_v<T>);
    all_to_all_bytes(std::as_bytes(send), send_counts, std::as_writable_bytes(received),
                     received_counts, sizeof(T));
  }

  /// Exchanges equal amounts of data with one other rank, which has to call this as well. Not
  /// collective: only the two ranks take part.
  template <class T>
  void sendrecv(int partner, std::span<const T> leaving, std::span<T> arriving) const {
    static_assert(std::is_trivially_copyable_v<T>);
    sendrecv_bytes(partner, std::as_bytes(leaving), std::as_writable_bytes(arriving));
  }

  /// Largest number of elements in one MPI call; longer transfers are split.
  [[nodiscard]] std::size_t chunk_elements() const noexcept { return state_->chunk_elements; }
  /// Sets the limit for all copies of this handle, so that tests can split short transfers.
  /// Rank-local, with the same value on all ranks.
  void set_chunk_elements(std::size_t elements) { state_->chunk_elements = elements; }

 private:
  friend class AsyncSums;
  friend class AsyncBlocks;
  /// Shared by the copies of a handle; frees the communicator.
  struct State {
    State(MPI_Comm communicator, bool rank_alone);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    MPI_Comm comm;
    /// A duplicate of MPI_COMM_SELF, on which no operation waits for another rank.
    bool alone;
    int rank = 0;
    int size = 1;
    std::size_t chunk_elements = default_chunk_elements;
  };
  struct Exchange;

  Comm(MPI_Comm comm, bool alone) : state_(std::make_shared<State>(comm, alone)) {}
  /// Called by every operation. @throws InternalError inside rank-local work
  void begin(const char* operation) const;
  void broadcast_bytes(std::span<std::byte> bytes, int root) const;
  void all_gather_bytes(const void* value, void* all, std::size_t bytes) const;
  void all_gather_blocks(std::span<const std::byte> block, std::span<std::byte> all,
                         std::span<const std::size_t> counts, std::size_t element_bytes) const;
  [[nodiscard]] std::vector<std::size_t> exchange_counts(std::span<const std::size_t> send) const;
  void all_to_all_bytes(std::span<const std::byte> send, std::span<const std::size_t> send_counts,
                        std::span<std::byte> received, std::span<const std::size_t> received_counts,
                        std::size_t element_bytes) const;
  void sendrecv_bytes(int partner, std::span<const std::byte> leaving,
                      std::span<std::byte> arriving) const;

  /// Starts the messages of an exchange between all ranks, split at the chunk limit, and copies the
  /// block of this rank.
  [[nodiscard]] std::vector<MPI_Request> start_exchange(const Exchange& exchange, int tag) const;

  std::shared_ptr<State> state_;
};

/// Start of each block if blocks of these lengths follow one another.
[[nodiscard]] std::vector<std::size_t> block_starts(std::span<const std::size_t> counts);

/// Narrows a count to MPI's int. @throws InternalError if it does not fit.
[[nodiscard]] int mpi_count(std::size_t count);

/// Sums over ranks that overlap with computation: MPI_Iallreduce on float buffers of any length.
/// Buffers must stay untouched until wait(). Operations of one AsyncSums must be started in the
/// same order on all ranks.
class AsyncSums {
 public:
  explicit AsyncSums(const Comm& comm) : comm_(comm) {}
  AsyncSums(const AsyncSums&) = delete;
  AsyncSums& operator=(const AsyncSums&) = delete;
  /// Does not cancel sums: call wait_all() before. After an exception unfinished sums end with
  /// MPI_Abort.
  ~AsyncSums() = default;

  void start(std::span<float> values);
  /// Lets MPI make progress (Open MPI has no progress thread).
  void progress();
  void wait_all();

 private:
  Comm comm_;
  std::vector<MPI_Request> requests_;
};

/// An exchange of blocks of any length between all ranks that overlaps with computation: messages
/// between pairs of ranks.
class AsyncBlocks {
 public:
  /// Sends consecutive blocks of `send`, `send_counts[r]` elements to rank r, and receives as
  /// all_to_all() does. The buffers must stay untouched until wait(). Collective; started in the
  /// same order on all ranks.
  AsyncBlocks(const Comm& comm, std::span<const float> send,
              std::span<const std::size_t> send_counts, std::span<float> received,
              std::span<const std::size_t> received_counts);
  /// If wait() was not called, waits for a second at most: after an agreed error all ranks get
  /// here; after any other error the job is aborted.
  ~AsyncBlocks();
  AsyncBlocks(const AsyncBlocks&) = delete;
  AsyncBlocks& operator=(const AsyncBlocks&) = delete;

  void wait();

 private:
  Comm comm_;
  std::vector<MPI_Request> requests_;
};

}  // namespace nubox::par
