#include "app/run_record.hpp"

#include "nubox/core/build_info.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/machine.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/par/directory.hpp"
#include "nubox/par/gather_texts.hpp"
#include "nubox/par/session.hpp"

#include <ctime>
#include <set>
#include <unistd.h>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

namespace nubox::app {
namespace {

using nlohmann::json;

/// Environment variables that the batch system set for the job.
json batch_variables() {
  json variables = json::object();
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (text.starts_with("SLURM_"))
      variables[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  }
  return variables;
}

json to_json(const io::InputDigests& digests) {
  json entries = json::object();
  for (const auto& [path, digest] : digests) {
    entries[path] = {{"size_bytes", digest.size_bytes}, {"xxh3", digest.checksum}};
  }
  return entries;
}

}  // namespace

void write_run_record(const par::Comm& comm, const std::filesystem::path& directory,
                      const config::Config& config,
                      const std::vector<std::filesystem::path>& inputs) {
  write_digested_run_record(comm, directory, config, io::digest_inputs(comm, inputs));
}

void write_digested_run_record(const par::Comm& comm, const std::filesystem::path& directory,
                               const config::Config& config, const io::InputDigests& inputs) {
  par::make_directory(comm, directory);
  const std::vector<std::string> hosts = par::gather_texts(comm, machine::host_name());
  const json provenance = {
      {"command", config.command()},
      {"code_version", version_text()},
      {"compiler", compiler_text()},
      {"mpi", par::mpi_library_text()},
      {"hdf5", io::hdf5_library_text()},
      {"ranks", comm.size()},
      {"hosts", std::set<std::string>(hosts.begin(), hosts.end())},
      {"batch", batch_variables()},
      {"inputs", to_json(inputs)},
      {"time_utc", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
  };
  io::publish_text(comm, directory / "config.used.ini", io::own_name(), config.to_ini());
  io::publish_text(comm, directory / "provenance.json", io::own_name(),
                   provenance.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

}  // namespace nubox::app
