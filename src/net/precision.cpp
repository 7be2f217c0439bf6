#include "nubox/net/precision.hpp"

#include "nubox/core/error.hpp"

namespace nubox::net {

Precision precision_from(const std::string& name) {
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16}) {
    if (name == name_of(precision)) return precision;
  }
  throw UsageError("unknown precision '{}' (fp32, tf32, bf16)", name);
}

std::string name_of(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return "fp32";
    case Precision::tf32:
      return "tf32";
    case Precision::bf16:
      return "bf16";
  }
  throw InternalError("precision {} has no name", static_cast<int>(precision));
}

}  // namespace nubox::net
