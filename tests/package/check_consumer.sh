#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_consumer.sh CMAKE SOURCE BUILD [CONFIGURE_OPTION...]: configures, builds and runs the consumer from nothing.
set -eu

readonly cmake=$1 source_dir=$2 build_dir=$3
shift 3
rm -rf "$build_dir"
"$cmake" -S "$source_dir" -B "$build_dir" -DCMAKE_BUILD_TYPE=Release "$@"
"$cmake" --build "$build_dir"
cd "$build_dir"  # what the program writes stays here
./consumer
