#include "nubox/core/checksum.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace nubox {

std::uint64_t checksum(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

struct StreamingChecksum::State {
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> raw{XXH3_createState(), &XXH3_freeState};
};

StreamingChecksum::StreamingChecksum() : state_(std::make_unique<State>()) {
  XXH3_64bits_reset(state_->raw.get());
}
StreamingChecksum::~StreamingChecksum() = default;

void StreamingChecksum::update(std::span<const std::byte> bytes) {
  XXH3_64bits_update(state_->raw.get(), bytes.data(), bytes.size());
}

std::uint64_t StreamingChecksum::value() const { return XXH3_64bits_digest(state_->raw.get()); }

std::string checksum_text(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace nubox
