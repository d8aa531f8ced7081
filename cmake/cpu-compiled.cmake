# SPDX-License-Identifier: Apache-2.0
#
# pretext::cpu_compiled: the cpu backend's kernels built once into a library, for programs that prefer short builds.

file(GLOB pretext_cpu_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/cpu/*.cpp")
if(NOT TARGET pretext::cpu OR NOT pretext_cpu_sources)
  return()
endif()

add_library(pretext_cpu_compiled STATIC ${pretext_cpu_sources})
add_library(pretext::cpu_compiled ALIAS pretext_cpu_compiled)
target_link_libraries(pretext_cpu_compiled PUBLIC pretext::cpu)
target_compile_definitions(pretext_cpu_compiled PUBLIC PRETEXT_CPU_COMPILED)
set_target_properties(pretext_cpu_compiled PROPERTIES EXPORT_NAME cpu_compiled POSITION_INDEPENDENT_CODE ON)
if(PRETEXT_NATIVE)
  # Public, because templates of the backend are compiled on both sides: a program must not mix two instruction sets.
  target_compile_options(pretext_cpu_compiled PUBLIC -march=native)
endif()
