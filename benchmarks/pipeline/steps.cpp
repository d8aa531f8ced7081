// SPDX-License-Identifier: Apache-2.0
//
// Whole training steps: SimCLR with a small perceptron and with a small convolutional encoder.
#include "matrix.hpp"
#include "ssl/augmentations/simclr.hpp"
#include "ssl/encoders/convnet.hpp"
#include "ssl/encoders/mlp.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/optimizers/sgd.hpp"
#include "ssl/pipeline/pipeline.hpp"
#include "ssl/testing/network.hpp"

namespace {

using ssl::shape;

template <class Encoder, shape Image, int Batch, class Backend, class T>
struct simclr_run : ssl::run_defaults {
  using scalar = T;
  using encoder = Encoder;
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 64, .output = 32}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = Backend;
  static constexpr shape image = Image;
  static constexpr int batch = Batch;
};

template <ssl::fixed_string Name, class Encoder, shape Image, int Batch, ssl::index MultiplyAdds>
struct step_case {
  static constexpr char const* name = Name.text;

  template <class Backend, class T>
  struct bound {
    using run_type = simclr_run<Encoder, Image, Batch, Backend, T>;
    explicit bound(typename Backend::context& c)
        : pipeline(c), views(ssl::testing::random_values<float>(2 * Batch * Image.elements(), 1, 1)) {
      batch.views[0] = views.data();
    }
    void run() { benchmark::DoNotOptimize(pipeline.step(batch)); }

    ssl::pipeline<run_type> pipeline;
    std::vector<float> views;
    ssl::batch_input batch;
    static constexpr bench::work work{.flop = bench::training_flop(MultiplyAdds)};
  };
};

using small_mlp = ssl::encoders::mlp<ssl::encoders::mlp_config{.hidden = 128, .out = 64}>;
using small_convnet = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 8}>;

constexpr int rows = 2 * 64, images = 2 * 8, head = 64 * 64 + 64 * 32;
constexpr int of_mlp = rows * (64 * 128 + 128 * 64 + head) + rows * rows * 32;
constexpr int of_convnet = images * (9 * (256 * 3 * 8 + 64 * 8 * 16 + 16 * 16 * 32 + 4 * 32 * 64) + head) + images * images * 32;

[[maybe_unused]] auto const added = bench::add<
    step_case<"step, perceptron, 2 x 64 rows", small_mlp, shape{.c = 64}, rows / 2, of_mlp>,
    step_case<"step, ConvNet-8, 2 x 8 images", small_convnet, shape{.h = 16, .w = 16, .c = 3}, images / 2, of_convnet>>();

}  // namespace
