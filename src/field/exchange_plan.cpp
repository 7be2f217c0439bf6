#include "nubox/field/exchange_plan.hpp"

namespace nubox::field {

ExchangePlan::ExchangePlan(const par::Comm& comm,
                           const std::function<std::vector<NeededPlane>(int rank)>& needed_by)
    : send_counts_(static_cast<std::size_t>(comm.size()), 0),
      receive_counts_(static_cast<std::size_t>(comm.size()), 0) {
  const std::vector<NeededPlane> own_list = needed_by(comm.rank());
  for (int receiver = 0; receiver < comm.size(); ++receiver) {
    if (receiver == comm.rank()) continue;
    const std::vector<NeededPlane> list = needed_by(receiver);
    for (std::size_t item = 0; item < list.size(); ++item) {
      if (list[item].owner != comm.rank()) continue;
      sent_.push_back({receiver, item, list[item].plane, send_size_});
      send_counts_[static_cast<std::size_t>(receiver)] += list[item].values;
      send_size_ += list[item].values;
    }
  }
  for (const NeededPlane& needed : own_list) {
    if (needed.owner == comm.rank()) continue;
    receive_counts_[static_cast<std::size_t>(needed.owner)] += needed.values;
    receive_size_ += needed.values;
  }
  std::vector<std::size_t> cursor = par::block_starts(receive_counts_);
  for (const NeededPlane& needed : own_list) {
    std::size_t& next = cursor[static_cast<std::size_t>(needed.owner)];
    received_at_.push_back(next);
    if (needed.owner != comm.rank()) next += needed.values;
  }
}

}  // namespace nubox::field
