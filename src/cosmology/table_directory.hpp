#pragma once

#include "nubox/cosmology/parameters.hpp"
#include "nubox/par/comm.hpp"

#include "transfer_file.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace nubox::cosmology {

/// Files of a directory of tables by their path in it.
using TableTexts = std::map<std::string, std::string>;

/// The files that belong to the tables, read by rank 0 and copied to all. Collective.
/// @throws FileSystemError, agreed
[[nodiscard]] TableTexts read_table_texts(const par::Comm& comm,
                                          const std::filesystem::path& directory);

/// Contents of a directory of tables: cosmology.ini, and for each mass a file transfer_Mnu<eV>.txt
/// (format of nubox) or a directory Mnu<eV> with files of a Boltzmann code.
struct TableDirectory {
  struct Mass {
    double mass_eV = 0;
    std::string name;  ///< path, for messages
    TransferFile transfer;
  };

  TableCosmology cosmology;
  std::vector<Mass> masses;  ///< ascending, the first is zero
  std::string digest;        ///< checksum of the files
};

/// Parses all and checks each table against the cosmology.
/// @throws InputError naming file and value: another cosmology than `expected`, a missing massless
///         table, malformed files, impossible values of T_cb at k -> 0 or of T_nu
[[nodiscard]] TableDirectory parse_table_directory(const TableTexts& texts,
                                                   const std::string& directory,
                                                   const Parameters& expected);

}  // namespace nubox::cosmology
