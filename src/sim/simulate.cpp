#include "nubox/sim/simulate.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/progress.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/core/units.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/initial_conditions.hpp"
#include "nubox/sim/p3m_force.hpp"
#include "nubox/sim/simulation_memory.hpp"

#include "sim/run_state.hpp"

#include <memory>
#include <optional>
#include <string>

namespace nubox::sim {
namespace {

/// "fft 40 %, paint 25 %, ...", of the seconds spent in forces.
std::string shares(const PhaseTimes& times) {
  if (times.seconds().empty()) return "none";
  double total = 0;
  for (const auto& [phase, seconds] : times.seconds()) total += seconds;
  std::string text;
  for (const auto& [phase, seconds] : times.seconds()) {
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ", phase, 100 * seconds / total);
  }
  return text;
}

std::unique_ptr<Force> make_force(const par::Comm& comm, const SimulationOptions& options) {
  const std::size_t mesh_n = options.mesh_factor * options.n;
  if (options.gravity == Gravity::pm) {
    return std::make_unique<PmForce>(comm, mesh_n, options.box_size_mpch);
  }
  return std::make_unique<P3mForce>(
      comm, mesh_n, options.box_size_mpch,
      P3mForce::split_of(mesh_n, options.box_size_mpch, softening_mpch(options)));
}

/// Description of the pair forces for the log; empty without.
std::string pairs_text(const SimulationOptions& options) {
  if (options.gravity == Gravity::pm) return "";
  const ForceSplit split = P3mForce::split_of(options.mesh_factor * options.n,
                                              options.box_size_mpch, softening_mpch(options));
  return fmt::format(", pairs within {:.3g} Mpc/h (softening {:.3g}), {} steps", split.cutoff_mpch,
                     split.softening_mpch, options.steps);
}

/// The simulation of one mass of one realisation. All methods are collective.
class Run {
 public:
  Run(const par::Comm& comm, const SimulationOptions& options,
      const cosmology::Parameters& parameters, const cosmology::LinearTables& tables,
      const Interruption& interruption);
  void go(const std::function<void(const field::Box&)>& on_output);

 private:
  [[nodiscard]] io::FieldHeader header(double redshift) const {
    return output_header(options_, parameters_, tables_, redshift);
  }
  /// A checkpoint from which this run can continue.
  [[nodiscard]] std::optional<Checkpoint> find_checkpoint() const;
  /// Sets particles and frame from the initial conditions, or the particles from a checkpoint.
  void start();
  /// Linear density of the start, of the noise or the given initial conditions.
  [[nodiscard]] fft::MeshField initial_density(double a) const;
  [[nodiscard]] std::string start_text() const;
  /// True if the particles themselves are given.
  [[nodiscard]] bool is_continued() const {
    return options_.ics && options_.ics->continued && parameters_.M_nu_eV == 0;
  }
  void integrate_to(std::size_t output);
  void after_step(std::size_t output, std::size_t step);
  [[nodiscard]] field::Box box(std::size_t output);

  par::Comm comm_;
  const SimulationOptions& options_;
  const cosmology::Parameters& parameters_;
  const cosmology::LinearTables& tables_;
  const Interruption& interruption_;
  io::FieldHeader identity_;  ///< must agree with that of a checkpoint
  std::string name_;
  std::vector<std::vector<double>> plan_;
  cosmology::LinearTheory theory_;
  std::optional<Particles> particles_;
  std::optional<ColaFrame> frame_;
  RunPosition position_;
  std::optional<Progress> progress_;
  PhaseTimes force_times_;
  Stopwatch watch_;
};

Run::Run(const par::Comm& comm, const SimulationOptions& options,
         const cosmology::Parameters& parameters, const cosmology::LinearTables& tables,
         const Interruption& interruption)
    : comm_(comm),
      options_(options),
      parameters_(parameters),
      tables_(tables),
      interruption_(interruption),
      identity_(header(options.redshifts.back())),
      name_(fmt::format("seed {}, {} eV", options.noise.seed, parameters.M_nu_eV)),
      plan_(step_plan(options)),
      theory_(par::agree(comm, [&] {
        return cosmology::LinearTheory(parameters, tables, options.neutrinos,
                                       units::scale_factor(options.redshifts.back()));
      })) {
  std::string redshifts;
  for (const double z : options.redshifts) redshifts += fmt::format("{} ", z);
  identity_.extra["redshifts"] = redshifts;
  require_memory(comm, options, theory_);
}

void Run::go(const std::function<void(const field::Box&)>& on_output) {
  log::set_phase(fmt::format("simulate: {}", name_));
  start();
  std::size_t steps = 0, steps_before = position_.step;
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    steps += plan_[i].size() - 1;
    if (i < position_.output) steps_before += plan_[i].size() - 1;
  }
  progress_.emplace(name_, steps, steps_before);
  for (std::size_t output = position_.output; output < plan_.size(); ++output) {
    integrate_to(output);
    on_output(box(output));
  }
  if (!interruption_.checkpoint.empty()) remove_checkpoint(comm_, interruption_.checkpoint);
  const std::uint64_t peak = comm_.all_reduce(memory::peak_rss_bytes(), par::Reduction::max);
  log::info("{}: {} steps to z = {:g} in {} (forces: {}; peak memory of a rank {})", name_,
            steps - steps_before, options_.redshifts.back(), duration_text(watch_.seconds()),
            shares(force_times_), memory::text(peak));
}

std::optional<Checkpoint> Run::find_checkpoint() const {
  const std::filesystem::path& path = interruption_.checkpoint;
  if (path.empty()) return std::nullopt;
  auto found = read_checkpoint(par::SlabLayout(comm_, options_.n), path, identity_);
  if (!found) return std::nullopt;
  const auto [output, step] = found->position;
  par::agree(comm_, [&] {
    if (output >= plan_.size() || step >= plan_[output].size()) {
      throw InputError("{} is the state at step {} of output {}, which this run does not have",
                       path.string(), step, output);
    }
  });
  if (output > interruption_.outputs_present) {
    log::warn_together(
        "{} is the state after an output that is missing: the run starts from the beginning",
        path.string());
    return std::nullopt;
  }
  found->particles.a = plan_[output][step];
  return found;
}

fft::MeshField Run::initial_density(double a) const {
  if (!options_.ics) {
    return gaussian_modes(fft::Plan::create(comm_, options_.n), options_.box_size_mpch,
                          options_.noise, [&](double k) { return theory_.power_cb(k, a); });
  }
  const auto massless = par::agree(comm_, [&] {
    return cosmology::LinearTheory(parameters_.with_mass(0), tables_, options_.neutrinos,
                                   theory_.a_out());
  });
  return density_with_phases_of(comm_, *options_.ics, massless, theory_, a, options_.lpt_order);
}

void Run::start() {
  std::optional<Checkpoint> checkpoint = find_checkpoint();
  const bool cola = options_.stepping == Stepping::cola;
  if (!checkpoint && is_continued()) {
    particles_ = read_particles(comm_, *options_.ics);
  } else if (cola || !checkpoint) {
    const double a = plan_.front().front();
    const fft::MeshField density = initial_density(a);
    auto orders = lagrangian_orders(density, theory_, a, options_.lpt_order);
    if (cola) frame_.emplace(orders, theory_, a);
    if (!checkpoint) {
      particles_ = lagrangian_particles(density, std::move(orders), theory_, a);
      if (cola) frame_->enter(*particles_);
    }
  }
  if (checkpoint) {
    particles_ = std::move(checkpoint->particles);
    position_ = checkpoint->position;
  }
  log::info("{}: {}^3 particles in {} Mpc/h, {} at z = {}, force mesh {}^3{}{} ({:.1f} s)", name_,
            options_.n, options_.box_size_mpch, start_text(), options_.z_initial,
            options_.mesh_factor * options_.n, pairs_text(options_),
            checkpoint ? fmt::format(", continues at a = {:.3f} from {}", particles_->a,
                                     interruption_.checkpoint.string())
                       : "",
            watch_.seconds());
}

std::string Run::start_text() const {
  if (is_continued()) return fmt::format("those of {}", options_.ics->path.string());
  const std::string order = fmt::format("LPT order {}", options_.lpt_order);
  if (!options_.ics) return order;
  return fmt::format("phases of {}, {}", options_.ics->path.string(), order);
}

void Run::integrate_to(std::size_t output) {
  // The meshes exist only during the steps, since an output needs their memory.
  const std::unique_ptr<Force> force = make_force(comm_, options_);
  integrate(*particles_, *force, theory_, plan_[output],
            {.frame = frame_ ? &*frame_ : nullptr,
             .first_step = output == position_.output ? position_.step : 0,
             .after_step = [&](std::size_t step) { after_step(output, step); }});
  for (const auto& [phase, seconds] : force->times().seconds()) force_times_.add(phase, seconds);
}

void Run::after_step(std::size_t output, std::size_t step) {
  progress_->step(fmt::format("a = {:.3f}", particles_->a));
  if (interruption_.control == nullptr) return;
  const par::StepControl::Action action = interruption_.control->after_step();
  if (action == par::StepControl::Action::go_on) return;
  interruption_.control->save([&] {
    write_checkpoint(interruption_.checkpoint, *particles_, identity_, {output, step});
  });
  log::beat();
  if (action == par::StepControl::Action::save) return;
  par::throw_agreed(
      comm_,
      Error(ExitCode::stopped,
            fmt::format(
                "{}: stopped after step {} with a checkpoint in {}; repeat the command to continue",
                name_, progress_->done(), interruption_.checkpoint.string())));
}

field::Box Run::box(std::size_t output) {
  const bool last = output + 1 == plan_.size();
  Particles particles = last ? std::move(*particles_) : *particles_;
  if (frame_) frame_->leave(particles);
  return to_box(std::move(particles), header(options_.redshifts[output]));
}

}  // namespace

void simulate(const par::Comm& comm, const SimulationOptions& options,
              const cosmology::Parameters& parameters, const cosmology::LinearTables& tables,
              const std::function<void(const field::Box&)>& on_output,
              const Interruption& interruption) {
  par::agree(comm, [&] { require_valid(options); });
  Run(comm, options, parameters, tables, interruption).go(on_output);
}

}  // namespace nubox::sim
