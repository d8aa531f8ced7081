// SPDX-License-Identifier: Apache-2.0
// Tests of the losses and steps of joint-embedding methods.
#include "reference/generate/case_writer.hpp"

namespace reference_suite {
namespace {

/// Two views of the samples of a tensor, in one batch.
std::string two_of(entry const& e, char const* tensor) {
  std::vector<int> const one = e.extents(tensor);
  if (one.size() != 2) throw not_expressible(text(tensor, " does not hold rows"));
  return text("shape{", 2 * one[0], ", 1, 1, ", one[1], "}");
}

std::string barlow_twins(entry const& e) {
  e.expect_only({"n", "d", "lambda", "scale"});
  std::string const call =
      text("two_views<barlow_twins, ", two_of(e, "z1"), ">(tensors, {.off_diagonal = ", e.real("lambda"), "}");
  return text(call, ");\n", call, ", {.suffix = \"_solo_scaled\", .weight = ", e.real("scale"), "});");
}

std::string vicreg(entry const& e) {
  e.expect_only({"n", "d", "sim", "std", "cov"});
  auto const call = [&](double variance, char const* rest) {
    return text("two_views<vicreg, ", two_of(e, "z1"), ">(tensors, {.invariance = ", e.real("sim"), ", .variance = ", variance,
                ", .covariance = ", e.real("cov"), "}", rest, ");\n");
  };
  return text(call(e.real("std"), ""), call(2 * e.real("std"), ", {.suffix = \"_solo\"}"), "vicreg_terms<", two_of(e, "z1"),
              ">(tensors);");
}

std::string byol_simsiam(entry const& e) {
  e.expect_only({"n", "d"});
  std::string const in = two_of(e, "p1");
  return text("predictions<cosine_distance, ", in, ">(tensors, {}, \"p\", \"z\", {.suffix = \"_byol\", .weight = 2});\n",
              "predictions<negative_cosine, ", in, ">(tensors, {}, \"p\", \"z\", {.suffix = \"_simsiam\"});");
}

std::string moco_v3(entry const& e) {
  e.expect_only({"n", "d", "t"});
  return text("predictions<in_batch_info_nce, ", two_of(e, "q1"), ">(tensors, {.temperature = ", e.real("t"),
              "}, \"q\", \"k\", {.weight = ", 4 * e.real("t"), "});");
}

std::string bank(entry const& e) {
  e.expect_only({"batch", "dim", "queue", "t", "more_steps"});
  return text("bank_of_keys<", shape_of(e, "q"), ", ", e.integer("queue"), ">(tensors, ", e.real("t"), ", ",
              e.integer("more_steps"), ");");
}

std::string moco(entry const& e) {
  e.expect_only({"batch", "dim", "dim_in", "queue", "t", "m", "steps", "lr", "optimizer"});
  if (e.word("optimizer") != "SGD momentum .9 wd 1e-4 on all parameters")
    throw not_expressible("nothing here knows this optimizer");
  return text("moco_steps<shape{.c = ", e.integer("dim_in"), "}, ", e.integer("batch"), ", ", e.integer("dim"), ", ",
              e.integer("queue"), ">(tensors, {.temperature = ", e.real("t"), ", .momentum = ", e.real("m"),
              ", .learning_rate = ", e.real("lr"), ", .steps = ", e.integer("steps"), "});");
}

std::string simsiam(entry const& e) {
  e.expect_only({"n", "dim_in", "d", "pred"});
  return text("simsiam_step<shape{.c = ", e.integer("dim_in"), "}, ", e.integer("n"), ", ", e.integer("d"), ", ",
              e.integer("pred"), ">(tensors);");
}

std::string swav(entry const& e) {
  e.expect_only({"batch", "prototypes", "dim", "local", "t", "epsilon", "iters", "queue"});
  return text("swapped_prediction<", e.integer("batch"), ", ", e.integer("prototypes"), ", ", 2 + e.integer("local"), ", ",
              e.integer("queue"), ">(tensors, {.temperature = ", e.real("t"), ", .epsilon = ", e.real("epsilon"),
              ", .iterations = ", e.integer("iters"), "});");
}

std::string dino(entry const& e) {
  e.expect_only({"batch", "prototypes", "local", "steps", "scale", "warmup_t", "teacher_t", "warmup_epochs", "epochs",
                 "student_t", "center_m", "epoch_of_step"});
  std::string epochs;
  for (int const epoch : e.hyper().at("epoch_of_step")) epochs += text(epochs.empty() ? "" : ", ", epoch);
  return text("distillation<", e.integer("batch"), ", ", e.integer("prototypes"), ", ", 2 + e.integer("local"),
              ">(tensors, {.student_temperature = ", e.real("student_t"), ", .centre_momentum = ", e.real("center_m"),
              ", .warmup_temperature = ", e.real("warmup_t"), ", .teacher_temperature = ", e.real("teacher_t"),
              ", .warmup_epochs = ", e.integer("warmup_epochs"), ", .epochs = {", epochs, "}});");
}

std::string emp_ssl(entry const& e) {
  e.expect_only({"views", "batch", "dim", "eps", "coef"});
  return text("many_views<", e.integer("views"), ", ", e.integer("batch"), ", ", e.integer("dim"), ">(tensors, ", e.real("eps"),
              ", ", e.real("coef"), ");");
}

std::string dinov2(entry const& e) {
  e.expect_only({"batch", "prototypes", "dim", "local", "patches", "student_t", "teacher_t", "unmasked_images", "center_steps",
                 "dino_weight", "koleo_weight", "ibot_weight", "mode"});
  bool const centred = e.word("mode") == "centering";
  if (!centred && e.word("mode") != "sinkhorn_knopp") throw not_expressible("nothing here knows this mode");
  return text("dinov2_terms<", e.integer("batch"), ", ", e.integer("prototypes"), ", ", e.integer("dim"), ", ",
              2 + e.integer("local"), ", ", e.integer("patches"), ", ", e.extents("student_patch_masked").at(0),
              ", teacher_targets::", centred ? "centred" : "balanced", ">(tensors, {.student_temperature = ", e.real("student_t"),
              ", .teacher_temperature = ", e.real("teacher_t"), ", .dino_weight = ", e.real("dino_weight"),
              ", .koleo_weight = ", e.real("koleo_weight"), ", .ibot_weight = ", e.real("ibot_weight"),
              ", .steps = ", centred ? e.integer("center_steps") : 1, "});");
}

}  // namespace

case_writers method_writers() {
  return {{"objectives/barlow_", barlow_twins},    {"objectives/vicreg_", vicreg},     {"objectives/byol_simsiam_", byol_simsiam},
          {"objectives/mocov3_", moco_v3},         {"objectives/infonce_bank_", bank}, {"objectives/moco_queue_", moco},
          {"objectives/simsiam_module_", simsiam}, {"objectives/swav_", swav},         {"objectives/dino_", dino},
          {"objectives/emp_ssl_", emp_ssl},        {"objectives/dinov2_", dinov2}};
}

}  // namespace reference_suite
