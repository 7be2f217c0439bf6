#pragma once

namespace nubox::test {

/// True in a build with the address sanitizer, whose allocator keeps what is freed: the memory that
/// a process holds cannot be measured there.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool address_sanitizer = true;
#else
inline constexpr bool address_sanitizer = false;
#endif

}  // namespace nubox::test
