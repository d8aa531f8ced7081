// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "ssl/augmentations/pretext_tasks.hpp"
#include "ssl/backends/reference/reference.hpp"
#include "ssl/encoders/convnet.hpp"
#include "ssl/encoders/nin.hpp"
#include "ssl/encoders/resnet.hpp"
#include "ssl/objectives/jigsaw.hpp"
#include "ssl/objectives/relative_position.hpp"
#include "ssl/objectives/rotation.hpp"
#include "ssl/optimizers/sgd.hpp"
#include "ssl/pipeline/pipeline.hpp"

namespace {

using namespace ssl;

template <class Objective, class Augmentation, int Side, class Encoder = encoders::convnet<>>
struct preset_run : run_defaults {
  using encoder = Encoder;
  using augmentation = Augmentation;
  using objective = Objective;
  using optimizer = optimizers::sgd<optimizers::sgd_config{.nesterov = optimizers::nesterov::yes}>;
  using backend = backends::reference;
  static constexpr shape image{.h = Side, .w = Side, .c = 3};
  static constexpr int batch = 4;
};

template <class... Run>
constexpr bool compose = ((failure_of<Run> == 0) && ...);

namespace o = objectives;
namespace a = augmentations;
constexpr a::jigsaw_config nine_small_tiles{.grid = 3, .tile = 8, .classes = 72};
constexpr o::jigsaw_config nine_small{.projector = layers::patch_projection(64),
                                      .classifier = layers::task_classifier({.hidden = 256, .out = 72})};
constexpr a::relative_position_config around_the_centre{
    .patch = 64, .gap = 21, .jitter = 10, .pairs = a::neighbour_pairs::centre};

TEST_CASE("pretext tasks: published structures and those for small images compose with their views") {
  CHECK(compose<preset_run<o::rotation<>, a::rotation_small, 32, encoders::nin<>>,
                preset_run<o::rotation<o::rotation_small>, a::rotation_small, 32, encoders::resnet18_cifar>,
                preset_run<o::rotation<>, a::rotation, 64>>);
  CHECK(compose<preset_run<o::jigsaw<>, a::jigsaw_puzzles<>, 255>,
                preset_run<o::jigsaw<o::jigsaw_resnet>, a::jigsaw_puzzles<>, 255, encoders::resnet18>,
                preset_run<o::jigsaw<o::jigsaw_small>, a::jigsaw_small<>, 32>,
                preset_run<o::jigsaw<nine_small>, a::jigsaw_small<nine_small_tiles>, 32>>);
  CHECK(compose<preset_run<o::relative_position<>, a::relative_position_pairs<>, 398>,
                preset_run<o::relative_position<o::relative_position_resnet>, a::relative_position_pairs<around_the_centre>, 255>,
                preset_run<o::relative_position<o::relative_position_small>, a::relative_position_small<>, 32>>);
}

TEST_CASE("pretext tasks: the network of RotNet has the size of the published one") {
  using run = preset_run<o::rotation<>, a::rotation_small, 32, encoders::nin<>>;
  ssl::index parameters = 0;
  for (block_info const& b : inventory<run>(block_set::parameters)) parameters += b.elements;
  // convolutions without bias, two numbers a channel of each batch norm, and 192 x 4 + 4
  ssl::index const block1 = 5 * 5 * 3 * 192 + 192 * 160 + 160 * 96, block2 = 5 * 5 * 96 * 192 + 2 * 192 * 192,
                   others = 2 * (3 * 3 * 192 * 192 + 2 * 192 * 192), norms = 2 * (192 + 160 + 96 + 9 * 192);
  CHECK(parameters == block1 + block2 + others + norms + 192 * 4 + 4);
}

}  // namespace
