#include "nubox/train/twins.hpp"

#include "nubox/io/field_file.hpp"
#include "nubox/prior/features.hpp"

namespace nubox::train {

TwinGroups twin_groups(const par::Comm& comm, const std::vector<Realisation>& training) {
  TwinGroups groups;
  for (const Realisation& realisation : training) {
    const std::size_t of_class =
        prior::force_class(io::FieldFile(comm, realisation.massless).header());
    for (const std::filesystem::path& massive : realisation.massive) {
      auto& twins = groups[{of_class, io::FieldFile(comm, massive).header().cosmology.M_nu_eV}];
      if (twins.size() < pairs_per_point) twins.push_back({realisation.massless, massive});
    }
  }
  return groups;
}

}  // namespace nubox::train
