// SPDX-License-Identifier: Apache-2.0
// Tests of losses.
#include "reference/generate/case_writer.hpp"

namespace reference_suite {
namespace {

/// Both views in one batch.
std::string both_views(entry const& e) {
  std::vector<int> const one = e.extents("z1");
  if (one.size() != 2 || one != e.extents("z2")) throw not_expressible("z1 and z2 are not two views of the same samples");
  return text("shape{", 2 * one[0], ", 1, 1, ", one[1], "}");
}

std::string nt_xent(entry const& e, std::string const& temperature, std::string const& rest) {
  std::string body;
  for (char const* const form : {"stored", "tiled"})
    body += text("two_views<nt_xent<nt_xent_config{.form = similarity::", form, "}>, ", both_views(e),
                 ">(tensors, {.temperature = ", temperature, "}", rest, ");\n");
  return body;
}
std::string temperature_of(entry const& e) { return text(e.real(e.hyper().contains("t") ? "t" : "temperature")); }

std::string simclr(entry const& e) {
  e.expect_only({"n", "d", "t", "dim", "temperature", "negatives_per_anchor"});
  std::string body = nt_xent(e, temperature_of(e), "");
  if (e.has("loss_solo")) body += nt_xent(e, temperature_of(e), ", {.suffix = \"_solo\"}");
  return body;
}
/// The sum of two means, where the loss is one mean over both views.
std::string simclr_tf(entry const& e) {
  e.expect_only({"n", "dim", "temperature", "negatives_per_anchor"});
  return nt_xent(e, temperature_of(e), ", {.weight = 2}");
}

std::string dcl(entry const& e) {
  e.expect_only({"n", "d", "t", "sigma"});
  std::string const in = both_views(e), options = text("{.temperature = ", e.real("t"), ", .sigma = ", e.real("sigma"), "}");
  return text("two_views<dcl<>, ", in, ">(tensors, ", options, ");\n",
              "two_views<dcl<dcl_config{.weights = positive_weights::hard_first}>, ", in, ">(tensors, ", options,
              ", {.suffix = \"_dclw\"});");
}

std::string cosine(entry const& e) {
  e.expect_only({"pairs"});
  return text("cosine_of_rows<", e.extents("a").at(1), ">(tensors);");
}

std::string cross_entropy(entry const& e) {
  e.expect_only({"n", "classes", "label_smoothing"});
  return text("cross_entropy<", shape_of(e, "logits"), ">(tensors, ", e.real("label_smoothing"), ");");
}

std::string anchor(entry const& e) {
  if (e.has("z1")) return simclr(e);
  if (!e.has("log_k")) throw not_expressible("nothing here knows this anchor");
  e.expect_only({"classes"});
  std::string body;
  for (int const classes : e.hyper().at("classes")) body += text("uniform_logits<", classes, ">(tensors);\n");
  return body;
}

std::string colours(entry const& e) {
  e.expect_only({"n", "h", "w", "neighbours", "sigma", "alpha", "gamma", "anneal_t", "gray_image"});
  return text("colours<", shape_of(e, "logits"), ", ", e.integer("neighbours"), ">(tensors, ", e.real("sigma"), ");");
}

std::string context_encoder(entry const& e) {
  e.expect_only({"n", "size", "overlap", "wtl2"});
  return text("context_encoder<", shape_of(e, "fake"), ", ", e.integer("overlap"), ">(tensors, ", e.real("wtl2"), ");");
}

std::string masked_patches(entry const& e) {
  e.expect_only({"n", "img", "patch", "ratio"});
  int const grid = e.integer("img") / e.integer("patch"), visible = static_cast<int>(grid * grid * (1 - e.real("ratio")));
  return text("hidden_patches<", shape_of(e, "imgs"), ", ", e.integer("patch"), ", ", visible, ">(tensors);");
}

}  // namespace

case_writers objective_writers() {
  return {{"objectives/ntxent_", simclr},        {"objectives/simclr_tf_ntxent_", simclr_tf},     {"objectives/dcl_", dcl},
          {"objectives/cosine", cosine},         {"objectives/softmax_ce_", cross_entropy},       {"objectives/anchor_", anchor},
          {"objectives/colorization_", colours}, {"objectives/context_encoder_", context_encoder},
          {"objectives/mae_loss_", masked_patches}};
}

}  // namespace reference_suite
