# NUBOX_CUDA=AUTO|ON|OFF decides whether libnubox_cuda.so (the NCCL reducer backend, src/train/cuda)
# is built beside the binary. nubox loads it at run time and links no CUDA itself, so one build runs
# on machines with and without a GPU.

# What a GPU build needs; NUBOX_CUDA_MISSING lists what was not found.
function(nubox_find_cuda)
  set(missing "")
  find_path(NUBOX_CUDA_INCLUDE cuda_runtime_api.h
            HINTS $ENV{CUDA_HOME} /usr/local/cuda PATH_SUFFIXES include NO_DEFAULT_PATH)
  set(version_line "")
  if(EXISTS ${NUBOX_CUDA_INCLUDE}/cuda_runtime_api.h)
    file(STRINGS ${NUBOX_CUDA_INCLUDE}/cuda_runtime_api.h version_line REGEX "#define CUDART_VERSION +13")
  endif()
  if(NOT version_line)
    list(APPEND missing "CUDA 13 toolkit (CUDA_HOME or /usr/local/cuda)")
  endif()

  get_filename_component(toolkit "${NUBOX_CUDA_INCLUDE}" DIRECTORY)
  set(hints ${NUBOX_TORCH_RPATH} ${toolkit}/lib64 $ENV{NCCL_HOME}/lib)
  find_path(NUBOX_NCCL_INCLUDE nccl.h HINTS $ENV{NCCL_HOME}/include ${NUBOX_CUDA_INCLUDE}
            ${NUBOX_TORCH_ROOT}/../nvidia/nccl/include)
  if(NOT NUBOX_NCCL_INCLUDE)
    list(APPEND missing nccl.h)
  endif()
  # Linked by our library (first row) or by libtorch_cuda in turn.
  foreach(lib libtorch_cuda.so libc10_cuda.so libcudart.so.13 libnccl.so.2
              libcublas.so.13 libcufft.so.12 libcurand.so.10 libcusparse.so.12
              libcusparseLt.so.0 libnvshmem_host.so.3 libcufile.so.0 libcudnn.so.9)
    find_file(NUBOX_CUDA_${lib} ${lib} HINTS ${hints} PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE} /usr/local/lib)
    mark_as_advanced(NUBOX_CUDA_${lib})
    if(NOT NUBOX_CUDA_${lib})
      list(APPEND missing ${lib})
    else()
      get_filename_component(dir ${NUBOX_CUDA_${lib}} DIRECTORY)
      list(APPEND dirs ${dir})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES dirs)
  set(NUBOX_CUDA_RPATH ${dirs} PARENT_SCOPE)
  set(NUBOX_CUDA_MISSING ${missing} PARENT_SCOPE)
endfunction()

function(nubox_cuda_library)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/train/cuda/*.cpp)
  add_library(nubox_cuda MODULE ${sources})
  # Not linked, but part of the program.
  add_dependencies(nubox nubox_cuda)
  # No <target>_EXPORTS definition: it would not match the shared precompiled header.
  set_target_properties(nubox_cuda PROPERTIES DEFINE_SYMBOL "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}
                                              SKIP_BUILD_RPATH ON)
  target_include_directories(nubox_cuda PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_include_directories(nubox_cuda SYSTEM PRIVATE ${NUBOX_CUDA_INCLUDE} ${NUBOX_NCCL_INCLUDE})
  target_precompile_headers(nubox_cuda REUSE_FROM nubox_torch_pch)
  target_link_libraries(nubox_cuda PRIVATE nubox_core MPI::MPI_CXX nubox_torch nubox_build_flags
    # libtorch_cuda registers itself by static initialisers: no symbol of ours pulls it in.
    -Wl,--push-state,--no-as-needed "${NUBOX_CUDA_libtorch_cuda.so}" -Wl,--pop-state
    "${NUBOX_CUDA_libc10_cuda.so}" "${NUBOX_CUDA_libcudart.so.13}" "${NUBOX_CUDA_libnccl.so.2}")
  # RPATH, not RUNPATH: it also serves what libtorch_cuda links.
  target_link_options(nubox_cuda PRIVATE -Wl,--no-undefined -Wl,--disable-new-dtags)
  foreach(dir ${NUBOX_CUDA_RPATH})
    target_link_options(nubox_cuda PRIVATE -Wl,-rpath,${dir} -Wl,-rpath-link,${dir})
  endforeach()
endfunction()

if(NUBOX_CUDA STREQUAL "OFF")
  message(STATUS "CUDA: off (NUBOX_CUDA=OFF)")
elseif(NUBOX_CUDA MATCHES "^(AUTO|ON)$")
  nubox_find_cuda()
  list(JOIN NUBOX_CUDA_MISSING ", " missing_text)
  if(NOT NUBOX_CUDA_MISSING)
    message(STATUS "CUDA: on (toolkit headers in ${NUBOX_CUDA_INCLUDE}, NCCL in ${NUBOX_CUDA_libnccl.so.2})")
    nubox_cuda_library()
  elseif(NUBOX_CUDA STREQUAL "ON")
    message(FATAL_ERROR "NUBOX_CUDA=ON, but not found: ${missing_text}. "
      "Set CUDA_HOME and NCCL_HOME, run 'NUBOX_CUDA=ON tools/setup.sh' for the wheels, or configure with NUBOX_CUDA=OFF.")
  else()
    message(STATUS "CUDA: off (not found: ${missing_text})")
  endif()
else()
  message(FATAL_ERROR "NUBOX_CUDA=${NUBOX_CUDA} is not one of AUTO, ON, OFF")
endif()
