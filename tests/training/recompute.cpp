// SPDX-License-Identifier: Apache-2.0
//
// A repeat that recomputes its activations gives the same bits as one that keeps them, in less memory.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "objectives/tiny.hpp"
#include "ssl/io/checkpoint.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/compose/residual.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/testing/objective_check.hpp"

namespace {

using namespace tiny;
using layers::activations;
using ssl::index;
using simclr = objectives::simclr<objectives::simclr_config{.hidden = 6, .output = 4}>;

template <int Depth, activations Activations>
using transformer = encoders::vit<encoders::vit_config{.image_h = 4,
                                                       .image_w = 4,
                                                       .patch = 2,
                                                       .width = 8,
                                                       .depth = Depth,
                                                       .heads = 2,
                                                       .drop_path = layers::drop_path_rates::linear,
                                                       .activations = Activations}>;

using conv = layers::conv2d<layers::conv_config{.out = 3, .padding = 1}>;
struct normed : layers::sequential<named<"conv", conv>, named<"bn", layers::batch_norm<>>> {};
struct block : layers::sequential<named<"", layers::residual<named<"", normed>>>, named<"", layers::relu>> {};
template <int Depth, activations Activations>
struct residual_network : layers::sequential<named<"stem", conv>, named<"blocks", layers::repeat<Depth, block, Activations>>,
                                             named<"pool", layers::global_average_pool>> {};

/// All bits after three steps, running statistics among them.
template <class Run>
std::vector<double> trained() {
  typename Run::backend::context context;
  pipeline<Run> p(context);
  testing::random_batches<Run> batches({}, 3);
  std::vector<double> bits;
  for (int s = 0; s < 3; ++s) bits.push_back(p.step(batches.next()));
  for (array const which : io::detail::checkpoint_arrays)
    for (double const value : io::detail::read_array(p, which)) bits.push_back(value);
  return bits;
}

template <class Encoder>
constexpr index arena = plan_of<run<simclr, Encoder>>.arena* index{sizeof(double)};

template <template <int, activations> class Encoder, index Value>
void expect_equal_bits_in_less_memory(char const* what) {
  constexpr index kept = arena<Encoder<4, activations::kept>>, recomputed = arena<Encoder<4, activations::recomputed>>,
                  deeper = arena<Encoder<5, activations::recomputed>>;
  MESSAGE(std::string(what) << ", 4 blocks: " << kept << " bytes with activations kept, " << recomputed << " recomputed");
  CHECK(recomputed < kept);
  CHECK(deeper - recomputed == Value * index{sizeof(double)});  // a block more keeps its input and no more
  CHECK(trained<run<simclr, Encoder<4, activations::recomputed>>>() == trained<run<simclr, Encoder<4, activations::kept>>>());
}

TEST_CASE("recomputed activations: equal bits in less memory, with drop path and with running statistics") {
  expect_equal_bits_in_less_memory<transformer, round_up(6 * 5 * 8, block_elements)>("transformer");
  expect_equal_bits_in_less_memory<residual_network, round_up(6 * 16 * 3, block_elements)>("residual network");
}

TEST_CASE("a step of several phases cannot recompute") {
  recorder r;
  r.passes = 2;
  layers::repeat<2, block, activations::recomputed>::record<environment<backends::reference, float>>(
      r, r.new_value(shape{.n = 1, .h = 4, .w = 4, .c = 3}, true));
  CHECK(r.overflow);
}

}  // namespace
