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

#include "sim/run_log.hpp"
#include "sim/run_state.hpp"

#include <cmath>
#include <memory>
#include <optional>
#include <string>

namespace nubox::sim {
namespace {

P3mForce make_p3m(const par::Comm& comm, const SimulationOptions& options) {
  return {comm, options.mesh_factor * options.n, options.box_size_mpch, pair_split(options)};
}

std::unique_ptr<Force> make_force(const par::Comm& comm, const SimulationOptions& options) {
  if (options.gravity == Gravity::p3m) {
    return std::unique_ptr<Force>(new P3mForce(make_p3m(comm, options)));
  }
  return std::make_unique<PmForce>(comm, options.mesh_factor * options.n, options.box_size_mpch);
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
  /// Orders of perturbation theory at the start with the phases of the given initial conditions.
  [[nodiscard]] std::vector<field::LatticeField> given_orders(double a) const;
  /// Frame, and particles unless they are in hand, by perturbation theory.
  void start_by_perturbation_theory(bool with_particles);
  [[nodiscard]] std::string start_text() const;
  [[nodiscard]] bool is_adaptive() const { return options_.accuracy > 0; }
  /// True if the particles themselves are given.
  [[nodiscard]] bool is_continued() const {
    return options_.ics && options_.ics->continued && parameters_.M_nu_eV == 0;
  }
  void integrate_to(std::size_t output);
  void integrate_adaptively_to(std::size_t output);
  void after_step(const RunPosition& position);
  /// Says how many steps there were and what set their number.
  void report(std::size_t steps) const;
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
  StepLengths step_lengths_;  ///< of adaptive steps
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
    if (i < position_.output && !is_adaptive()) steps_before += plan_[i].size() - 1;
  }
  progress_.emplace(name_, steps, steps_before);
  for (std::size_t output = position_.output; output < plan_.size(); ++output) {
    if (is_adaptive()) {
      integrate_adaptively_to(output);
    } else {
      integrate_to(output);
    }
    on_output(box(output));
  }
  if (!interruption_.checkpoint.empty()) remove_checkpoint(comm_, interruption_.checkpoint);
  report(progress_->done() - steps_before);
}

void Run::report(std::size_t steps) const {
  const std::uint64_t peak = comm_.all_reduce(memory::peak_rss_bytes(), par::Reduction::max);
  log::info("{}: {} steps{} to z = {:g} in {} (forces: {}; peak memory of a rank {})", name_, steps,
            step_lengths_.text(), options_.redshifts.back(), duration_text(watch_.seconds()),
            shares_text(force_times_), memory::text(peak));
}

std::optional<Checkpoint> Run::find_checkpoint() const {
  const std::filesystem::path& path = interruption_.checkpoint;
  if (path.empty()) return std::nullopt;
  auto found = read_checkpoint(par::SlabLayout(comm_, options_.n), path, identity_);
  if (!found) return std::nullopt;
  const std::size_t output = found->position.output, step = found->position.step;
  par::agree(comm_, [&] {
    if (output >= plan_.size() || (!is_adaptive() && step >= plan_[output].size())) {
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
  if (!is_adaptive()) found->particles.a = plan_[output][step];
  return found;
}

std::vector<field::LatticeField> Run::given_orders(double a) const {
  const auto massless = par::agree(comm_, [&] {
    return cosmology::LinearTheory(options_.ics->massless, tables_, options_.neutrinos,
                                   theory_.a_out());
  });
  return orders_with_phases_of(comm_, *options_.ics, massless, theory_, a, options_.lpt_order);
}

void Run::start_by_perturbation_theory(bool with_particles) {
  const double a = plan_.front().front();
  const bool cola = options_.stepping == Stepping::cola;
  if (options_.ics) {
    auto orders = given_orders(a);
    if (cola) frame_.emplace(orders, theory_, a);
    if (with_particles) particles_ = particles_of_orders(std::move(orders), theory_, a);
  } else {
    const fft::MeshField density =
        gaussian_modes(fft::Plan::create(comm_, options_.n), options_.box_size_mpch, options_.noise,
                       [&](double k) { return theory_.power_cb(k, a); });
    auto orders = lagrangian_orders(density, theory_, a, options_.lpt_order);
    if (cola) frame_.emplace(orders, theory_, a);
    if (with_particles) {
      particles_ = lagrangian_particles(density, std::move(orders), theory_, a);
    }
  }
  if (cola && with_particles) frame_->enter(*particles_);
}

void Run::start() {
  std::optional<Checkpoint> checkpoint = find_checkpoint();
  if (!checkpoint && is_continued()) {
    particles_ = read_particles(comm_, *options_.ics);
  } else if (!checkpoint || options_.stepping == Stepping::cola) {
    start_by_perturbation_theory(!checkpoint);
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
             .after_step = [&](std::size_t step) {
               after_step({output, step});
             }});
  for (const auto& [phase, seconds] : force->times().seconds()) force_times_.add(phase, seconds);
}

void Run::integrate_adaptively_to(std::size_t output) {
  P3mForce force = make_p3m(comm_, options_);
  if (!position_.adaptive) position_.adaptive.emplace();
  const double a_end = plan_[output].back(), a_last = plan_.back().back();
  const AdaptiveSteps steps{options_.accuracy, softening_mpch(options_)};
  integrate_adaptively(
      *particles_, force, theory_, a_end, steps, *position_.adaptive, [&](double dlna) {
        step_lengths_.add(dlna);
        // Steps become shorter as structure grows, so that more of them are left than this.
        const double left = std::ceil(std::log(a_last / particles_->a) / dlna);
        progress_->expect(position_.adaptive->step + static_cast<std::size_t>(left));
        after_step({output, position_.adaptive->step, position_.adaptive});
      });
  for (const auto& [phase, seconds] : force.times().seconds()) force_times_.add(phase, seconds);
}

void Run::after_step(const RunPosition& position) {
  progress_->step(fmt::format("a = {:.3f}", particles_->a));
  if (interruption_.control == nullptr) return;
  const par::StepControl::Action action = interruption_.control->after_step();
  if (action == par::StepControl::Action::go_on) return;
  interruption_.control->save(
      [&] { write_checkpoint(interruption_.checkpoint, *particles_, identity_, position); });
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
