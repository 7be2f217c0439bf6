#include "nubox/predict/suite_plan.hpp"

#include "nubox/core/error.hpp"
#include "nubox/cosmology/mass_text.hpp"

#include <set>

namespace nubox::predict {
namespace {

namespace fs = std::filesystem;

void require_distinct(const std::vector<fs::path>& inputs) {
  if (inputs.empty()) throw UsageError("'predict.in' must be given: massless field files");
  std::set<fs::path> seen;
  for (const fs::path& path : inputs) {
    if (!seen.insert(fs::weakly_canonical(path)).second) {
      throw UsageError("predict.in names {} twice", path.string());
    }
  }
}

/// The deepest directory that holds all inputs.
fs::path shared_directory(const std::vector<fs::path>& inputs) {
  fs::path shared = fs::weakly_canonical(inputs.front()).parent_path();
  for (const fs::path& input : inputs) {
    const fs::path directory = fs::weakly_canonical(input).parent_path();
    fs::path common;
    for (auto a = shared.begin(), b = directory.begin();
         a != shared.end() && b != directory.end() && *a == *b; ++a, ++b) {
      common /= *a;
    }
    shared = common;
  }
  return shared;
}

/// The base name of a snapshot has no dot, so that the mass is in the name of its directory.
fs::path output_name(const fs::path& input, double M_nu_eV, bool gadget) {
  const std::string name = "mnu-" + cosmology::mass_text(M_nu_eV);
  const std::string box =
      input.filename() == "mnu-0.000.h5" ? name : input.stem().string() + "-" + name;
  return gadget ? fs::path(box) / "snap" : fs::path(box + ".h5");
}

}  // namespace

std::vector<SuiteTask> suite_tasks(const SuiteOptions& options) {
  const auto& [inputs, masses, out, format] = options;
  require_distinct(inputs);
  if (masses.empty()) throw UsageError("predict.mnu_eV names no mass");
  cosmology::require_writable_masses(masses, "predict.mnu_eV");
  const bool gadget = format == BoxFormat::gadget;
  if (inputs.size() == 1 && masses.size() == 1 && out.has_filename()) {
    const bool suffixed = out.extension() == ".h5" || out.extension() == ".hdf5";
    const fs::path base = gadget && suffixed ? out.parent_path() / out.stem() : out;
    return {{inputs[0], {{masses[0], base}}}};
  }

  const fs::path shared = shared_directory(inputs);
  std::vector<SuiteTask> tasks;
  std::set<fs::path> outputs;
  for (const fs::path& input : inputs) {
    const fs::path directory =
        out / fs::weakly_canonical(input).parent_path().lexically_relative(shared);
    SuiteTask task{input, {}};
    for (const double mass : masses) {
      task.requests.push_back(
          {mass, (directory / output_name(input, mass, gadget)).lexically_normal()});
      if (!outputs.insert(task.requests.back().out).second) {
        throw UsageError("two boxes would be written to {}", task.requests.back().out.string());
      }
    }
    tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace nubox::predict
