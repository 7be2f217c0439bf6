#include "nubox/predict/suite_plan.hpp"

#include "nubox/core/error.hpp"
#include "nubox/cosmology/mass_text.hpp"
#include "nubox/io/suite_paths.hpp"

#include <algorithm>
#include <iterator>
#include <regex>
#include <set>

namespace nubox::predict {
namespace {

namespace fs = std::filesystem;

/// The base name of a snapshot has no dot, so that the mass is in the name of its directory.
fs::path output_name(const fs::path& input, double M_nu_eV, bool gadget) {
  const std::string name = "mnu-" + cosmology::mass_text(M_nu_eV);
  const std::string box =
      input.filename() == "mnu-0.000.h5" ? name : input.stem().string() + "-" + name;
  return gadget ? fs::path(box) / "snap" : fs::path(box + ".h5");
}

/// One box that `out` names.
bool is_single(const SuiteOptions& options) {
  return options.inputs.size() == 1 && options.masses_eV.size() == 1 &&
         options.out.has_filename() && !options.directories && options.parts == 1;
}

/// The last directories of a path.
fs::path last_directories(const fs::path& input, std::size_t count) {
  const fs::path directory = fs::weakly_canonical(input).parent_path().relative_path();
  const auto length = static_cast<std::size_t>(std::distance(directory.begin(), directory.end()));
  auto part = directory.begin();
  std::advance(part, length - std::min(count, length));
  fs::path kept;
  for (; part != directory.end(); ++part) kept /= *part;
  return kept;
}

/// The directory of each input below `out`.
std::vector<fs::path> output_directories(const SuiteOptions& options) {
  if (!options.directories) return io::relative_directories(options.inputs);
  std::vector<fs::path> directories;
  for (const fs::path& input : options.inputs) {
    directories.push_back(last_directories(input, *options.directories));
  }
  return directories;
}

}  // namespace

std::vector<SuiteTask> suite_tasks(const SuiteOptions& options) {
  const auto& [inputs, masses, out, format, kept, part, parts] = options;
  if (inputs.empty()) {
    throw UsageError("'predict.in' must be given: massless field files or snapshots");
  }
  io::require_distinct(inputs, "predict.in");
  if (masses.empty()) throw UsageError("predict.mnu_eV names no mass");
  cosmology::require_writable_masses(masses, "predict.mnu_eV");
  const bool gadget = format == BoxFormat::gadget;
  if (is_single(options)) {
    const bool suffixed = out.extension() == ".h5" || out.extension() == ".hdf5";
    const fs::path base = gadget && suffixed ? out.parent_path() / out.stem() : out;
    return {{inputs[0], {{masses[0], base}}}};
  }

  const std::vector<fs::path> directories = output_directories(options);
  std::vector<SuiteTask> tasks;
  std::set<fs::path> outputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    SuiteTask task{inputs[i], {}};
    for (const double mass : masses) {
      task.requests.push_back(
          {mass, (out / directories[i] / output_name(inputs[i], mass, gadget)).lexically_normal()});
      if (!outputs.insert(task.requests.back().out).second) {
        throw UsageError("two boxes would be written to {}", task.requests.back().out.string());
      }
    }
    if (i % parts == part) tasks.push_back(std::move(task));
  }
  return tasks;
}

std::pair<std::size_t, std::size_t> part_of(const std::string& text) {
  static const std::regex form("([0-9]{1,9})/([0-9]{1,9})");
  std::smatch numbers;
  if (std::regex_match(text, numbers, form)) {
    const std::size_t number = std::stoul(numbers[1]), count = std::stoul(numbers[2]);
    if (1 <= number && number <= count) return {number - 1, count};
  }
  throw UsageError("predict.part = '{}' is no share such as 2/8 (the second of eight)", text);
}

fs::path record_directory(const SuiteOptions& options) {
  if (is_single(options)) return options.out.parent_path();
  if (options.parts == 1) return options.out;
  return options.out / fmt::format("part-{}-of-{}", options.part + 1, options.parts);
}

}  // namespace nubox::predict
