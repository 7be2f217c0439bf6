#include "nubox/field/complete_output.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/field/box.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/par/agree.hpp"

namespace nubox::field {

bool is_complete_output(const par::Comm& comm, const std::filesystem::path& path,
                        const std::function<std::string(const io::FieldHeader&)>& difference,
                        const std::string& option) {
  par::agree(comm, [&] {
    if (comm.is_root()) io::require_replaceable(path, io::field_kind(""));
  });
  if (!par::root_decides(comm, [&] { return std::filesystem::exists(path); })) return false;
  std::string other;
  try {
    const io::FieldHeader header = read_box(comm, path).header;
    (void)read_density_nu(comm, path);
    other = difference(header);
    if (other.empty()) return true;
  } catch (const Error& error) {
    if (error.code() != ExitCode::input || !error.agreed()) throw;
    log::warn_together("{} will be recomputed: {}", path.string(), error.what());
    return false;
  }
  par::throw_agreed(
      comm, InputError("{} is the result of another run ({}): choose another --{} or remove it",
                       path.string(), other, option));
}

}  // namespace nubox::field
