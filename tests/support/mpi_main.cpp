#include "nubox/core/log.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/par/session.hpp"

#include <cstdio>

#include <gtest/gtest.h>

namespace {

/// Prints only failures, with the rank that saw them.
class RankFailures : public testing::EmptyTestEventListener {
 public:
  explicit RankFailures(int rank) : rank_(rank) {}
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "[rank %d] %s:%d\n%s\n", rank_,
                 result.file_name() != nullptr ? result.file_name() : "?", result.line_number(),
                 result.summary());
  }

 private:
  int rank_;
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  nubox::par::Session session(&argc, &argv);
  const auto world = nubox::par::Comm::world();
  nubox::log::start(world.rank(), world.size(), true);
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  if (!world.is_root()) {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new RankFailures(world.rank()));
  }
  const int local = RUN_ALL_TESTS();
  // Every rank's failure fails the run.
  return world.all_reduce(local, nubox::par::Reduction::max);
}
