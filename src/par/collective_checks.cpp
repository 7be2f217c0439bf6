#include "nubox/par/collective_checks.hpp"

#include "nubox/core/error.hpp"

#include <atomic>

namespace nubox::par {
namespace {

#ifdef NDEBUG
constexpr bool enabled_by_default = false;
#else
constexpr bool enabled_by_default = true;
#endif

std::atomic<bool> checks_enabled{enabled_by_default};
thread_local int rank_local_depth = 0;

}  // namespace

void set_collective_checks(bool enabled) { checks_enabled = enabled; }

bool collective_checks() { return checks_enabled; }

RankLocalWork::RankLocalWork() { ++rank_local_depth; }

RankLocalWork::~RankLocalWork() { --rank_local_depth; }

void require_no_rank_local_work(const char* operation) {
  if (rank_local_depth == 0 || !collective_checks()) return;
  throw InternalError(
      "collective operation {} inside rank-local work: a rank whose work fails before it would "
      "leave the others waiting",
      operation);
}

}  // namespace nubox::par
