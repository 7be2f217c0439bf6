#include "app/torch/suite.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/signals.hpp"

#include "app/paths.hpp"
#include "app/setup.hpp"

#include <array>
#include <optional>
#include <set>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> suite_inputs(const config::Config& config) {
  std::vector<fs::path> inputs = expand_paths(config.texts("predict.in"), "predict.in");
  if (inputs.empty()) throw UsageError("'predict.in' must be given: massless field files");
  std::set<fs::path> seen;
  for (const fs::path& path : inputs) {
    if (!seen.insert(fs::weakly_canonical(path)).second) {
      throw UsageError("predict.in names {} twice", path.string());
    }
  }
  return inputs;
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

/// Names of snapshots have no dot, so that theirs are in the directory's name.
fs::path output_name(const fs::path& input, double M_nu_eV, bool gadget) {
  const std::string name = "mnu-" + mass_text(M_nu_eV);
  const std::string box =
      input.filename() == "mnu-0.000.h5" ? name : input.stem().string() + "-" + name;
  return gadget ? fs::path(box) / "snap" : fs::path(box + ".h5");
}

}  // namespace

std::vector<SuiteTask> suite_tasks(const config::Config& config) {
  const std::vector<fs::path> inputs = suite_inputs(config);
  const std::vector<double> masses = config.numbers("predict.mnu_eV");
  const fs::path out = config.text("predict.out");
  if (masses.empty()) throw UsageError("predict.mnu_eV names no mass");
  require_writable_masses(masses, "predict.mnu_eV");
  const bool gadget = config.text("predict.format") == "gadget";
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
      task.wanted.push_back(
          {mass, (directory / output_name(input, mass, gadget)).lexically_normal()});
      if (!outputs.insert(task.wanted.back().out).second) {
        throw UsageError("two boxes would be written to {}", task.wanted.back().out.string());
      }
    }
    tasks.push_back(std::move(task));
  }
  return tasks;
}

int group_of(const par::Comm& world, std::size_t groups) {
  const auto ranks = static_cast<std::size_t>(world.size());
  if (groups == 0 || ranks % groups != 0) {
    throw UsageError("predict.groups = {} does not divide {} ranks", groups, ranks);
  }
  return static_cast<int>(static_cast<std::size_t>(world.rank()) / (ranks / groups));
}

void run_suite(const par::Comm& world, const par::Comm& group, const std::vector<SuiteTask>& tasks,
               const SuiteWork& work) {
  const auto groups = static_cast<std::size_t>(world.size() / group.size());
  const auto own_group = static_cast<std::size_t>(world.rank() / group.size());
  const bool speaks = group.is_root();
  const par::StopSignals signals;
  const Stopwatch watch;
  TaskResult total;
  std::int64_t failures = 0;
  std::optional<Error> first_failure;
  for (std::size_t i = own_group; i < tasks.size(); i += groups) {
    const SuiteTask* next = i + groups < tasks.size() ? &tasks[i + groups] : nullptr;
    try {
      const TaskResult result = work(tasks[i], next);
      total.made += result.made;
      total.found += result.found;
    } catch (const Error& error) {
      // What a group did not agree on may leave its ranks in different places: that ends the job.
      if (!error.agreed()) throw;
      if (speaks && tasks.size() > 1) log::warn("failed: {}", error.what());
      if (!first_failure) first_failure = error;
      ++failures;
    }
    if (next != nullptr && group.all_reduce(signals.raised() ? 1 : 0, par::Reduction::max)) {
      first_failure = Error(ExitCode::stopped,
                            "stopped by a signal between two inputs; the same command goes on");
      break;
    }
  }
  // Every rank of a group counted the same.
  std::array<std::int64_t, 3> counts{};
  if (speaks) counts = {total.made, total.found, failures};
  world.all_reduce(std::span<std::int64_t>(counts));
  const double hours = watch.seconds() / 3600;
  if (tasks.size() > 1 && world.is_root()) {
    log::info("{} boxes made ({:.3g} per hour), {} found finished, {} of {} inputs failed",
              counts[0], static_cast<double>(counts[0]) / hours, counts[1], counts[2],
              tasks.size());
  }
  par::agree_on(world, first_failure);
}

}  // namespace nubox::app
