#include "nubox/par/step_control.hpp"

#include "nubox/core/timer.hpp"

#include <algorithm>
#include <system_error>

namespace nubox::par {

StepControl::StepControl(const Comm& comm, Options options)
    : comm_(comm), options_(std::move(options)) {
  if (!options_.clock) options_.clock = [watch = Stopwatch()] { return watch.seconds(); };
}

StepControl::Action StepControl::after_step() {
  const double now = options_.clock();
  longest_step_s_ = std::max(longest_step_s_, now - last_step_end_s_);
  last_step_end_s_ = now;
  return static_cast<Action>(comm_.all_reduce(static_cast<int>(own_wish()), Reduction::max));
}

void StepControl::saved() {
  const double now = options_.clock();
  longest_save_s_ = std::max(longest_save_s_, now - last_step_end_s_);
  last_step_end_s_ = last_save_s_ = now;
}

StepControl::Action StepControl::own_wish() {
  if (signals_.raised()) return Action::stop;
  if (!comm_.is_root()) return Action::go_on;
  // remove() tells whether the file stood there.
  std::error_code cannot_be_removed;
  if (!options_.stop_file.empty() &&
      (std::filesystem::remove(options_.stop_file, cannot_be_removed) || cannot_be_removed)) {
    return Action::stop;
  }
  const double now = last_step_end_s_;
  if (options_.wall_clock_minutes > 0 &&
      60 * options_.wall_clock_minutes - now < longest_step_s_ + 2 * longest_save_s_) {
    return Action::stop;
  }
  const bool due =
      options_.checkpoint_minutes > 0 && now - last_save_s_ >= 60 * options_.checkpoint_minutes;
  return due ? Action::save : Action::go_on;
}

}  // namespace nubox::par
