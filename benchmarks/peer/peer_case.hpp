// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <ssl/core/fixed_string.hpp>
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
  std::function<void()> check;  ///< of what the peer does not write down: throws where the first step's result is wrong
  double items = 1;
  char const* unit = "steps";
  double flop = 0, bytes = 0;               ///< of a step, counted as the peers count them
  std::function<double()> child_peak_mb{};  ///< of a process that the step started
  std::string skipped{};                    ///< why there is no such case here
};

inline work skip(std::string reason) { return {.step = {}, .agree = {}, .check = {}, .skipped = std::move(reason)}; }

work mlp_tiny(settings const&);
work simclr_convnet4w32(settings const&);
work simclr_resnet18_cifar(settings const&);
work simclr_resnet20w16(settings const&);
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

/// A case of the peers that is not here, and why.
template <ssl::fixed_string Reason>
work absent(settings const&) {
  return skip(Reason.text);
}
inline constexpr auto no_case = absent<"no case of this method is written here">;
inline constexpr auto no_classifier = absent<"a supervised step at 224 pixels is not built">;
inline constexpr auto no_decoder = absent<"decoding of JPEG is not built">;

struct peer_case {
  char const* name;
  work (*make)(settings const&);
  std::vector<std::string> (*shapes)() = nullptr;
};

inline constexpr peer_case cases[] = {{"adamw_11m", adamw_11m},
                                      {"augment", augment},
                                      {"byol_convnet4w32", no_case},
                                      {"byol_resnet18_cifar", no_case},
                                      {"byol_resnet20w16", no_case},
                                      {"conv", conv, conv_shapes},
                                      {"decode", no_decoder},
                                      {"ema_11m", ema_11m},
                                      {"knn", knn},
                                      {"linear_probe", linear_probe},
                                      {"loader", no_decoder},
                                      {"mae_vit_tiny_cifar", no_case},
                                      {"mae_vit_tiny_p2_cifar", no_case},
                                      {"mlp_tiny", mlp_tiny},
                                      {"ntxent", ntxent},
                                      {"sgd_11m", sgd_11m},
                                      {"sgemm", sgemm, sgemm_shapes},
                                      {"simclr_convnet4w32", simclr_convnet4w32},
                                      {"simclr_resnet18_cifar", simclr_resnet18_cifar},
                                      {"simclr_resnet20w16", simclr_resnet20w16},
                                      {"startup", startup},
                                      {"vit_small_224", no_classifier}};

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
