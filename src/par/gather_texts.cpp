#include "nubox/par/gather_texts.hpp"

#include <span>

namespace nubox::par {

std::vector<std::string> gather_texts(const Comm& comm, const std::string& text) {
  const std::vector<std::size_t> lengths = comm.all_gather(text.size());
  const std::vector<char> all = comm.all_gather(std::span<const char>(text));
  std::vector<std::string> texts;
  auto next = all.begin();
  for (const std::size_t length : lengths) {
    texts.emplace_back(next, next + static_cast<std::ptrdiff_t>(length));
    next += static_cast<std::ptrdiff_t>(length);
  }
  return texts;
}

}  // namespace nubox::par
