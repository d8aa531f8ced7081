// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vision_transformers.hpp"
#include "ssl/encoders/nin.hpp"
#include "ssl/encoders/resnet.hpp"

namespace reference_suite {

namespace encoders = ssl::encoders;

/// The output of a part of a network in evaluation mode, in double on `reference`; its blocks are called as in the file.
template <class Part, ssl::shape In>
std::vector<double> evaluated(reference_case const& c) {
  ssl::testing::single_network<Part, In, ssl::backends::reference, double, execution{.mode = execution_mode::evaluation}> net;
  for (auto const& b : net.parameters()) net.set_parameter(b.name, c.values<double>("param." + b.name));
  for (auto const& b : net.buffers()) net.set_buffer(b.name, c.values<double>("buffer_before." + b.name));
  return net.forward(c.values<double>("x"));
}

inline std::vector<double> mean_per_channel(std::vector<double> const& map, std::size_t channels) {
  std::vector<double> mean(channels);
  for (std::size_t i = 0; i < map.size(); ++i) mean[i % channels] += map[i] / static_cast<double>(map.size() / channels);
  return mean;
}

/// A residual network without its pool and its head: what it gives is the last map.
template <encoders::resnet_config Config>
using resnet_trunk =
    sequential<ssl::named<"conv1", typename encoders::detail::resnet_parts<Config>::conv>, ssl::named<"bn1", batch_norm<>>,
               ssl::named<"", relu>, ssl::named<"", typename encoders::detail::resnet_parts<Config>::pool>,
               ssl::named<"layer1", encoders::detail::resnet_stage<Config, 0>>,
               ssl::named<"layer2", encoders::detail::resnet_stage<Config, 1>>,
               ssl::named<"layer3", encoders::detail::resnet_stage<Config, 2>>,
               ssl::named<"layer4", encoders::detail::resnet_stage<Config, 3>>>;

/// The maps between the stages.
template <encoders::resnet_config Config, ssl::shape In>
void resnet_maps(reference_case const& c) {
  using parts = encoders::detail::resnet_parts<Config>;
  using stem = sequential<ssl::named<"conv1", typename parts::conv>, ssl::named<"bn1", batch_norm<>>, ssl::named<"", relu>,
                          ssl::named<"", typename parts::pool>>;
  tolerance const limit = c.limit<double>();
  expect_near("after the stem", evaluated<stem, In>(c), c.values<double>("eval_after_stem"), limit);
  auto const stage = [&]<class Before, int I>(ssl::type_list<Before>, std::integral_constant<int, I>, auto const& next) {
    if constexpr (I < 4) {
      using part = sequential<ssl::named<"", Before>,
                              ssl::named<ssl::numbered("layer", I + 1), encoders::detail::resnet_stage<Config, I>>>;
      std::vector<double> const map = evaluated<part, In>(c);
      std::string const name = "eval_layer" + std::to_string(I + 1);
      expect_near(name, mean_per_channel(map, part::output(In).c), c.values<double>(name + "_mean_per_channel"), limit);
      if (c.has(name)) expect_near(name, map, c.values<double>(name), limit);
      next(ssl::type_list<part>{}, std::integral_constant<int, I + 1>{}, next);
    }
  };
  stage(ssl::type_list<stem>{}, std::integral_constant<int, 0>{}, stage);
}

}  // namespace reference_suite
