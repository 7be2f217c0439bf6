#include "train/training_checkpoint.hpp"

#include "nubox/core/build_info.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/fault.hpp"
#include "nubox/core/log.hpp"
#include "nubox/net/model_attributes.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/directory.hpp"

#include <algorithm>
#include <sstream>
#include <system_error>
#include <vector>

namespace nubox::train {
namespace {

namespace fs = std::filesystem;
constexpr const char* format_name = "nubox-checkpoint";
constexpr std::size_t checkpoints_kept = 2;

}  // namespace

Checkpoints::Checkpoints(const par::Comm& comm, fs::path directory, Identity identity)
    : comm_(comm), directory_(std::move(directory)), identity_(std::move(identity)) {
  par::make_directory(comm_, directory_);
}

std::vector<fs::path> Checkpoints::list() const {
  std::string names = par::agree(comm_, [&] {
    std::string text;
    if (!comm_.is_root()) return text;
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory_, error)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("ckpt-") && name.ends_with(".h5")) found.push_back(name);
    }
    if (error) throw FileSystemError("cannot list {}: {}", directory_.string(), error.message());
    std::sort(found.rbegin(), found.rend());
    for (const std::string& name : found) text += name + '\n';
    return text;
  });
  std::istringstream lines(comm_.broadcast(names));
  std::vector<fs::path> paths;
  for (std::string name; std::getline(lines, name);) paths.push_back(directory_ / name);
  return paths;
}

void Checkpoints::save(const Position& position, io::TableFile state) {
  const fs::path path = directory_ / fmt::format("ckpt-{:09}.h5", position.steps);
  par::agree(comm_, [&] { fault::point("checkpoint"); });
  state.format = format_name;
  state.attributes["epoch"] = static_cast<std::int64_t>(position.epoch);
  state.attributes["samples"] = static_cast<std::int64_t>(position.samples);
  state.attributes["steps"] = static_cast<std::int64_t>(position.steps);
  state.attributes["best_score"] = position.best_score;
  state.attributes["best_loss"] = position.best_loss;
  state.attributes["seconds"] = position.seconds;
  state.group_attributes["options"] = identity_.option_values;
  state.attributes["config_hash"] = identity_.config_hash;
  state.attributes["data_manifest"] = identity_.data_manifest;
  state.attributes["code_version"] = version_text();
  state.attributes["ranks"] = static_cast<std::int64_t>(comm_.size());
  io::write_table_file(comm_, path, state);
  remove_all_but(checkpoints_kept);
}

void Checkpoints::remove_all_but(std::size_t keep) {
  const std::vector<fs::path> paths = list();
  if (!comm_.is_root()) return;
  for (std::size_t i = keep; i < paths.size(); ++i) {
    std::error_code error;  // ignored: an old checkpoint does no harm
    fs::remove(paths[i], error);
  }
}

std::string Checkpoints::differing_option(const io::TableFile& table) const {
  const auto found = table.group_attributes.find("options");
  if (found == table.group_attributes.end()) return {};
  return fmt::format(" ({})", io::first_difference(found->second, identity_.option_values));
}

Checkpoints::Loaded Checkpoints::read(const fs::path& path) const {
  io::TableFile table = io::read_table_file(comm_, path, format_name);
  return par::agree(comm_, [&] {
    const io::Attributes& root = table.attributes;
    const bool same_options =
        net::attribute<std::string>(root, "config_hash") == identity_.config_hash;
    if (!same_options ||
        net::attribute<std::string>(root, "data_manifest") != identity_.data_manifest) {
      throw UsageError(
          "{} belongs to a training with other {}: choose another train.out, or train.resume=never",
          path.string(), same_options ? "data" : "options" + differing_option(table));
    }
    return Loaded{
        {net::attribute<std::uint64_t>(root, "epoch"),
         net::attribute<std::uint64_t>(root, "samples"),
         net::attribute<std::uint64_t>(root, "steps"), net::attribute<double>(root, "best_score"),
         net::attribute<double>(root, "best_loss"), net::attribute<double>(root, "seconds")},
        std::move(table),
        path};
  });
}

std::optional<Checkpoints::Loaded> Checkpoints::load(Resume resume, const fs::path& file) {
  if (resume == Resume::never) {
    remove_all_but(0);
    return std::nullopt;
  }
  if (resume == Resume::file) return read(file);
  for (const fs::path& path : list()) {
    try {
      return read(path);
    } catch (const Error& error) {  // agreed: all ranks come here together
      if (error.code() == ExitCode::usage || !error.agreed()) throw;
      if (comm_.is_root()) log::warn("skipping checkpoint {}: {}", path.string(), error.what());
    }
  }
  return std::nullopt;
}

}  // namespace nubox::train
