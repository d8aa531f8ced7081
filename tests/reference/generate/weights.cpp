// SPDX-License-Identifier: Apache-2.0
// Tests of published weights. The structure of a network stands with its file of weights: of a vision transformer under the words of its
// code, of a residual network in the extents of its tensors.
#include "reference/generate/case_writer.hpp"

namespace reference_suite {
namespace {

/// A vision transformer as two codes describe theirs.
struct published_vit {
  entry e;
  bool hugging_face, gated, scaled;
  int registers;

  explicit published_vit(entry const& e)
      : e(e),
        hugging_face(e.hyper().contains("hidden_size")),
        gated(e.hyper().value("ffn_layer", "mlp") == "swiglufused" || e.hyper().value("use_swiglu_ffn", false)),
        scaled(e.file().find("dinov2") != std::string::npos),
        registers(e.hyper().value("num_register_tokens", 0)) {}

  int number(char const* own, char const* theirs) const { return e.integer(hugging_face ? theirs : own); }
  int width() const { return number("d", "hidden_size"); }
  int patch() const { return number("patch", "patch_size"); }
  int hidden() const {
    if (e.hyper().contains("intermediate_size")) return e.integer("intermediate_size");
    return static_cast<int>(e.real(hugging_face ? "mlp_ratio" : "ratio") * width());
  }
  bool masked() const { return e.file().find("mae") != std::string::npos; }

  /// `rest`: what follows the pool in the configuration.
  std::string type(char const* pool = "none", std::string const& rest = "") const {
    int const image = number("img", "image_size");
    return text("encoders::vit<encoders::vit_config{.image_h = ", image, ", .image_w = ", image, ", .patch = ", patch(),
                ", .width = ", width(), ", .depth = ", number("depth", "num_hidden_layers"),
                ", .heads = ", number("heads", "num_attention_heads"),
                ", .mlp_hidden = ", gated ? (2 * hidden() / 3 + 7) / 8 * 8 : hidden(),
                ", .feed_forward = feed_forward::", gated ? "swiglu" : "mlp", ", .pool = encoders::vit_pool::", pool,
                ", .position_table = position_table::", masked() ? "sine_cosine" : "learned",
                ", .interpolation = interpolation::", registers > 0 ? "bicubic_antialias" : "bicubic_offset",
                scaled ? text(", .mask_token = encoders::vit_mask_token::learned", rest, ", .registers = ", registers,
                              ", .layer_scale_millionths = 10")
                       : rest,
                "}>");
  }
};

std::string image_of(std::vector<int> const& nchw, int batch) {
  return text("shape{", batch, ", ", nchw.at(2), ", ", nchw.at(3), ", ", nchw.at(1), "}");
}

std::string names(entry const& e) {
  published_vit const vit(e);
  int const side = vit.number("img", "image_size");
  bool const chunked = e.hyper().value("block_chunks", 0) > 0;
  std::string const prefix = e.has("module.backbone.cls_token")  ? "module.backbone."
                             : e.has("vit.embeddings.cls_token") ? "vit."
                                                                 : "";
  char const* const naming = vit.hugging_face ? "Hugging Face" : vit.registers > 0 || chunked ? "DINOv2" : "timm and torchvision";
  return text("names_of_weights<", vit.type(), ", shape{1, ", side, ", ", side, ", 3}>(tensors, \"", naming, "\", \"", prefix,
              "\");");
}

/// Encoder and decoder together: only transformers' file has a prediction.
std::string prediction(entry const& e, published_vit const& vit) {
  std::vector<int> const image = e.extents("image"), pred = e.extents("pred");
  int const grid = image.at(2) / vit.patch(), visible = static_cast<int>(grid * grid * (1 - vit.e.real("mask_ratio")));
  std::string const decoder =
      text("masked_decoder<masked_decoder_config{.grid_h = ", grid, ", .grid_w = ", grid, ", .out = ", pred.at(2),
           ", .width = ", vit.e.integer("decoder_hidden_size"), ", .depth = ", vit.e.integer("decoder_num_hidden_layers"),
           ", .heads = ", vit.e.integer("decoder_num_attention_heads"),
           ", .hidden = ", vit.e.integer("decoder_intermediate_size"), "}>");
  return text("prediction_of_weights<", vit.type("none", text(", .visible_patches = ", visible)), ", ", decoder, ", ",
              image_of(image, image.at(0)), ">(tensors);");
}

std::string features(entry const& e) {
  e.expect_only({"weights_file"});
  published_vit const vit(e.other(e.word("weights_file")));
  if (e.has("pred")) return prediction(e, vit);
  std::vector<int> const image = e.extents("image");
  std::string const in = image_of(image, image.at(0));
  int const patches = image.at(2) / vit.patch() * (image.at(3) / vit.patch()), prefix = 1 + vit.registers;
  std::string groups;
  auto const group = [&](char const* name, int first, int count) {
    if (e.has(name)) groups += text(groups.empty() ? "{\"" : ", {\"", name, "\", ", first, ", ", count, "}");
  };
  group("cls", 0, 1), group("tokens", 0, prefix + patches), group("tokens_unmasked_encoder", 0, prefix + patches);
  group("patch_tokens", prefix, patches), group("register_tokens", 1, vit.registers);
  std::string body = text("features_of_weights<", vit.type(), ", ", in, ">(tensors, {", groups, "});");
  if (e.has("logits"))
    body += text("\nfeatures_of_weights<", vit.type("class_token", text(", .classes = ", e.extents("logits").at(1))), ", ", in,
                 ">(tensors, {{\"logits\", 0, 1}});");
  return body;
}

std::string published(entry const& e) { return e.file().find(".expected.") != std::string::npos ? features(e) : names(e); }

// --- residual networks ------------------------------------------------------------------------------------------------------

/// A residual network as its tensors show it.
struct published_resnet {
  entry e;
  std::string prefix;  ///< before every name

  explicit published_resnet(entry const& e) : e(e) {
    for (auto const& [name, tensor] : e.json.at("tensors").items())
      if (std::string const stem = "conv1.weight"; name.ends_with(stem) && name.find("layer") == std::string::npos)
        if (std::string const before = name.substr(0, name.size() - stem.size()); !before.ends_with("encoder_k."))
          prefix = before;
  }

  bool has(std::string const& name) const { return e.has(prefix + name); }
  int extent(std::string const& name, std::size_t axis) const { return e.extents(prefix + name).at(axis); }
  std::string config(bool with_head = false) const {
    std::string depths, widths;
    for (int stage = 1; stage <= 4; ++stage) {
      int blocks = 0;
      while (has(text("layer", stage, ".", blocks, ".conv1.weight"))) ++blocks;
      depths += text(stage > 1 ? ", " : "", blocks);
      widths += text(stage > 1 ? ", " : "", extent(text("layer", stage, ".0.conv1.weight"), 0));
    }
    return text(
        "encoders::resnet_config{.block = encoders::resnet_block::", has("layer1.0.conv3.weight") ? "bottleneck" : "basic",
        ", .depth = {", depths, "}, .width = {", widths, "}, .stem_width = ", extent("conv1.weight", 0),
        ", .stem = encoders::resnet_stem::", extent("conv1.weight", 2) == 7 ? "imagenet" : "cifar",
        ", .classes = ", with_head ? extent("fc.weight", 0) : 0, "}");
  }
  std::string type(bool with_head = false) const { return "encoders::resnet<" + config(with_head) + ">"; }
};

/// An image that any of them takes.
char const* const small_image = "shape{2, 16, 16, 3}";

std::string resnet_names(entry const& e) {
  published_resnet const net(e);
  return text("names_of_weights<", net.type(), ", ", small_image, ">(tensors, \"timm and torchvision\", \"", net.prefix, "\");");
}

std::string resnet_features(entry const& e) {
  e.expect_only({"weights_file"});
  published_resnet const net(e.other(e.word("weights_file")));
  std::string const in = image_of(e.extents("image"), e.extents("image").at(0));
  std::string body = text("features_of_weights<", net.type(), ", ", in, ">(tensors, {{\"pooled\", 0, 1}});\n",  //
                          "features_of_weights<", net.type(true), ", ", in, ">(tensors, {{\"logits\", 0, 1}});");
  for (char const* map : {"layer4", "feature_map"})
    if (e.has(map))
      body += text("\nfeatures_of_weights<resnet_trunk<", net.config(), ">, ", in, ">(tensors, {{\"", map, "\", 0, ",
                   e.extents(map).at(2) * e.extents(map).at(3), "}});");
  return body;
}

std::string resnet(entry const& e) {
  return e.file().find(".expected.") != std::string::npos ? resnet_features(e) : resnet_names(e);
}

char const* const backbone_file = "weights/torchvision_resnet.safetensors";

/// A checkpoint of training whose backbone is torchvision's of the same index, so that its features are known.
std::string checkpoint(entry const& e) {
  std::string const expected = "weights/torchvision_resnet.expected.safetensors";
  entry const features = e.other(expected);
  return resnet_names(e) + text("\nfeatures_of_weights<", published_resnet(e).type(), ", ",
                                image_of(features.extents("image"), features.extents("image").at(0)), ">(reference_case(\"",
                                expected, "\"), {{\"pooled\", 0, 1}}, tensors.path());");
}

/// A file that lacks something, or whose tensors have other extents than torchvision's of the same index.
std::string refused(entry const& e) {
  published_resnet const whole(e.other(backbone_file));
  auto const extents = [](std::vector<int> const& all) {
    std::string numbers;
    for (int n : all) numbers += text(numbers.empty() ? "" : ", ", n);
    return "(" + numbers + ")";
  };
  std::string missing, differing;
  for (auto const& [name, tensor] : whole.e.json.at("tensors").items())
    if (!e.has(name))
      missing += text(", \"", name, " ", extents(whole.e.extents(name)), "\"");
    else if (e.extents(name) != whole.e.extents(name))
      differing += text(", \"", name, ": expected ", extents(whole.e.extents(name)), ", found ", extents(e.extents(name)), "\"");
  std::string unknown;
  for (auto const& [name, tensor] : e.json.at("tensors").items())
    if (!whole.e.has(name)) unknown += text(", \"no block for\\n  ", name, "\"");
  if (missing.empty() == differing.empty()) throw not_expressible("a file whose tensors are all there, or wrong in two ways");
  std::string const parts = missing.empty() ? differing : missing + unknown;
  return text("refused_weights<", whole.type(true), ", ", small_image, ">(tensors, ", missing.empty() ? 722 : 721, ", {",
              parts.substr(2), "});");
}

}  // namespace

case_writers weight_writers() {
  return {{"weights/timm_vit", published},
          {"weights/dino_student_prefixed", published},
          {"weights/dinov2", published},
          {"weights/hf_", published},
          {"weights/mae_pretrain", published},
          {"weights/torchvision_resnet", resnet},
          {"weights/timm_resnet", resnet},
          {"weights/moco_v2_prefixed", checkpoint},
          {"weights/lightly_prefixed", checkpoint},
          {"weights/resnet_backbone_incomplete", refused},
          {"weights/resnet_wrong_shape", refused}};
}

}  // namespace reference_suite
