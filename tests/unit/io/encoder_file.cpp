// SPDX-License-Identifier: Apache-2.0
#include "ssl/io/encoder_file.hpp"

#include <doctest/doctest.h>

#include "ssl/ssl.hpp"
#include "unit/data/temporary_folder.hpp"

namespace {

using namespace ssl;

struct small_run : run_defaults {
  using encoder = encoders::convnet<encoders::convnet_config{.width = 4, .stages = 2}>;
  using augmentation = augmentations::simclr_small;
  using objective = objectives::simclr<objectives::simclr_config{.hidden = 8, .output = 4}>;
  using optimizer = optimizers::sgd<>;
  using backend = backends::reference;
  static constexpr shape image{.h = 8, .w = 8, .c = 3};
  static constexpr int batch = 4;
};
struct wider_run : small_run {
  using encoder = encoders::convnet<encoders::convnet_config{.width = 6, .stages = 3}>;
};

template <class Run>
struct trained {
  backends::reference::context context;
  pipeline<Run> p{context, {.seed = 5}};
};

template <class E>
std::string message(E const& call) {
  try {
    call();
  } catch (error const& e) {
    return std::to_string(e.code) + " " + e.what();
  }
  return "nothing was thrown";
}

TEST_CASE("an encoder comes back from its file bit for bit, with its statistics") {
  temporary_folder const folder;
  std::string const path = folder / "encoder.safetensors";
  trained<small_run> t;
  io::save_encoder(t.p, path, {{"note", "grüße"}});

  frozen_of<small_run, 2> read(t.context, path);
  CHECK(read.weights().parameters == t.p.exported().parameters);
  CHECK(read.weights().buffers == t.p.exported().buffers);
  for (int c = 0; c < 3; ++c) {
    CHECK(read.statistics().mean[c] == augmentations::cifar10_statistics.mean[c]);
    CHECK(read.statistics().deviation[c] == augmentations::cifar10_statistics.deviation[c]);
  }
  auto const metadata = io::safetensors_file::open(path).metadata();
  CHECK(metadata.at("format") == "pretext.encoder");
  CHECK(metadata.at("image") == "8x8x3");
  CHECK(metadata.at("note") == "grüße");
  CHECK(metadata.at("steps") == "0");
  CHECK(metadata.at("seed") == "5");
}

TEST_CASE("weights of convolutions stand in PyTorch's order in the file") {
  temporary_folder const folder;
  std::string const path = folder / "encoder.safetensors";
  trained<small_run> t;
  frozen_of<small_run, 1> encoder(t.context);
  freeze(t.p, encoder);
  io::save_encoder(encoder, path);

  auto const file = io::safetensors_file::open(path);
  auto const& tensor = file.at("stage2.conv.weight");
  CHECK(tensor.shape == std::vector<ssl::index>{8, 4, 3, 3});
  auto const in_file = tensor.to<float>();
  for (block_info const& b : encoder.blocks(block_set::parameters)) {
    if (b.name != "stage2.conv.weight") continue;
    std::vector<float> const all = encoder.weights().parameters;
    std::vector<float> const copy(all.begin() + b.offset, all.begin() + b.offset + b.elements);
    int const o = 5, i = 3, y = 2, x = 1;
    CHECK(in_file[static_cast<std::size_t>(((o * 4 + i) * 3 + y) * 3 + x)] ==
          copy[static_cast<std::size_t>(((o * 3 + y) * 3 + x) * 4 + i)]);
  }
}

TEST_CASE("a file of another encoder is refused with all differences, and nothing changes") {
  temporary_folder const folder;
  std::string const path = folder / "encoder.safetensors";
  trained<small_run> t;
  io::save_encoder(t.p, path);
  frozen_of<wider_run, 1> other(t.context);
  auto const before = other.weights();
  std::string const text = message([&] { io::load_encoder(other, path); });
  CHECK(text.starts_with("802 "));
  CHECK(text.find("stage1.conv.weight: expected (6, 3, 3, 3), found (4, 3, 3, 3)") != std::string::npos);
  CHECK(text.find("stage3.conv.weight (24, 12, 3, 3) is missing") != std::string::npos);
  CHECK(text.find("stage3.bn.running_var (24) is missing") != std::string::npos);
  CHECK(other.weights().parameters == before.parameters);
}

TEST_CASE("tensors that the encoder does not have are named, and skipped") {
  temporary_folder const folder;
  std::string const path = folder / "encoder.safetensors", larger = folder / "larger.safetensors";
  trained<small_run> t;
  io::save_encoder(t.p, path);
  auto const file = io::safetensors_file::open(path);
  io::safetensors_writer writer;
  for (auto const& tensor : file.tensors()) writer.add(tensor.name, tensor.shape, tensor.to<float>());
  writer.add("fc.weight", {2, 2}, std::vector<float>(4));
  writer.add("stage1.bn.num_batches_tracked", {1}, std::vector<std::int64_t>{7});
  writer.save(larger);
  frozen_of<small_run, 1> encoder(t.context);
  CHECK(io::load_encoder(encoder, larger).unused == std::vector<std::string>{"fc.weight"});
  CHECK(encoder.weights().parameters == t.p.exported().parameters);
}

TEST_CASE("statistics that are no numbers are refused") {
  temporary_folder const folder;
  std::string const path = folder / "encoder.safetensors";
  trained<small_run> t;
  for (char const* mean : {"", "0.5", "0.5,0.5,x", "0.5,0.5,0.5,0.5", "0.5;0.5;0.5"}) {
    frozen_of<small_run, 1> encoder(t.context);
    io::save_encoder(encoder, path);
    auto const file = io::safetensors_file::open(path);
    io::safetensors_writer writer;
    for (auto const& tensor : file.tensors()) writer.add(tensor.name, tensor.shape, tensor.to<float>());
    writer.metadata("mean", mean);
    writer.save(path);
    CAPTURE(mean);
    CHECK(message([&] { io::load_encoder(encoder, path); }).starts_with("716 "));
  }
}

TEST_CASE("a file that cannot be written names its path") {
  trained<small_run> t;
  CHECK(message([&] { io::save_encoder(t.p, "/no/such/folder/encoder.safetensors"); }).starts_with("707 "));
}

}  // namespace
