# SPDX-License-Identifier: Apache-2.0
#
# The folder with reference tensors, data and programs of other libraries: by default the one beside the checkout, where it exists.
# Included by the project; run as a script (cmake -P) it prints the default.
set(shared_beside "${CMAKE_CURRENT_LIST_DIR}/../../shared")
cmake_path(NORMAL_PATH shared_beside)
if(NOT IS_DIRECTORY "${shared_beside}")
  set(shared_beside "")
endif()
if(CMAKE_SCRIPT_MODE_FILE)
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${shared_beside}")
else()
  set(PRETEXT_SHARED_DIR "${shared_beside}" CACHE PATH "Folder with reference tensors and data; empty: the tests that need it are skipped")
endif()
