// SPDX-License-Identifier: Apache-2.0
// Tests of whole networks that are no vision transformers: see transformers.cpp.
#include "reference/generate/case_writer.hpp"

namespace reference_suite {
namespace {

/// Which of the numbered modules of a head are linear layers: those with a matrix. Between them are norms and activations.
std::vector<int> linear_modules(entry const& e, std::string const& prefix) {
  std::vector<int> linears;
  for (int module = 0; module < 32; ++module) {
    std::string const weight = text("param.", prefix, module, ".weight");
    if (e.has(weight) && e.extents(weight).size() == 2) linears.push_back(module);
  }
  if (linears.empty()) throw not_expressible("a head without linear layers");
  return linears;
}

/// What our stages are called in the file: a norm, where there is one, comes next to its linear layer.
std::string stage_names(std::vector<int> const& linears, std::string const& ours, std::string const& theirs) {
  std::string names;
  for (std::size_t i = 0; i < linears.size(); ++i) {
    std::string const stage = i + 1 == linears.size() ? "last" : text("hidden", i + 1);
    names += text("{\"", ours, stage, ".linear\", \"", theirs, linears[i], "\"}, {\"", ours, stage, ".bn\", \"", theirs,
                  linears[i] + 1, "\"}, ");
  }
  return names;
}

/// The call of the preset that a file is named after.
std::string head_preset(entry const& e, std::vector<int> const& linears) {
  static std::map<std::string, std::string> const ours{{"moco", "moco_projection"},
                                                       {"byol_projection", "byol_projection"},
                                                       {"byol_prediction", "byol_prediction"},
                                                       {"barlow", "barlow_twins_projection"},
                                                       {"simsiam_projection", "simsiam_projection"},
                                                       {"simsiam_prediction", "simsiam_prediction"},
                                                       {"vicreg", "vicreg_projection"},
                                                       {"swav", "swav_projection"}};
  std::string const beginning = "layers/head_", file = e.file(),
                    method = file.substr(beginning.size(), file.find('.') - beginning.size());
  std::string const widths =
      text("{.hidden = ", e.integer("hidden"), ", .out = ", e.integer("out"), ", .layers = ", linears.size(), "}");
  if (method.starts_with("simclr_")) {
    std::string const last_norm = text("param.layers.", linears.back() + 1);
    char const* const form = !e.has(last_norm + ".weight") ? "last_linear"
                             : e.has(last_norm + ".bias")  ? "last_norm"
                                                           : "published";
    return text("simclr_projection(", widths, ", simclr_form::", form, ")");
  }
  auto const found = ours.find(method);
  if (found == ours.end()) throw not_expressible("nothing here knows the head of '" + method + "'");
  return text(found->second, "(", widths, ")");
}

std::string head(entry const& e) {
  e.expect_only({"n", "d", "hidden", "out"});
  std::vector<int> const linears = linear_modules(e, "layers.");
  return text("layer<head<", head_preset(e, linears), ">, ", shape_of(e, "x"), ">(tensors, {.blocks = {",
              stage_names(linears, "", "layers."), "}});");
}

std::string dino_head(entry const& e) {
  e.expect_only({"n", "d", "k", "nlayers", "hidden", "bottleneck"});
  std::vector<int> const linears = linear_modules(e, "mlp.");
  bool const has_norm = e.has("buffer_before.mlp.1.running_mean");
  return text("layer<dino_head<dino_head_config{.hidden = ", e.integer("hidden"), ", .bottleneck = ", e.integer("bottleneck"),
              ", .out = ", e.integer("k"), ", .layers = ", e.integer("nlayers"),
              ", .norm = head_norm::", has_norm ? "scale_and_shift" : "none", ", .gain = gain::learned}>, ", shape_of(e, "x"),
              ">(tensors, {.blocks = {", stage_names(linears, "mlp.", "mlp."), "}});");
}

std::string list(std::vector<int> const& numbers) {
  std::string all;
  for (int n : numbers) all += text(all.empty() ? "{" : ", ", n);
  return all + "}";
}

/// A file of the evaluation mode has maps between the stages too.
std::string resnet(entry const& e) {
  e.expect_only(
      {"name", "block", "layers", "widths", "stem_width", "cifar_stem", "n", "img", "classes", "in_chans", "train_only"});
  std::string const block = e.word("block");
  if (block != "basic" && block != "bottleneck") throw not_expressible("nothing here knows the block '" + block + "'");
  std::string const config =
      text("encoders::resnet_config{.block = encoders::resnet_block::", block, ", .depth = ", list(e.hyper().at("layers")),
           ", .width = ", list(e.hyper().at("widths")), ", .stem_width = ", e.integer("stem_width"),
           ", .stem = encoders::resnet_stem::", e.hyper().at("cifar_stem").get<bool>() ? "cifar" : "imagenet",
           ", .classes = ", e.hyper().value("classes", 0), "}");
  bool const evaluates = e.has("eval_after_stem");
  return text("layer<encoders::resnet<", config, ">, ", shape_of(e, "x"),
              evaluates ? ", execution{.mode = execution_mode::evaluation}" : "", ">(tensors);") +
         (evaluates ? text("\nresnet_maps<", config, ", ", shape_of(e, "x"), ">(tensors);") : "");
}

std::string nin_layer(entry const& e) {
  e.expect_only({"cin", "cout", "k", "n", "h"});
  return text("layer<encoders::detail::nin_layer<", e.integer("cout"), ", ", e.integer("k"), ">, ", shape_of(e, "x"),
              ">(tensors, {.blocks = {{\"conv\", \"layers.Conv\"}, {\"bn\", \"layers.BatchNorm\"}}});");
}

}  // namespace

case_writers network_writers() {
  return {{"layers/head_", head},
          {"layers/dino_head", dino_head},
          {"encoders/resnet_", resnet},
          {"encoders/nin_basic_block_", nin_layer}};
}

}  // namespace reference_suite
