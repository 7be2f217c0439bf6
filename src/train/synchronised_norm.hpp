#pragma once

#include "nubox/par/comm.hpp"

#include <torch/torch.h>

namespace nubox::train {

/// Merges the running statistics of batch normalisation over ranks, weighted by the samples each
/// rank saw in this step: afterwards all ranks hold what one rank with all samples would (means of
/// the means; means of the variances plus the variance of the step's means), exactly so for one
/// forward pass per rank and step. With accumulation over micro-batches each pass is normalised by
/// and remembers its own statistics, so results then depend on how the batch is cut. Nothing
/// happens in a module without such layers. Collective.
void merge_running_statistics(const par::Comm& comm, torch::nn::Module& module,
                              std::size_t local_samples);

/// Makes the batch normalisation of a network that of all ranks together (net::BatchNorm).
/// Collective. @throws InternalError on a layer of another kind
void synchronise_batch_norm(const par::Comm& comm, torch::nn::Module& module);

}  // namespace nubox::train
