#pragma once

#include "nubox/net/model_file.hpp"
#include "nubox/net/precision.hpp"
#include "nubox/par/comm.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>

namespace nubox::net {

class Emulator;

/// A trained network on its device, to be applied to tiles with their halo (TileBatch).
class Evaluator {
 public:
  /// Loads a model file on every rank. Collective. @throws InputError, FileSystemError (agreed)
  Evaluator(const par::Comm& comm, const std::filesystem::path& model,
            Precision precision = Precision::fp32);
  /// With random initial weights, to measure speed. Collective. @throws UsageError (agreed)
  [[nodiscard]] static Evaluator untrained(const par::Comm& comm, const ModelCard& card,
                                           Precision precision = Precision::fp32);
  /// A network during training. Shares its weights, later changes included. To be used only while
  /// the network is in evaluation mode. Rank-local.
  [[nodiscard]] static Evaluator sharing(const Emulator& emulator, const ModelCard& card,
                                         Precision precision);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;

  [[nodiscard]] const ModelCard& card() const;
  /// Voxels a tile needs on every side; tile size and origin must be multiples of stride().
  [[nodiscard]] std::size_t halo() const;
  [[nodiscard]] std::size_t stride() const;

 private:
  friend class TileBatch;
  struct Parts;
  explicit Evaluator(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace nubox::net
