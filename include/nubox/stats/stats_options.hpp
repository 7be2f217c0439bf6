#pragma once

#include "nubox/stats/bispectrum.hpp"
#include "nubox/stats/correlation.hpp"
#include "nubox/stats/haloes.hpp"
#include "nubox/stats/knn.hpp"
#include "nubox/stats/marked.hpp"
#include "nubox/stats/minkowski.hpp"
#include "nubox/stats/multipoles.hpp"
#include "nubox/stats/pdf.hpp"
#include "nubox/stats/power.hpp"
#include "nubox/stats/residual.hpp"
#include "nubox/stats/seams.hpp"
#include "nubox/stats/voids.hpp"

#include <map>
#include <string>
#include <vector>

namespace nubox::stats {

/// Options of a run and of every statistic.
struct StatsOptions {
  std::vector<std::string> statistics = {};  ///< names of the registry (statistic_names), any order
  bool has_target = false;                   ///< boxes are compared with targets
  std::size_t mesh_n = 0;                    ///< 0: as many points as particles per side
  field::Assignment assignment = field::Assignment::cic;
  PowerOptions power = {};
  MultipoleOptions multipoles = {};
  BispectrumOptions bispectrum = {};
  PdfOptions pdf = {};
  ResidualOptions residual = {};
  SeamOptions seams = {};
  CorrelationOptions correlation = {};
  MarkOptions marked = {};
  MinkowskiOptions minkowski = {};
  KnnOptions knn = {};
  HaloOptions haloes = {};
  VoidStatisticOptions voids = {};
  /// By name of the statistic: checksum of all settings on which its results depend. A group of an
  /// earlier file is kept only if its checksum is equal, otherwise it is measured again.
  std::map<std::string, std::string> settings_checksums = {};
};

}  // namespace nubox::stats
