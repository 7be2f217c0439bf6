#include "nubox/core/fault.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

#include <fmt/ranges.h>

namespace nubox::fault {
namespace {

struct Armed {
  std::string point;  // empty: no point is armed on this rank
  std::string kind;
};

Armed& armed() {
  static Armed instance;
  return instance;
}

}  // namespace

void arm(int rank) {
  armed() = {};
  const char* text = std::getenv("NUBOX_FAULT");
  if (text == nullptr) return;
  const std::string spec = text;
  const auto first = spec.find(':');
  const auto second = spec.find(':', first == std::string::npos ? first : first + 1);
  if (second == std::string::npos)
    throw UsageError("NUBOX_FAULT={} is not <point>:<rank>:<kind>", spec);
  const std::string kind = spec.substr(second + 1);
  constexpr std::array<std::string_view, 6> kinds = {"throw",  "kill", "hang",
                                                     "enospc", "nan",  "bitflip"};
  if (std::ranges::find(kinds, kind) == kinds.end()) {
    throw UsageError("NUBOX_FAULT: kind '{}' is none of {}", kind, fmt::join(kinds, ", "));
  }
  if (spec.substr(first + 1, second - first - 1) == std::to_string(rank)) {
    armed() = {spec.substr(0, first), kind};
  }
}

void point(std::string_view name) {
  if (armed().point.empty() || armed().point != name) return;
  if (armed().kind == "nan" || armed().kind == "bitflip") return;
  if (armed().kind == "kill") std::raise(SIGKILL);
  if (armed().kind == "enospc")
    throw FileSystemError("no space left on device (injected at '{}')", name);
  if (armed().kind == "hang") {
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }
  throw InternalError("injected failure at '{}'", name);
}

bool injects_nan(std::string_view name) { return armed().kind == "nan" && armed().point == name; }

void corrupt(std::string_view name, std::span<std::byte> bytes) {
  if (armed().point.empty() || armed().point != name || armed().kind != "bitflip") return;
  if (!bytes.empty()) bytes.back() ^= std::byte{0x40};
}

}  // namespace nubox::fault
