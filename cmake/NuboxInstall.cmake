# cmake --install: bin/nubox (and libnubox_cuda.so, which it looks for beside itself) and share/nubox with
# configs, jobs and tools, found from the place of the binary: the prefix may be moved. LibTorch stays where
# it is (NUBOX_TORCH_ROOT); its directories stay in the run path.
include(GNUInstallDirs)
set_target_properties(nubox PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS nubox RUNTIME DESTINATION bin)
if(TARGET nubox_cuda)
  set_target_properties(nubox_cuda PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS nubox_cuda LIBRARY DESTINATION bin)
endif()
install(DIRECTORY configs jobs tools DESTINATION share/nubox USE_SOURCE_PERMISSIONS
        PATTERN "__pycache__" EXCLUDE
        PATTERN "packaging" EXCLUDE
        # These work on a clone.
        REGEX "tools/(setup|build|test|quickstart)\\.sh$|tools/requirements$" EXCLUDE)
install(FILES README.md LICENSE CHANGELOG.md DESTINATION share/nubox)
install(FILES tools/packaging/modulefile DESTINATION share/nubox/modulefiles/nubox RENAME ${PROJECT_VERSION})
