# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts need from the machine and how they get it; sourced, never run. Names are those of Debian 12 and Ubuntu
# 24.04. A need is looked for before anything is installed, so that a library installed by other means counts, and a
# machine that has everything needs neither network nor apt-get.

# Each line: package, how to look for it, what to look for.
readonly pretext_build_needs='
g++                 command  g++
cmake               command  cmake
ninja-build         command  ninja
libeigen3-dev       header   eigen3/Eigen/Core|Eigen/Core
libxtensor-dev      header   xtensor/xtensor.hpp|xtensor/containers/xtensor.hpp
libboost-dev        header   boost/hana.hpp
nlohmann-json3-dev  header   nlohmann/json.hpp
zlib1g-dev          header   zlib.h
liblzma-dev         header   lzma.h
libjpeg-dev         header   jpeglib.h
libpng-dev          header   png.h
libcli11-dev        header   CLI/CLI.hpp
'
readonly pretext_test_needs='
doctest-dev         header   doctest/doctest.h
'
readonly pretext_benchmark_needs='
libbenchmark-dev    header   benchmark/benchmark.h
'
# Without these some tests are skipped, with the reason.
readonly pretext_optional_test_needs='
clang               command  clang++
libomp-dev          clang    omp.h
libthrust-dev       header   thrust/version.h
libssl-dev          header   openssl/ssl.h
'
readonly pretext_data_needs='
dataset-fashion-mnist  file  /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz
'

# has_header NAME[|NAME...]: one of the headers lies where a compiler looks without being told.
has_header() {
  local name folder
  for name in ${1//|/ }; do
    for folder in /usr/local/include /usr/include /usr/include/*-linux-gnu; do
      [[ -e $folder/$name ]] && return 0
    done
  done
  return 1
}

# clang_has_header NAME: clang++ finds it, in its own folders too.
clang_has_header() { clang++ -x c++ -fopenmp -fsyntax-only -include "$1" /dev/null 2>/dev/null; }

# missing_packages NEEDS: the packages of those lines whose need is not met.
missing_packages() {
  local package kind what
  while read -r package kind what; do
    case $kind in
      command) command -v "$what" >/dev/null || echo "$package" ;;
      header) has_header "$what" || echo "$package" ;;
      clang) clang_has_header "$what" || echo "$package" ;;
      file) [[ -e $what ]] || echo "$package" ;;
    esac
  done <<<"$1"
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "neither root nor sudo: cannot run $*" >&2
    return 1
  fi
}

# install_packages PACKAGE...: by apt-get, quietly; the package lists are fetched once in a run.
install_packages() {
  command -v apt-get >/dev/null || { echo "apt-get was not found; install by hand: $*" >&2; return 1; }
  if [[ -z ${pretext_lists_fetched:-} ]]; then
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update || echo "the package lists could not be fetched (no network?)" >&2
    pretext_lists_fetched=yes
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >/dev/null
}

# require NEEDS: installs what is missing, or says what to install and fails.
require() {
  local packages
  packages=$(missing_packages "$1" | tr '\n' ' ')
  [[ -z $packages ]] && return 0
  echo "Installing: $packages"
  # shellcheck disable=SC2086  # a list of words
  install_packages $packages || true
  packages=$(missing_packages "$1" | tr '\n' ' ')
  [[ -z $packages ]] && return 0
  echo "Still missing: $packages" >&2
  return 1
}

# want NEEDS: installs what is missing one by one, since not every release has every package; goes on without.
want() {
  local package
  for package in $(missing_packages "$1"); do
    echo "Installing: $package"
    install_packages "$package" || echo "$package could not be installed; going on without it" >&2
  done
}

# build_jobs: one job a core, and 1.5 GB of memory for each.
build_jobs() {
  local cores by_memory
  cores=$(nproc)
  by_memory=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  ((by_memory < 1)) && by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}

# cmake_is_recent: the project asks for CMake 3.24.
cmake_is_recent() {
  local version
  version=$(cmake --version | head -n 1 | grep -oE '[0-9]+\.[0-9]+')
  ((${version%.*} > 3 || ${version#*.} >= 24)) || { echo "CMake 3.24 or later is needed, this is $version" >&2; return 1; }
}

# shared_folder NAME: a folder beside the reference tensors (data, or peers: programs of other libraries that do the same work); nothing
# where there is none.
shared_folder() {
  local shared
  shared=$(cmake -P cmake/shared-dir.cmake)
  [[ -n $shared && -d $shared/$1 ]] && echo "$shared/$1"
  return 0
}
