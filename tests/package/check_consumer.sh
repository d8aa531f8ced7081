#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_consumer.sh CMAKE SOURCE BUILD Release|Debug [CONFIGURE_OPTION...]: configures and builds the consumer from nothing, and
# runs it where it was optimised.
set -eu

readonly cmake=$1 source_dir=$2 build_dir=$3 build_type=$4
shift 4
rm -rf "$build_dir"
"$cmake" -S "$source_dir" -B "$build_dir" -DCMAKE_BUILD_TYPE="$build_type" "$@"
"$cmake" --build "$build_dir"
cd "$build_dir"  # what the program writes stays here
[[ $build_type == Debug ]] || ./consumer
