#include "nubox/io/attributes.hpp"

namespace nubox::io {
namespace {

std::string text_of(const AttributeValue& value) {
  return std::visit([](const auto& content) { return fmt::format("{}", content); }, value);
}

}  // namespace

std::string first_difference(const Attributes& found, const Attributes& expected) {
  Attributes all = expected;
  all.insert(found.begin(), found.end());
  for (const auto& [name, any] : all) {
    const auto here = found.find(name), there = expected.find(name);
    if (here == found.end()) return fmt::format("{} is missing", name);
    if (there == expected.end()) return fmt::format("{} is {}, not unset", name, text_of(any));
    if (here->second != there->second) {
      return fmt::format("{} is {}, not {}", name, text_of(here->second), text_of(there->second));
    }
  }
  return {};
}

}  // namespace nubox::io
