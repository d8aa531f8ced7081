# SPDX-License-Identifier: Apache-2.0
#
# Files with the flags of each component, for tests that call a compiler themselves: ${PRETEXT_FLAGS_DIR}/<name>.flags,
# one flag a line, understood as @file by g++ and clang++ and as --options-file by nvcc.
set(PRETEXT_FLAGS_DIR "${PROJECT_BINARY_DIR}/compiler_flags")
file(WRITE "${PRETEXT_FLAGS_DIR}/empty.cpp" "")

function(pretext_write_flags name)
  add_library(pretext_flags_${name} OBJECT EXCLUDE_FROM_ALL "${PRETEXT_FLAGS_DIR}/empty.cpp")
  target_link_libraries(pretext_flags_${name} PRIVATE ${ARGN})
  set(definitions "$<TARGET_PROPERTY:pretext_flags_${name},COMPILE_DEFINITIONS>")
  # Ours by -I, so that our warnings show; others by -isystem, except the compiler's own folder, whose order matters.
  set(includes "$<TARGET_PROPERTY:pretext_flags_${name},INCLUDE_DIRECTORIES>")
  set(openmp 0)
  if(TARGET pretext::cpu AND name MATCHES "^(cpu|everything)")
    set(openmp 1)
  endif()
  set(foreign "$<FILTER:$<REMOVE_DUPLICATES:${includes}>,EXCLUDE,^(${PRETEXT_INCLUDE_DIR}|/usr/include)$>")
  file(GENERATE OUTPUT "${PRETEXT_FLAGS_DIR}/${name}.flags" CONTENT
       "-std=c++20\n-I${PRETEXT_INCLUDE_DIR}\n$<$<BOOL:${foreign}>:-isystem$<JOIN:${foreign},\n-isystem>\n>$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},\n-D>\n>$<$<BOOL:${openmp}>:-fopenmp\n>")
endfunction()

foreach(component IN LISTS PRETEXT_HEADER_COMPONENTS)
  if(TARGET pretext::${component})
    pretext_write_flags(${component} pretext::${component})
  endif()
endforeach()
if(TARGET pretext::cpu_compiled)
  pretext_write_flags(cpu_compiled pretext::cpu_compiled pretext_everything)
endif()
pretext_write_flags(everything pretext_everything)
