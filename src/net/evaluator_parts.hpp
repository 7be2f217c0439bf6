#pragma once

#include "nubox/net/evaluator.hpp"

#include "net/device.hpp"
#include "net/emulator.hpp"

namespace nubox::net {

struct Evaluator::Parts {
  ModelCard card;
  Footprint footprint;
  Precision precision;
  Emulator emulator;
};

}  // namespace nubox::net
