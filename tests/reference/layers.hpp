// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/losses.hpp"
#include "reference/on_every_backend.hpp"
#include "reference/suite.hpp"
#include "ssl/io/published_namings.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/attention.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/conv_transpose2d.hpp"
#include "ssl/layers/drop_path.hpp"
#include "ssl/layers/heads/dino_head.hpp"
#include "ssl/layers/heads/presets.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/layers/layer_norm.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/layers/local_response_norm.hpp"
#include "ssl/layers/mlp.hpp"
#include "ssl/layers/pool.hpp"
#include "ssl/layers/positions.hpp"
#include "ssl/layers/softmax.hpp"
#include "ssl/layers/swiglu.hpp"
#include "ssl/layers/transformer_block.hpp"
#include "ssl/layers/weight_norm_linear.hpp"
#include "ssl/testing/network.hpp"

/// \file
/// Layers and networks against a file: y, the gradients of x and of all parameters for a given gradient of y, and all buffers
/// after.
namespace reference_suite {

using namespace ssl::layers;
using ssl::execution;
using ssl::execution_mode;

/// What tensors and blocks are called in a file where not as here.
struct file_names {
  std::string y = "y";
  std::string grad_x = "grad_x";
  std::vector<std::pair<std::string, std::string>> blocks{};  ///< beginnings of our names of blocks, and what stands for them
  ssl::io::naming naming = ssl::io::timm_naming;              ///< of whole networks
  std::string without_gradient = "";                          ///< a parameter that the file's loss does not depend on

  std::string of(std::string const& block) const {
    for (auto const& [ours, theirs] : blocks)
      if (block.starts_with(ours + ".")) return theirs + block.substr(ours.size());
    return block;
  }
  /// The tensors that make up a block; `kind` is "param." or "grad.".
  std::vector<std::string> parts(reference_case const& c, std::string const& kind, std::string const& block) const {
    std::vector<std::string> const found = ssl::io::names_in_file(of(block), naming, kind, c.names());
    return found.empty() ? std::vector{kind + of(block)} : found;
  }
};

/// The elements of a block, whose parts lie one after the other.
template <class T>
std::vector<T> block_values(reference_case const& c, std::vector<std::string> const& parts) {
  std::vector<T> all;
  for (std::string const& part : parts) {
    std::vector<T> const values = c.values<T>(part);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

template <class Backend, class T>
void give_blocks(reference_case const& c, file_names const& names, ssl::testing::network_state<Backend, T>& net) {
  std::size_t stored = 0, taken = 0;
  for (std::string const& name : c.names()) stored += name.starts_with("param.");
  for (auto const& b : net.parameters()) {
    std::vector<std::string> const parts = names.parts(c, "param.", b.name);
    net.set_parameter(b.name, block_values<T>(c, parts));
    taken += parts.size();
  }
  CHECK(taken == stored);  // a parameter that is left out would not be missed below
  for (auto const& b : net.buffers()) net.set_buffer(b.name, c.values<T>("buffer_before." + names.of(b.name)));
}

template <class Backend, class T>
void expect_blocks(reference_case const& c, file_names const& names, ssl::testing::network_state<Backend, T> const& net) {
  for (auto const& b : net.parameters()) {
    std::vector<std::string> const parts = names.parts(c, "grad.", b.name);
    std::vector<double> const expected =
        b.name == names.without_gradient ? std::vector<double>(net.gradient(b.name).size(), 0.0) : block_values<double>(c, parts);
    expect_near(parts[0], net.gradient(b.name), expected, c.limit<T>());
  }
  for (auto const& b : net.buffers()) {
    std::string const name = "buffer_after." + names.of(b.name);
    expect_near(name, net.buffer(b.name), c.values<double>(name), c.limit<T>());
  }
}

template <class Layer, ssl::shape In, execution How = execution{}>
void layer(reference_case const& c, file_names const& names = {}) {
  on_every_backend([&]<class Backend, class T>() {
    ssl::testing::single_network<Layer, In, Backend, T, How> net;
    give_blocks<Backend, T>(c, names, net);
    expect_near(names.y, net.forward(c.values<T>("x")), c.values<double>(names.y), c.limit<T>());
    expect_near(names.grad_x, net.backward(c.values<T>("grad_y")), c.values<double>(names.grad_x), c.limit<T>());
    expect_blocks<Backend, T>(c, names, net);
  });
}

/// y = layer(x) + 2 layer(x2), x first: running statistics follow twice, gradients of parameters add up.
template <class Layer, ssl::shape In>
void two_batches(reference_case const& c) {
  on_every_backend([&]<class Backend, class T>() {
    ssl::testing::single_network<Layer, In, Backend, T> net;
    give_blocks<Backend, T>(c, {}, net);
    std::vector<T> const gy = c.values<T>("grad_y");
    std::vector<T> y = net.forward(c.values<T>("x")), twice_gy = gy;
    expect_near("grad_x", net.backward(gy), c.values<double>("grad_x"), c.limit<T>());
    std::vector<T> const y2 = net.forward(c.values<T>("x2"));
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += 2 * y2[i], twice_gy[i] *= 2;
    net.backward(twice_gy);
    expect_near("y", y, c.values<double>("y"), c.limit<T>());
    expect_blocks<Backend, T>(c, {}, net);
  });
}

/// Positions off their base grid, as one implementation resamples them: the table for images of zeros, and the gradient of the table.
template <positions_config Config, ssl::shape Grid>
void resampled_positions(reference_case const& c, std::vector<std::string> const& tables, std::string const& gradient) {
  on_every_backend([&]<class Backend, class T>() {
    ssl::testing::single_network<positions<Config>, Grid, Backend, T> net;
    net.set_parameter("pos_embed", c.values<T>("pos_embed"));
    std::vector<T> const table = net.forward(std::vector<T>(static_cast<std::size_t>(Grid.elements()), T(0)));
    for (std::string const& name : tables) {  // transformers works in float
      tolerance const limit = name.ends_with("float32") ? c.limit<float>() : c.limit<T>();
      expect_near(name, table, c.values<double>(name), limit);
    }
    if (gradient.empty()) return;
    net.backward(c.values<T>("grad_out"));
    expect_near(gradient, net.gradient("pos_embed"), c.values<double>(gradient), c.limit<T>());
  });
}

/// A table that is computed.
template <positions_config Config, ssl::shape Grid>
void fixed_positions(reference_case const& c, std::vector<std::string> const& tables) {
  in_double_and_float([&]<class T>() {
    ssl::testing::single_network<positions<Config>, Grid, ssl::backends::reference, T> net;
    net.initialise(1);
    for (std::string const& name : tables) expect_near(name, net.buffer("pos_embed"), c.values<double>(name), c.limit<T>());
  });
}

/// Random bits differ from torch's: the step is searched at which the layer's own draws keep the same samples. It is the same on every
/// backend.
template <ssl::shape In>
void dropped_path(reference_case const& c) {
  using layer = drop_path<drop_path_rates::uniform>;
  std::vector<double> const keep = c.values<double>("keep");
  auto const keeps_the_same = [&](auto const& y) {
    std::size_t const sample = y.size() / keep.size();
    for (std::size_t i = 0; i < y.size(); ++i)
      if ((y[i] != 0) != (keep[i / sample] != 0)) return false;
    return true;
  };
  ssl::index step = 0;
  ssl::testing::single_network<layer, In, ssl::backends::reference, double> search;
  search.give_drop_path_rate(c.hyper().at("p"));
  while (step < 1'000'000 && !keeps_the_same(search.forward(c.values<double>("x")))) search.give_randomness(1, ++step);
  on_every_backend([&]<class Backend, class T>() {
    ssl::testing::single_network<layer, In, Backend, T> net;
    net.give_drop_path_rate(c.hyper().at("p"));
    net.give_randomness(1, step);
    expect_near("y", net.forward(c.values<T>("x")), c.values<double>("y"), c.limit<T>());
  });
}

}  // namespace reference_suite
