# LibTorch as one hand-written imported target: the wheel's own CMake package would demand the whole
# CUDA toolkit even for a CPU build.
if(NOT NUBOX_TORCH_ROOT)
  file(GLOB wheel ${CMAKE_SOURCE_DIR}/.deps/venv/lib/python3*/site-packages/torch)
  if(NOT wheel)
    message(FATAL_ERROR "LibTorch not found. Run tools/setup.sh (it puts the wheel into .deps/), or pass "
                        "-DNUBOX_TORCH_ROOT=<LibTorch directory with include/ and lib/>.")
  endif()
  list(GET wheel 0 NUBOX_TORCH_ROOT)
endif()
foreach(lib torch_cpu c10)
  if(NOT EXISTS ${NUBOX_TORCH_ROOT}/lib/lib${lib}.so)
    message(FATAL_ERROR "NUBOX_TORCH_ROOT=${NUBOX_TORCH_ROOT} holds no lib/lib${lib}.so")
  endif()
endforeach()
# The wheel's CUDA runtime libraries stand beside it, in nvidia/.
set(NUBOX_TORCH_RPATH ${NUBOX_TORCH_ROOT}/lib)
foreach(dir cu13 cuda_runtime cuda_cupti cusparselt nvshmem nccl cudnn)
  if(EXISTS ${NUBOX_TORCH_ROOT}/../nvidia/${dir}/lib)
    get_filename_component(nvidia_lib ${NUBOX_TORCH_ROOT}/../nvidia/${dir}/lib ABSOLUTE)
    list(APPEND NUBOX_TORCH_RPATH ${nvidia_lib})
  endif()
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
