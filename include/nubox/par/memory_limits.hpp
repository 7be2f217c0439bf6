#pragma once

#include "nubox/par/comm.hpp"

#include <cstdint>
#include <string>

namespace nubox::par {

/// Memory that MPI, FFTW and HDF5 allocate in use: 4 to 8 MiB on 1 to 5 ranks, measured in
/// simulations of 16^3 to 128^3 particles.
inline constexpr std::uint64_t library_buffer_bytes = std::uint64_t{6} << 20;

/// Refuses work that does not fit into memory, before anything is allocated. `bytes` is what this
/// rank is about to allocate, `what` names the work ("a force mesh of 1024^3"). The ranks of one
/// machine share its available memory. A demand that only just fits is a warning. Collective.
/// @throws UsageError (agreed) that says what is needed, available and missing, and by which limit
void require_memory(const Comm& comm, std::uint64_t bytes, const std::string& what);

}  // namespace nubox::par
