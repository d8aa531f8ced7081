# SPDX-License-Identifier: Apache-2.0
#
# The components of Pretext that are headers only, each with what it needs. The build and the installed package both
# include this file, so a component means the same in either, and an install does not depend on what the machine that
# installed it had.
#
#   in    PRETEXT_INCLUDE_DIR    folder that holds ssl/
#         PRETEXT_TARGET_SCOPE   GLOBAL in a build, empty in a package
#   out   pretext::<component>, or PRETEXT_<component>_MISSING with the reason
#
# Components: core      portable headers: no dependency at all
#             cpu       the cpu backend: OpenMP and threads
#             thrust    thrust_on<cpp> and thrust_on<omp>, by a plain host compiler
#             host      data, training, evaluation, io: Eigen, xtensor, Boost.Hana, JSON, zlib, liblzma, threads
#             images    JPEG and PNG files: what host needs, libjpeg-turbo, libpng
#             testing   tools for authors of policies

set(PRETEXT_HEADER_COMPONENTS core cpu thrust host images testing)

# find_package calls below must not fill the caller's scope, so each component is a function; results leave by two names.
macro(_pretext_missing reason)
  set(PRETEXT_${component}_MISSING "${reason}" PARENT_SCOPE)
  return()
endmacro()

# Looks for a package. Where it does not give the target, the list `needed` takes what to install.
macro(_pretext_need target what package)
  find_package(${package} QUIET ${ARGN})
  if(NOT TARGET ${target})
    list(APPEND needed "${what}")
  endif()
endmacro()

macro(_pretext_missing_if_needed)
  if(needed)
    list(JOIN needed ", " needed)
    _pretext_missing("not found: ${needed}")
  endif()
endmacro()

function(_pretext_add_target component)
  add_library(pretext::${component} INTERFACE IMPORTED ${PRETEXT_TARGET_SCOPE})
  target_link_libraries(pretext::${component} INTERFACE ${ARGN})
  if(PRETEXT_TARGET_SCOPE)  # in our own build, warnings in our own headers are wanted
    set_target_properties(pretext::${component} PROPERTIES IMPORTED_NO_SYSTEM ON)
  endif()
endfunction()

function(_pretext_define_core component)
  _pretext_add_target(core)
  target_include_directories(pretext::core INTERFACE "${PRETEXT_INCLUDE_DIR}")
  target_compile_features(pretext::core INTERFACE cxx_std_20)
endfunction()

function(_pretext_define_cpu component)
  find_package(OpenMP QUIET COMPONENTS CXX)
  if(NOT TARGET OpenMP::OpenMP_CXX)
    _pretext_missing("the compiler has no OpenMP (g++ brings it; for clang++ install libomp-dev)")
  endif()
  set(THREADS_PREFER_PTHREAD_FLAG ON)
  find_package(Threads QUIET REQUIRED)
  _pretext_add_target(cpu pretext::core OpenMP::OpenMP_CXX Threads::Threads)
  # Nobody reads errno here, and a square root that may set it keeps loops out of vectors: AdamW takes six times as long.
  target_compile_options(pretext::cpu INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-math-errno>)
  # clang++ tells of every `omp simd` that it cannot follow, many times over; nobody can act on it.
  target_compile_options(pretext::cpu INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-pass-failed>)
endfunction()

function(_pretext_define_thrust component)
  # The toolkit's own copy comes first: since CUDA 13 it lies in a folder of its own, cccl/.
  find_path(PRETEXT_THRUST_INCLUDE_DIR thrust/version.h
            HINTS ENV CUDA_PATH ENV CUDA_HOME /usr/local/cuda PATH_SUFFIXES include/cccl include)
  mark_as_advanced(PRETEXT_THRUST_INCLUDE_DIR)
  if(NOT PRETEXT_THRUST_INCLUDE_DIR)
    _pretext_missing("Thrust was not found (install libthrust-dev or the CUDA Toolkit, or set PRETEXT_THRUST_INCLUDE_DIR)")
  endif()
  _pretext_add_target(thrust pretext::core)
  target_include_directories(pretext::thrust SYSTEM INTERFACE "${PRETEXT_THRUST_INCLUDE_DIR}")
  # One program has one device system; a host compiler cannot use the CUDA one, which is Thrust's default.
  target_compile_definitions(pretext::thrust INTERFACE THRUST_HOST_SYSTEM=THRUST_HOST_SYSTEM_CPP
                                                       THRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP)
endfunction()

function(_pretext_define_host component)
  set(needed "")
  _pretext_need(Eigen3::Eigen "Eigen 3.4 (libeigen3-dev)" Eigen3 NO_MODULE)
  _pretext_need(xtensor "xtensor (libxtensor-dev)" xtensor)
  _pretext_need(nlohmann_json::nlohmann_json "nlohmann-json (nlohmann-json3-dev)" nlohmann_json)
  _pretext_need(ZLIB::ZLIB "zlib (zlib1g-dev)" ZLIB)
  _pretext_need(LibLZMA::LibLZMA "liblzma (liblzma-dev)" LibLZMA)
  find_path(PRETEXT_HANA_INCLUDE_DIR boost/hana.hpp)  # the name of Hana's CMake target depends on how it was installed
  mark_as_advanced(PRETEXT_HANA_INCLUDE_DIR)
  if(NOT PRETEXT_HANA_INCLUDE_DIR)
    list(APPEND needed "Boost.Hana (libboost-dev)")
  endif()
  _pretext_missing_if_needed()
  set(THREADS_PREFER_PTHREAD_FLAG ON)
  find_package(Threads QUIET REQUIRED)
  _pretext_add_target(host pretext::core Eigen3::Eigen xtensor nlohmann_json::nlohmann_json ZLIB::ZLIB LibLZMA::LibLZMA
                      Threads::Threads)
  target_include_directories(pretext::host SYSTEM INTERFACE "${PRETEXT_HANA_INCLUDE_DIR}")
endfunction()

function(_pretext_define_images component)
  pretext_define_component(host)
  if(PRETEXT_host_MISSING)
    _pretext_missing("${PRETEXT_host_MISSING}")
  endif()
  set(needed "")
  _pretext_need(JPEG::JPEG "libjpeg-turbo (libjpeg-dev)" JPEG)
  _pretext_need(PNG::PNG "libpng (libpng-dev)" PNG)
  _pretext_missing_if_needed()
  _pretext_add_target(images pretext::host JPEG::JPEG PNG::PNG)
endfunction()

function(_pretext_define_testing component)
  pretext_define_component(host)
  if(PRETEXT_host_MISSING)
    _pretext_missing("${PRETEXT_host_MISSING}")
  endif()
  _pretext_add_target(testing pretext::host)
endfunction()

function(pretext_define_component component)
  set(PRETEXT_${component}_MISSING "")
  if(NOT TARGET pretext::${component})
    if(PRETEXT_TARGET_SCOPE)
      set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
    endif()
    cmake_language(CALL _pretext_define_${component} ${component})
  endif()
  set(PRETEXT_${component}_MISSING "${PRETEXT_${component}_MISSING}" PARENT_SCOPE)
endfunction()
