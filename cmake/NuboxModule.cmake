# One static library per module: nubox_<name> from src/<name>/*.cpp, public headers in
# include/nubox/<name>/. Installed as nubox::<name> (NuboxInstall.cmake); the flags of the build stay here.
# TORCH_SOURCES are the files that need LibTorch: in a build with LibTorch they make a module of their own,
# nubox_<name>_torch, which links TORCH_LINK as well.
set(NUBOX_WARNINGS -Wall -Wextra -Wconversion -Wshadow)
if(CMAKE_UNITY_BUILD)
  list(REMOVE_ITEM NUBOX_WARNINGS -Wshadow)  # by names of other files of the unit
  list(APPEND NUBOX_WARNINGS -Wno-subobject-linkage)  # private types in unnamed namespaces of the files of a unit
endif()
if(NUBOX_WERROR)
  list(APPEND NUBOX_WARNINGS -Werror)
endif()

add_library(nubox_build_flags INTERFACE)
target_compile_options(nubox_build_flags INTERFACE ${NUBOX_WARNINGS})
if(NUBOX_NATIVE)
  target_compile_options(nubox_build_flags INTERFACE -march=native)
endif()
if(NUBOX_SANITIZE)
  # A finding ends the test that made it. GCC's "undefined" leaves out conversions of numbers that do not fit, and
  # its warnings of uninitialized variables are false with sanitizers (std::regex of GCC 12).
  target_compile_options(nubox_build_flags INTERFACE -fsanitize=address,undefined,float-cast-overflow
                         -fno-sanitize-recover=all -fno-omit-frame-pointer -Wno-maybe-uninitialized)
  target_link_options(nubox_build_flags INTERFACE -fsanitize=address,undefined)
endif()
if(NUBOX_COVERAGE)
  target_compile_options(nubox_build_flags INTERFACE --coverage)
  target_link_options(nubox_build_flags INTERFACE --coverage)
endif()
target_compile_definitions(nubox_build_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

function(nubox_module name)
  cmake_parse_arguments(ARG "" "" "LINK;TORCH_SOURCES;TORCH_LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(TRANSFORM ARG_TORCH_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/src/${name}/)
  list(REMOVE_ITEM sources ${ARG_TORCH_SOURCES} "")
  nubox_library(${name} "${sources}" ${ARG_LINK})
  if(NUBOX_TORCH AND ARG_TORCH_SOURCES)
    nubox_library(${name}_torch "${ARG_TORCH_SOURCES}" PUBLIC nubox_${name} ${ARG_TORCH_LINK})
  endif()
endfunction()

# The static library of a module from its sources, with what it links.
function(nubox_library name sources)
  add_library(nubox_${name} STATIC ${sources})
  target_include_directories(nubox_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
                                                  $<INSTALL_INTERFACE:include>
                                           PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_compile_features(nubox_${name} PUBLIC cxx_std_20)
  target_link_libraries(nubox_${name} ${ARGN} PRIVATE $<BUILD_INTERFACE:nubox_build_flags>)
  set_target_properties(nubox_${name} PROPERTIES EXPORT_NAME ${name})
  set_property(GLOBAL APPEND PROPERTY NUBOX_MODULES ${name})
endfunction()

# Modules over LibTorch share one precompiled header and are compiled in few large units: what the
# headers leave to instantiate costs 5 to 10 s in every unit, 15 to 20 s without the precompiled one.
option(NUBOX_UNITY "Compile the torch modules in few large units (off: quicker after small edits)" ON)
function(nubox_torch_module name)
  nubox_module(${name} ${ARGN})
  target_link_libraries(nubox_${name} PUBLIC nubox_torch)
  if(NOT TARGET nubox_torch_pch)
    file(WRITE ${CMAKE_BINARY_DIR}/torch_pch.cpp "// carries the precompiled header\n")
    add_library(nubox_torch_pch OBJECT ${CMAKE_BINARY_DIR}/torch_pch.cpp)
    target_link_libraries(nubox_torch_pch PRIVATE nubox_torch nubox_build_flags fmt::fmt)
    target_precompile_headers(nubox_torch_pch PRIVATE <torch/torch.h>)
  endif()
  target_link_libraries(nubox_${name} PRIVATE fmt::fmt)
  target_precompile_headers(nubox_${name} REUSE_FROM nubox_torch_pch)
  set_target_properties(nubox_${name} PROPERTIES UNITY_BUILD ${NUBOX_UNITY} UNITY_BUILD_BATCH_SIZE 16)
endfunction()

# The command-line program: wiring only. In a build with LibTorch it is two programs, since loading LibTorch takes
# longer than most commands: nubox, without LibTorch, continues as nubox-torch, which has all commands, where a run
# needs LibTorch (src/app/torch_program.hpp).
function(nubox_binary)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/app/*.cpp
                                      ${CMAKE_SOURCE_DIR}/src/app/options/*.cpp)
  if(NUBOX_TORCH)
    nubox_program(nubox-torch "${sources}" nubox_bench_torch nubox_doctor_torch nubox_train nubox_predict)
    target_compile_definitions(nubox-torch PRIVATE NUBOX_WITH_TORCH)
  endif()
  # What train and predict alone use.
  list(FILTER sources EXCLUDE REGEX "/(cmd_)?(train|predict|architecture)[.]cpp$")
  nubox_program(nubox "${sources}")
  if(NUBOX_TORCH)
    target_compile_definitions(nubox PRIVATE NUBOX_TORCH_PROGRAM="nubox-torch")
    add_dependencies(nubox nubox-torch)
    # The version of LibTorch alone, from its header.
    add_library(nubox_torch_version STATIC ${CMAKE_SOURCE_DIR}/src/net/torch_library.cpp)
    target_include_directories(nubox_torch_version PRIVATE ${CMAKE_SOURCE_DIR}/include)
    target_include_directories(nubox_torch_version SYSTEM PRIVATE
                               $<TARGET_PROPERTY:nubox_torch,INTERFACE_INCLUDE_DIRECTORIES>)
    target_link_libraries(nubox PRIVATE nubox_torch_version)
  endif()
endfunction()

# Manual pages and completion scripts, made of the option table into <build>/pages.
function(nubox_pages)
  add_executable(nubox_pages ${CMAKE_SOURCE_DIR}/src/config/pages/main.cpp)
  target_link_libraries(nubox_pages PRIVATE nubox_config nubox_build_flags)
  set(made ${CMAKE_BINARY_DIR}/pages/man/man1/nubox.1)
  add_custom_command(OUTPUT ${made} COMMAND nubox_pages ${CMAKE_BINARY_DIR}/pages DEPENDS nubox_pages VERBATIM
                     COMMENT "Manual pages and completion scripts")
  add_custom_target(nubox_pages_made ALL DEPENDS ${made})
  add_dependencies(nubox nubox_pages_made)  # what builds the program alone can install it
endfunction()

# A program of the sources of the command line, with what it links beside the modules of all commands.
function(nubox_program name sources)
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${ARGN} nubox_config nubox_bench nubox_doctor nubox_prior nubox_snapshot
                        nubox_build_flags nubox_json)
endfunction()
