# SPDX-License-Identifier: Apache-2.0
#
# Requests that find_package must answer: each is a small project, configured in SCRATCH against the installation PREFIX.

# check(<name> <TRUE|FALSE: configures> <text in the output> <lines of CMake>)
function(check name succeeds text)
  list(JOIN ARGN "\n" lines)
  set(folder "${SCRATCH}/${name}")
  file(REMOVE_RECURSE "${folder}")
  file(WRITE "${folder}/CMakeLists.txt" "cmake_minimum_required(VERSION 3.24)\nproject(request LANGUAGES CXX)\n${lines}\n")
  execute_process(COMMAND "${CMAKE_COMMAND}" -S "${folder}" -B "${folder}/build" -G "${GENERATOR}" "-DCMAKE_PREFIX_PATH=${PREFIX}"
                          "-DCMAKE_CXX_COMPILER=${COMPILER}"
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " flat "${output}")  # CMake wraps messages
  string(FIND "${flat}" "${text}" place)
  if((result EQUAL 0 AND NOT succeeds) OR (NOT result EQUAL 0 AND succeeds) OR place EQUAL -1)
    message(FATAL_ERROR "${name}: result ${result}, expected the text '${text}' in\n${output}")
  endif()
endfunction()

check(core_alone TRUE "only core" "find_package(pretext REQUIRED COMPONENTS core)"
      "if(TARGET pretext::core AND NOT TARGET pretext::host)" "  message(STATUS \"only core\")" "endif()")
check(unknown FALSE "pretext::gpu is not available: there is no such component" "find_package(pretext REQUIRED COMPONENTS gpu)")
check(missing FALSE "pretext::cpu is not available: the compiler has no OpenMP"
      "set(CMAKE_DISABLE_FIND_PACKAGE_OpenMP ON)" "find_package(pretext REQUIRED COMPONENTS cpu)")
check(missing_codec FALSE "pretext::images is not available: not found: libjpeg-turbo (libjpeg-dev)"
      "set(CMAKE_DISABLE_FIND_PACKAGE_JPEG ON)" "find_package(pretext REQUIRED COMPONENTS host images)")
check(missing_host FALSE "pretext::images is not available: not found: liblzma (liblzma-dev)"
      "set(CMAKE_DISABLE_FIND_PACKAGE_LibLZMA ON)" "find_package(pretext REQUIRED COMPONENTS images)")
check(optional TRUE "host: FALSE" "set(CMAKE_DISABLE_FIND_PACKAGE_xtensor ON)"
      "find_package(pretext REQUIRED COMPONENTS core OPTIONAL_COMPONENTS host)" "message(STATUS \"host: \${pretext_host_FOUND}\")")
check(all TRUE "has core" "find_package(pretext REQUIRED)" "if(TARGET pretext::core)" "  message(STATUS \"has core\")" "endif()")
check(old_version FALSE "requested version" "find_package(pretext 9.0 REQUIRED)")
