// SPDX-License-Identifier: Apache-2.0
// Tests of whole networks: heads and encoders.
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

std::string vit(entry const& e) {
  e.expect_only({"name", "img", "patch", "d", "depth", "heads", "mlp_ratio", "classes", "pool", "class_token", "n"});
  std::string const pool = e.word("pool");
  if (pool != "token" && pool != "avg") throw not_expressible("nothing here knows the pool '" + pool + "'");
  bool const has_class_token = e.hyper().at("class_token");
  return text("layer<encoders::vit<encoders::vit_config{.image_h = ", e.integer("img"), ", .image_w = ", e.integer("img"),
              ", .patch = ", e.integer("patch"), ", .width = ", e.integer("d"), ", .depth = ", e.integer("depth"),
              ", .heads = ", e.integer("heads"), ", .mlp_hidden = ", e.extents("param.blocks.0.mlp.fc1.weight").at(0),
              ", .pool = encoders::vit_pool::", pool == "avg" ? "average" : "class_token",
              ", .class_token = encoders::vit_class_token::", has_class_token ? "learned" : "none",
              ", .qkv_bias = ", e.has("param.blocks.0.attn.qkv.bias") ? "bias::yes" : "bias::none",
              ", .classes = ", e.integer("classes"), "}>, ", shape_of(e, "x"), ">(tensors);");
}

}  // namespace

case_writers network_writers() {
  return {{"layers/head_simclr_", simclr_head},
          {"encoders/vit_cls_token_", vit},
          {"encoders/vit_no_cls_", vit},
          {"encoders/vit_avg_pool_", vit}};
}

}  // namespace reference_suite
