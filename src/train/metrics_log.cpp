#include "train/metrics_log.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/progress.hpp"
#include "nubox/par/agree.hpp"

#include <sstream>
#include <string>
#include <utility>

namespace nubox::train {
namespace {

/// Lines of an earlier run up to a step; none if there is no file.
std::string kept_lines(const std::filesystem::path& path, std::uint64_t steps) {
  std::istringstream old(text_file::find(path).value_or(""));
  std::string kept;
  std::size_t number = 0;
  for (std::string line; steps > 0 && std::getline(old, line);) {
    ++number;
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    const auto step = entry.is_object() ? entry.find("step") : entry.end();
    if (step == entry.end() || !step->is_number_unsigned()) {
      // Cut off when the run was killed, mostly; such a step is repeated.
      log::info("{}, line {}: no record of a step, left out", path.string(), number);
    } else if (step->get<std::uint64_t>() <= steps) {
      kept += line + '\n';
    }
  }
  return kept;
}

/// T and r of every box; JSON has no NaN, bins without modes become null.
nlohmann::json spectra_of(const std::vector<std::string>& names, const ValidationResult& result) {
  nlohmann::json boxes = nlohmann::json::array();
  for (std::size_t b = 0; b < result.spectra.size(); ++b) {
    const stats::BoxSpectra& box = result.spectra[b];
    boxes.push_back(
        {{"box", names[b]}, {"error", box.error()}, {"T", box.transfer}, {"r", box.correlation}});
  }
  return boxes;
}

/// Adds the validation to the line of an epoch; returns it as text for the log.
std::string add_validation(const EpochRecord& epoch, nlohmann::json& line) {
  if (!epoch.validation) return {};
  line["validation_loss"] = epoch.validation->loss;
  std::string text = fmt::format("  validation {:.5g}", epoch.validation->loss);
  if (epoch.residual) {
    line["prior_validation_loss"] = epoch.prior.loss;
    text += fmt::format(" (prior {:.5g})", epoch.prior.loss);
  }
  if (!epoch.validation->has_spectra()) return text;
  const double error = epoch.validation->spectral_error(), prior = epoch.prior.spectral_error();
  line["validation_spectral_error"] = error;
  line["prior_validation_spectral_error"] = prior;
  line["spectra"] = {{"k_hmpc", stats::spectra_centres_hmpc()},
                     {"boxes", spectra_of(epoch.boxes, *epoch.validation)},
                     {"prior", spectra_of(epoch.boxes, epoch.prior)}};
  return text + fmt::format("  <|T-1| + 1-r> {:.4g} (prior {:.4g})", error, prior);
}

}  // namespace

MetricsLog::MetricsLog(const par::Comm& comm, const std::filesystem::path& path,
                       std::uint64_t steps) {
  par::agree(comm, [&] {
    if (!comm.is_root()) return;
    // Written beside the log and renamed over it while open: a run that is killed here loses no
    // line.
    const std::filesystem::path partial = path.string() + ".partial";
    file_.emplace(partial, kept_lines(path, steps));
    std::filesystem::rename(partial, path);
  });
}

void MetricsLog::write(const StepRecord& step) {
  if (!file_) return;
  const auto samples = static_cast<double>(step.samples);
  const nlohmann::json line = {{"kind", "step"},
                               {"epoch", step.epoch},
                               {"step", step.step},
                               {"loss", step.loss.displacement},
                               {"objective", step.loss.objective},
                               {"learning_rate", step.learning_rate},
                               {"gradient_norm", step.gradient_norm},
                               {"samples_per_second", samples / step.seconds.sum()},
                               {"seconds", step.seconds.sum()},
                               {"data_seconds", step.seconds.data},
                               {"forward_seconds", step.seconds.forward},
                               {"backward_seconds", step.seconds.backward},
                               {"communication_seconds", step.seconds.communication},
                               {"optimizer_seconds", step.seconds.optimizer},
                               {"gflop_per_second", step.gigaflop / step.seconds.sum()},
                               {"memory_bytes", memory::rss_bytes()}};
  file_->append(line.dump());
  epoch_loss_ += step.loss.displacement * samples;
  epoch_samples_ += samples;
  epoch_seconds_.add(step.seconds);
}

void MetricsLog::write(const EpochRecord& epoch) {
  if (!file_) return;
  const double loss = epoch_loss_ / epoch_samples_;
  const StepSeconds spent = epoch_seconds_;
  nlohmann::json line = {{"kind", "epoch"},
                         {"epoch", epoch.epoch},
                         {"step", epoch.step},
                         {"training_loss", loss},
                         {"seconds", epoch.seconds}};
  const std::string validation_text = add_validation(epoch, line);
  file_->append(line.dump());
  epoch_loss_ = 0;
  const double samples = std::exchange(epoch_samples_, 0);
  epoch_seconds_ = {};
  // The file has every epoch, the log only some of them.
  const bool last = epoch.epoch == epoch.epochs;
  if (!last && !nubox::Progress::is_line_due(epoch.epoch, epoch.epochs, since_line_.seconds()))
    return;
  since_line_.restart();
  const double percent = 100 / spent.sum();
  log::info(
      "train: epoch {}/{}  loss {:.5g}{}  {:.0f} s; {:.3g} crops/s, "
      "data {:.0f} %, forward {:.0f} %, backward {:.0f} %, communication {:.0f} %",
      epoch.epoch, epoch.epochs, loss, validation_text, epoch.seconds, samples / spent.sum(),
      percent * spent.data, percent * spent.forward, percent * spent.backward,
      percent * spent.communication);
}

void StepSeconds::add(const StepSeconds& other) {
  data += other.data;
  forward += other.forward;
  backward += other.backward;
  communication += other.communication;
  optimizer += other.optimizer;
}

}  // namespace nubox::train
