#pragma once

#include "nubox/config/config.hpp"
#include "nubox/par/comm.hpp"

#include <string>
#include <vector>

namespace nubox::app {

/// The program after MPI initialisation: selects the command, parses its configuration, runs it.
int run(const par::Comm& world, const std::vector<std::string>& args);

/// Writes to standard output, on rank 0 only. Rank-local.
void print(const par::Comm& world, const std::string& text);

// One function for each subcommand, in cmd_<name>.cpp. All collective. train and predict exist only
// in a build with LibTorch.
void simulate(const par::Comm& world, const config::Config& config);
void train(const par::Comm& world, const config::Config& config);
void predict(const par::Comm& world, const config::Config& config);
void stats(const par::Comm& world, const config::Config& config);
void import_box(const par::Comm& world, const config::Config& config);
void export_box(const par::Comm& world, const config::Config& config);
void bench(const par::Comm& world, const config::Config& config);
void doctor(const par::Comm& world, const config::Config& config);
void info(const par::Comm& world, const config::Config& config);

}  // namespace nubox::app
