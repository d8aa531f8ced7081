// SPDX-License-Identifier: Apache-2.0
//
// Losses alone, with their gradients.
#include <memory>
#include <ssl/cpu.hpp>
#include <ssl/ssl.hpp>

#include "agreement.hpp"
#include "peer_case.hpp"

namespace peer {
namespace {

using ssl::backends::cpu;

template <int Images>
struct ntxent_of {
  static constexpr ssl::shape rows{.n = 2 * Images, .c = 128};
  using bound = ssl::losses::nt_xent<>::bind<ssl::environment<cpu, float>, rows>;

  explicit ntxent_of(settings const& s)
      : context({.threads = s.threads}),
        z(random_floats(rows.elements(), 0)),
        gradient(z.size()),
        workspace(static_cast<std::size_t>(bound::workspace)) {}
  void run() {
    bound::run(
        context, {.temperature = 0.5},
        ssl::loss_arguments<float, 1>{.x = {z.data()}, .gx = {gradient.data()}, .loss = &value, .workspace = workspace.data()});
  }
  cpu::context context;
  std::vector<float> z, gradient, workspace;
  float value = 0;
};

template <int Images>
work make(settings const& s) {
  auto const b = std::make_shared<ntxent_of<Images>>(s);
  auto const agree = [b](ssl::io::safetensors_file const& file) {
    b->z = file.at("input.z").template to<float>();
    b->run();
    expect_same_loss(file, b->value);
    agreement of_gradient;
    of_gradient.add("the gradient of z", file.at("grad.input.z").template to<float>(), b->gradient.data());
    of_gradient.finish("the gradient");
  };
  double const rows = 2.0 * Images;
  return {
      .step = [b] { b->run(); }, .agree = agree, .check = {}, .items = rows, .unit = "rows", .flop = 3 * 2 * rows * rows * 128};
}

}  // namespace

work ntxent(settings const& s) {
  if (!s.impl.empty() && s.impl != "mm_ce") return skip("one implementation: that of mm_ce");
  switch (s.batch) {
    case 128: return make<128>(s);
    case 0:
    case 512: return make<512>(s);
    case 2048: return make<2048>(s);
    default: return skip("the batches compiled in are 128, 512 and 2048");
  }
}

}  // namespace peer
