#pragma once

#include "nubox/config/options.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace nubox::config {

/// Options of a run, checked against the option table. The command line takes precedence over
/// files, later files over earlier ones, and files over defaults. Unknown, repeated, ill-typed and
/// out-of-range keys are UsageErrors that name file and line (or the command-line argument), the
/// accepted values and the nearest key.
class Config {
 public:
  /// args: the arguments after the subcommand: [CONFIG.ini ...] [INPUT ...] [--section.key=value
  /// ...]. Options of the command's own section have short names (--key); an option that is true or
  /// false may have no value: true. Inputs are what Command::input says. Rank-local.
  /// @throws UsageError, FileSystemError (unreadable file)
  [[nodiscard]] static Config parse(const std::string& command,
                                    const std::vector<std::string>& args);

  [[nodiscard]] const std::string& command() const { return command_; }
  [[nodiscard]] bool help() const { return help_; }
  [[nodiscard]] bool version() const { return version_; }
  [[nodiscard]] bool help_config() const { return help_config_; }
  [[nodiscard]] bool check_only() const { return check_; }
  [[nodiscard]] bool dry_run() const { return dry_run_; }

  // Typed access by "section.key". Access with the wrong type is an InternalError.
  [[nodiscard]] std::int64_t integer(const std::string& name) const;
  [[nodiscard]] std::size_t size(const std::string& name) const;  ///< a non-negative integer
  [[nodiscard]] double number(const std::string& name) const;
  [[nodiscard]] bool flag(const std::string& name) const;
  [[nodiscard]] std::string text(const std::string& name) const;  ///< text or choice
  /// "1-4,7" gives 1 2 3 4 7.
  [[nodiscard]] std::vector<std::int64_t> integers(const std::string& name) const;
  [[nodiscard]] std::vector<double> numbers(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const;
  /// A list of paths as it was given: their names may have commas (io::split_path_list).
  [[nodiscard]] std::string list_text(const std::string& name) const;

  /// Text of an input that has no default. @throws UsageError if it was not given
  [[nodiscard]] std::string required_text(const std::string& name) const;
  /// True if a file or the command line gives it.
  [[nodiscard]] bool given(const std::string& name) const;

  /// All options of the command with their values, and their origin as comment. Parsing it gives
  /// the same configuration.
  [[nodiscard]] std::string to_ini() const;
  /// Checksum of all values except those in `except`, for comparisons between ranks and for
  /// checkpoints.
  [[nodiscard]] std::uint64_t hash(const std::vector<std::string>& except = {}) const;
  /// Values by name, except those in `except`: what hash() covers.
  [[nodiscard]] std::map<std::string, std::string> texts_except(
      const std::vector<std::string>& except) const;
  /// Checksum of the values of the options whose names begin with one of `prefixes`
  /// ("stats.mesh", or "pdf." for a section).
  [[nodiscard]] std::uint64_t hash_of(const std::vector<std::string>& prefixes) const;

 private:
  struct Value {
    std::string text;
    std::string origin;  // "default", "FILE:line", "command line"
  };
  [[nodiscard]] const std::string& value_of(const std::string& name, Type type) const;

  std::string command_;
  std::map<std::string, Value> values_;
  bool help_ = false, version_ = false, help_config_ = false, check_ = false, dry_run_ = false;
};

}  // namespace nubox::config
