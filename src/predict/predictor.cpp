#include "nubox/predict/predictor.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/suite_runner.hpp"

#include "predict/open_input.hpp"
#include "predict/prediction_setup.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace nubox::predict {

struct Predictor::Parts {
  PredictionSetup setup;
};

Predictor::Predictor(const par::Comm& comm, cosmology::LinearTables tables,
                     PredictorOptions options)
    : parts_(std::make_shared<const Parts>(
          Parts{PredictionSetup(comm, std::move(tables), std::move(options))})) {}

TaskResources Predictor::resources(const SuiteTask& task) const {
  const PredictionSetup& setup = parts_->setup;
  const OpenInput input(setup, task);
  const io::FieldHeader& header = input.box().header();
  BoxRequest request{.n = header.n,
                     .box_size_mpch = header.box_size_mpch,
                     .has_velocity = input.box().has_velocity(),
                     .prior = setup.prior,
                     .rewind = setup.rewind,
                     .network = setup.network ? &setup.card->architecture : nullptr,
                     .tiles = setup.tiles(),
                     .measures_seams = setup.seam_tile(header.n) > 0,
                     .neutrino_mesh = 0,
                     .boxes = task.requests.size(),
                     .from_snapshot = input.box().is_snapshot()};
  for (const OutputRequest& output : task.requests) {
    request.neutrino_mesh =
        std::max(request.neutrino_mesh, setup.neutrino_mesh(header.n, output.M_nu_eV));
  }
  TaskResources found{.memory = memory_estimate(setup.comm, request, input.massless_theory()),
                      .n = header.n,
                      .inputs = input.box().files()};
  par::agree(setup.comm, [&] {
    for (const OutputRequest& output : task.requests) {
      const auto files = setup.output.planned_files(output.out, header.n);
      found.outputs.insert(found.outputs.end(), files.begin(), files.end());
    }
  });
  if (setup.network) {
    const net::Architecture& architecture = setup.card->architecture;
    const TilePlan plan =
        plan_tiles(par::SlabLayout(setup.comm, header.n), architecture, request.tiles);
    found.network_flop = setup.comm.all_reduce(2 * static_cast<double>(plan.origins.size()) *
                                               net::multiply_adds(architecture, plan.tile));
  }
  return found;
}

PredictBox Predictor::open(const SuiteTask& task) const {
  const PredictionSetup& setup = parts_->setup;
  const auto input = std::make_shared<OpenInput>(setup, task);
  return [input](const OutputRequest& request, const std::filesystem::path& next_input,
                 const std::function<void()>& input_is_read) {
    return input->predict(request, next_input, input_is_read);
  };
}

namespace {

/// What the tasks of a group need together.
struct SuiteNeeds {
  std::uint64_t most_bytes = 0;  ///< of one task
  std::vector<std::filesystem::path> inputs;
  std::vector<io::PlannedFile> outputs;

  void add(const TaskResources& found) {
    most_bytes = std::max(most_bytes, found.memory.peak_bytes());
    inputs.insert(inputs.end(), found.inputs.begin(), found.inputs.end());
    outputs.insert(outputs.end(), found.outputs.begin(), found.outputs.end());
  }
};

/// Collective on `world`. @throws FileSystemError, UsageError (agreed)
void try_outputs(const par::Comm& world, const par::Comm& group,
                 const std::vector<SuiteTask>& tasks, const SuiteNeeds& needs) {
  std::vector<std::filesystem::path> inputs = needs.inputs;
  for (const SuiteTask& task : tasks) inputs.push_back(task.in);
  std::optional<Error> refused;
  try {
    io::check_outputs(group, needs.outputs, inputs);
  } catch (const Error& error) {
    refused = error;
  }
  par::agree_on(world, refused);
}

}  // namespace

std::uint64_t check_resources(const par::Comm& world, const par::Comm& group,
                              const std::vector<SuiteTask>& tasks, const Predictor& predictor) {
  const auto groups = static_cast<std::size_t>(world.size() / group.size());
  SuiteNeeds needs;
  for (auto i = static_cast<std::size_t>(world.rank() / group.size()); i < tasks.size();
       i += groups) {
    log::beat();
    try {
      needs.add(predictor.resources(tasks[i]));
    } catch (const Error& error) {
      if (!error.agreed()) throw;
    }
  }
  try_outputs(world, group, tasks, needs);
  return world.all_reduce(needs.most_bytes, par::Reduction::max);
}

void check_predictions(const par::Comm& world, const par::Comm& group,
                       const std::vector<SuiteTask>& tasks, const Predictor& predictor) {
  SuiteNeeds needs;
  check_suite(world, group, tasks,
              [&](const SuiteTask& task) { needs.add(predictor.resources(task)); });
  try_outputs(world, group, tasks, needs);
}

}  // namespace nubox::predict
