# nubox_tests(<module> [RANKS 1 2 3] [TORCH] [SEPARATE]) builds the tests of one module from tests/<module>:
#   *_mpi_test.cpp  -> one MPI program, run on every rank count of RANKS, labels "mpi" and <module>
#   *_test.cpp      -> one serial program, labels "unit" and <module>
# SEPARATE: its files define equal names, and are compiled one by one in builds with large units too.
find_package(GTest REQUIRED)

# All test programs of the modules, for builds that need no binary (presets sanitize and coverage).
add_custom_target(module_tests)

add_library(nubox_test_main STATIC ${CMAKE_SOURCE_DIR}/tests/support/mpi_main.cpp)
target_link_libraries(nubox_test_main PUBLIC nubox_par GTest::gtest nubox_build_flags)
target_include_directories(nubox_test_main PUBLIC ${CMAKE_SOURCE_DIR}/tests ${CMAKE_SOURCE_DIR}/src)

function(nubox_test_program target sources)
  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE ${ARGN} nubox_test_main)
  target_compile_definitions(${target} PRIVATE NUBOX_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                               NUBOX_BINARY_DIR="${CMAKE_BINARY_DIR}")
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_dependencies(module_tests ${target})
endfunction()

function(nubox_tests module)
  cmake_parse_arguments(ARG "TORCH;SEPARATE" "TIMEOUT" "RANKS" ${ARGN})
  if(NOT ARG_RANKS)
    set(ARG_RANKS 1 2 3)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NUBOX_SANITIZE)
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")
  endif()
  file(GLOB mpi_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${module}/*_mpi_test.cpp)
  file(GLOB unit_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${module}/*_test.cpp)
  list(REMOVE_ITEM unit_sources ${mpi_sources} "")
  if(unit_sources)
    nubox_test_program(${module}_tests "${unit_sources}" nubox_${module})
    add_test(NAME ${module} COMMAND ${module}_tests)
    set_tests_properties(${module} PROPERTIES LABELS "unit;${module}" TIMEOUT ${ARG_TIMEOUT})
  endif()
  if(mpi_sources)
    nubox_test_program(${module}_mpi_tests "${mpi_sources}" nubox_${module})
    foreach(ranks ${ARG_RANKS})
      add_test(NAME ${module}_mpi_${ranks}
               COMMAND ${MPIEXEC_EXECUTABLE} --allow-run-as-root --oversubscribe --bind-to none
                       -np ${ranks} $<TARGET_FILE:${module}_mpi_tests>)
      set_tests_properties(${module}_mpi_${ranks} PROPERTIES LABELS "mpi;${module}"
                           TIMEOUT ${ARG_TIMEOUT} PROCESSORS 2 ENVIRONMENT "OMP_NUM_THREADS=1;OMPI_MCA_mpi_yield_when_idle=1")
    endforeach()
  endif()
  if(ARG_SEPARATE)
    foreach(target ${module}_tests ${module}_mpi_tests)
      if(TARGET ${target})
        set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
      endif()
    endforeach()
  endif()
  if(ARG_TORCH)
    foreach(target ${module}_tests ${module}_mpi_tests)
      if(TARGET ${target})
        # The header was compiled for libraries (-fPIC); a program's default would be -fPIE.
        target_compile_options(${target} PRIVATE -fPIC)
        target_precompile_headers(${target} REUSE_FROM nubox_torch_pch)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ${NUBOX_UNITY})
      endif()
    endforeach()
  endif()
endfunction()
