// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/losses.hpp"
#include "reference/on_every_backend.hpp"
#include "reference/suite.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/attention.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/conv_transpose2d.hpp"
#include "ssl/layers/heads/dino_head.hpp"
#include "ssl/layers/heads/presets.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/layers/layer_norm.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/layers/local_response_norm.hpp"
#include "ssl/layers/mlp.hpp"
#include "ssl/layers/pool.hpp"
#include "ssl/layers/softmax.hpp"
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

  std::string of(std::string const& block) const {
    for (auto const& [ours, theirs] : blocks)
      if (block.starts_with(ours + ".")) return theirs + block.substr(ours.size());
    return block;
  }
};

template <class Backend, class T>
void give_blocks(reference_case const& c, file_names const& names, ssl::testing::network_state<Backend, T>& net) {
  std::size_t stored = 0;
  for (auto const& t : c.tensors().tensors()) stored += t.name.starts_with("param.");
  CHECK(net.parameters().size() == stored);  // a parameter that is left out would not be missed below
  for (auto const& b : net.parameters()) net.set_parameter(b.name, c.values<T>("param." + names.of(b.name)));
  for (auto const& b : net.buffers()) net.set_buffer(b.name, c.values<T>("buffer_before." + names.of(b.name)));
}

template <class Backend, class T>
void expect_blocks(reference_case const& c, file_names const& names, ssl::testing::network_state<Backend, T> const& net) {
  for (auto const& b : net.parameters()) {
    std::string const name = "grad." + names.of(b.name);
    expect_near(name, net.gradient(b.name), c.values<double>(name), c.limit<T>());
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

}  // namespace reference_suite
