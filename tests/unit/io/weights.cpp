// SPDX-License-Identifier: Apache-2.0
#include "ssl/io/weights.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "objectives/moving_target.hpp"
#include "objectives/tiny.hpp"
#include "unit/data/temporary_folder.hpp"
#include "unit/pipeline/arrays.hpp"

namespace {

using namespace tiny;
using ssl::index;

/// fc1 (7, 32), fc2 (5, 7), both with a bias
using frozen = frozen_encoder<mlp, shape{.h = 4, .w = 4, .c = 2}, backends::reference, 1, double>;

/// A scheme that splits fc1 in two and calls fc2 by another name.
constexpr char const* prefixes[] = {"", "net."};
constexpr io::name_rule rules[] = {{"fc1.*", {"upper.*", "lower.*"}}, {"fc2.*", {"out.*"}}};
constexpr io::naming schemes[] = {io::timm_naming, {"split", prefixes, rules}};

/// Values that tell where they come from.
std::vector<float> counted(index count, float from) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& v : values) v = from++;
  return values;
}

struct weights_file {
  temporary_folder folder;
  std::string path = folder / "weights.safetensors";
  io::safetensors_writer writer;

  void add(std::string const& name, std::vector<index> const& shape, float from) {
    index count = 1;
    for (index s : shape) count *= s;
    writer.add(name, shape, counted(count, from));
  }
  void add_split(std::string const& prefix) {
    add(prefix + "upper.weight", {3, 32}, 0), add(prefix + "lower.weight", {4, 32}, 96);
    add(prefix + "upper.bias", {3}, 500), add(prefix + "lower.bias", {4}, 503);
    add(prefix + "out.weight", {5, 7}, 600), add(prefix + "out.bias", {1, 5}, 700);
  }
  std::string const& saved() {
    writer.save(path);
    return path;
  }
};

std::vector<double> block(std::vector<double> const& all, std::string const& name) {
  for (block_info const& b : frozen::blocks(block_set::parameters))
    if (b.name == name) return {all.begin() + b.offset, all.begin() + b.offset + b.elements};
  return {};
}

template <class Call>
std::string message(Call call) {
  try {
    call();
  } catch (error const& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST_CASE("load_weights: parts are joined, and every tensor is accounted for") {
  weights_file file;
  file.add_split("net.");
  file.add("net.head.weight", {2, 5}, 0), file.add("other.weight", {1}, 0), file.add("net.bn.num_batches_tracked", {1}, 0);
  backends::reference::context c;
  frozen encoder(c);
  io::weight_report const report = io::load_weights(encoder, file.saved(), schemes);
  auto const w = encoder.weights().parameters;
  std::vector<float> const all = counted(224, 0);
  CHECK(block(w, "fc1.weight") == std::vector<double>(all.begin(), all.end()));
  CHECK(block(w, "fc1.bias") == std::vector<double>{500, 501, 502, 503, 504, 505, 506});
  CHECK(block(w, "fc2.bias") == std::vector<double>{700, 701, 702, 703, 704});  // (1, 5) holds the same as (5)

  CHECK(report.naming == "split");
  CHECK(report.prefix == "net.");
  REQUIRE(report.matched.size() == 4);
  CHECK(report.matched[0].tensors == std::vector<std::string>{"net.upper.weight", "net.lower.weight"});
  REQUIRE(report.skipped.size() == 3);
  std::string const text = report.text();
  for (char const* line :
       {"fc1.weight <- net.upper.weight, net.lower.weight (F32)", "skipped net.head.weight: the encoder has no such block",
        "skipped other.weight: of another network", "num_batches_tracked: a counter"})
    CHECK(text.find(line) != std::string::npos);
}

TEST_CASE("load_weights: what is missing is listed, and nothing changes") {
  weights_file file;
  file.add("fc1.weight", {7, 32}, 0), file.add("fc1.bias", {7}, 0), file.add("fc2.weight", {5, 7}, 0);
  file.add("fc2.offset", {5}, 0), file.add("bn.num_batches_tracked", {1}, 0);
  backends::reference::context c;
  frozen encoder(c);
  auto const before = encoder.weights().parameters;
  std::string const text = message([&] { io::load_weights(encoder, file.saved()); });
  CHECK(text.find("ssl[E721]") == 0);
  CHECK(text.find("holds 3 of the encoder's 4 blocks by the names of timm") != std::string::npos);
  CHECK(text.find("missing are\n  fc2.bias (5)\nthe encoder has no block for\n  fc2.offset\n") != std::string::npos);
  CHECK(encoder.weights().parameters == before);
}

TEST_CASE("load_weights: other extents are listed, and nothing changes") {
  weights_file file;
  file.add_split("");
  file.add("fc1.weight", {7, 16}, 0), file.add("fc1.bias", {7}, 0), file.add("fc2.weight", {7, 5}, 0),
      file.add("fc2.bias", {5}, 0);
  backends::reference::context c;
  frozen encoder(c);
  auto const before = encoder.weights().parameters;
  std::string const text = message([&] { io::load_weights(encoder, file.saved()); });  // of equal schemes the first counts
  CHECK(text.find("ssl[E722]") == 0);
  CHECK(text.find("fc1.weight: expected (7, 32), found (7, 16)") != std::string::npos);
  CHECK(text.find("fc2.weight: expected (5, 7), found (7, 5)") != std::string::npos);
  CHECK(text.find("fc1.bias") == std::string::npos);
  CHECK(encoder.weights().parameters == before);
}

TEST_CASE("load_weights: a folder as transformers saves it") {
  weights_file file;
  file.add_split("");
  file.path = file.folder / "model.safetensors";
  file.saved();
  backends::reference::context c;
  frozen encoder(c);
  CHECK(io::load_weights(encoder, std::filesystem::path(file.path).parent_path().string(), schemes).matched.size() == 4);
}

TEST_CASE("load_weights: training begins with them, and so does the moving average") {
  using r = tiny::run<moving_target<average_moves::after_optimizer>, mlp>;
  weights_file file;
  file.add_split("");
  backends::reference::context c;
  pipeline<r> p(c), untouched(c);
  io::load_weights(p, file.saved(), schemes);
  std::vector<double> const parameters = values(p, array::parameters), average = values(p, array::averages);
  CHECK(::block(p, array::parameters, block_set::parameters, "encoder.fc2.bias") == std::vector<double>{700, 701, 702, 703, 704});
  CHECK(std::equal(average.begin(), average.end(), parameters.begin()));
  CHECK(::block(p, array::parameters, block_set::parameters, "projector.fc.weight") ==
        ::block(untouched, array::parameters, block_set::parameters, "projector.fc.weight"));
}

}  // namespace
