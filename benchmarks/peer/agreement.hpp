// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <ssl/io/safetensors.hpp>
#include <ssl/ssl.hpp>
#include <stdexcept>
#include <string>
#include <vector>

/// \file
/// Does a case give what the peer gave?
namespace peer {

/// How far a tensor may be from the peer's, in parts of its length, in any direction.
///
/// Closer is not to be had in float: of some millions of activations a few lie so close to zero that rounding decides whether ReLU
/// lets them through. By this alone a gradient in float differs from that in double by up to 2e-4 for ConvNet-32, here, and by 1.6e-4 in
/// PyTorch; with twenty layers above each other, whose features are almost equal for all images, by 5e-3 in PyTorch.
struct closeness {
  double across = 1e-3;
};
inline constexpr closeness of_deep_networks{.across = 1e-2};

/// Agreement with the peer's tensors, seen as one vector: along it to 1e-4; across it, and for each tensor by itself, as said.
class agreement {
 public:
  explicit agreement(closeness c = {}) : closeness_(c) {}
  void add(std::string const& name, std::vector<float> const& expected, float const* found) {
    double distance = 0, length = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      double const e = static_cast<double>(expected[i]), f = static_cast<double>(found[i]);
      distance += (f - e) * (f - e), length += e * e, along_ += f * e;
    }
    expect(name, std::sqrt(distance / length), closeness_.across);
    length_ += length;
  }
  void finish(char const* name) const { expect(name, std::abs(along_ / length_ - 1), 1e-4); }

 private:
  static void expect(std::string const& name, double difference, double most) {
    if (difference <= most) return;
    throw std::runtime_error(name + " differs from the peer's by " + std::to_string(difference) + " of its length");
  }
  closeness closeness_;
  double along_ = 0, length_ = 0;
};

inline void expect_same_loss(ssl::io::safetensors_file const& file, float loss) {
  agreement of_loss;
  of_loss.add("the loss", file.at("loss").to<float>(), &loss);
  of_loss.finish("the loss");
}

/// One number of a result against its definition in double.
inline void expect_close(char const* what, double found, double expected, double scale) {
  if (!(std::abs(found - expected) <= 1e-4 * scale))
    throw std::runtime_error(std::string(what) + ": " + std::to_string(found) + ", expected " + std::to_string(expected));
}

/// A tensor of the peer in this library's order: NHWC, (O, k, k, I).
inline std::vector<float> reordered(ssl::io::safetensor const& t) {
  std::vector<float> const from = t.to<float>();
  if (t.shape.size() != 4) return from;
  ssl::index const channels = t.shape[1], places = t.shape[2] * t.shape[3];
  std::vector<float> to(from.size());
  for (ssl::index n = 0; n < t.shape[0]; ++n)
    for (ssl::index c = 0; c < channels; ++c)
      for (ssl::index p = 0; p < places; ++p)
        to[static_cast<std::size_t>((n * places + p) * channels + c)] =
            from[static_cast<std::size_t>((n * channels + c) * places + p)];
  return to;
}

/// Loss and gradients of the first step from the peer's weights; `peer_name` gives the peer's name of a parameter.
template <class Run, class PeerName>
void expect_same_step(ssl::pipeline<Run>& p, ssl::io::safetensors_file const& file, std::vector<char const*> const& inputs,
                      PeerName peer_name, closeness close = {}) {
  auto const blocks = ssl::inventory<Run>(ssl::block_set::parameters);
  std::vector<float> flat(static_cast<std::size_t>(p.elements(ssl::array::parameters)));
  for (ssl::block_info const& b : blocks) {
    auto const values = reordered(file.at("param." + peer_name(b.name)));
    std::copy(values.begin(), values.end(), flat.begin() + b.offset);
  }
  p.write(ssl::array::parameters, flat.data());
  std::vector<std::vector<float>> views;
  ssl::batch_input batch;
  for (char const* name : inputs) views.push_back(reordered(file.at(name)));
  for (std::size_t i = 0; i < views.size(); ++i) batch.views[i] = views[i].data();
  expect_same_loss(file, static_cast<float>(p.forward_backward(batch)));
  agreement of_gradients(close);
  p.read(ssl::array::gradients, flat.data());
  for (ssl::block_info const& b : blocks)
    of_gradients.add("the gradient of " + b.name, reordered(file.at("grad." + peer_name(b.name))), flat.data() + b.offset);
  of_gradients.finish("the gradient");
}

}  // namespace peer
