#include "predict/write_behind.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/timer.hpp"

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
    log::info("{}, disk {:.1f} s", waiting.box.summary, watch.seconds());
  } catch (const Error& error) {
    if (!error.agreed()) throw;
    progress_->output_failed(waiting.task, error);
  }
}

}  // namespace nubox::predict
