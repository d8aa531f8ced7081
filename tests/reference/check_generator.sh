#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_generator.sh GENERATOR: a case that the generator cannot express becomes a test that fails, never one that is missing.
set -u

generator=$1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
status=0

# entry FILE HYPER TENSORS
entry() { printf '{"file": "%s", "hyper": %s, "tensors": %s}' "$1" "$2" "$3"; }
conv='{"x": {"shape": [2, 3, 8, 7]}, "param.weight": {"shape": [4, 3, 5, 5]}}'
norm='{"x": {"shape": [4, 6]}, "param.weight": {"shape": [6]}, "param.bias": {"shape": [6]}}'
cat >"$folder/index.json" <<END
{"cases": [
  $(entry layers/conv2d_good '{"cout": 4, "k": 5, "s": 1, "p": 2}' "$conv"),
  $(entry layers/conv2d_grouped '{"cout": 4, "k": 5, "s": 1, "p": 2, "groups": 2, "dilation": 3}' "$conv"),
  $(entry layers/conv2d_reflecting '{"cout": 4, "k": 5, "s": 1, "p": 2, "padding_mode": "reflect"}' "$conv"),
  $(entry layers/conv2d_incomplete '{"k": 5, "s": 1, "p": 2}' "$conv"),
  $(entry layers/batch_norm_1d_tiny_epsilon '{"eps": 1.5e-9, "momentum": 0.1, "kind": "train"}' "$norm"),
  $(entry layers/batch_norm_1d_other_kind '{"eps": 1e-5, "momentum": 0.1, "kind": "renorm"}' "$norm"),
  $(entry layers/mystery '{}' '{}')
]}
END
"$generator" "$folder/index.json" "$folder" || { echo "the generator failed"; exit 1; }

expect() {
  grep -qF "$2" "$folder/$1.cpp" || { echo "$1.cpp lacks: $2"; status=1; }
}
expect layers 'REFERENCE_CASE("layers/conv2d_good")'
expect layers 'layer<conv2d<conv_config{.out = 4, .kernel = 5, .stride = 1, .padding = 2, .bias = bias::none}>, shape{2, 8, 7, 3}>(tensors);'
expect layers '.padding = 2, .groups = 2, .dilation = 3, .bias = bias::none}>'
for name in conv2d_reflecting conv2d_incomplete batch_norm_1d_tiny_epsilon batch_norm_1d_other_kind; do
  expect layers "REFERENCE_CASE_NOT_BUILT(\"layers/$name\", "
done
if grep -q mystery "$folder/layers.cpp"; then echo "layers.cpp has a case of a kind that is not covered"; status=1; fi
expect weights 'REFERENCE_FAMILY_IS_EMPTY("weights")'

"$generator" "$folder/missing.json" "$folder" 2>/dev/null && { echo "a missing index is accepted"; status=1; }
exit $status
