# cmake --install puts into a prefix that may be moved:
#   bin/           nubox, and what it looks for beside itself: nubox-torch and libnubox_cuda.so
#   lib/, include/ the modules as static libraries with their public headers, and a CMake package:
#                  find_package(nubox) defines nubox::<module>
#   share/         manual pages, completion for bash and zsh
#   share/nubox/   configs, jobs and tools, which the program finds relative to its own path; examples and docs.
#                  tools holds the Python package nubox: PYTHONPATH, or pip install share/nubox/tools
# LibTorch is not copied (NUBOX_TORCH_ROOT); its directories remain in the run path.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

foreach(program nubox nubox-torch)
  if(TARGET ${program})
    set_target_properties(${program} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
    install(TARGETS ${program} RUNTIME DESTINATION bin)
  endif()
endforeach()
if(TARGET nubox_cuda)
  set_target_properties(nubox_cuda PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS nubox_cuda LIBRARY DESTINATION bin)
endif()
install(DIRECTORY configs jobs tools examples DESTINATION share/nubox USE_SOURCE_PERMISSIONS
        PATTERN "__pycache__" EXCLUDE
        PATTERN "packaging" EXCLUDE
        # These work on a clone.
        REGEX "tools/(setup|build|test|quickstart)\\.sh$|tools/requirements$" EXCLUDE)
install(DIRECTORY ${CMAKE_BINARY_DIR}/pages/ DESTINATION share)
install(FILES README.md LICENSE CHANGELOG.md CITATION.cff CONTRIBUTING.md DESTINATION share/nubox)
install(DIRECTORY docs DESTINATION share/nubox FILES_MATCHING PATTERN "*.md" PATTERN "*.png")
install(FILES tools/packaging/modulefile DESTINATION share/nubox/modulefiles/nubox RENAME ${PROJECT_VERSION})

# The package has two export sets: a program that uses none of the modules over LibTorch needs no LibTorch.
# A module that links LibTorch, itself or through another module, belongs to the second one.
get_property(modules GLOBAL PROPERTY NUBOX_MODULES)
set(torch_modules "")
set(over_torch nubox_torch)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/nubox)
foreach(module ${modules})
  set(export nuboxTargets)
  get_target_property(links nubox_${module} LINK_LIBRARIES)
  foreach(library ${links})
    if(library IN_LIST over_torch)
      set(export nuboxTorchTargets)
    endif()
  endforeach()
  if(export STREQUAL nuboxTorchTargets)
    list(APPEND torch_modules ${module})
    list(APPEND over_torch nubox_${module})
  endif()
  install(TARGETS nubox_${module} EXPORT ${export} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/include/nubox/${module})
    install(DIRECTORY include/nubox/${module} DESTINATION include/nubox FILES_MATCHING PATTERN "*.hpp")
  endif()
endforeach()
install(EXPORT nuboxTargets NAMESPACE nubox:: DESTINATION ${package_dir})
if(torch_modules)
  install(EXPORT nuboxTorchTargets NAMESPACE nubox:: DESTINATION ${package_dir})
endif()
configure_package_config_file(cmake/nuboxConfig.cmake.in ${CMAKE_BINARY_DIR}/nuboxConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/nuboxConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/nuboxConfig.cmake ${CMAKE_BINARY_DIR}/nuboxConfigVersion.cmake
              cmake/NuboxDependencies.cmake cmake/NuboxTorch.cmake
        DESTINATION ${package_dir})
