#include "train/metrics_log.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"

#include <string>

namespace nubox::train {
namespace {

std::string kept_lines(const std::filesystem::path& path, std::uint64_t steps) {
  std::ifstream old(path);
  std::string kept;
  for (std::string line; steps > 0 && std::getline(old, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    // A line cut off by a kill is no JSON; it belongs to a step that will be done again.
    if (entry.is_object() && entry.value("step", std::uint64_t{0}) <= steps) kept += line + '\n';
  }
  return kept;
}

}  // namespace

MetricsLog::MetricsLog(const par::Comm& comm, const std::filesystem::path& path,
                       std::uint64_t steps)
    : path_(path) {
  par::agree(comm, [&] {
    if (!comm.is_root()) return;
    const std::string kept = kept_lines(path_, steps);
    stream_.open(path_, std::ios::trunc);
    stream_ << kept << std::flush;
    if (!stream_) throw FileSystemError("cannot write {}", path_.string());
  });
}

void MetricsLog::write(const nlohmann::json& line) {
  if (!stream_.is_open()) return;
  stream_ << line.dump() << '\n' << std::flush;
  if (!stream_) throw FileSystemError("cannot write {}", path_.string());
}

}  // namespace nubox::train
