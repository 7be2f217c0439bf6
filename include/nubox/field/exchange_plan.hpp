#pragma once

#include "nubox/par/comm.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace nubox::field {

/// The values, or a part of them, of a plane that a rank needs.
struct NeededPlane {
  std::size_t plane = 0;   ///< index on the whole mesh
  int owner = 0;           ///< rank that holds the plane
  std::size_t values = 0;  ///< number of values
};

/// Planes that ranks send to each other for halos, ghost planes and crops. Every rank derives the
/// plan from the needs of all ranks, without communication. Planes that a rank needs and owns
/// itself are not sent. A message contains the planes in the order in which the receiver lists
/// them.
class ExchangePlan {
 public:
  /// @param needed_by  planes that a rank needs, in its order; the same result on every rank
  /// Rank-local.
  ExchangePlan(const par::Comm& comm,
               const std::function<std::vector<NeededPlane>(int rank)>& needed_by);

  /// A plane that this rank sends.
  struct Sent {
    int receiver;
    std::size_t item;  ///< index in the receiver's list
    std::size_t plane;
    std::size_t start;  ///< of its values in the send buffer
  };
  [[nodiscard]] const std::vector<Sent>& sent() const { return sent_; }

  /// Start of the values of item i of this rank's list in the receive buffer; undefined for planes
  /// that this rank owns.
  [[nodiscard]] std::size_t received_at(std::size_t item) const { return received_at_[item]; }

  /// Values by rank, and in total, as all_to_all() takes them.
  [[nodiscard]] const std::vector<std::size_t>& send_counts() const { return send_counts_; }
  [[nodiscard]] const std::vector<std::size_t>& receive_counts() const { return receive_counts_; }
  [[nodiscard]] std::size_t send_size() const { return send_size_; }
  [[nodiscard]] std::size_t receive_size() const { return receive_size_; }

 private:
  std::vector<Sent> sent_;
  std::vector<std::size_t> received_at_;
  std::vector<std::size_t> send_counts_, receive_counts_;
  std::size_t send_size_ = 0, receive_size_ = 0;
};

}  // namespace nubox::field
