#include "train/checked_backend.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"

#include <array>

namespace nubox::train {

void CheckedBackend::start(const torch::Tensor& values) {
  using Sum = std::array<std::int64_t, 3>;  // number, offset, length
  const auto sums = comm_.all_gather(Sum{++number_, values.storage_offset(), values.numel()});
  for (std::size_t rank = 1; rank < sums.size(); ++rank) {
    if (sums[rank] == sums[0]) continue;
    const auto text = [](const Sum& sum) {
      return fmt::format("sum {} of {} values from offset {}", sum[0], sum[2], sum[1]);
    };
    par::throw_agreed(
        comm_,
        Error(ExitCode::communication, fmt::format("rank {} starts gradient {}, rank 0 {}", rank,
                                                   text(sums[rank]), text(sums[0]))),
        static_cast<int>(rank));
  }
  backend_->start(values);
}

}  // namespace nubox::train
