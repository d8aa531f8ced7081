// SPDX-License-Identifier: Apache-2.0
// What every layer promises: backward accumulates into gradients of parameters unless it may not, writes gx unless nobody wants it,
// and forward gives the same values whether a backward pass follows or not.
#include "ssl/core/type_list.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/conv_transpose2d.hpp"
#include "ssl/layers/flatten.hpp"
#include "ssl/layers/frozen.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/layers/local_response_norm.hpp"
#include "ssl/layers/softmax.hpp"
#include "ssl/layers/weight_norm_linear.hpp"
#include "unit/layers/on_reference.hpp"
#include "unit/layers/part_list.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;
using ssl::testing::random_values;
using unit::numbers;
using unit::on_reference;

template <class Layer, shape In>
struct subject {
  using layer = Layer;
  static constexpr shape input = In;
};

constexpr shape maps{.n = 4, .h = 4, .w = 4, .c = 6};
using subjects = type_list<
    subject<linear<linear_config{.out = 3}>, maps>, subject<conv2d<conv_config{.out = 2, .padding = 1, .bias = bias::yes}>, maps>,
    subject<conv2d<conv_config{.out = 6, .padding = 2, .groups = 3, .dilation = 2}>, maps>,
    subject<conv_transpose2d<conv_transpose_config{.out = 2}>, maps>, subject<local_response_norm<>, maps>,
    subject<weight_norm_linear<weight_norm_linear_config{.out = 3}>, maps>,
    subject<batch_norm<>, maps>, subject<layer_norm<>, maps>, subject<layer_scale<>, maps>, subject<relu, maps>, subject<gelu, maps>,
    subject<softmax, maps>, subject<l2_normalize, maps>, subject<max_pool<>, maps>, subject<avg_pool<>, maps>, subject<global_average_pool, maps>,
    subject<sequential<named<"", gelu>, named<"", flatten>>, maps>, subject<token_slice<1, 2>, maps>, subject<channel_slice<1, 2>, maps>,
    subject<swiglu<mlp_config{.hidden = 5, .out = 3}>, maps>,
    subject<masked_tokens, maps>,
    subject<drop_path<drop_path_rates::uniform>, maps>, subject<on_kept_samples<300, linear<linear_config{.out = 3}>>, maps>, subject<register_tokens<2, 1>, maps>,
    subject<batch_part<1, 2>, maps>, subject<batch_parts<unit::part_list<2, 1, 0, 1>>, maps>, subject<interleave<2>, maps>, subject<side_by_side<2>, shape{.n = 4, .c = 3}>, subject<class_token, maps>,
    subject<positions<positions_config{.grid_h = 4, .grid_w = 4, .prefix_tokens = 1}>, maps>,
    subject<positions<positions_config{.grid_h = 3, .grid_w = 2, .prefix_tokens = 1}>, maps>,
    subject<attention<attention_config{.width = 6, .heads = 2}>, maps>,
    subject<attention<attention_config{.width = 6, .heads = 2, .probabilities = probabilities::recomputed}>, maps>,
    subject<repeat<2, transformer_block<transformer_config{.width = 6, .heads = 2, .hidden = 5}>>, maps>>;

template <class Net>
struct result {
  numbers y, gx;
  std::vector<numbers> gradients;
};

template <class Net>
result<Net> run(Net& net) {
  result<Net> r;
  r.y = net.forward(random_values<double>(Net::input.elements(), 3, 1));
  r.gx = net.backward(random_values<double>(Net::output.elements(), 3, 2));
  for (auto const& b : net.parameters()) r.gradients.push_back(net.gradient(b.name));
  return r;
}

template <class Subject>
void expect_contract() {
  using layer = typename Subject::layer;
  constexpr shape in = Subject::input;
  on_reference<layer, in> net;
  net.randomise(5);
  auto const once = run(net);
  CHECK(static_cast<ssl::index>(once.gx.size()) == in.elements());

  auto const twice = run(net);  // gradients accumulate, gx is written
  CHECK(twice.gx == once.gx);
  for (std::size_t i = 0; i < once.gradients.size(); ++i) {
    INFO(net.parameters()[i].name);
    numbers doubled = once.gradients[i];
    for (double& g : doubled) g *= 2;
    CHECK(unit::close(twice.gradients[i], doubled));
  }

  on_reference<layer, in> without_gx({.input_gradient = false});
  without_gx.randomise(5);
  if (!net.parameters().empty()) {
    auto const r = run(without_gx);
    CHECK(r.gx.empty());
    CHECK(r.gradients == once.gradients);
  }

  on_reference<layer, in, execution{.updates_weights = false}> frozen;
  frozen.randomise(5);
  auto const r = run(frozen);
  CHECK(r.gx == once.gx);
  for (numbers const& g : r.gradients) CHECK(g == numbers(g.size(), 0.0));

  on_reference<layer, in> forward_only({.keeps = false});
  forward_only.randomise(5);
  CHECK(forward_only.forward(random_values<double>(in.elements(), 3, 1)) == once.y);
  CHECK(forward_only.arena_elements() <= net.arena_elements());
}

TEST_CASE("every layer accumulates, writes gx, and can be frozen, cut off from its input, or run forward only") {
  for_each_index<subjects::size>([]<int I>() {
    INFO("subject " << I);
    expect_contract<type_at<I, subjects>>();
  });
}

TEST_CASE("a layer's own configuration and its input are refused by a verdict, not by the compiler") {
  constexpr shape in{.n = 2, .h = 4, .w = 4, .c = 6};
  CHECK(!linear<linear_config{}>::check(in).valid);
  CHECK(!conv2d<conv_config{.out = 1, .kernel = 0}>::check(in).valid);
  CHECK(!conv2d<conv_config{.out = 1, .kernel = 5}>::check(in).accepted);
  CHECK(!batch_norm<batch_norm_config{.epsilon_billionths = 0}>::check(in).valid);
  CHECK(!layer_norm<layer_norm_config{.epsilon_billionths = 0}>::check(in).valid);
  CHECK(!max_pool<pool_config{.kernel = 2, .stride = 1, .padding = 2}>::check(in).valid);
  CHECK(!avg_pool<pool_config{.kernel = 5}>::check(in).accepted);
  CHECK(!token_mean<16>::check(in).accepted);
  CHECK(!token_slice<15, 2>::check(in).accepted);
  CHECK(!channel_slice<0, 7>::check(in).accepted);
  CHECK(!batch_part<2, 2>::check(in).valid);
  CHECK(!batch_part<0, 0>::check(in).valid);
  CHECK(!batch_part<0, 3>::check(in).accepted);
  CHECK(!batch_parts<unit::part_list<2, 0, 2>>::check(in).valid);
  CHECK(!batch_parts<unit::part_list<3, 2>>::check(in).accepted);
  CHECK(!interleave<0>::check(in).valid);
  CHECK(!interleave<4>::check(in).accepted);
  CHECK(!frozen<batch_part<0, 3>>::check(in).accepted);
  CHECK(!side_by_side<2>::check(in).accepted);
  CHECK(!side_by_side<0>::check(in).valid);
  CHECK(!attention<attention_config{.width = 6, .heads = 4}>::check(in).valid);
  CHECK(!attention<attention_config{.width = 6, .heads = 0}>::check(in).valid);
  CHECK(!attention_core<attention_config{.width = 6, .heads = 2}>::check(in).accepted);
  CHECK(!on_kept_samples<0, gelu>::check(in).valid);
  CHECK(!on_kept_samples<1000, gelu>::check(in).valid);
  CHECK(!on_kept_samples<300, token_slice<15, 2>>::check(in).accepted);
  CHECK(!positions<positions_config{}>::check(in).valid);
  CHECK(!patch_embedding<patch_config{.patch = 3, .width = 2}>::check(in).accepted);
  CHECK(!patch_embedding<patch_config{.patch = 0, .width = 2}>::check(in).valid);
  CHECK(!encoders::vit<encoders::vit_config{.patch = 0}>::check(in).ok());
  CHECK(!encoders::vit<encoders::vit_config{.depth = 0}>::check(shape{.n = 1, .h = 224, .w = 224, .c = 3}).ok());
  CHECK(encoders::vit_tiny::check(shape{.n = 1, .h = 224, .w = 224, .c = 3}).ok());
}

}  // namespace
