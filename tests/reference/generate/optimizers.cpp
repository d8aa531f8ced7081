// SPDX-License-Identifier: Apache-2.0
// Tests of optimizers. The learning rates are tensors of the file.
#include "reference/generate/case_writer.hpp"

namespace reference_suite {
namespace {

double real_or(entry const& e, char const* key, double otherwise) { return e.hyper().contains(key) ? e.real(key) : otherwise; }

std::string sgd(entry const& e) {
  e.expect_only({"lr", "momentum", "nesterov", "wd"});
  return text("trajectory<sgd<sgd_config{.nesterov = nesterov::", e.hyper().value("nesterov", false) ? "yes" : "no",
              "}>>(tensors, {.momentum = ", real_or(e, "momentum", 0), ", .weight_decay = ", real_or(e, "wd", 0),
              "}, {\"momentum_buffer\"});");
}

std::string adam(entry const& e) {
  char const* const decay = "wd (coupled L2)";
  e.expect_only({"lr", "betas", "eps", decay});
  auto const betas = e.hyper().at("betas").get<std::vector<double>>();
  return text("trajectory<adam<>>(tensors, {.beta1 = ", betas.at(0), ", .beta2 = ", betas.at(1), ", .epsilon = ", e.real("eps"),
              ", .weight_decay = ", real_or(e, decay, 0), "}, {\"exp_avg\", \"exp_avg_sq\"});");
}

/// Which published code a file of LARS comes from, its name says.
std::string lars(entry const& e) {
  struct published {
    char const* name;
    char const* form;
    char const* slot;
  };
  constexpr published all[] = {{"variant1_", "paper", "mu"},
                               {"variant3_simclr", "simclr", ""},
                               {"simclr_popular", "simclr_popular", ""},
                               {"variant4_solo", "solo", "momentum_buffer"},
                               {"variant4_lightly", "lightly", "momentum_buffer"}};
  e.expect_only({"lr", "wd", "momentum", "eta", "nesterov", "use_nesterov", "clip_lr", "classic_momentum", "excluded", "filters",
                 "exclude_bias_n_norm", "vector adapted too",
                 "vector in a group with wd 0 (which also switches the trust ratio off)"});
  for (published const& p : all) {
    if (!e.file().starts_with(text("optimizers/lars_", p.name))) continue;
    bool const nesterov = e.hyper().value("nesterov", false) || e.hyper().value("use_nesterov", false);
    return text("trajectory<lars<lars_config{.form = lars_form::", p.form, ", .nesterov = nesterov::", nesterov ? "yes" : "no",
                "}>>(tensors, {.momentum = ", e.real("momentum"), ", .weight_decay = ", e.real("wd"),
                ", .decays = decay_scope::", e.hyper().value("vector adapted too", false) ? "all" : "weights_and_tokens",
                ", .coefficient = ", e.real("eta"),
                ", .limit = trust_limit::", e.hyper().value("clip_lr", false) ? "rate" : "none", "}, {\"", p.slot, "\"});");
  }
  throw not_expressible("nothing here knows this form of LARS");
}

std::string lars_guards(entry const& e) {
  e.expect_only({"lr", "wd", "eta"});
  return text("lars_guards(tensors, ", e.real("lr"), ", ", e.real("wd"), ", ", e.real("eta"), ");");
}

std::string lamb(entry const& e) {
  e.expect_only({"lr", "wd", "max_grad_norm", "bias_correction", "always_adapt", "note"});
  if (!e.hyper().value("bias_correction", true)) throw not_expressible("LAMB is not here without the correction of its moments");
  auto const norm = e.hyper().find("max_grad_norm");
  bool const clips = norm != e.hyper().end() && norm->is_number();
  return text("trajectory<lamb<lamb_config{.adapts = lamb_adapts::", e.hyper().value("always_adapt", false) ? "all" : "decayed",
              "}>>(tensors, {.weight_decay = ", e.real("wd"),
              ", .decays = decay_scope::all, .clip = {.norm = ", clips ? norm->get<double>() : 1.0,
              ", .scope = clip_scope::", clips ? "global" : "none", ", .epsilon = 0}}, {\"exp_avg\", \"exp_avg_sq\"});");
}

std::string layer_decay(entry const& e) {
  e.expect_only({"depth", "decay", "wd", "layer_scale", "parameter_order"});
  return text("layer_decay<encoders::vit_config{.image_h = 16, .image_w = 16, .patch = 4, .width = 16, .depth = ",
              e.integer("depth"), ", .heads = 2, .layer_scale_millionths = ", e.hyper().at("layer_scale").get<bool>() ? 10 : 0,
              ", .classes = 5}>(tensors, ", e.real("decay"), ", ", e.real("wd"), ");");
}

std::string adamw(entry const& e) {
  e.expect_only({"lr", "betas", "eps", "wd", "vector excluded from wd"});
  auto const betas = e.hyper().at("betas").get<std::vector<double>>();
  return text("trajectory<adamw>(tensors, {.beta1 = ", betas.at(0), ", .beta2 = ", betas.at(1), ", .epsilon = ", e.real("eps"),
              ", .weight_decay = ", real_or(e, "wd", 0),
              ", .decays = decay_scope::", e.hyper().value("vector excluded from wd", false) ? "weights" : "all",
              "}, {\"exp_avg\", \"exp_avg_sq\"});");
}

std::string clip(entry const& e) {
  e.expect_only({"clip", "value"});  // value: of clipping by value, which is no option here
  return text("clipping(tensors, ", e.real("clip"), ");");
}

std::string ema(entry const& e) {
  e.expect_only({});
  return "averages(tensors);";
}

}  // namespace

case_writers optimizer_writers() {
  return {{"optimizers/sgd", sgd},
          {"optimizers/adam", adam},
          {"optimizers/adamw", adamw},
          {"optimizers/lars_", lars},
          {"optimizers/lars_zero_norm_guards", lars_guards},
          {"optimizers/lamb", lamb},
          {"optimizers/layer_decay_", layer_decay},
          {"optimizers/clip_", clip},
          {"optimizers/ema", ema}};
}

}  // namespace reference_suite
