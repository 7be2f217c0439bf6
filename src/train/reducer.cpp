#include "train/reducer.hpp"

namespace nubox::train {
namespace {

std::size_t bytes_of(const FlatParameters::Entry& entry) {
  return static_cast<std::size_t>(entry.tensor.numel()) * sizeof(float);
}

}  // namespace

Reducer::Reducer(FlatParameters& parameters, ReduceBackend& backend, const Options& options)
    : parameters_(parameters), backend_(backend) {
  plan_buckets(options);
  for (std::size_t i = 0; i < parameters_.entries().size(); ++i) {
    set_gradient_hook(parameters_.entries()[i].tensor, [this, i] { mark_ready(i); });
  }
  begin_step();
}

Reducer::~Reducer() {
  for (const auto& entry : parameters_.entries()) remove_gradient_hook(entry.tensor);
}

void Reducer::plan_buckets(const Options& options) {
  const auto& entries = parameters_.entries();
  // First parameter of the last bucket, which has at least one.
  std::size_t tail = entries.size() - 1;
  for (std::size_t bytes = bytes_of(entries[tail]);
       tail > 0 && bytes + bytes_of(entries[tail - 1]) <= options.last_bytes; --tail) {
    bytes += bytes_of(entries[tail - 1]);
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool full =
        !buckets_.empty() && buckets_.back().bytes() + bytes_of(entries[i]) > options.bucket_bytes;
    if (buckets_.empty() || full || i == tail) {
      buckets_.push_back({entries[i].offset, entries[i].offset, 0});
    }
    buckets_.back().end += entries[i].tensor.numel();
    ++buckets_.back().parameters;
    bucket_of_.push_back(buckets_.size() - 1);
  }
}

void Reducer::begin_step() {
  parameters_.gradients().zero_();
  failure_.reset();
  armed_ = false;
  next_bucket_ = 0;
  pending_.clear();
  for (const Bucket& bucket : buckets_) pending_.push_back(bucket.parameters);
  ready_.assign(bucket_of_.size(), 0);
}

void Reducer::mark_ready(std::size_t index) {
  if (!armed_) return;
  if (++ready_[index] > 1) return;  // reported by start_rest()
  --pending_[bucket_of_[index]];
  start_ready_buckets();
  backend_.progress();
}

void Reducer::start_ready_buckets() {
  // By index, not in the order of completion, which may differ between ranks.
  for (; next_bucket_ < buckets_.size() && pending_[next_bucket_] == 0; ++next_bucket_) {
    const Bucket& bucket = buckets_[next_bucket_];
    backend_.start(parameters_.gradients().narrow(0, bucket.begin, bucket.end - bucket.begin));
  }
}

void Reducer::start_rest() {
  for (std::size_t i = 0; armed_ && i < ready_.size(); ++i) {
    if (ready_[i] == 1) continue;
    failure_ = InternalError("parameter '{}' got {} gradients in a backward pass, expected one",
                             parameters_.entries()[i].name, ready_[i]);
  }
  pending_.assign(buckets_.size(), 0);
  start_ready_buckets();
  armed_ = false;
}

void Reducer::finish() {
  start_rest();
  backend_.wait_all();
}

}  // namespace nubox::train
