#include "table_directory.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/text_file.hpp"
#include "nubox/cosmology/background.hpp"
#include "nubox/par/agree.hpp"

#include "boltzmann_set.hpp"
#include "table_checks.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace nubox::cosmology {
namespace {

namespace fs = std::filesystem;

constexpr const char* cosmology_file = "cosmology.ini";

bool is_own_file(const std::string& name) {
  return name.starts_with("transfer_Mnu") && name.ends_with(".txt");
}

bool is_boltzmann_file(const std::string& name) {
  const bool transfer =
      name.find("transfer") != std::string::npos || name.find("tk") != std::string::npos;
  return transfer && (name.ends_with(".dat") || name.ends_with(".txt"));
}

/// Calls use(entry) for every entry of a directory.
template <class Use>
void for_each_entry(const fs::path& directory, Use&& use) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    use(*entry);
  }
  if (error) {
    throw FileSystemError("{}: cannot list the directory of linear tables (cosmology.tables): {}",
                          directory.string(), error.message());
  }
}

TableTexts read_directory(const fs::path& directory) {
  TableTexts texts;
  for_each_entry(directory, [&](const fs::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    if (name == cosmology_file || is_own_file(name)) texts[name] = text_file::read(entry.path());
    if (!name.starts_with("Mnu") || !entry.is_directory()) return;
    for_each_entry(entry.path(), [&](const fs::directory_entry& file) {
      const std::string file_name = file.path().filename().string();
      if (is_boltzmann_file(file_name))
        texts[name + "/" + file_name] = text_file::read(file.path());
    });
  });
  if (!texts.contains(cosmology_file)) {
    throw FileSystemError(
        "{}: no {} in this directory of linear tables; configs/cosmology/README.md describes its "
        "contents",
        directory.string(), cosmology_file);
  }
  return texts;
}

/// The mass in transfer_Mnu<eV>.txt or Mnu<eV>/...; none in cosmology.ini.
std::optional<double> mass_of(const std::string& path, const std::string& directory) {
  if (path == cosmology_file) return std::nullopt;
  const std::size_t begin = path.find("Mnu") + 3;
  const std::size_t end = is_own_file(path) ? path.size() - 4 : path.find('/');
  const std::string text = path.substr(begin, end - begin);
  char* stop = nullptr;
  const double mass_eV = std::strtod(text.c_str(), &stop);
  if (text.empty() || *stop != '\0' || !(mass_eV >= 0) || !std::isfinite(mass_eV)) {
    throw InputError("{}/{}: the name must give a neutrino mass in eV", directory, path);
  }
  return mass_eV;
}

TransferFile transfer_of(const TableTexts& texts, const Background& background,
                         const std::string& directory, const std::string& name) {
  const double mass_eV = background.parameters().M_nu_eV;
  const auto own = std::find_if(texts.begin(), texts.end(),
                                [](const auto& entry) { return is_own_file(entry.first); });
  if (own != texts.end()) {
    if (texts.size() == 1) return parse_transfer(own->second, name, mass_eV > 0);
    throw InputError("{}: the mass of {} eV is given twice, by {} and by {}", directory, mass_eV,
                     texts.begin()->first, texts.rbegin()->first);
  }
  std::vector<BoltzmannFile> files;
  for (const auto& [path, text] : texts) {
    files.push_back(parse_boltzmann(text, directory + "/" + path, background.parameters().h));
  }
  return assemble_transfer(std::move(files), background, name);
}

}  // namespace

TableTexts read_table_texts(const par::Comm& comm, const fs::path& directory) {
  const TableTexts texts =
      par::agree(comm, [&] { return comm.is_root() ? read_directory(directory) : TableTexts(); });
  std::uint64_t count = texts.size();
  comm.broadcast(std::span<std::uint64_t>(&count, 1));
  TableTexts all;
  auto entry = texts.begin();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string name = comm.broadcast(comm.is_root() ? entry->first : std::string());
    all[name] = comm.broadcast(comm.is_root() ? entry->second : std::string());
    if (comm.is_root()) ++entry;
  }
  return all;
}

TableDirectory parse_table_directory(const TableTexts& texts, const std::string& directory,
                                     const Parameters& expected) {
  TableDirectory tables;
  const std::string ini = directory + "/" + cosmology_file;
  tables.cosmology = parse_cosmology(texts.at(cosmology_file), ini);
  require_same_cosmology(tables.cosmology.parameters, expected, ini);
  std::map<double, TableTexts> by_mass;
  std::string all;
  for (const auto& [path, text] : texts) {
    all += path + text;
    if (const auto mass_eV = mass_of(path, directory)) by_mass[*mass_eV][path] = text;
  }
  if (!by_mass.contains(0.0)) {
    throw InputError(
        "{}: no transfer_Mnu0.txt and no files in Mnu0/; the massless table is always needed",
        directory);
  }
  for (const auto& [mass_eV, files] : by_mass) {
    const std::string& first = files.begin()->first;
    const std::string name = directory + "/" + first.substr(0, first.find('/'));
    const Background background(tables.cosmology.parameters.with_mass(mass_eV));
    TransferFile transfer = transfer_of(files, background, directory, name);
    require_transfer_of(transfer, background, name);
    tables.masses.push_back({mass_eV, name, std::move(transfer)});
  }
  tables.digest = checksum_text(checksum_of(std::span<const char>(all)));
  return tables;
}

}  // namespace nubox::cosmology
