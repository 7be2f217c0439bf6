#pragma once

#include "nubox/core/phase.hpp"
#include "nubox/core/timer.hpp"

#include <string>

#include <fmt/format.h>

namespace nubox::predict {

/// Seconds of the consecutive stages of one box; the stage in progress is the phase of the log.
class Stages {
 public:
  void enter(const std::string& stage) {
    text_ = text();
    stage_ = stage;
    enter_phase("predict: " + stage);
    (void)watch_.restart();
  }
  /// "read 0.1 s, prior rewind 2.3 s, ..."
  [[nodiscard]] std::string text() const {
    if (stage_.empty()) return "";
    return fmt::format("{}{}{} {:.1f} s", text_, text_.empty() ? "" : ", ", stage_,
                       watch_.seconds());
  }

 private:
  Stopwatch watch_;
  std::string stage_, text_;
};

}  // namespace nubox::predict
