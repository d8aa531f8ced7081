// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "ssl/io/safetensors.hpp"
#include "ssl/pipeline/frozen_encoder.hpp"
#include "ssl/version.hpp"

/// \file
/// A trained encoder as a safetensors file.
///
///   tensors        the encoder's parameters and buffers under the names of torchvision and timm ("stage1.conv.weight",
///                  "blocks.0.attn.qkv.weight"); weights of convolutions in PyTorch's order (O, I, k, k)
///   __metadata__   format "pretext.encoder", version, image ("28x28x1", height x width x channels), mean and deviation (one
///   number per
///                  channel, of values in [0, 1]), and what the caller adds
namespace ssl::io {

/// What happened to a file's tensors.
struct load_report {
  std::vector<std::string> unused;  ///< tensors of the file that the encoder does not have, "num_batches_tracked" left out
};

namespace detail {

/// The extents that a block has in a file, and its elements between the two orders.
inline std::vector<index> file_extents(block_info const& b) {
  std::vector<index> extents(b.extents, b.extents + b.rank);
  if (b.rank == 4) extents = {b.extents[0], b.extents[3], b.extents[1], b.extents[2]};
  return extents;
}

/// Calls place(element in the file, element in memory): (O, I, k, k) there, (O, k, k, I) here; the same elsewhere.
template <class Place>
void for_each_place(block_info const& b, Place place) {
  if (b.rank != 4) {
    for (index i = 0; i < b.elements; ++i) place(i, i);
    return;
  }
  index const taps = index{b.extents[1]} * b.extents[2], inputs = b.extents[3];
  for (index o = 0; o < b.extents[0]; ++o)
    for (index t = 0; t < taps; ++t)
      for (index i = 0; i < inputs; ++i) place((o * inputs + i) * taps + t, (o * taps + t) * inputs + i);
}

inline std::string join_numbers(float const* numbers, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    char digits[32];
    auto const end = std::to_chars(digits, digits + sizeof digits, numbers[i]).ptr;
    text.append(i > 0 ? "," : "").append(digits, end);
  }
  return text;
}

inline void read_numbers(std::string const& path, std::map<std::string, std::string> const& metadata, char const* key, int count,
                         float* numbers) {
  auto const found = metadata.find(key);
  if (found == metadata.end()) return;
  char const *at = found->second.data(), *const end = at + found->second.size();
  for (int i = 0; i < count; ++i) {
    auto const [next, failed] = std::from_chars(at, end, numbers[i]);
    bool const last = i + 1 == count;
    if (failed != std::errc{} || (last ? next != end : next == end || *next != ',')) {
      throw file_error(716, path, -1,
                       std::string("metadata \"") + key + "\": expected " + std::to_string(count) +
                           " numbers joined by commas, found \"" + found->second + "\"");
    }
    at = last ? next : next + 1;
  }
}

inline std::string extents_text(std::vector<index> const& extents) {
  std::string text = "(";
  for (std::size_t i = 0; i < extents.size(); ++i) text.append(i > 0 ? ", " : "").append(std::to_string(extents[i]));
  return text + ")";
}

/// Adds the blocks of one flat array.
template <class T>
void add_blocks(safetensors_writer& file, std::vector<block_info> const& blocks, std::vector<T> const& values) {
  for (block_info const& b : blocks) {
    std::vector<T> elements(static_cast<std::size_t>(b.elements));
    T const* const from = values.data() + b.offset;
    for_each_place(b, [&](index in_file, index here) { elements[static_cast<std::size_t>(in_file)] = from[here]; });
    file.add(b.name, file_extents(b), elements);
  }
}

/// Fills the blocks of one flat array; notes what does not fit.
template <class T>
void take_blocks(safetensors_file const& file, std::vector<block_info> const& blocks, std::vector<T>& values,
                 std::vector<std::string>& differences) {
  for (block_info const& b : blocks) {
    safetensor const* const tensor = file.find(b.name);
    std::vector<index> const expected = file_extents(b);
    if (tensor == nullptr) {
      differences.push_back(b.name + " " + extents_text(expected) + " is missing");
    } else if (tensor->shape != expected) {
      differences.push_back(b.name + ": expected " + extents_text(expected) + ", found " + extents_text(tensor->shape));
    } else {
      std::vector<T> const elements = tensor->template to<T>();
      T* const to = values.data() + b.offset;
      for_each_place(b, [&](index in_file, index here) { to[here] = elements[static_cast<std::size_t>(in_file)]; });
    }
  }
}

inline std::vector<std::string> unused_tensors(safetensors_file const& file, std::vector<block_info> const& parameters,
                                               std::vector<block_info> const& buffers) {
  std::vector<std::string> unused;
  for (safetensor const& t : file.tensors()) {
    auto const named = [&t](block_info const& b) { return b.name == t.name; };
    bool const known =
        std::any_of(parameters.begin(), parameters.end(), named) || std::any_of(buffers.begin(), buffers.end(), named);
    if (!known && !t.name.ends_with("num_batches_tracked")) unused.push_back(t.name);
  }
  return unused;
}

}  // namespace detail

/// Writes an encoder, its statistics and the size of its images. A file of that name is replaced whole or not at all.
///
/// Errors  E707 (cannot be written), E715 (notes that are not UTF-8)
template <class Frozen>
void save_encoder(Frozen const& encoder, std::string const& path, std::map<std::string, std::string> const& notes = {}) {
  safetensors_writer file;
  auto const weights = encoder.weights();
  detail::add_blocks(file, Frozen::blocks(block_set::parameters), weights.parameters);
  detail::add_blocks(file, Frozen::blocks(block_set::buffers), weights.buffers);
  constexpr shape image = Frozen::image;
  constexpr int channels = std::min(image.c, augmentations::channel_statistics::capacity);
  for (auto const& [key, value] : notes) file.metadata(key, value);
  file.metadata("format", "pretext.encoder");
  file.metadata("version", std::to_string(PRETEXT_VERSION_MAJOR) + "." + std::to_string(PRETEXT_VERSION_MINOR) + "." +
                               std::to_string(PRETEXT_VERSION_PATCH));
  file.metadata("image", std::to_string(image.h) + "x" + std::to_string(image.w) + "x" + std::to_string(image.c));
  file.metadata("mean", detail::join_numbers(encoder.statistics().mean, channels));
  file.metadata("deviation", detail::join_numbers(encoder.statistics().deviation, channels));
  file.save(path);
}

/// Writes the encoder that a pipeline has trained.
template <class Run>
void save_encoder(pipeline<Run>& trained, std::string const& path, std::map<std::string, std::string> notes = {}) {
  frozen_of<Run, 1> encoder(trained.context());
  freeze(trained, encoder);
  notes.insert({"steps", std::to_string(trained.steps())});
  notes.insert({"seed", std::to_string(trained.options().seed)});
  save_encoder(encoder, path, notes);
}

/// Reads weights and statistics into an encoder; nothing changes where the file does not fit.
///
/// Errors  those of safetensors_file::open; E716 (metadata that is not what it should be), E802 (tensors that are missing or have
/// other
///         extents, all of them listed)
template <class Frozen>
load_report load_encoder(Frozen& encoder, std::string const& path) {
  safetensors_file const file = safetensors_file::open(path);
  auto const parameters = Frozen::blocks(block_set::parameters), buffers = Frozen::blocks(block_set::buffers);
  auto weights = encoder.weights();
  std::vector<std::string> differences;
  detail::take_blocks(file, parameters, weights.parameters, differences);
  detail::take_blocks(file, buffers, weights.buffers, differences);
  if (!differences.empty()) {
    std::string text = path + " does not hold this encoder:";
    for (std::string const& d : differences) text += "\n  " + d;
    throw composition_error(802, text + "\n");
  }
  constexpr int channels = std::min(Frozen::image.c, augmentations::channel_statistics::capacity);
  augmentations::channel_statistics statistics = encoder.statistics();
  detail::read_numbers(path, file.metadata(), "mean", channels, statistics.mean);
  detail::read_numbers(path, file.metadata(), "deviation", channels, statistics.deviation);
  encoder.set_weights(weights);
  encoder.statistics() = statistics;
  return {.unused = detail::unused_tensors(file, parameters, buffers)};
}

}  // namespace ssl::io

namespace ssl {

template <class Encoder, shape Image, class Backend, int Batch, class Scalar, bool Works>
frozen_encoder<Encoder, Image, Backend, Batch, Scalar, Works>::frozen_encoder(context_type& context, std::string const& path)
    : frozen_encoder(context) {
  io::load_encoder(*this, path);
}

}  // namespace ssl
