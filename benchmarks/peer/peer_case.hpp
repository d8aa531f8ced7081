// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <ssl/core/philox.hpp>
#include <ssl/core/shape.hpp>
#include <ssl/io/safetensors.hpp>
#include <string>
#include <utility>
#include <vector>

/// \file
/// What a case is, and which cases there are. A new case is a function that makes it and a line in `cases`.
namespace peer {

/// The command line; 0 and empty: the case's own.
struct settings {
  std::string name, shape, impl, load;
  int batch = 0, size = 32, threads = 1, repeats = 10, warmup = 2;
  double min_time = 0.02;
  bool as_json = false, list = false;
};

/// A case that was built: what one step is, and how to show that it does what it should.
struct work {
  std::function<void()> step;
  std::function<void(ssl::io::safetensors_file const&)> agree;  ///< throws where results are not those of the peer
  std::function<void()>
      check;  ///< for cases without randomness that the peer cannot write down: throws where the last step's result is wrong
  double items = 1;
  char const* unit = "steps";
  double flop = 0, bytes = 0;               ///< of a step, counted as the peers count them
  std::function<double()> child_peak_mb{};  ///< of a process that the step started
  std::string skipped{};                    ///< why there is no such case here
};

inline work skip(std::string reason) { return {.step = {}, .agree = {}, .check = {}, .skipped = std::move(reason)}; }

work mlp_tiny(settings const&);
work simclr_convnet4w32(settings const&);
work ntxent(settings const&);
work adamw_11m(settings const&);
work sgd_11m(settings const&);
work ema_11m(settings const&);
work conv(settings const&);
work sgemm(settings const&);
work knn(settings const&);
work linear_probe(settings const&);
work augment(settings const&);
work startup(settings const&);

/// The shapes that `--shape all` stands for.
std::vector<std::string> conv_shapes();
std::vector<std::string> sgemm_shapes();

/// A case of the peers that this library has not (yet), and why.
template <int Which>
work absent(settings const&) {
  constexpr char const* reasons[] = {"no residual encoder with a CIFAR stem is built", "the objective is not built",
                                     "no 224-pixel classifier step is built", "no decoder of JPEG is built"};
  return skip(reasons[Which]);
}

struct peer_case {
  char const* name;
  work (*make)(settings const&);
  std::vector<std::string> (*shapes)() = nullptr;
};

inline constexpr peer_case cases[] = {{"adamw_11m", adamw_11m},
                                      {"augment", augment},
                                      {"byol_convnet4w32", absent<1>},
                                      {"byol_resnet18_cifar", absent<1>},
                                      {"byol_resnet20w16", absent<1>},
                                      {"conv", conv, conv_shapes},
                                      {"decode", absent<3>},
                                      {"ema_11m", ema_11m},
                                      {"knn", knn},
                                      {"linear_probe", linear_probe},
                                      {"loader", absent<3>},
                                      {"mae_vit_tiny_cifar", absent<1>},
                                      {"mae_vit_tiny_p2_cifar", absent<1>},
                                      {"mlp_tiny", mlp_tiny},
                                      {"ntxent", ntxent},
                                      {"sgd_11m", sgd_11m},
                                      {"sgemm", sgemm, sgemm_shapes},
                                      {"simclr_convnet4w32", simclr_convnet4w32},
                                      {"simclr_resnet18_cifar", absent<0>},
                                      {"simclr_resnet20w16", absent<0>},
                                      {"startup", startup},
                                      {"vit_small_224", absent<2>}};

/// Uniform numbers of deviation 1.
inline std::vector<float> random_floats(ssl::index count, std::uint32_t stream) {
  ssl::draws d({.seed = 1, .sample = stream});
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& v : values) v = d.uniform(-1.7320508f, 1.7320508f);
  return values;
}

/// The parts of "64,64,32,3,1,fwd".
inline std::vector<std::string> parts_of(std::string const& shape) {
  std::vector<std::string> parts(1);
  for (char c : shape) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

}  // namespace peer
