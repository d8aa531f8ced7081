// SPDX-License-Identifier: Apache-2.0
//
// Whole training steps: forward, backward, optimizer.
#include "steps.hpp"

#include "agreement.hpp"

namespace peer {
namespace {

/// SimCLR with an encoder and a head; 128 images are 256 views.
template <class Encoder, ssl::shape Image, ssl::objectives::simclr_config Head>
struct simclr_run : ssl::run_defaults {
  using encoder = Encoder;
  using augmentation = given_batch<Image.with_batch(2)>;
  using objective = ssl::objectives::simclr<Head>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image = Image;
  static constexpr int batch = 128;
};

/// `output`: width of the embedding; `flop` of a forward pass of one view, and of the part of it that reads pixels, which have no gradient.
template <class Run>
work simclr_step(settings const& s, int output, double flop, double flop_of_pixels, std::string (*peer_name)(std::string const&),
                 closeness close = {}) {
  if (s.batch != 0 && s.batch != Run::batch) return skip("the batch is compiled in: 128");
  auto const b = std::make_shared<step_of<Run>>(
      s.threads,
      ssl::run_options<Run>{.objective = {.temperature = 0.5}, .optimizer = {.learning_rate = 0.06, .weight_decay = 5e-4}});
  double const views = 2 * Run::batch;
  return {
      .step = [b] { b->pipeline.step(b->batch); },
      .agree = [b, peer_name, close](auto const& file) { expect_same_step(b->pipeline, file, {"input.x"}, peer_name, close); },
      .check = {},
      .items = Run::batch,
      .unit = "images (two views each)",
      .flop = (3 * flop - flop_of_pixels) * views + 3 * 2 * views * views * output};
}

/// Replaces the first of the pairs that the text begins with.
std::string renamed(std::string text, std::initializer_list<std::pair<char const*, char const*>> names) {
  for (auto const& [ours, theirs] : names)
    if (text.starts_with(ours)) return theirs + text.substr(std::string(ours).size());
  return text;
}

std::string name_in_projector(std::string const& name) {
  return renamed(name, {{"projector.hidden1.linear", "projector.0"},
                        {"projector.hidden1.bn", "projector.1"},
                        {"projector.last.linear", "projector.3"}});
}

std::string name_in_convnet(std::string const& name) {
  return renamed(name_in_projector(name), {{"encoder.stage1.conv", "encoder.net.0"},
                                           {"encoder.stage1.bn", "encoder.net.1"},
                                           {"encoder.stage2.conv", "encoder.net.3"},
                                           {"encoder.stage2.bn", "encoder.net.4"},
                                           {"encoder.stage3.conv", "encoder.net.6"},
                                           {"encoder.stage3.bn", "encoder.net.7"},
                                           {"encoder.stage4.conv", "encoder.net.9"},
                                           {"encoder.stage4.bn", "encoder.net.10"}});
}

template <int Channels, int Side>
work convnet(settings const& s) {
  auto const pixels = [](int stage) { return static_cast<double>(((Side - 1) >> stage) + 1) * (((Side - 1) >> stage) + 1); };
  double const first = 2.0 * Channels * 32 * 9 * pixels(0);
  double forward = first + 2.0 * (256 * 256 + 256 * 64);
  for (int stage = 1; stage < 4; ++stage) forward += 2.0 * (16 << stage) * (32 << stage) * 9 * pixels(stage);
  using run = simclr_run<ssl::encoders::convnet<>, ssl::shape{.h = Side, .w = Side, .c = Channels},
                         ssl::objectives::simclr_config{.hidden = 256, .output = 64}>;
  return simclr_step<run>(s, 64, forward, first, name_in_convnet);
}

/// The peer counts its blocks through all stages.
template <ssl::encoders::resnet_config Config>
std::string name_in_resnet(std::string const& name) {
  std::string const in_stage = renamed(name_in_projector(name), {{"encoder.layer", ""}});
  if (in_stage.front() < '1' || in_stage.front() > '4') return in_stage;  // "2.0.conv1.weight" is in the second stage
  std::size_t const end = in_stage.find('.', 2);
  int block = std::stoi(in_stage.substr(2, end - 2));
  for (int stage = 0; stage < in_stage.front() - '1'; ++stage) block += Config.depth[stage];
  return "encoder.layers." + std::to_string(block) + "." + renamed(in_stage.substr(end + 1), {{"downsample", "short"}});
}

/// Of basic blocks behind the stem for small images.
template <class Encoder, int Hidden, int Output>
work resnet(settings const& s) {
  constexpr ssl::encoders::resnet_config config = Encoder::config;
  if (s.size != 32) return skip("the size compiled in is 32");
  double const first = 2.0 * 3 * config.stem_width * 9 * 32 * 32;
  double forward = first;
  int in = config.stem_width;
  for (int stage = 0, side = 32; stage < 4; ++stage, side /= 2)
    for (int block = 0; block < config.depth[stage]; ++block) {
      int const out = config.width[stage], shortcut = in == out ? 0 : in, pixels = side * side;
      forward += 2.0 * out * (9 * (in + out) + shortcut) * pixels, in = out;
    }
  forward += 2.0 * (in * Hidden + Hidden * Output);
  using run = simclr_run<Encoder, ssl::shape{.h = 32, .w = 32, .c = 3},
                         ssl::objectives::simclr_config{.hidden = Hidden, .output = Output}>;
  return simclr_step<run>(s, Output, forward, first, name_in_resnet<config>, of_deep_networks);
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

work simclr_resnet18_cifar(settings const& s) { return resnet<ssl::encoders::resnet18_cifar, 512, 128>(s); }
work simclr_resnet20w16(settings const& s) { return resnet<ssl::encoders::resnet20, 128, 64>(s); }

}  // namespace peer
