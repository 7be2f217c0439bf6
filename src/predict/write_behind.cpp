#include "predict/write_behind.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/progress.hpp"
#include "nubox/core/timer.hpp"

#include <algorithm>
#include <utility>

namespace nubox::predict {

void SuiteProgress::task_failed(std::size_t task, const Error& error) {
  if (warns_ && group_.is_root()) log::warn("failed: {}", error.what());
  if (!first_failure_) first_failure_ = error;
  failed_tasks_.insert(task);
}

void SuiteProgress::output_failed(std::size_t task, const Error& error) {
  task_failed(task, error);
  output_failed_ = true;
}

std::string SuiteProgress::text() const {
  if (boxes_ < 2 || made_ == 0) return "";
  const auto done = static_cast<std::size_t>(made_ + found_);
  const double left = static_cast<double>(boxes_ - std::min(done, boxes_));
  return fmt::format(", box {} of {}, {} left", done, boxes_,
                     duration_text(watch_.seconds() / static_cast<double>(made_) * left));
}

void WriteBehind::push(std::size_t task, PendingBox box) {
  finish();
  waiting_.emplace(Waiting{task, std::move(box)});
}

void WriteBehind::finish() {
  if (!waiting_) return;
  Waiting waiting = std::move(*waiting_);
  waiting_.reset();
  try {
    const Stopwatch watch;
    waiting.box.publication.finish();
    progress_->box_made();
    log::info("{}, disk {:.1f} s{}", waiting.box.summary, watch.seconds(), progress_->text());
  } catch (const Error& error) {
    if (!error.agreed()) throw;
    progress_->output_failed(waiting.task, error);
  }
}

}  // namespace nubox::predict
