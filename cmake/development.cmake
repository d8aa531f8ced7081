# SPDX-License-Identifier: Apache-2.0
#
# What tests, examples and benchmarks of this project share. Nothing here reaches a user's program.

# Flags of programs built here: pretext_build_flags carries them, pretext_everything links each available component.
add_library(pretext_build_flags INTERFACE)
target_compile_options(pretext_build_flags INTERFACE -Wall -Wextra $<$<BOOL:${PRETEXT_WARNINGS_AS_ERRORS}>:-Werror>
                                                     $<$<BOOL:${PRETEXT_NATIVE}>:-march=native>)
# What g++ 12 warns of by mistake: its own AVX-512 intrinsics, inlined through Eigen (https://gcc.gnu.org/PR105593), and a literal
# before a string (https://gcc.gnu.org/PR105651). Both are fixed in 13.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(pretext_build_flags INTERFACE -Wno-uninitialized -Wno-maybe-uninitialized -Wno-array-bounds
                                                       -Wno-restrict)
endif()
add_library(pretext_everything INTERFACE)
foreach(component IN LISTS PRETEXT_HEADER_COMPONENTS)
  if(TARGET pretext::${component})
    target_link_libraries(pretext_everything INTERFACE pretext::${component})
  endif()
endforeach()

# pretext_register(<test> LABELS <label>...): what every test of this project has in common.
function(pretext_register test)
  # Tests share the cores with each other: OpenMP threads that wait must not keep one busy.
  set_tests_properties(${test} PROPERTIES SKIP_RETURN_CODE 77 ENVIRONMENT_MODIFICATION "OMP_WAIT_POLICY=set:passive" ${ARGN})
endfunction()

# pretext_read_directive(<variable> <file> <name>): the rest of the line "// <name>: ..." near the top of a source.
function(pretext_read_directive variable file name)
  set(${variable} "" PARENT_SCOPE)
  file(STRINGS "${file}" lines LIMIT_COUNT 10 REGEX "^// ${name}:")
  if(lines)
    list(GET lines 0 line)
    string(REGEX REPLACE "^// ${name}: *" "" line "${line}")
    string(STRIP "${line}" line)
    set(${variable} "${line}" PARENT_SCOPE)
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
endfunction()

# Compilers that the tests call by themselves, whatever compiler builds the project.
find_program(PRETEXT_GXX NAMES g++ DOC "g++ for the header, compile-fail and budget tests")
find_program(PRETEXT_CLANGXX NAMES clang++ clang++-19 clang++-18 clang++-17 clang++-16 clang++-15 clang++-14
             DOC "clang++ for the header and compile-fail tests")
find_program(PRETEXT_NVCC NAMES nvcc HINTS ENV CUDA_PATH ENV CUDA_HOME /usr/local/cuda PATH_SUFFIXES bin
             DOC "nvcc for the header, compile-fail and toolchain tests")
# clang++ has an OpenMP of its own, in a package of its own.
set(PRETEXT_CLANGXX_LACKS "")
if(PRETEXT_CLANGXX)
  execute_process(COMMAND "${PRETEXT_CLANGXX}" -x c++ -fopenmp -fsyntax-only -include omp.h /dev/null
                  RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
  if(failed)
    set(PRETEXT_CLANGXX_LACKS "omp.h (libomp-dev)")
  endif()
endif()
set(PRETEXT_PROGRAM_g++ "${PRETEXT_GXX}")
set(PRETEXT_PROGRAM_clang++ "${PRETEXT_CLANGXX}")
set(PRETEXT_PROGRAM_nvcc "${PRETEXT_NVCC}")

# pretext_add_compiler_test(<test> <g++|clang++|nvcc> COMMAND ... LABELS ... [COMPONENTS ...]): a test that is skipped, with
# the reason, where the compiler or a component is missing.
function(pretext_add_compiler_test test compiler)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "COMMAND;LABELS;COMPONENTS;PROPERTIES")
  set(reason "")
  if(NOT PRETEXT_PROGRAM_${compiler})
    set(reason "${compiler} was not found")
  endif()
  foreach(component IN LISTS arg_COMPONENTS)
    if(NOT component STREQUAL "everything" AND NOT TARGET pretext::${component})
      set(reason "pretext::${component} is not available")
    elseif(compiler STREQUAL "clang++" AND PRETEXT_CLANGXX_LACKS AND NOT component STREQUAL "core")
      set(reason "clang++ lacks ${PRETEXT_CLANGXX_LACKS}")
    endif()
  endforeach()
  if(reason)
    add_test(NAME ${test} COMMAND sh -c "echo 'skipped: ${reason}'; exit 77")
  else()
    add_test(NAME ${test} COMMAND ${arg_COMMAND})
  endif()
  pretext_register(${test} LABELS ${arg_LABELS} TIMEOUT 600 ${arg_PROPERTIES})
endfunction()
