#include "nubox/core/log.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/par/session.hpp"

#include <cstdio>

#include <gtest/gtest.h>

namespace {

/// Prints failures with the rank that saw them. A fatal one (an assertion, an exception out of a
/// test) ends the job: this rank leaves the test and would let the others wait in a collective.
class RankFailures : public testing::EmptyTestEventListener {
 public:
  RankFailures(int rank, int size) : rank_(rank), size_(size) {}
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "[rank %d] %s:%d\n%s\n", rank_,
                 result.file_name() != nullptr ? result.file_name() : "?", result.line_number(),
                 result.summary());
    if (result.fatally_failed() && size_ > 1) {
      std::fflush(nullptr);
      MPI_Abort(MPI_COMM_WORLD, 1);
    }
  }

 private:
  int rank_, size_;
};

}  // namespace

#ifdef __SANITIZE_ADDRESS__
/// Options of the sanitizers that the environment need not give. Leaks are not reported: Open MPI
/// leaves memory to the end of the process, in plugins that are unloaded before a report is made
/// and can thus not be named in a list of exceptions.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
extern "C" const char* __ubsan_default_options() { return "print_stacktrace=1"; }
#endif

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  nubox::par::Session session(&argc, &argv);
  const auto world = nubox::par::Comm::world();
  nubox::log::start(world.rank(), world.size(), true);
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  if (!world.is_root()) {
    delete listeners.Release(listeners.default_result_printer());
  }
  if (world.size() > 1) listeners.Append(new RankFailures(world.rank(), world.size()));
  const int local = RUN_ALL_TESTS();
  // Every rank's failure fails the run.
  return world.all_reduce(local, nubox::par::Reduction::max);
}
