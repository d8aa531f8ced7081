// SPDX-License-Identifier: Apache-2.0
// Tests of the parts of vision transformers, and of whole ones.
#include "reference/generate/case_writer.hpp"

namespace reference_suite {
namespace {

std::string bias_if(bool has) { return has ? "bias::yes" : "bias::none"; }

// --- layers -----------------------------------------------------------------------------------------------------------------

void expect_transformer(entry const& e, std::initializer_list<char const*> more = {}) {
  std::vector<char const*> keys{"n", "l", "d", "heads", "mlp_ratio", "eps"};
  keys.insert(keys.end(), more.begin(), more.end());
  e.expect_only(keys);
}

std::string attention(entry const& e) {
  expect_transformer(e);
  return text("layer<attention<attention_config{.width = ", e.integer("d"), ", .heads = ", e.integer("heads"),
              ", .qkv_bias = ", bias_if(e.has("param.qkv.bias")), "}>, ", shape_of(e, "x"), ">(tensors);");
}

std::string mlp(entry const& e) {
  expect_transformer(e);
  return text("layer<mlp<mlp_config{.hidden = ", e.extents("param.fc1.weight").at(0), ", .out = ", e.integer("d"), "}>, ",
              shape_of(e, "x"), ">(tensors);");
}

/// The initial factor does not matter: the file gives the factors.
std::string layer_scale(entry const& e) {
  expect_transformer(e);
  return text("layer<layer_scale<>, ", shape_of(e, "x"), ">(tensors);");
}

/// `last` is the name of the second linear layer; its inputs are the width behind the gate.
std::string gated(entry const& e, char const* type, char const* last) {
  expect_transformer(e, {"hidden"});
  return text("layer<", type, "<mlp_config{.hidden = ", e.extents(text("param.", last, ".weight")).at(1),
              ", .out = ", e.integer("d"), "}>, ", shape_of(e, "x"), ">(tensors);");
}
std::string swiglu(entry const& e) { return gated(e, "swiglu", "w3"); }
std::string swiglu_packed(entry const& e) { return gated(e, "swiglu_packed", "fc2"); }
/// Its hidden width follows from that of the plain network.
std::string swiglu_fused(entry const& e) {
  int const plain = static_cast<int>(e.real("mlp_ratio") * e.integer("d"));
  return text("CHECK(swiglu_hidden(", plain, ") == ", e.integer("hidden"), ");\n", swiglu(e));
}

std::string block(entry const& e) {
  expect_transformer(e);
  return text("layer<transformer_block<transformer_config{.width = ", e.integer("d"), ", .heads = ", e.integer("heads"),
              ", .hidden = ", e.extents("param.mlp.fc1.weight").at(0), ", .qkv_bias = ", bias_if(e.has("param.attn.qkv.bias")),
              ", .epsilon_billionths = ", e.in_parts("eps", 1e9),
              ", .layer_scale_millionths = ", e.has("param.ls1.gamma") ? 10 : 0, "}>, ", shape_of(e, "x"), ">(tensors);");
}

std::string drop_path(entry const& e) {
  e.expect_only({"n", "l", "d", "p"});
  return text("dropped_path<", shape_of(e, "x"), ">(tensors);");
}

std::string quoted_list(std::initializer_list<char const*> names) {
  std::string all;
  for (char const* name : names) all += text(all.empty() ? "{" : ", ", nlohmann::json(name).dump());
  return all + "}";
}

std::string pos_embed_interpolation(entry const& e) {
  e.expect_only({"grid", "d", "new", "patch"});
  auto const grid = e.hyper().at("new").get<std::vector<int>>();
  auto const form = [&](char const* interpolation, std::string const& tables, char const* gradient) {
    return text("resampled_positions<positions_config{.grid_h = ", e.integer("grid"), ", .grid_w = ", e.integer("grid"),
                ", .prefix_tokens = 1, .interpolation = interpolation::", interpolation, "}, shape{1, ", grid.at(0), ", ",
                grid.at(1), ", ", e.integer("d"), "}>(tensors, ", tables, ", \"", gradient, "\");\n");
  };
  return form("bicubic", quoted_list({"dinov2_size_no_antialias", "timm_no_antialias", "transformers_dinov2_float32"}),
              "grad_pos_embed_bicubic") +
         form("bicubic_offset", quoted_list({"dino", "dinov2_offset0.1"}), "") +
         form("bicubic_antialias", quoted_list({"dinov2_registers_antialias", "timm_antialias"}),
              "grad_pos_embed_bicubic_antialias");
}

std::string sincos_2d(entry const& e) {
  e.expect_only({"d", "grid"});
  auto const form = [&](int prefix, char const* table, std::string const& tables) {
    int const grid = e.integer("grid");
    return text("fixed_positions<positions_config{.grid_h = ", grid, ", .grid_w = ", grid, ", .prefix_tokens = ", prefix,
                ", .table = position_table::", table, "}, shape{1, ", grid, ", ", grid, ", ", e.integer("d"), "}>(tensors, ",
                tables, ");\n");
  };
  return form(0, "sine_cosine", quoted_list({"mae"})) +
         form(1, "sine_cosine", quoted_list({"mae_with_cls", "transformers_vit_mae_with_cls"})) +
         form(1, "sine_cosine_rows_first", quoted_list({"moco_v3_with_cls"}));
}

// --- encoders ---------------------------------------------------------------------------------------------------------------

/// What all vision transformers have in common; `base` is the side of the image that the position table is made for.
std::string vit_type(entry const& e, int base, std::string const& more) {
  return text("encoders::vit<encoders::vit_config{.image_h = ", base, ", .image_w = ", base, ", .patch = ", e.integer("patch"),
              ", .width = ", e.integer("d"), ", .depth = ", e.integer("depth"), ", .heads = ", e.integer("heads"), more, "}>");
}

std::string plain_mlp(entry const& e) { return text(", .mlp_hidden = ", e.extents("param.blocks.0.mlp.fc1.weight").at(0)); }

/// timm's. Registers come with positions of patches only.
std::string vit(entry const& e) {
  e.expect_only({"name", "img", "patch", "d", "depth", "heads", "mlp_ratio", "classes", "pool", "class_token", "n", "registers",
                 "layer_scale", "no_embed_class"});
  std::string const pool = e.word("pool");
  if (pool != "token" && pool != "avg") throw not_expressible("nothing here knows the pool '" + pool + "'");
  bool const has_class_token = e.hyper().at("class_token"), patches_only = e.hyper().value("no_embed_class", false);
  std::string const more =
      text(plain_mlp(e), ", .pool = encoders::vit_pool::", pool == "avg" ? "average" : "class_token",
           ", .class_token = encoders::vit_class_token::", has_class_token ? "learned" : "none",
           ", .positions = encoders::vit_positions::", patches_only ? "patches" : "class_and_patches",
           ", .qkv_bias = ", bias_if(e.has("param.blocks.0.attn.qkv.bias")), ", .registers = ", e.hyper().value("registers", 0),
           ", .layer_scale_millionths = ", e.hyper().contains("layer_scale") ? e.in_parts("layer_scale", 1e6) : 0,
           ", .classes = ", e.integer("classes"));
  return text("layer<", vit_type(e, e.integer("img"), more), ", ", shape_of(e, "x"), ">(tensors);");
}

std::string dino(entry const& e) {
  e.expect_only({"name", "d", "depth", "heads", "mlp_ratio", "img_pretrain", "patch", "img", "n"});
  return text("layer<", vit_type(e, e.integer("img_pretrain"), plain_mlp(e) + ", .interpolation = interpolation::bicubic_offset"),
              ", ", shape_of(e, "x"), ">(tensors);");
}

/// DINOv2 in one of its two sources; `gated` where the feed-forward networks are. The width behind the gate must follow by itself.
std::string dinov2_type(entry const& e, bool gated, char const* interpolation) {
  return vit_type(e, e.integer("img_pretrain"),
                  text(", .mlp_ratio = ", e.integer("mlp_ratio"), ", .feed_forward = feed_forward::", gated ? "swiglu" : "mlp",
                       ", .pool = encoders::vit_pool::none, .interpolation = interpolation::", interpolation,
                       ", .mask_token = encoders::vit_mask_token::learned, .registers = ", e.integer("registers"),
                       ", .layer_scale_millionths = 10"));
}

std::string dinov2(entry const& e) {
  e.expect_only({"name", "d", "depth", "heads", "mlp_ratio", "img_pretrain", "patch", "img", "registers", "ffn", "antialias",
                 "offset", "n"});
  std::string const feed_forward = e.word("ffn");
  if (feed_forward != "mlp" && feed_forward != "swiglu")
    throw not_expressible("nothing here knows the ffn '" + feed_forward + "'");
  bool const antialias = e.hyper().at("antialias");
  double const offset = e.real("offset");
  if (offset != 0 && (antialias || offset != 0.1))
    throw not_expressible(text("nothing here resamples with an offset of ", offset));
  char const* const interpolation = antialias ? "bicubic_antialias" : offset != 0 ? "bicubic_offset" : "bicubic";

  int const registers = e.integer("registers"), patches = e.extents("x_norm_patchtokens").at(1);
  auto const group = [](char const* name, int first, int count) { return text("{\"", name, "\", ", first, ", ", count, "}"); };
  std::string const all = group("x_norm_clstoken", 0, 1) + ", " + group("x_norm_patchtokens", 1 + registers, patches) +
                          (registers > 0 ? ", " + group("x_norm_regtokens", 1, registers) : "");
  return text("groups_of_tokens<", dinov2_type(e, feed_forward == "swiglu", interpolation), ", ", shape_of(e, "x"),
              ">(tensors, {.naming = ssl::io::dinov2_naming, .without_gradient = \"mask_token\"}, ",
              group("y", 1 + registers, patches), ", {", all, "});");
}

std::string hugging_face_dinov2(entry const& e) {
  e.expect_only({"name", "d", "depth", "heads", "mlp_ratio", "img_pretrain", "patch", "img", "registers", "swiglu", "n"});
  bool const with_registers = e.integer("registers") > 0;
  return text("layer<", dinov2_type(e, e.hyper().at("swiglu"), with_registers ? "bicubic_antialias" : "bicubic"), ", ",
              shape_of(e, "x"), ">(tensors, {.naming = ssl::io::hugging_face_naming, .without_gradient = \"mask_token\"});");
}

/// Both networks have a fixed table, which the file gives too.
std::string mae(entry const& e) {
  e.expect_only({"name", "img", "patch", "d", "depth", "heads", "dd", "ddepth", "dheads", "mlp_ratio", "ratio", "n", "norm_pix"});
  int const visible = e.extents("latent").at(1) - 1, grid = e.integer("img") / e.integer("patch");
  int const kept = static_cast<int>(grid * grid * (1 - e.real("ratio")));
  if (kept != visible) throw not_expressible(text("a ratio of ", e.real("ratio"), " keeps ", kept, " patches, not ", visible));
  std::string const encoder =
      vit_type(e, e.integer("img"),
               text(plain_mlp(e), ", .pool = encoders::vit_pool::none, .position_table = position_table::sine_cosine",
                    ", .visible_patches = ", visible));
  std::string const decoder =
      text("masked_decoder<masked_decoder_config{.grid_h = ", grid, ", .grid_w = ", grid, ", .out = ", e.extents("pred").at(2),
           ", .width = ", e.integer("dd"), ", .depth = ", e.integer("ddepth"), ", .heads = ", e.integer("dheads"),
           ", .hidden = ", e.extents("param.decoder_blocks.0.mlp.fc1.weight").at(0), "}>");
  std::string names;
  for (char const* part : {"embed", "blocks", "norm", "pred"}) names += text("{\"", part, "\", \"decoder_", part, "\"}, ");
  bool const normalised = e.hyper().at("norm_pix");
  std::string const loss = text("ssl::losses::masked_patches<ssl::losses::masked_patches_config{.patch = ", e.integer("patch"),
                                ", .visible = ", visible,
                                ", .target = ssl::losses::patch_target::", normalised ? "normalised_pixels" : "pixels", "}>");
  return text("masked_autoencoder<", encoder, ", ", decoder, ", ", loss, ", ", shape_of(e, "x"), ">(tensors, {.blocks = {", names,
              "}});");
}

}  // namespace

case_writers transformer_writers() {
  return {{"layers/attention_", attention},
          {"layers/mlp_", mlp},
          {"layers/block_n", block},
          {"layers/block_layer_scale_", block},
          {"layers/block_dinov2_", block},
          {"layers/layer_scale_", layer_scale},
          {"layers/drop_path", drop_path},
          {"layers/swiglu_dinov2_", swiglu},
          {"layers/swiglu_fused_dinov2_", swiglu_fused},
          {"layers/swiglu_timm_packed_", swiglu_packed},
          {"layers/pos_embed_interpolation_", pos_embed_interpolation},
          {"layers/sincos_2d_", sincos_2d},
          {"encoders/vit_cls_token_", vit},
          {"encoders/vit_no_cls_", vit},
          {"encoders/vit_avg_pool_", vit},
          {"encoders/vit_registers_", vit},
          {"encoders/dino_official_", dino},
          {"encoders/dinov2_official_", dinov2},
          {"encoders/hf_dinov2_", hugging_face_dinov2},
          {"encoders/mae_", mae}};
}

}  // namespace reference_suite
