// SPDX-License-Identifier: Apache-2.0
#include "ssl/objectives/mae.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "objectives/masked.hpp"
#include "ssl/augmentations/mae.hpp"
#include "ssl/augmentations/with_classes.hpp"
#include "ssl/encoders/vit_mae.hpp"
#include "ssl/objectives/supervised.hpp"
#include "ssl/testing/objective_check.hpp"

namespace {

using namespace tiny;
using ssl::index;  // not that of <strings.h>

template <class Objective, class Augmentation>
struct cifar_run : run_defaults {
  using encoder = encoders::mae_vit_cifar;
  using augmentation = Augmentation;
  using objective = Objective;
  using optimizer = optimizers::sgd<>;
  using backend = backends::reference;
  static constexpr shape image{.h = 32, .w = 32, .c = 3};
  static constexpr int batch = 2;
};
using pretraining = cifar_run<objectives::mae<objectives::mae_small>, augmentations::mae_small>;
/// The same encoder on all patches.
using whole =
    cifar_run<objectives::supervised<objectives::supervised_config{.classes = 2}>, augmentations::with_classes<one_view>>;

/// Elements of all that the encoder's blocks compute in a forward pass.
template <class Run>
index computed_in_blocks() {
  auto const s = std::make_unique<step_recording>(record_step<Run>());
  index elements = 0;
  for (int i = 0; i < s->r.operations; ++i) {
    op_tensors const& o = s->r.op[i];
    if (std::string(path_name(s->r.path_node, o.path, 0).text).starts_with("encoder.blocks") && o.y >= 0)
      elements += s->r.tensor[o.y].elements;
  }
  return elements;
}

TEST_CASE("mae: the plan of a step holds a quarter of the patches in the encoder, and all in the decoder") {
  index const seen = computed_in_blocks<pretraining>(), all = computed_in_blocks<whole>();
  CHECK(seen > 10'000);
  CHECK(seen * (1 + 64) == all * (1 + 16));  // the class token is always there
  shape extents;
  backends::reference::context c;
  pipeline<run<mae<>, vit, ordered_view>> p(c);
  testing::random_batches<run<mae<>, vit, ordered_view>> batches(p.options());
  batch_input const& batch = batches.next();
  p.tap(batch, "encoder.blocks", &extents);
  CHECK(extents == shape{3, 1, 1 + 2, 6});
  p.tap(batch, "decoder.pred", &extents);
  CHECK(extents == shape{3, 1, 4, 8});
  CHECK_THROWS_AS(p.tap(batch, "decoder.prod"), composition_error);
}

TEST_CASE("mae: hidden pixels reach the loss and not the prediction, visible ones the prediction and not the loss") {
  using r = run<mae<ssl::losses::patch_target::pixels>, mean_vit, ordered_view>;
  backends::reference::context c;
  pipeline<r> p(c);
  std::vector<float> pixels(3 * 4 * 4 * 2, 0.25f);
  std::vector<std::int32_t> const order{2, 1, 0, 3, 0, 1, 2, 3, 3, 2, 1, 0};
  batch_input const batch{.views = {pixels.data()}, .masks = {order.data()}};
  auto const before = p.tap(batch, "decoder.pred");
  double const loss = p.forward_backward(batch);
  pixels[0] = 0.75f;  // in the first patch of the first image, which is hidden
  CHECK(p.tap(batch, "decoder.pred") == before);
  CHECK(p.forward_backward(batch) != loss);
  pixels[0] = 0.25f;
  pixels[4] = 0.75f;  // in the second, which is seen
  CHECK(p.tap(batch, "decoder.pred") != before);
}

template <encoders::vit_config Config>
constexpr int failure_with = failure_of<run<mae<>, encoders::vit<Config>, ordered_view>>;
constexpr encoders::vit_config small{.image_h = 4, .image_w = 4, .patch = 2, .width = 6, .depth = 1, .heads = 2, .mlp_ratio = 1};
constexpr encoders::vit_config changed(auto change) {
  encoders::vit_config c = small;
  change(c);
  return c;
}

/// Says that it has a form for visible patches, which is another network.
struct other_form : vit {
  template <int Patches>
  using on_visible =
      encoders::vit<changed([](auto& c) { c.width = 8, c.pool = encoders::vit_pool::none, c.visible_patches = Patches; })>;
};

TEST_CASE("mae: what does not compose") {
  CHECK(failure_of<run<mae<>, vit, ordered_view>> == 0);
  CHECK(failure_of<run<mae<>, mean_vit, ordered_view>> == 0);
  CHECK(failure_of<run<mae<>, convnet, ordered_view>> == 137);
  CHECK(failure_of<run<mae<>, other_form, ordered_view>> == 308);
  CHECK(failure_of<run<mae<>, vit, one_view>> == 304);
  CHECK(failure_of<run<mae<>, vit, augmentations::mae<1>>> == 305);
  CHECK(failure_of<run<mae<>, vit, augmentations::mae<3>>> == 132);
  CHECK(failure_with<changed([](auto& c) { c.patch = 1; })> == 106);
  CHECK(failure_with<changed([](auto& c) { c.class_token = encoders::vit_class_token::none; })> == 102);
  CHECK(failure_with<changed([](auto& c) { c.registers = 1; })> == 102);
}

TEST_CASE("mae: the published share of patches is seen, rounded down") {
  CHECK(objectives::mae_published.visible() == 49);
  CHECK(objectives::mae_small.visible() == 16);
  CHECK(objectives::mae_config{.image_h = 20, .image_w = 20, .patch = 4}.visible() == 6);
}

}  // namespace
