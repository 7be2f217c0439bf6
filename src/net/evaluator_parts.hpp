#pragma once

#include "nubox/net/evaluator.hpp"
#include "nubox/net/torch/device.hpp"
#include "nubox/net/torch/emulator.hpp"

namespace nubox::net {

struct Evaluator::Parts {
  ModelCard card;
  Footprint footprint;
  Precision precision;
  Emulator emulator;
};

}  // namespace nubox::net
