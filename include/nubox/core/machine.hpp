#pragma once

#include <string>
#include <vector>

/// Processors and threads of this process (Linux). All rank-local.
namespace nubox::machine {

/// Numbers of the CPUs that this process may run on (its affinity mask), ascending.
[[nodiscard]] std::vector<int> allowed_cpus();
/// "0-3,8": ranges of ascending numbers.
[[nodiscard]] std::string ranges_text(const std::vector<int>& numbers);

/// Number of compute threads of each of `processes` processes on one machine: OMP_NUM_THREADS if it
/// is a positive number, otherwise an equal share of the CPUs.
[[nodiscard]] int threads_of_process(int processes);

[[nodiscard]] std::string host_name();

}  // namespace nubox::machine
