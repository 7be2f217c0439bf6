#include "app/stats_request.hpp"

#include "nubox/core/error.hpp"

#include "app/options/stats.hpp"
#include "app/paths.hpp"

namespace nubox::app {

namespace fs = std::filesystem;

std::vector<fs::path> StatsRequest::inputs_of(const StatsPair& pair) const {
  std::vector<fs::path> paths{pair.in};
  if (pair.has_target()) paths.push_back(pair.target);
  paths.insert(paths.end(), independent.begin(), independent.end());
  return paths;
}

std::vector<fs::path> StatsRequest::inputs() const {
  std::vector<fs::path> paths;
  for (const StatsPair& pair : pairs) {
    const auto own = inputs_of(pair);
    paths.insert(paths.end(), own.begin(), own.end());
  }
  return paths;
}

StatsRequest stats_request(const config::Config& config) {
  (void)config.required_text("stats.in");
  const auto ins = expand_paths(config.texts("stats.in"), "stats.in");
  const auto targets = expand_paths(config.texts("stats.target"), "stats.target");
  if (!targets.empty() && targets.size() != ins.size()) {
    throw UsageError("stats.in names {} boxes, stats.target {}: they make no pairs", ins.size(),
                     targets.size());
  }
  StatsRequest request{
      .pairs = {},
      .independent = expand_paths(config.texts("stats.independent"), "stats.independent"),
      .out = config.text("stats.out"),
      .options = stats_options(config),
      .statistics = {}};
  request.statistics = stats::statistics_of(request.options);
  for (std::size_t i = 0; i < ins.size(); ++i) {
    const fs::path numbered =
        request.out.parent_path() / fmt::format("{}-{}{}", request.out.stem().string(), i + 1,
                                                request.out.extension().string());
    request.pairs.push_back({ins[i], targets.empty() ? fs::path() : targets[i],
                             ins.size() == 1 ? request.out : numbered});
  }
  return request;
}

std::string digest_text(const io::InputDigests& digests, const std::vector<fs::path>& inputs) {
  std::string text;
  for (const fs::path& input : inputs) {
    const io::FileDigest& digest = digests.at(input.string());
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", digest.size_bytes, digest.checksum);
  }
  return text;
}

}  // namespace nubox::app
