// SPDX-License-Identifier: Apache-2.0
// Tests of published weights. The structure of a network stands with its file of weights, under the words of its code.
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
  char const* const naming = vit.hugging_face ? "Hugging Face" : vit.registers > 0 || chunked ? "DINOv2" : "timm";
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
           ", .mlp_ratio = ", vit.e.integer("decoder_intermediate_size") / vit.e.integer("decoder_hidden_size"), "}>");
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

}  // namespace

case_writers weight_writers() {
  return {{"weights/timm_vit", published},
          {"weights/dino_student_prefixed", published},
          {"weights/dinov2", published},
          {"weights/hf_", published},
          {"weights/mae_pretrain", published}};
}

}  // namespace reference_suite
