# cmake --build build --target coverage: builds the preset coverage (the modules without LibTorch) into
# build-coverage/, runs its tests, and reports the lines of src/ and include/ that they reach, in
# build-coverage/coverage/index.html.
find_program(NUBOX_GCOVR gcovr)
set(coverage_dir ${CMAKE_SOURCE_DIR}/build-coverage)
if(NUBOX_GCOVR)
  # Counters of earlier runs are deleted (--delete) once they are read.
  add_custom_target(coverage
    COMMAND ${CMAKE_COMMAND} --preset coverage
    COMMAND ${CMAKE_COMMAND} --build --preset coverage
    COMMAND ${CMAKE_CTEST_COMMAND} --preset coverage
    COMMAND ${CMAKE_COMMAND} -E make_directory ${coverage_dir}/coverage
    COMMAND ${NUBOX_GCOVR} --root ${CMAKE_SOURCE_DIR} --filter src/ --filter include/ --delete
            --html-details ${coverage_dir}/coverage/index.html --print-summary ${coverage_dir}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL VERBATIM)
else()
  add_custom_target(coverage COMMAND ${CMAKE_COMMAND} -E echo
    "coverage: gcovr was not found. Install it (Debian: apt-get install gcovr) and configure again"
    COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
endif()
