// SPDX-License-Identifier: Apache-2.0
// Tests of pretext tasks, whose grids are template arguments.
#include "reference/generate/case_writer.hpp"

namespace reference_suite {
namespace {

/// The number of tiles decides which group the permutations are taken from.
std::string permutations(entry const& e) { return text("jigsaw_permutations<", e.extents("permutations").at(1), ">(tensors);"); }

std::string relative_position(entry const& e) {
  e.expect_only({"grid", "patch", "gap", "jitter", "img"});
  return text("relative_positions<", e.integer("grid"), ">(tensors);");
}

std::string inpainting(entry const& e) {
  e.expect_only({"img", "overlap"});
  return text("inpainting_centre<", e.integer("overlap"), ">(tensors);");
}

std::string gamut(entry const& e) {
  std::string body = "colorization_gamut(tensors);\n";
  for (nlohmann::json const& neighbours : e.hyper().at("neighbours"))
    body += text("soft_bins<", neighbours.get<int>(), ">(tensors);\n");
  return body;
}

}  // namespace

case_writers pretext_writers() {
  return {{"pretext/jigsaw_greedy_", permutations},
          {"pretext/jigsaw_permutations_", permutations},
          {"pretext/relative_position_", relative_position},
          {"pretext/inpainting_centre_", inpainting},
          {"augment/colorization_gamut_", gamut}};
}

}  // namespace reference_suite
