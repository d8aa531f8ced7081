// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/heads/dino_head.hpp"
#include "ssl/layers/heads/presets.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

constexpr shape features{.n = 4, .c = 5};
constexpr head_widths small{.hidden = 4, .out = 3};

template <head_config Config>
std::vector<std::string> blocks_of() {
  return unit::listed(unit::on_reference<head<Config>, features>().parameters());
}
using lines = std::vector<std::string>;

TEST_CASE("heads: names, and what each of them learns") {
  CHECK(blocks_of<byol_projection(small)>() == lines{"hidden1.linear.weight 4x5", "hidden1.bn.weight 4", "hidden1.bn.bias 4",
                                                     "last.linear.weight 3x4", "last.linear.bias 3"});
  CHECK(blocks_of<moco_projection(small)>() ==
        lines{"hidden1.linear.weight 4x5", "hidden1.linear.bias 4", "last.linear.weight 3x4", "last.linear.bias 3"});
  CHECK(blocks_of<moco_projection({.out = 3, .layers = 1})>() == lines{"last.linear.weight 3x5", "last.linear.bias 3"});
  CHECK(blocks_of<simsiam_projection({.hidden = 4, .out = 3, .layers = 3})>() ==
        lines{"hidden1.linear.weight 4x5", "hidden1.bn.weight 4", "hidden1.bn.bias 4", "hidden2.linear.weight 4x4",
              "hidden2.bn.weight 4", "hidden2.bn.bias 4", "last.linear.weight 3x4"});
  CHECK(blocks_of<simclr_projection(small, simclr_form::published)>() == lines{"hidden1.linear.weight 4x5", "hidden1.bn.weight 4",
                                                                               "hidden1.bn.bias 4", "last.linear.weight 3x4",
                                                                               "last.bn.weight 3"});
}

TEST_CASE("heads: a norm that learns nothing still has statistics, one to eight layers") {
  CHECK(unit::on_reference<head<simsiam_projection(small)>, features>().buffers().back().name == "last.bn.running_var");
  CHECK(head<head_config{.layers = 8}>::check(features).ok());
  CHECK(!head<head_config{.layers = 9}>::check(features).valid);
  CHECK(!head<head_config{.layers = 0}>::check(features).valid);
}

TEST_CASE("dino_head: names; its outputs are cosines, the batch norm is a choice") {
  unit::on_reference<dino_head<dino_head_config{.hidden = 4, .bottleneck = 3, .out = 7, .layers = 2}>, features> net;
  CHECK(unit::listed(net.parameters()) == lines{"mlp.hidden1.linear.weight 4x5", "mlp.hidden1.linear.bias 4",
                                                "mlp.last.linear.weight 3x4", "mlp.last.linear.bias 3",
                                                "last_layer.weight_v 7x3"});
  net.randomise(1);
  for (double y : net.forward(ssl::testing::random_values<double>(features.elements(), 1, 1))) CHECK(std::abs(y) <= 1 + 1e-12);
  unit::on_reference<
      dino_head<dino_head_config{
          .hidden = 4, .bottleneck = 3, .out = 7, .layers = 2, .norm = head_norm::scale_and_shift, .gain = gain::learned}>,
      features>
      normed;
  CHECK(normed.parameters().size() == 8);
  CHECK(normed.buffers().size() == 2);
}

}  // namespace
