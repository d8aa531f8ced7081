// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

#include "reference/encoders.hpp"
#include "ssl/io/weights.hpp"

/// \file
/// Files of weights: damaged ones, as the list beside them says which load and which are refused; published ones, with the features they give.
namespace reference_suite {

using ssl::io::safetensors_file;

/// The names and shapes of a file, in the words of the list: "loads: a[2, 2], b[3]".
inline std::string contents(safetensors_file const& file) {
  std::map<std::string, std::string> shapes;
  for (auto const& t : file.tensors()) shapes[t.name] = nlohmann::json(t.shape).dump();
  std::string text;
  for (auto const& [name, shape] : shapes) {
    text += (text.empty() ? "" : ", ") + name;
    for (char c : shape) text += c == ',' ? std::string(", ") : std::string(1, c);
  }
  return "loads: " + text;
}

/// The values that the list states: "a=[[0,1],[2,3]]" for a tensor, "s is the scalar 7" for a number, "1 NaN, 2 infinities" for
/// all.
inline void expect_stated_values(safetensors_file const& file, std::string const& stated) {
  auto const each = [&](char const* form, auto const& check) {
    std::regex const pattern(form);
    for (std::sregex_iterator i(stated.begin(), stated.end(), pattern), end; i != end; ++i) check(*i);
  };
  each(R"((\w+)=(\[[\[\],0-9]*\]))", [&](std::smatch const& m) {
    nlohmann::json const values = nlohmann::json::parse(m[2].str()).flatten();
    std::vector<double> expected;
    for (nlohmann::json const& v : values) expected.push_back(v);
    CHECK(file.at(m[1].str()).to<double>() == expected);
  });
  each(R"((\w+) is the scalar (\d+))",
       [&](std::smatch const& m) { CHECK(file.at(m[1].str()).to<float>() == std::vector<float>{std::stof(m[2])}); });
  each(R"((\d+) NaN, (\d+) infinities)", [&](std::smatch const& m) {
    int not_numbers = 0, infinities = 0;
    for (auto const& t : file.tensors())
      for (float x : t.to<float>()) not_numbers += std::isnan(x), infinities += std::isinf(x);
    CHECK(not_numbers == std::stoi(m[1]));
    CHECK(infinities == std::stoi(m[2]));
  });
}

inline void broken_files(reference_case const& c) {
  std::filesystem::path const list_path = c.path();
  nlohmann::json const list = nlohmann::json::parse(std::ifstream(list_path));
  for (auto const& listed : list.at("files").items()) {
    nlohmann::json const& entry = listed.value();
    std::string const path = (list_path.parent_path() / listed.key()).string(), expected = entry.at("expected");
    INFO(listed.key());
    REQUIRE(std::filesystem::file_size(path) == entry.at("bytes").get<std::uintmax_t>());
    if (expected.starts_with("loads")) {
      safetensors_file const file = safetensors_file::open(path);
      CHECK(contents(file) == entry.at("reference_reader").get<std::string>());
      expect_stated_values(file, expected);
      continue;
    }
    REQUIRE(expected.starts_with("error"));
    try {
      safetensors_file::open(path);
      FAIL_CHECK("was not refused: " << expected);
    } catch (ssl::file_error const& e) {
      CHECK(e.path == path);
      CHECK(e.code >= 710);
      CHECK(e.code <= 713);
      CHECK(e.byte_offset >= 0);
    }
  }
}

// --- weights that were published under the names of other codes -----------------------------------------------------------

/// A network in evaluation mode with the weights of a file. Unlike a frozen encoder it may be given a mask.
template <class Network, ssl::shape In, class T>
struct published_network
    : ssl::testing::single_network<Network, In, ssl::backends::reference, T, execution{.mode = execution_mode::evaluation}> {
  ssl::io::weight_report report;

  explicit published_network(std::string const& path, std::span<ssl::io::naming const> schemes = ssl::io::published_namings)
      : published_network::single_network({.keeps = false}) {
    report = ssl::io::load_weights(*this, path, schemes);
  }

  // What load_weights asks of an encoder.
  static std::vector<ssl::block_info> blocks(ssl::block_set set) {
    typename published_network::single_network const net({.keeps = false});
    return set == ssl::block_set::parameters ? net.parameters() : net.buffers();
  }
  ssl::encoder_weights<T> weights() const {
    auto const room = [](std::vector<ssl::block_info> const& all) {
      return std::vector<T>(static_cast<std::size_t>(all.empty() ? 0 : all.back().offset + all.back().elements));
    };
    return {.parameters = room(this->parameters()), .buffers = room(this->buffers())};
  }
  void set_weights(ssl::encoder_weights<T> const& w) {
    auto const cut = [](std::vector<T> const& all, ssl::block_info const& b) {
      return std::vector<T>(all.begin() + b.offset, all.begin() + b.offset + b.elements);
    };
    for (ssl::block_info const& b : this->parameters()) this->set_parameter(b.name, cut(w.parameters, b));
    for (ssl::block_info const& b : this->buffers()) this->set_buffer(b.name, cut(w.buffers, b));
  }
};

/// Every tensor of a file is either taken or skipped, and for a reason.
template <class Encoder, ssl::shape Image>
void names_of_weights(reference_case const& c, std::string const& naming, std::string const& prefix) {
  published_network<Encoder, Image, float> const net(c.path());
  CHECK(net.report.naming == naming);
  CHECK(net.report.prefix == prefix);
  std::vector<std::string> named;
  for (auto const& m : net.report.matched) named.insert(named.end(), m.tensors.begin(), m.tensors.end());
  for (auto const& s : net.report.skipped) {
    named.push_back(s.tensor);
    CHECK(!s.why.empty());
  }
  std::sort(named.begin(), named.end());
  CHECK(named == c.names());
}

inline std::string weights_of(reference_case const& c) {
  return reference_folder() + "/" + c.hyper().at("weights_file").get<std::string>();
}

/// The features of an image by the weights of the named file, or of another that holds the same.
template <class Encoder, ssl::shape In>
void features_of_weights(reference_case const& c, std::vector<token_group> const& groups, std::string const& same_weights = "") {
  in_double_and_float([&]<class T>() {
    published_network<Encoder, In, T> net(same_weights.empty() ? weights_of(c) : same_weights);
    std::vector<T> const all = net.forward(c.values<T>("image"));
    for (token_group const& g : groups)
      expect_near(g.name, tokens_of(all, Encoder::output(In), g), c.values<double>(g.name), c.limit<T>());
  });
}

/// A file that does not hold the encoder: the error says what is wrong with it, every `part`.
template <class Encoder, ssl::shape Image>
void refused_weights(reference_case const& c, int code, std::vector<std::string> const& parts) {
  std::string message = "nothing was thrown";
  try {
    published_network<Encoder, Image, float> const net(c.path());
  } catch (ssl::file_error const& e) {
    CHECK(e.code == code);
    message = e.what();
  }
  INFO(message);
  for (std::string const& part : parts) CHECK(message.find(part) != std::string::npos);
}

/// What a masked autoencoder predicts, of which a file has both networks.
template <class Encoder, class Decoder, ssl::shape In>
void prediction_of_weights(reference_case const& c) {
  in_double_and_float([&]<class T>() {
    published_network<Encoder, In, T> encoder(weights_of(c));
    published_network<Decoder, Encoder::output(In), T> decoder(weights_of(c), ssl::io::masked_decoder_namings);
    encoder.give_mask(order_of_noise(c)), decoder.give_mask(order_of_noise(c));
    expect_near("pred", decoder.forward(encoder.forward(c.values<T>("image"))), c.values<double>("pred"), c.limit<T>());
  });
}

}  // namespace reference_suite
