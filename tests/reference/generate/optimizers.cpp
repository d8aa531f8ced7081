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
  return {{"optimizers/sgd", sgd}, {"optimizers/adamw", adamw}, {"optimizers/clip_", clip}, {"optimizers/ema", ema}};
}

}  // namespace reference_suite
