#pragma once

#include "nubox/par/comm.hpp"

#include <torch/torch.h>

namespace nubox::train {

/// Combines the running statistics of batch normalisation over ranks, weighted by the crops of each
/// rank in this step: mean of the means, mean of the variances plus the variance of the means. With
/// one forward pass per rank and step the result is that of one rank with all crops. With several
/// micro-batches each pass has its own statistics, and the result depends on the division of the
/// batch. Does nothing for a module without batch normalisation. Collective.
void merge_running_statistics(const par::Comm& comm, torch::nn::Module& module,
                              std::size_t local_samples);

/// Makes the batch normalisation of a network use the crops of all ranks (net::BatchNorm).
/// Collective. @throws InternalError for batch normalisation of another class
void synchronise_batch_norm(const par::Comm& comm, torch::nn::Module& module);

}  // namespace nubox::train
