#include "nubox/par/step_control.hpp"

#include "nubox/core/timer.hpp"

#include <algorithm>
#include <cmath>
#include <system_error>

namespace nubox::par {

StepControl::StepControl(const Comm& comm, Options options)
    : comm_(comm), options_(std::move(options)) {
  if (!options_.clock) options_.clock = [watch = Stopwatch()] { return watch.seconds(); };
}

void StepControl::begin_steps() { last_step_end_s_ = last_save_s_ = options_.clock(); }

StepControl::Action StepControl::after_step() { return action_of(comm_.all_reduce(vote())); }

double StepControl::vote() {
  end_step(options_.clock());
  return static_cast<double>(own_vote());
}

// Only rank 0 votes for a checkpoint (1), so that a sum of 2 or more contains a vote to stop (2).
StepControl::Action StepControl::action_of(double sum_of_votes) {
  return static_cast<Action>(std::min(std::lround(sum_of_votes), 2L));
}

void StepControl::save(const std::function<void()>& work) {
  const double start = options_.clock();
  end_step(start);
  work();
  last_step_end_s_ = last_save_s_ = options_.clock();
  longest_save_s_ = std::max(longest_save_s_, last_save_s_ - start);
}

void StepControl::end_step(double now_s) {
  longest_step_s_ = std::max(longest_step_s_, now_s - last_step_end_s_);
  last_step_end_s_ = now_s;
}

StepControl::Action StepControl::own_vote() {
  if (signals_.raised()) return Action::stop;
  if (!comm_.is_root()) return Action::go_on;
  // remove() returns whether the file existed.
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
