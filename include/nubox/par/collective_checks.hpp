#pragma once

namespace nubox::par {

/// Checks of the rules for collectives: no collective operation inside the rank-local work of
/// agree(), and the same error on all ranks in throw_agreed(). They are on by default in builds
/// with assertions (without NDEBUG). Must be equal on all ranks.
void set_collective_checks(bool enabled);
[[nodiscard]] bool collective_checks();

/// Marks rank-local work on this thread: while one exists, an operation of a Comm throws.
class RankLocalWork {
 public:
  RankLocalWork();
  ~RankLocalWork();
  RankLocalWork(const RankLocalWork&) = delete;
  RankLocalWork& operator=(const RankLocalWork&) = delete;
};

/// @throws InternalError that names the operation, if this thread is in rank-local work and the
/// checks are on
void require_no_rank_local_work(const char* operation);

}  // namespace nubox::par
