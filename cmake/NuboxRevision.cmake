# The git revision, taken at every build: git_revision.hpp is written anew only if it changes, so that
# a build without changes compiles nothing. Included by the project; run as a script by the build.
cmake_minimum_required(VERSION 3.22)
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(NUBOX_REVISION_DIR ${CMAKE_BINARY_DIR}/revision)
  add_custom_target(nubox_revision
    COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${CMAKE_SOURCE_DIR} -DHEADER=${NUBOX_REVISION_DIR}/git_revision.hpp
            -P ${CMAKE_CURRENT_LIST_FILE}
    BYPRODUCTS ${NUBOX_REVISION_DIR}/git_revision.hpp VERBATIM)
  add_dependencies(nubox_core nubox_revision)
  target_include_directories(nubox_core PRIVATE ${NUBOX_REVISION_DIR})
  return()
endif()

set(revision "no git")
execute_process(COMMAND git -C ${SOURCE_DIR} rev-parse --short=12 HEAD RESULT_VARIABLE failed
                OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT failed)
  set(revision "${head}")
  execute_process(COMMAND git -C ${SOURCE_DIR} status --porcelain --untracked-files=no
                  OUTPUT_VARIABLE changes OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(changes)
    string(APPEND revision " dirty")
  endif()
endif()
# Untouched if the text is the same.
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#define NUBOX_GIT_REVISION \"@revision@\"\n" @ONLY)
