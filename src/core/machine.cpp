#include "nubox/core/machine.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sched.h>
#include <thread>
#include <unistd.h>

namespace nubox::machine {

std::vector<int> allowed_cpus() {
  // The kernel refuses a mask smaller than its own; this one holds more CPUs than any machine has.
  std::array<cpu_set_t, 16> mask{};
  if (sched_getaffinity(0, sizeof(mask), mask.data()) != 0) {
    throw InternalError("the affinity mask of the process cannot be read");
  }
  std::vector<int> numbers;
  for (std::size_t part = 0; part < mask.size(); ++part) {
    for (int i = 0; i < CPU_SETSIZE; ++i) {
      if (CPU_ISSET(i, &mask[part])) numbers.push_back(static_cast<int>(part) * CPU_SETSIZE + i);
    }
  }
  return numbers;
}

std::string ranges_text(const std::vector<int>& numbers) {
  std::string text;
  for (std::size_t first = 0, next = 0; first < numbers.size(); first = next) {
    next = first + 1;
    while (next < numbers.size() && numbers[next] == numbers[next - 1] + 1) ++next;
    text += fmt::format("{}{}", text.empty() ? "" : ",", numbers[first]);
    if (next > first + 1) text += fmt::format("-{}", numbers[next - 1]);
  }
  return text;
}

int threads_of_process(int processes) {
  int threads = 0;
  if (const char* asked = std::getenv("OMP_NUM_THREADS")) threads = std::atoi(asked);
  if (threads < 1) {
    threads = static_cast<int>(std::thread::hardware_concurrency()) / std::max(processes, 1);
  }
  return std::max(threads, 1);
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace nubox::machine
