// SPDX-License-Identifier: Apache-2.0
// Tests of whole networks that are no vision transformers: see transformers.cpp.
#include "reference/generate/case_writer.hpp"

namespace reference_suite {
namespace {

/// lightly numbers the modules of a head: linear, norm, ReLU, linear, norm, ... Which there are, the parameters' shapes tell.
std::string simclr_head(entry const& e) {
  e.expect_only({"n", "d", "hidden", "out"});
  std::vector<int> linears;
  for (int module = 0; module < 16; ++module) {
    std::string const weight = text("param.layers.", module, ".weight");
    if (e.has(weight) && e.extents(weight).size() == 2) linears.push_back(module);
  }
  if (linears.size() != 2 && linears.size() != 3) throw not_expressible(text("a head of ", linears.size(), " linear layers"));

  std::string names;
  for (std::size_t i = 0; i < linears.size(); ++i) {
    std::string const ours = i + 1 == linears.size() ? "last" : text("hidden", i + 1);
    names += text("{\"", ours, ".linear\", \"layers.", linears[i], "\"}, {\"", ours, ".bn\", \"layers.", linears[i] + 1, "\"}, ");
  }
  std::string const last_norm = text("param.layers.", linears.back() + 1);
  char const* const form = !e.has(last_norm + ".weight") ? "last_linear" : e.has(last_norm + ".bias") ? "last_norm" : "published";
  return text("layer<projection<projection_config{.hidden = ", e.integer("hidden"), ", .out = ", e.integer("out"),
              ", .layers = ", linears.size(), ", .form = projection_form::", form, "}>, ", shape_of(e, "x"),
              ">(tensors, {.blocks = {", names, "}});");
}

}  // namespace

case_writers network_writers() {
  return {{"layers/head_simclr_", simclr_head}};
}

}  // namespace reference_suite
