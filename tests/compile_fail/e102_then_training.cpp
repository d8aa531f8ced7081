// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
// components: host
#include "small_run.hpp"

#include "ssl/data/in_memory.hpp"
#include "ssl/io/encoder_file.hpp"
#include "ssl/training/train.hpp"

struct run : small_run {
#ifdef PRETEXT_SHOULD_FAIL
  static constexpr ssl::shape image{.h = 2, .w = 2, .c = 3};
#endif
  using encoder = ssl::layers::sequential<ssl::named<"conv", ssl::layers::conv2d<ssl::layers::conv_config{.out = 4}>>,
                                          ssl::named<"pool", ssl::layers::global_average_pool>>;
};

void train_and_save(ssl::backends::reference::context& context, ssl::data::in_memory_images const& images) {
  ssl::pipeline<run> p{context, {.objective = {.temperature = 0.2f}, .optimizer = {.learning_rate = 0.1f}, .seed = 1}};
  ssl::training::train(p, images, {.epochs = 2});
  ssl::io::save_encoder(p, "encoder.safetensors");
  ssl::frozen_of<run, 4> encoder{context, "encoder.safetensors"};
  encoder.statistics() = ssl::augmentations::cifar10_statistics;
  float features[4 * encoder.width];
  encoder.features(nullptr, 1, features);
}
