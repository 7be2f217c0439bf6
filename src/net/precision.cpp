#include "nubox/net/precision.hpp"

#include "nubox/core/enum_names.hpp"

namespace nubox::net {
namespace {

constexpr EnumNames<Precision, 3> names{
    {{Precision::fp32, "fp32"}, {Precision::tf32, "tf32"}, {Precision::bf16, "bf16"}}};

}  // namespace

Precision precision_from(const std::string& name) { return value_in(names, name, "precision"); }
std::string name_of(Precision precision) { return name_in(names, precision); }

}  // namespace nubox::net
