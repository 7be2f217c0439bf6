#pragma once

#include "nubox/par/comm.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace nubox::snapshot {

/// Sends each record to the rank owner(record); returns the records received, in the order of the
/// sending ranks. Collective.
template <class Record, class Owner>
std::vector<Record> redistribute(const par::Comm& comm, std::span<const Record> records,
                                 Owner&& owner) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(comm.size()), 0);
  for (const Record& record : records) ++counts[owner(record)];
  std::vector<std::size_t> cursor = par::block_starts(counts);
  std::vector<Record> ordered(records.size());
  for (const Record& record : records) ordered[cursor[owner(record)]++] = record;
  return comm.all_to_all(ordered, counts);
}

}  // namespace nubox::snapshot
