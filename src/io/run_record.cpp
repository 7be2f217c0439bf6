#include "nubox/io/run_record.hpp"

#include "nubox/core/build_info.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/machine.hpp"
#include "nubox/io/bytes.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/io/hdf5.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/session.hpp"

#include <ctime>
#include <set>
#include <sstream>
#include <unistd.h>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

namespace nubox::io {
namespace {

using nlohmann::json;

/// Texts of all ranks in rank order. Collective.
std::vector<std::string> gather_texts(const par::Comm& comm, const std::string& text) {
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

/// What the batch system says about the job.
json batch_variables() {
  json variables = json::object();
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (text.starts_with("SLURM_"))
      variables[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  }
  return variables;
}

json to_json(const InputDigests& digests) {
  json entries = json::object();
  for (const auto& [path, digest] : digests) {
    entries[path] = {{"size_bytes", digest.size_bytes}, {"xxh3", digest.checksum}};
  }
  return entries;
}

}  // namespace

InputDigests digest_inputs(const par::Comm& comm,
                           const std::vector<std::filesystem::path>& inputs) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  const std::string own = par::agree(comm, [&] {
    std::string lines;
    for (auto i = static_cast<std::size_t>(comm.rank()); i < inputs.size(); i += ranks) {
      log::beat();
      const FileDigest digest = digest_of(inputs[i]);
      lines += fmt::format("{} {} {}\n", i, digest.size_bytes, digest.checksum);
    }
    return lines;
  });
  InputDigests digests;
  for (const std::string& lines : gather_texts(comm, own)) {
    std::istringstream stream(lines);
    std::size_t index = 0;
    FileDigest digest;
    while (stream >> index >> digest.size_bytes >> digest.checksum) {
      digests[inputs[index].string()] = digest;
    }
  }
  return digests;
}

void write_run_record(const par::Comm& comm, const std::filesystem::path& directory,
                      const config::Config& config,
                      const std::vector<std::filesystem::path>& inputs) {
  write_digested_run_record(comm, directory, config, digest_inputs(comm, inputs));
}

void write_digested_run_record(const par::Comm& comm, const std::filesystem::path& directory,
                               const config::Config& config, const InputDigests& inputs) {
  par::agree(comm, [&] {
    std::error_code failure;
    // A bare file name has no directory: its record goes where it goes.
    if (comm.is_root() && !directory.empty())
      std::filesystem::create_directories(directory, failure);
    if (failure) throw FileSystemError("cannot make {}: {}", directory.string(), failure.message());
  });
  const std::vector<std::string> hosts = gather_texts(comm, machine::host_name());
  const json provenance = {
      {"command", config.command()},
      {"code_version", version_text()},
      {"compiler", compiler_text()},
      {"mpi", par::mpi_library_text()},
      {"hdf5", hdf5_library_text()},
      {"ranks", comm.size()},
      {"hosts", std::set<std::string>(hosts.begin(), hosts.end())},
      {"batch", batch_variables()},
      {"inputs", to_json(inputs)},
      {"time_utc", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
  };
  publish_text(comm, directory / "config.used.ini", config.to_ini());
  publish_text(comm, directory / "provenance.json",
               provenance.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

}  // namespace nubox::io
