// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "ssl/io/composition.hpp"
#include "ssl/io/encoder_file.hpp"
#include "ssl/io/options_json.hpp"
#include "ssl/io/safetensors.hpp"
#include "ssl/pipeline/pipeline.hpp"

/// \file
/// A whole training as one safetensors file, from which it goes on to the same bits.
///
///   tensors        encoder.…, projector.…     parameters and running statistics, as in an encoder's file
///                  average.encoder.…          moving averages of both
///                  optimizer.0.encoder.…      what the optimizer remembers, slot by slot
///                  state.queue                states of the objective, (rows, width)
///   __metadata__   format "pretext.checkpoint"; steps; composition, program and options (JSON); crc32 of everything else; notes
namespace ssl::io {

/// What was read besides the tensors.
struct checkpoint_report {
  index steps = 0;
  std::map<std::string, std::string> notes{};  ///< what save_checkpoint was given
  std::vector<std::string> differences{};      ///< of options and program, which do not hinder: "options.optimizer.momentum: ..."
};

namespace detail {

inline constexpr array checkpoint_arrays[] = {array::parameters,      array::buffers, array::averages,
                                              array::average_buffers, array::slots,   array::states};

/// The blocks of an array of a pipeline under the names that they have in a checkpoint.
template <class Run>
std::vector<block_info> checkpoint_blocks(array which) {
  std::vector<block_info> list;
  index const elements = pipeline<Run>::elements(which);
  auto const add = [&](block_set set, std::string const& prefix, index offset) {
    for (block_info b : inventory<Run>(set)) {
      b.name = prefix + b.name;
      b.offset += offset;
      if (b.offset < elements) list.push_back(b);  // averages follow the first parameters only
    }
  };
  switch (which) {
    case array::parameters: add(block_set::parameters, "", 0); break;
    case array::buffers: add(block_set::buffers, "", 0); break;
    case array::averages: add(block_set::parameters, "average.", 0); break;
    case array::average_buffers: add(block_set::buffers, "average.", 0); break;
    case array::slots:
      for (int slot = 0; slot < Run::optimizer::slots; ++slot)
        add(block_set::parameters, "optimizer." + std::to_string(slot) + ".", slot * pipeline<Run>::elements(array::parameters));
      break;
    case array::states:
      for_each_index<Run::objective::states::size>([&]<int S>() {
        using entry = type_at<S, typename Run::objective::states>;
        constexpr shape extents = entry::type::extents;
        list.push_back({.name = std::string("state.") + entry::label(),
                        .offset = run_memory<Run>::state_elements(S),
                        .elements = extents.elements(),
                        .rank = 2,
                        .extents = {static_cast<int>(extents.rows()), extents.c, 1, 1}});
      });
      break;
    case array::gradients: break;  // zeros between two steps
  }
  return list;
}

template <class Run>
std::vector<typename Run::scalar> read_array(pipeline<Run>& p, array which) {
  std::vector<typename Run::scalar> values(static_cast<std::size_t>(p.elements(which)));
  p.read(which, values.data());
  return values;
}

template <class T>
void check_finite(std::vector<block_info> const& blocks, std::vector<T> const& values, index steps) {
  for (block_info const& b : blocks)
    if (!std::all_of(values.begin() + b.offset, values.begin() + b.offset + b.elements, [](T v) { return std::isfinite(v); }))
      throw non_finite_error(901, steps, b.name,
                             b.name + " is not finite after " + std::to_string(steps) +
                                 " steps, so that no checkpoint was written; lower the learning rate, or clip gradients");
}

/// The arrays of a pipeline as a file has them, and gradients of zero; notes what does not fit.
template <class Run>
auto arrays_in(safetensors_file const& file, std::vector<std::string>& differences) {
  std::map<array, std::vector<typename Run::scalar>> arrays;
  std::vector<block_info> known;
  for (array const which : checkpoint_arrays) {
    std::vector<block_info> const blocks = checkpoint_blocks<Run>(which);
    arrays[which].resize(static_cast<std::size_t>(pipeline<Run>::elements(which)));
    take_blocks(file, blocks, arrays[which], differences);
    known.insert(known.end(), blocks.begin(), blocks.end());
  }
  arrays[array::gradients].resize(static_cast<std::size_t>(pipeline<Run>::elements(array::gradients)));
  for (std::string const& name : unused_tensors(file, known, {})) differences.push_back(name + " is not part of it");
  return arrays;
}

/// Without those of the backend: results do not depend on the number of threads.
template <class Run>
nlohmann::json stored_options(pipeline<Run> const& p) {
  nlohmann::json options = options_json(p.options());
  options.erase("backend");
  return options;
}

/// CRC-32 over metadata, going on from that of the tensors; the entry that holds it is left out.
inline std::string checkpoint_checksum(std::uint32_t of_tensors, std::map<std::string, std::string> const& metadata) {
  uLong sum = of_tensors;
  for (auto const& [key, value] : metadata) {
    if (key == "crc32") continue;
    for (std::string const& text : {key, value})  // with the zero at its end, so that no two lists of texts are alike
      sum = crc32_z(sum, reinterpret_cast<Bytef const*>(text.c_str()), text.size() + 1);
  }
  return std::to_string(static_cast<std::uint32_t>(sum));
}

/// The metadata of a checkpoint, checked entry by entry.
class checkpoint_metadata {
 public:
  explicit checkpoint_metadata(safetensors_file const& file) : file_(file) {
    if (std::string const& format = text("format"); format != "pretext.checkpoint")
      fail("expected the format \"pretext.checkpoint\", found \"" + format + "\"");
    std::string const sum = checkpoint_checksum(file.checksum(), file.metadata());
    if (text("crc32") != sum) fail("expected the checksum " + text("crc32") + ", found " + sum + ": the file is damaged");
  }

  std::string const& text(std::string const& key) const {
    auto const found = file_.metadata().find(key);
    if (found == file_.metadata().end()) fail("expected metadata \"" + key + "\", found none: this is no checkpoint");
    return found->second;
  }
  index steps() const {
    std::string const& digits = text("steps");
    index value = -1;
    auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failed != std::errc{} || end != digits.data() + digits.size() || value < 0)
      fail("expected a number of steps, found \"" + digits + "\"");
    return value;
  }
  nlohmann::json json(std::string const& key) const {
    nlohmann::json value = nlohmann::json::parse(text(key), nullptr, false);
    if (!value.is_object()) fail("expected JSON as metadata \"" + key + "\", found \"" + text(key).substr(0, 60) + "\"");
    return value;
  }
  std::map<std::string, std::string> notes() const {
    std::map<std::string, std::string> rest = file_.metadata();
    for (char const* key : {"format", "steps", "composition", "program", "options", "crc32"}) rest.erase(key);
    return rest;
  }

 private:
  [[noreturn]] void fail(std::string const& what) const { throw file_error(717, file_.path(), -1, what); }

  safetensors_file const& file_;
};

}  // namespace detail

/// Writes all that a pipeline must know to go on, between two steps. A file of that name is replaced whole or not at all, and is on
/// the device when this returns.
///
/// Errors  E707 (cannot be written), E901 (a number is not finite: what is on the device stays good)
/// Cost    twice the memory of what is stored; one write
template <class Run>
void save_checkpoint(pipeline<Run>& p, std::string const& path, std::map<std::string, std::string> const& notes = {}) {
  safetensors_writer file;
  for (array const which : detail::checkpoint_arrays) {
    auto const blocks = detail::checkpoint_blocks<Run>(which);
    auto const values = detail::read_array(p, which);
    detail::check_finite(blocks, values, p.steps());
    detail::add_blocks(file, blocks, values);
  }
  std::map<std::string, std::string> metadata = notes;
  metadata["format"] = "pretext.checkpoint";
  metadata["steps"] = std::to_string(p.steps());
  metadata["composition"] = composition_json<Run>().dump();
  metadata["program"] = program_json<Run>().dump();
  metadata["options"] = detail::stored_options(p).dump();
  metadata["crc32"] = detail::checkpoint_checksum(file.checksum(), metadata);
  for (auto const& [key, value] : metadata) file.metadata(key, value);
  file.save(path);
}

/// Reads a checkpoint; the pipeline goes on with its own options from where the file's stood. Nothing changes where it does not fit.
///
/// Refused    another composition: image, batch, scalar, graph, policies, names and extents of all tensors; another seed, since the
///            rest of an epoch would be drawn from another order of the images
/// Reported   other options, such as a learning rate that was lowered; another version, compiler or backend, which round in other
///            ways. With none of them the training goes on bit for bit. Across versions and compilers the policies' names are not
///            compared, for they are spelt in other ways
/// Errors     those of safetensors_file::open; E717 (damaged, or no checkpoint); E802 (refused, with what differs)
template <class Run>
checkpoint_report load_checkpoint(pipeline<Run>& p, std::string const& path) {
  safetensors_file const file = safetensors_file::open(path);
  detail::checkpoint_metadata const metadata(file);
  nlohmann::json const then{{"options", metadata.json("options")}, {"program", metadata.json("program")}};
  nlohmann::json const now{{"options", detail::stored_options(p)}, {"program", program_json<Run>()}};

  std::vector<std::string> refused = composition_differences<Run>(metadata.json("composition"), then["program"]), reported;
  for (std::string const& d : json_differences(now, then)) (d.starts_with("options.seed:") ? refused : reported).push_back(d);
  auto const arrays = detail::arrays_in<Run>(file, refused);
  if (!refused.empty())
    throw composition_error(802, path + " is a checkpoint of another training:" + listed(refused) +
                                     "\n  Go on with the program that wrote it, or begin anew in another folder.\n");

  for (auto const& [which, values] : arrays) p.write(which, values.data());
  p.set_steps(metadata.steps());
  return {.steps = p.steps(), .notes = metadata.notes(), .differences = reported};
}

}  // namespace ssl::io
