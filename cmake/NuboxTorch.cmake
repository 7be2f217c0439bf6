# LibTorch as one hand-written imported target: the wheel's own CMake package would demand the whole
# CUDA toolkit even for a CPU build. Sets for NuboxCuda.cmake:
#   NUBOX_TORCH_CUDA   CUDA generation of LibTorch (12, 13); empty for a LibTorch without CUDA
#   NUBOX_TORCH_RPATH  directories of its libraries
#   NUBOX_WHEEL_CUDA   include directories of the CUDA wheels beside it
#   NUBOX_OWN_TORCH    whether the caller chose it (NUBOX_TORCH_ROOT), not tools/setup.sh
set(NUBOX_OWN_TORCH ON)
if(NOT NUBOX_TORCH_ROOT)
  set(NUBOX_OWN_TORCH OFF)
  set(NUBOX_TORCH_ROOT ${CMAKE_SOURCE_DIR}/.deps/torch-${NUBOX_TORCH_VERSION}/torch)
  if(NOT EXISTS ${NUBOX_TORCH_ROOT})
    message(FATAL_ERROR "LibTorch not found in ${NUBOX_TORCH_ROOT}. Run 'NUBOX_TORCH_VERSION=${NUBOX_TORCH_VERSION} "
                        "tools/setup.sh', or pass -DNUBOX_TORCH_ROOT=<LibTorch directory with include/ and lib/>.")
  endif()
endif()
foreach(lib torch_cpu c10)
  if(NOT EXISTS ${NUBOX_TORCH_ROOT}/lib/lib${lib}.so)
    message(FATAL_ERROR "NUBOX_TORCH_ROOT=${NUBOX_TORCH_ROOT} holds no lib/lib${lib}.so")
  endif()
endforeach()

# nubox_needed_libraries(FILE VARIABLE): names of the shared libraries that FILE links.
function(nubox_needed_libraries file variable)
  execute_process(COMMAND ${CMAKE_READELF} -d ${file} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "[][]" "" text "${text}")  # brackets would join the elements of a list
  string(REGEX MATCHALL "\\(NEEDED\\)[^\n]*" lines "${text}")
  list(TRANSFORM lines REPLACE ".* " "")
  set(${variable} ${lines} PARENT_SCOPE)
endfunction()

# A LibTorch with CUDA links the CUDA runtime of its generation.
nubox_needed_libraries(${NUBOX_TORCH_ROOT}/lib/libtorch_cpu.so needed)
list(FILTER needed INCLUDE REGEX "^libcudart[.]so[.]")
string(REGEX REPLACE "^libcudart[.]so[.]" "" NUBOX_TORCH_CUDA "${needed}")

# The CUDA libraries of the wheel stand beside it: CUDA 13 has one directory, CUDA 12 one for each library.
file(GLOB wheel_libraries ${NUBOX_TORCH_ROOT}/../nvidia/*/lib ${NUBOX_TORCH_ROOT}/../cusparselt/lib)
file(GLOB NUBOX_WHEEL_CUDA ${NUBOX_TORCH_ROOT}/../nvidia/*/include)
set(NUBOX_TORCH_RPATH ${NUBOX_TORCH_ROOT}/lib)
foreach(dir ${wheel_libraries})
  get_filename_component(dir ${dir} ABSOLUTE)
  list(APPEND NUBOX_TORCH_RPATH ${dir})
endforeach()

add_library(nubox_torch INTERFACE IMPORTED GLOBAL)
target_include_directories(nubox_torch SYSTEM INTERFACE
  ${NUBOX_TORCH_ROOT}/include ${NUBOX_TORCH_ROOT}/include/torch/csrc/api/include)
# The wheel brings headers of a newer fmt, which come first in torch code, but no library for them.
target_compile_definitions(nubox_torch INTERFACE FMT_HEADER_ONLY=1)
target_link_libraries(nubox_torch INTERFACE
  ${NUBOX_TORCH_ROOT}/lib/libtorch_cpu.so ${NUBOX_TORCH_ROOT}/lib/libc10.so Threads::Threads)
foreach(dir ${NUBOX_TORCH_RPATH})
  target_link_options(nubox_torch INTERFACE -Wl,-rpath,${dir} -Wl,-rpath-link,${dir})
endforeach()
