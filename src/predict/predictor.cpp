#include "nubox/predict/predictor.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"

#include "predict/open_input.hpp"
#include "predict/prediction_setup.hpp"

#include <algorithm>
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
  const io::FieldHeader& header = input.file().header();
  BoxRequest request{.n = header.n,
                     .box_size_mpch = header.box_size_mpch,
                     .has_velocity = input.file().has("velocity"),
                     .prior = setup.prior,
                     .rewind = setup.rewind,
                     .network = setup.network ? &setup.card->architecture : nullptr,
                     .tiles = setup.tiles(),
                     .measures_seams = setup.seam_tile(header.n) > 0,
                     .neutrino_mesh = 0};
  for (const OutputRequest& output : task.requests) {
    request.neutrino_mesh =
        std::max(request.neutrino_mesh, setup.neutrino_mesh(header.n, output.M_nu_eV));
  }
  TaskResources found{.memory = memory_estimate(setup.comm, request, input.massless_theory()),
                      .n = header.n};
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
  if (setup.card && !setup.card->calibration.empty() &&
      prior::force_class(input->file().header()) == 0) {
    log::info(
        "{}: the header does not name a force mesh; the calibration for the finest one is used",
        task.in.string());
  }
  return [input](const OutputRequest& request, const std::filesystem::path& next_input,
                 const std::function<void()>& input_is_read) {
    return input->predict(request, next_input, input_is_read);
  };
}

std::uint64_t peak_bytes(const par::Comm& world, const par::Comm& group,
                         const std::vector<SuiteTask>& tasks, const Predictor& predictor) {
  const auto groups = static_cast<std::size_t>(world.size() / group.size());
  std::uint64_t most = 0;
  for (auto i = static_cast<std::size_t>(world.rank() / group.size()); i < tasks.size();
       i += groups) {
    log::beat();
    try {
      most = std::max(most, predictor.resources(tasks[i]).memory.peak_bytes());
    } catch (const Error& error) {
      if (!error.agreed()) throw;
    }
  }
  return world.all_reduce(most, par::Reduction::max);
}

}  // namespace nubox::predict
