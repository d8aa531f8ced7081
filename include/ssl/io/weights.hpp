// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "ssl/io/encoder_file.hpp"
#include "ssl/io/published_namings.hpp"

/// \file
/// Weights that other codes have published, found by name.
namespace ssl::io {

/// What became of every tensor of a file.
struct weight_report {
  struct match {
    std::string block;                 ///< of the encoder
    std::vector<std::string> tensors;  ///< of the file, joined along the first axis
    dtype type = dtype::f32;           ///< as stored
  };
  struct skip {
    std::string tensor;
    std::string why;
  };

  std::string naming;  ///< "DINOv2"
  std::string prefix;  ///< before every name of the file: "teacher.backbone."
  std::vector<match> matched;
  std::vector<skip> skipped;

  /// One line for each block and for each tensor that was skipped.
  std::string text() const {
    std::string all = "names of " + naming + (prefix.empty() ? "" : " behind '" + prefix + "'") + "\n";
    for (match const& m : matched) {
      all += "  " + m.block + " <- ";
      for (std::string const& t : m.tensors) all += (&t == &m.tensors.front() ? "" : ", ") + t;
      all += " (" + std::string(name_of(m.type)) + ")\n";
    }
    for (skip const& s : skipped) all += "  skipped " + s.tensor + ": " + s.why + "\n";
    return all;
  }
};

namespace detail {

/// Of a folder as transformers saves it, the file in it.
inline std::string weights_file(std::string const& path) {
  return std::filesystem::is_directory(path) ? (std::filesystem::path(path) / "model.safetensors").string() : path;
}

/// The tensors of every block by one scheme and prefix.
struct name_match {
  naming const* scheme = nullptr;
  std::string prefix;
  std::vector<std::vector<std::string>> tensors;  ///< of each block; none where the file lacks them
  std::size_t found = 0;
};

/// The scheme and prefix by which the file holds the most blocks; of equal ones the first.
inline name_match best_match(std::vector<block_info> const& blocks, std::span<naming const> schemes,
                             std::vector<std::string> const& sorted) {
  name_match best;
  for (naming const& scheme : schemes)
    for (char const* prefix : scheme.prefixes) {
      name_match one{&scheme, prefix, {}, 0};
      for (block_info const& b : blocks) {
        one.tensors.push_back(names_in_file(b.name, scheme, prefix, sorted));
        one.found += !one.tensors.back().empty();
      }
      if (best.scheme == nullptr || one.found > best.found) best = std::move(one);
    }
  return best;
}

/// The extents of tensors that are joined along the first axis; empty where they cannot be.
inline std::vector<index> joined_extents(safetensors_file const& file, std::vector<std::string> const& names) {
  std::vector<index> all = file.at(names.front()).shape;
  for (std::size_t i = 1; i < names.size(); ++i) {
    std::vector<index> const& more = file.at(names[i]).shape;
    if (all.empty() || more.size() != all.size() || !std::equal(all.begin() + 1, all.end(), more.begin() + 1)) return {};
    all[0] += more[0];
  }
  return all;
}

/// Extents without ones in front: (1, 1, D) and (1, D) hold the same.
inline std::vector<index> significant(std::vector<index> extents) {
  while (extents.size() > 1 && extents.front() == 1) extents.erase(extents.begin());
  return extents;
}

template <class T>
void take_block(safetensors_file const& file, std::vector<std::string> const& names, block_info const& b, T* values) {
  std::vector<T> elements;
  for (std::string const& name : names) {
    std::vector<T> const part = file.at(name).template to<T>();
    elements.insert(elements.end(), part.begin(), part.end());
  }
  for_each_place(b, [&](index in_file, index here) { values[b.offset + here] = elements[static_cast<std::size_t>(in_file)]; });
}

/// Up to twenty lines.
inline std::string listed(std::vector<std::string> const& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size() && i < 20; ++i) text += "\n  " + lines[i];
  return lines.size() > 20 ? text + "\n  and " + std::to_string(lines.size() - 20) + " more" : text;
}

/// The tensors that no block is made of, and why.
inline std::vector<weight_report::skip> skipped_tensors(safetensors_file const& file, name_match const& best) {
  std::vector<std::string> used;
  for (std::vector<std::string> const& parts : best.tensors) used.insert(used.end(), parts.begin(), parts.end());
  std::vector<weight_report::skip> skipped;
  for (safetensor const& t : file.tensors()) {
    if (std::find(used.begin(), used.end(), t.name) != used.end()) continue;
    char const* const why = t.name.ends_with("num_batches_tracked") ? "a counter that nothing here reads"
                            : !t.name.starts_with(best.prefix)      ? "of another network: it has another prefix"
                                                                    : "the encoder has no such block";
    skipped.push_back({t.name, why});
  }
  return skipped;
}

/// Throws where a block is missing or has other extents.
inline void expect_fit(std::string const& path, safetensors_file const& file, std::vector<block_info> const& blocks,
                       name_match const& best) {
  std::vector<std::string> missing, differing;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    std::vector<index> const expected = file_extents(blocks[i]);
    if (best.tensors[i].empty()) {
      missing.push_back(blocks[i].name + " " + extents_text(expected));
      continue;
    }
    std::vector<index> const found = joined_extents(file, best.tensors[i]);
    if (significant(found) != significant(expected))
      differing.push_back(blocks[i].name + ": expected " + extents_text(expected) + ", found " + extents_text(found));
  }
  if (!missing.empty()) {
    std::vector<std::string> unknown;
    for (weight_report::skip const& s : skipped_tensors(file, best))
      if (!s.tensor.ends_with("num_batches_tracked")) unknown.push_back(s.tensor);
    throw file_error(721, path, -1,
                     "holds " + std::to_string(best.found) + " of the encoder's " + std::to_string(blocks.size()) +
                         " blocks by the names of " + best.scheme->name +
                         (best.prefix.empty() ? "" : " behind '" + best.prefix + "'") +
                         ", by which it holds the most; missing are" + listed(missing) +
                         (unknown.empty() ? "" : "\nthe encoder has no block for" + listed(unknown)) + "\n");
  }
  if (!differing.empty())
    throw file_error(722, path, -1, "has tensors of other extents than the encoder's:" + listed(differing) + "\n");
}

inline weight_report report_on(safetensors_file const& file, std::vector<block_info> const& blocks, name_match const& best) {
  weight_report report{.naming = best.scheme->name, .prefix = best.prefix, .matched = {}, .skipped = skipped_tensors(file, best)};
  for (std::size_t i = 0; i < blocks.size(); ++i)
    report.matched.push_back({blocks[i].name, best.tensors[i], file.at(best.tensors[i].front()).type});
  return report;
}

}  // namespace detail

/// Fills an encoder with published weights: F32, F16 or BF16, by the names of torchvision, timm, DINO, DINOv2 or Hugging Face, also
/// out of checkpoints of MoCo, SimSiam, SwAV, lightly and others. Which scheme and which prefix it is, is found out: the one by which the
/// file holds the most blocks. Says what became of every tensor.
///
///   ssl::frozen_encoder<ssl::encoders::dinov2_vits14, ssl::shape{.h = 224, .w = 224, .c = 3}, backend, 1> encoder{threads};
///   std::cout << ssl::io::load_weights(encoder, "dinov2_vits14.safetensors").text();
///
/// `path` is a safetensors file, or a folder that holds model.safetensors. The image statistics are left as they are: such files have none.
///
/// Errors  those of safetensors_file::open; E721 (blocks that the file lacks), E722 (other extents); the encoder is left as it was
template <class Frozen>
weight_report load_weights(Frozen& encoder, std::string const& path, std::span<naming const> schemes = published_namings) {
  std::string const file_path = detail::weights_file(path);
  safetensors_file const file = safetensors_file::open(file_path);
  auto const parameters = Frozen::blocks(block_set::parameters), buffers = Frozen::blocks(block_set::buffers);
  std::vector<block_info> blocks = parameters;
  blocks.insert(blocks.end(), buffers.begin(), buffers.end());
  std::vector<std::string> names;
  for (safetensor const& t : file.tensors()) names.push_back(t.name);
  std::sort(names.begin(), names.end());

  detail::name_match const best = detail::best_match(blocks, schemes, names);
  detail::expect_fit(file_path, file, blocks, best);
  auto weights = encoder.weights();
  for (std::size_t i = 0; i < blocks.size(); ++i)
    detail::take_block(file, best.tensors[i], blocks[i],
                       i < parameters.size() ? weights.parameters.data() : weights.buffers.data());
  encoder.set_weights(weights);
  return detail::report_on(file, blocks, best);
}

/// Lets training begin with published weights: those of the encoder, and of its moving average where there is one.
template <class Run>
weight_report load_weights(pipeline<Run>& p, std::string const& path, std::span<naming const> schemes = published_namings) {
  frozen_of<Run, 1> encoder(p.context());
  weight_report const report = load_weights(encoder, path, schemes);
  auto const weights = encoder.weights();
  constexpr role_range range = run_memory<Run>::range_table.role[0];
  auto const fill = [&p](array which, index first, auto const& values) {
    std::vector<typename Run::scalar> all(static_cast<std::size_t>(p.elements(which)));
    p.read(which, all.data());
    std::copy(values.begin(), values.end(), all.begin() + first);
    p.write(which, all.data());
  };
  fill(array::parameters, range.parameter, weights.parameters);
  fill(array::buffers, range.buffer, weights.buffers);
  if constexpr (range.averaged) {
    fill(array::averages, range.parameter, weights.parameters);
    fill(array::average_buffers, range.buffer, weights.buffers);
  }
  return report;
}

}  // namespace ssl::io
