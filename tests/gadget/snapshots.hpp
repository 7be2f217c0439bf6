#pragma once

#include <filesystem>

namespace nubox::test {

/// Made by tests/gadget/make_snapshots.py, which the test fixture "snapshots" runs (ctest does).
inline const std::filesystem::path snapshots =
    std::filesystem::path(NUBOX_BINARY_DIR) / "tests/snapshots";

}  // namespace nubox::test
