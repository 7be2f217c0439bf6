# cmake --build build --target docs: the API reference of the public headers, in <build>/docs/html.
find_program(NUBOX_DOXYGEN doxygen)
configure_file(docs/Doxyfile.in ${CMAKE_BINARY_DIR}/Doxyfile @ONLY)
if(NUBOX_DOXYGEN)
  set(command ${NUBOX_DOXYGEN} ${CMAKE_BINARY_DIR}/Doxyfile)
else()
  set(command ${CMAKE_COMMAND} -E echo "docs: doxygen was not found" COMMAND ${CMAKE_COMMAND} -E false)
endif()
add_custom_target(docs COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/docs COMMAND ${command} VERBATIM)
