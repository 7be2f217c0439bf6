#include "nubox/field/complete_output.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/field/box.hpp"
#include "nubox/par/agree.hpp"

namespace nubox::field {

bool is_complete_output(const par::Comm& comm, const std::filesystem::path& path,
                        const std::function<bool(const io::FieldHeader&)>& same_run,
                        const std::string& option) {
  if (!par::root_decides(comm, [&] { return std::filesystem::exists(path); })) return false;
  try {
    const io::FieldHeader header = read_box(comm, path).header;
    (void)read_density_nu(comm, path);
    if (same_run(header)) return true;
  } catch (const Error& error) {
    if (error.code() != ExitCode::input || !error.agreed()) throw;
    log::warn_together("{} will be recomputed: {}", path.string(), error.what());
    return false;
  }
  par::throw_agreed(comm,
                    InputError("{} is the result of another run: choose another --{} or remove it",
                               path.string(), option));
}

}  // namespace nubox::field
