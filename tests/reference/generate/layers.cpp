// SPDX-License-Identifier: Apache-2.0
// Tests of single layers.
#include "reference/generate/case_writer.hpp"

namespace reference_suite {
namespace {

std::string bias_if(bool has) { return has ? "bias::yes" : "bias::none"; }

std::string layer(std::string const& type, std::string const& input, std::string const& arguments = "") {
  return text("layer<", type, ", ", input, ">(tensors", arguments, ");");
}

std::string conv2d(entry const& e) {
  e.expect_only({"name", "n", "cin", "cout", "h", "w", "k", "s", "p", "bias", "groups", "dilation"});
  auto const more = [&e](char const* key) {  // what most cases do without
    return e.hyper().contains(key) ? text(", .", key, " = ", e.integer(key)) : std::string();
  };
  return layer(
      text("conv2d<conv_config{.out = ", e.integer("cout"), ", .kernel = ", e.integer("k"), ", .stride = ", e.integer("s"),
           ", .padding = ", e.integer("p"), more("groups"), more("dilation"), ", .bias = ", bias_if(e.has("param.bias")), "}>"),
      shape_of(e, "x"));
}

std::string conv_transpose2d(entry const& e) {
  e.expect_only({"name", "n", "cin", "cout", "h", "w", "k", "s", "p", "bias"});
  return layer(
      text("conv_transpose2d<conv_transpose_config{.out = ", e.integer("cout"), ", .kernel = ", e.integer("k"),
           ", .stride = ", e.integer("s"), ", .padding = ", e.integer("p"), ", .bias = ", bias_if(e.has("param.bias")), "}>"),
      shape_of(e, "x"));
}

std::string local_response_norm(entry const& e) {
  e.expect_only({"n", "c", "h", "w", "size", "alpha", "beta", "k"});
  return layer(text("local_response_norm<local_response_norm_config{.size = ", e.integer("size"),
                    ", .alpha_millionths = ", e.in_parts("alpha", 1e6), ", .beta_thousandths = ", e.in_parts("beta", 1e3),
                    ", .k_thousandths = ", e.in_parts("k", 1e3), "}>"),
               shape_of(e, "x"));
}

std::string weight_norm_linear(entry const& e) {
  e.expect_only({"n", "d", "k", "nlayers", "hidden", "bottleneck"});  // those of the DINO head that it belongs to
  return layer(text("weight_norm_linear<weight_norm_linear_config{.out = ", e.integer("k"), "}>"), shape_of(e, "x"));
}

std::string affine_of(entry const& e) {
  if (e.has("param.bias")) return "affine::scale_and_shift";
  return e.has("param.weight") ? "affine::scale" : "affine::none";
}

std::string batch_norm(entry const& e) {
  e.expect_only({"n", "c", "h", "w", "eps", "momentum", "kind"});
  std::string const type =
      text("batch_norm<batch_norm_config{.affine = ", affine_of(e), ", .epsilon_billionths = ", e.in_parts("eps", 1e9),
           ", .momentum_thousandths = ", e.in_parts("momentum", 1e3), "}>");
  std::string const kind = e.word("kind"), in = shape_of(e, "x");
  if (kind == "train" || kind == "affine_free") return layer(type, in);
  if (kind == "eval") return layer(type, in + ", execution{.mode = execution_mode::evaluation}");
  if (kind == "train_two_steps") return text("two_batches<", type, ", ", in, ">(tensors);");
  throw not_expressible("nothing here knows the kind '" + kind + "'");
}

std::string layer_norm(entry const& e) {
  e.expect_only({"n", "l", "d", "eps", "scale"});  // scale: of the random input
  return layer(
      text("layer_norm<layer_norm_config{.affine = ", affine_of(e), ", .epsilon_billionths = ", e.in_parts("eps", 1e9), "}>"),
      shape_of(e, "x"));
}

std::string l2_normalize(entry const& e) {
  e.expect_only({"n", "d"});
  return layer("l2_normalize", shape_of(e, "x"));
}

/// The layer of a function of the file: "leaky_relu_0.2" has its slope in its name. Empty where the library has none.
std::string activation_layer(std::string const& function) {
  static std::map<std::string, std::string> const ours{
      {"relu", "relu"},        {"gelu_erf", "gelu"},          {"gelu_tanh", "gelu_tanh"},
      {"silu", "silu"},        {"tanh", "ssl::layers::tanh"}, {"sigmoid", "sigmoid"},
      {"softplus", "softplus"}};
  std::string const leaky = "leaky_relu_";
  if (function.starts_with(leaky)) return text("leaky_relu<", std::lround(1e6 * std::stod(function.substr(leaky.size()))), ">");
  auto const found = ours.find(function);
  return found == ours.end() ? std::string() : found->second;
}

/// Every function of the file; one that the library does not have fails.
std::string activations(entry const& e) {
  std::string body;
  for (auto const& [name, tensor] : e.json.at("tensors").items()) {
    if (!name.ends_with(".y")) continue;
    std::string const function = name.substr(0, name.size() - 2);
    std::string const type = activation_layer(function);
    if (type.empty()) throw not_expressible("there is no activation '" + function + "'");
    body += layer(type, shape_of(e, "x"), text(", {.y = \"", name, "\", .grad_x = \"", function, ".grad_x\"}")) + "\n";
  }
  return body;
}

std::string softmax(entry const& e) {
  return layer("softmax", shape_of(e, "x"), ", {.y = \"softmax.y\", .grad_x = \"softmax.grad_x\"}") +
         text("\nlog_softmax<", e.extents("x").at(1), ">(tensors);");
}

std::string pool(entry const& e, char const* type) {
  e.expect_only({"n", "c", "h", "w", "k", "s", "p"});
  return layer(text(type, "<pool_config{.kernel = ", e.integer("k"), ", .stride = ", e.integer("s"),
                    ", .padding = ", e.integer("p"), "}>"),
               shape_of(e, "x"));
}
std::string max_pool(entry const& e) { return pool(e, "max_pool"); }
std::string avg_pool(entry const& e) { return pool(e, "avg_pool"); }

std::string global_average_pool(entry const& e) {
  e.expect_only({"n", "c", "h", "w"});
  return layer("global_average_pool", shape_of(e, "x"));
}

std::string linear(entry const& e) {
  e.expect_only({"n", "i", "o", "bias"});
  return layer(text("linear<linear_config{.out = ", e.integer("o"), ", .bias = ", bias_if(e.has("param.bias")), "}>"),
               shape_of(e, "x"));
}

}  // namespace

case_writers layer_writers() {
  return {{"layers/conv2d_", conv2d},
          {"layers/conv_transpose2d_", conv_transpose2d},
          {"layers/local_response_norm_", local_response_norm},
          {"layers/weight_norm_linear_", weight_norm_linear},
          {"layers/batch_norm_", batch_norm},
          {"layers/layer_norm_", layer_norm},
          {"layers/l2_normalize_", l2_normalize},
          {"layers/activations", activations},
          {"layers/softmax", softmax},
          {"layers/max_pool_", max_pool},
          {"layers/avg_pool_", avg_pool},
          {"layers/global_average_pool_", global_average_pool},
          {"layers/linear_", linear}};
}

}  // namespace reference_suite
