#pragma once

#include "nubox/config/config.hpp"

/// In a build with LibTorch nubox is two programs, since loading LibTorch takes longer than most
/// commands: nubox, which has the commands that do not need it, and nubox-torch beside it, which
/// has all. A run of nubox that needs LibTorch continues as nubox-torch in the same process.
namespace nubox::app {

/// Replaces the process by nubox-torch if its arguments are those of a run that needs LibTorch.
/// Returns otherwise, also if they are refused or nubox-torch cannot be started: errors are
/// reported when the ranks can agree on them. Must be called before MPI is initialised. Rank-local.
void continue_in_torch_program(char** argv);

/// Rank-local. @throws UsageError if this is a build without LibTorch and the command needs it,
/// FileSystemError if nubox-torch could not be started
void require_torch_program(const config::Config& config);

}  // namespace nubox::app
