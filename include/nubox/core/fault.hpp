#pragma once

#include <string_view>

/// Fault injection for tests: NUBOX_FAULT=<point>:<rank>:<kind> arms one point on one rank. Kinds:
/// throw (our own error), kill (SIGKILL), hang (sleep for ever), enospc (file-system error).
/// Unarmed points cost one comparison. The variable changes no result: it only breaks runs.
namespace nubox::fault {

/// Called by par::Session once the rank is known; reads NUBOX_FAULT.
/// Calling it again follows the variable's new value (tests arm points one after another).
/// @throws UsageError if the variable is set and malformed.
void arm(int rank);

/// A named place where a run can be made to fail ("config", "read", "write", "publish", ...).
/// @throws Error as armed
void point(std::string_view name);

}  // namespace nubox::fault
