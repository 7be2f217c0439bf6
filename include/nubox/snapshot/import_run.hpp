#pragma once

#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/snapshot/import.hpp"
#include "nubox/snapshot/import_plan.hpp"
#include "nubox/snapshot/imported_header.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <vector>

namespace nubox::snapshot {

/// Snapshots to import, and how.
struct ImportRequest {
  std::vector<ImportTask> tasks{};
  gadget::ReaderOptions reader{};
  gadget::ReaderOptions ics_reader{};  ///< for initial conditions, whose redshift is another
  SuppliedHeader supplied{};
  ImportOptions options{};           ///< without initial conditions and expected displacements
  bool neutrinos = false;            ///< store the density contrast of the neutrino particles
  std::size_t neutrino_mesh = 0;     ///< points per side; 0: as many as CDM particles
  std::filesystem::path tables{};    ///< directory of linear tables, for the checks
  bool checks_only = false;          ///< headers and outputs; no particle is read
  bool for_another_machine = false;  ///< checks_only, without memory and disk of this machine
};

/// Imports all snapshots of a request, each into its field file.
///
/// In a suite, finished boxes are skipped: their header has the checksum of samples of the files,
/// of the header and of the options (import_checksum). A snapshot that fails does not stop the
/// others; SIGUSR1 or SIGTERM stop the suite between two of them. A single snapshot is always
/// imported.
///
/// @param record  writes the record of the run into a directory, for these input files; collective
/// Collective. @throws the first failure (agreed): UsageError, InputError, FileSystemError; an
///         Error of code `stopped` after a signal
void run_imports(
    const par::Comm& comm, const ImportRequest& request,
    const std::function<void(const std::filesystem::path& directory,
                             const std::vector<std::filesystem::path>& files)>& record);

}  // namespace nubox::snapshot
