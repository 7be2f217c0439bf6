# One static library per module: nubox_<name> from src/<name>/*.cpp, public headers in
# include/nubox/<name>/. Installed as nubox::<name> (NuboxInstall.cmake); the flags of the build stay here.
# Of its files TORCH_SOURCES are compiled only in a build with LibTorch, OTHERWISE only in one without.
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
  cmake_parse_arguments(ARG "" "" "LINK;TORCH_SOURCES;OTHERWISE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  set(left_out ${ARG_TORCH_SOURCES})
  if(NUBOX_TORCH)
    set(left_out ${ARG_OTHERWISE})
  endif()
  list(TRANSFORM left_out PREPEND ${CMAKE_SOURCE_DIR}/src/${name}/)
  list(REMOVE_ITEM sources ${left_out} "")
  add_library(nubox_${name} STATIC ${sources})
  target_include_directories(nubox_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
                                                  $<INSTALL_INTERFACE:include>
                                           PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_compile_features(nubox_${name} PUBLIC cxx_std_20)
  target_link_libraries(nubox_${name} ${ARG_LINK} PRIVATE $<BUILD_INTERFACE:nubox_build_flags>)
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

# The command-line program: wiring only. Without LibTorch it lacks the commands of the networks.
function(nubox_binary)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/app/*.cpp
                                      ${CMAKE_SOURCE_DIR}/src/app/options/*.cpp)
  if(NOT NUBOX_TORCH)
    # What train and predict alone use.
    list(FILTER sources EXCLUDE REGEX "/(cmd_)?(train|predict|architecture)[.]cpp$")
  endif()
  add_executable(nubox ${sources})
  target_include_directories(nubox PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(nubox PRIVATE nubox_config nubox_bench nubox_doctor nubox_config nubox_prior
                        nubox_snapshot nubox_build_flags nubox_json)
  if(NUBOX_TORCH)
    target_link_libraries(nubox PRIVATE nubox_train nubox_predict)
    target_compile_definitions(nubox PRIVATE NUBOX_WITH_TORCH)
  endif()
endfunction()

# Manual pages and completion scripts, made of the option table into <build>/pages.
function(nubox_pages)
  add_executable(nubox_pages ${CMAKE_SOURCE_DIR}/src/app/pages/main.cpp)
  target_link_libraries(nubox_pages PRIVATE nubox_config nubox_build_flags)
  set(made ${CMAKE_BINARY_DIR}/pages/man/man1/nubox.1)
  add_custom_command(OUTPUT ${made} COMMAND nubox_pages ${CMAKE_BINARY_DIR}/pages DEPENDS nubox_pages VERBATIM
                     COMMENT "Manual pages and completion scripts")
  add_custom_target(nubox_pages_made ALL DEPENDS ${made})
  add_dependencies(nubox nubox_pages_made)  # what builds the program alone can install it
endfunction()
