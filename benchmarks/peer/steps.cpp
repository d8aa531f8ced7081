// SPDX-License-Identifier: Apache-2.0
//
// Whole training steps: forward, backward, optimizer.
#include "steps.hpp"

#include "agreement.hpp"

namespace peer {
namespace {

template <int Channels, int Side>
struct convnet_run : ssl::run_defaults {
  using encoder = ssl::encoders::convnet<>;
  using augmentation = given_batch<0, ssl::shape{.n = 2, .h = Side, .w = Side, .c = Channels}>;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 256, .output = 64}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image{.h = Side, .w = Side, .c = Channels};
  static constexpr int batch = 128;
};

/// Replaces the first of the pairs that the text begins with.
std::string renamed(std::string text, std::initializer_list<std::pair<char const*, char const*>> names) {
  for (auto const& [ours, theirs] : names)
    if (text.starts_with(ours)) return theirs + text.substr(std::string(ours).size());
  return text;
}

std::string name_in_convnet(std::string const& name) {
  return renamed(name, {{"encoder.stage1.conv", "encoder.net.0"},
                        {"encoder.stage1.bn", "encoder.net.1"},
                        {"encoder.stage2.conv", "encoder.net.3"},
                        {"encoder.stage2.bn", "encoder.net.4"},
                        {"encoder.stage3.conv", "encoder.net.6"},
                        {"encoder.stage3.bn", "encoder.net.7"},
                        {"encoder.stage4.conv", "encoder.net.9"},
                        {"encoder.stage4.bn", "encoder.net.10"},
                        {"projector.hidden1.linear", "projector.0"},
                        {"projector.hidden1.bn", "projector.1"},
                        {"projector.last.linear", "projector.3"}});
}

/// Three times a forward pass, less the input gradient of the first layer.
template <int Channels, int Side>
double flop_of_convnet(double images) {
  auto const pixels = [](int stage) { return static_cast<double>(((Side - 1) >> stage) + 1) * (((Side - 1) >> stage) + 1); };
  double const first = 2.0 * Channels * 32 * 9 * pixels(0), views = 2 * images;
  double forward = first + 2.0 * (256 * 256 + 256 * 64);
  for (int stage = 1; stage < 4; ++stage) forward += 2.0 * (16 << stage) * (32 << stage) * 9 * pixels(stage);
  return (3 * forward - first) * views + 3 * 2 * views * views * 64;
}

template <int Channels, int Side>
work convnet(settings const& s) {
  using run = convnet_run<Channels, Side>;
  if (s.batch != 0 && s.batch != run::batch) return skip("the batch is compiled in: 128");
  auto const b = std::make_shared<step_of<run>>(
      s.threads,
      ssl::run_options<run>{.objective = {.temperature = 0.5}, .optimizer = {.learning_rate = 0.06, .weight_decay = 5e-4}});
  return {.step = [b] { b->pipeline.step(b->batch); },
          .agree = [b](auto const& file) { expect_same_step(b->pipeline, file, {"input.x"}, name_in_convnet); },
          .check = {},
          .items = run::batch,
          .unit = "images (two views each)",
          .flop = flop_of_convnet<Channels, Side>(run::batch)};
}

}  // namespace

work mlp_tiny(settings const& s) {
  if (s.batch != 0 && s.batch != mlp_tiny_run::batch) return skip("the batch is compiled in: 32");
  auto const b = std::make_shared<step_of<mlp_tiny_run>>(
      s.threads, ssl::run_options<mlp_tiny_run>{.optimizer = {.learning_rate = 0.01, .momentum = 0}});
  auto const agree = [b](ssl::io::safetensors_file const& file) {
    expect_same_step(b->pipeline, file, {"input.x", "input.y"}, [](std::string const& name) {
      return renamed(name, {{"encoder.fc1", "0"}, {"encoder.fc2", "2"}});
    });
  };
  return {
      .step = [b] { b->pipeline.step(b->batch); }, .agree = agree, .check = {}, .flop = 2.0 * 32 * (64 * 128 * 2 * 3 - 64 * 128)};
}

work simclr_convnet4w32(settings const& s) {
  return s.size == 28 ? convnet<1, 28>(s) : s.size == 32 ? convnet<3, 32>(s) : skip("the sizes compiled in are 28 and 32");
}

}  // namespace peer
