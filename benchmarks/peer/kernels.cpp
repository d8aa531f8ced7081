// SPDX-License-Identifier: Apache-2.0
//
// Single products and convolutions of any shape.
#include <memory>
#include <ssl/cpu.hpp>

#include "agreement.hpp"
#include "peer_case.hpp"

namespace peer {
namespace {

using ssl::index;
using ssl::backends::cpu, ssl::backends::convolution, ssl::backends::gemm_form, ssl::backends::product;

double value(std::vector<float> const& of, index place) { return static_cast<double>(of[static_cast<std::size_t>(place)]); }

/// f(place) for places spread over `count`.
template <class F>
void at_some_places(index count, F const& f) {
  for (index i = 0; i < 50; ++i) f((i * 104'729 + i * i * 7'919) % count);
}

// ---- products ------------------------------------------------------------------------------------------------------------

struct product_of {
  explicit product_of(settings const& s, gemm_form form, index m, index n, index k)
      : context({.threads = s.threads}),
        a(random_floats(m * k, 1)),
        b(random_floats(k * n, 2)),
        c(static_cast<std::size_t>(m * n)) {
    p = {.form = form, .m = m, .n = n, .k = k, .a = a.data(), .b = b.data(), .c = c.data(), .ldc = n};
    p.lda = form == gemm_form::tn ? m : k, p.ldb = form == gemm_form::nt ? k : n;
  }
  void check() const {
    at_some_places(p.m * p.n, [this](index place) {
      index const i = place / p.n, j = place % p.n;
      double sum = 0;
      for (index l = 0; l < p.k; ++l)
        sum += value(a, p.form == gemm_form::tn ? l * p.lda + i : i * p.lda + l) *
               value(b, p.form == gemm_form::nt ? j * p.ldb + l : l * p.ldb + j);
      expect_close("an element of the product", value(c, place), sum, std::sqrt(static_cast<double>(p.k)));
    });
  }
  cpu::context context;
  std::vector<float> a, b, c;
  product<float> p;
};

// ---- convolutions --------------------------------------------------------------------------------------------------------

struct convolution_of {
  convolution_of(settings const& s, convolution const& shape, std::string direction)
      : context({.threads = s.threads}),
        g(shape),
        way(std::move(direction)),
        x(random_floats(index{g.n} * g.h * g.w * g.c_in, 1)),
        weight(random_floats(index{g.c_out} * g.patch(), 2)),
        y(random_floats(g.rows() * g.c_out, 3)),
        workspace(static_cast<std::size_t>(cpu::convolution_workspace<float>(g))) {}

  void run() {
    if (way == "fwd")
      return cpu::convolution_forward<float>(context, g, x.data(), weight.data(), nullptr, y.data(), workspace.data());
    if (way == "dgrad")
      return cpu::convolution_backward_input<float>(context, g, y.data(), weight.data(), x.data(), workspace.data());
    std::fill(weight.begin(), weight.end(), 0.0f);  // the library adds to the gradient of a weight
    cpu::convolution_backward_weight<float>(context, g, x.data(), y.data(), weight.data(), workspace.data());
  }
  void check() const {
    std::vector<float> const& result = way == "fwd" ? y : way == "dgrad" ? x : weight;
    at_some_places(static_cast<index>(result.size()), [&](index place) {
      double const terms = way == "fwd" ? g.patch() : way == "dgrad" ? index{g.c_out} * g.kernel_h * g.kernel_w : g.rows();
      double const sum = way == "fwd" ? at_output(place) : way == "dgrad" ? at_input(place) : at_weight(place);
      expect_close("an element of the convolution", value(result, place), sum, std::sqrt(terms));
    });
  }

 private:
  double at_output(index place) const {
    index const o = place % g.c_out, ox = place / g.c_out % g.out_w, row = place / g.c_out / g.out_w;
    double sum = 0;
    for_each_tap([&](index ky, index kx) {
      for (index i = 0; i < g.c_in; ++i) sum += term(row / g.out_h, row % g.out_h, ox, ky, kx, i, o);
    });
    return sum;
  }
  double at_input(index place) const {
    index const i = place % g.c_in, w = place / g.c_in % g.w, h = place / g.c_in / g.w % g.h, n = place / g.c_in / g.w / g.h;
    double sum = 0;
    for_each_tap([&](index ky, index kx) {
      index const oy = h + g.padding - ky, ox = w + g.padding - kx;
      if (oy < 0 || ox < 0 || oy % g.stride != 0 || ox % g.stride != 0 || oy / g.stride >= g.out_h || ox / g.stride >= g.out_w)
        return;
      for (index o = 0; o < g.c_out; ++o) sum += term(n, oy / g.stride, ox / g.stride, ky, kx, i, o);
    });
    return sum;
  }
  double at_weight(index place) const {
    index const i = place % g.c_in, tap = place / g.c_in % (g.kernel_h * g.kernel_w), o = place / g.patch();
    double sum = 0;
    for (index n = 0; n < g.n; ++n)
      for (index oy = 0; oy < g.out_h; ++oy)
        for (index ox = 0; ox < g.out_w; ++ox) sum += term(n, oy, ox, tap / g.kernel_w, tap % g.kernel_w, i, o);
    return sum;
  }
  template <class F>
  void for_each_tap(F const& f) const {
    for (index ky = 0; ky < g.kernel_h; ++ky)
      for (index kx = 0; kx < g.kernel_w; ++kx) f(ky, kx);
  }
  /// The two factors of the direction that are not its result, at one tap of one output; 0 on the padding.
  double term(index n, index oy, index ox, index ky, index kx, index i, index o) const {
    index const h = oy * g.stride + ky - g.padding, w = ox * g.stride + kx - g.padding;
    if (h < 0 || h >= g.h || w < 0 || w >= g.w) return 0;
    double const at_y = way == "fwd" ? 1 : value(y, ((n * g.out_h + oy) * g.out_w + ox) * g.c_out + o);
    double const at_x = way == "dgrad" ? 1 : value(x, ((n * g.h + h) * g.w + w) * g.c_in + i);
    double const at_w = way == "wgrad" ? 1 : value(weight, ((o * g.kernel_h + ky) * g.kernel_w + kx) * g.c_in + i);
    return at_y * at_x * at_w;
  }

 public:
  cpu::context context;
  convolution g;
  std::string way;  ///< fwd, dgrad or wgrad
  std::vector<float> x, weight, y, workspace;
};

}  // namespace

work sgemm(settings const& s) {
  auto const part = parts_of(s.shape.empty() ? "1024,1024,1024,NN" : s.shape);
  if (part.size() != 4) throw std::invalid_argument("--shape m,n,k,NN|NT|TN");
  if (part[3] != "NN" && part[3] != "NT" && part[3] != "TN") return skip("the forms are NN, NT and TN");
  auto const form = part[3] == "NN" ? gemm_form::nn : part[3] == "NT" ? gemm_form::nt : gemm_form::tn;
  index const m = std::stol(part[0]), n = std::stol(part[1]), k = std::stol(part[2]);
  auto const b = std::make_shared<product_of>(s, form, m, n, k);
  return {.step = [b] { cpu::gemm(b->context, b->p); },
          .agree = {},
          .check = [b] { b->check(); },
          .unit = "products",
          .flop = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k)};
}

work conv(settings const& s) {
  auto const part = parts_of(s.shape);
  if (part.size() != 6) throw std::invalid_argument("--shape cin,cout,side,kernel,stride,fwd|dgrad|wgrad, or all");
  if (part[5] != "fwd" && part[5] != "dgrad" && part[5] != "wgrad") return skip("the directions are fwd, dgrad and wgrad");
  int number[5];
  for (std::size_t i = 0; i < 5; ++i) number[i] = std::stoi(part[i]);
  auto const [c_in, c_out, side, kernel, stride] = number;
  int const padding = kernel / 2, out = (side + 2 * padding - kernel) / stride + 1;
  convolution const g{.n = s.batch > 0 ? s.batch : 64,
                      .h = side,
                      .w = side,
                      .c_in = c_in,
                      .out_h = out,
                      .out_w = out,
                      .c_out = c_out,
                      .kernel_h = kernel,
                      .kernel_w = kernel,
                      .stride = stride,
                      .padding = padding};
  auto const b = std::make_shared<convolution_of>(s, g, part[5]);
  return {.step = [b] { b->run(); },
          .agree = {},
          .check = [b] { b->check(); },
          .items = static_cast<double>(g.n),
          .unit = "images",
          .flop = 2.0 * static_cast<double>(g.rows()) * c_out * static_cast<double>(g.patch())};
}

std::vector<std::string> sgemm_shapes() {
  return {"1024,1024,1024,NN", "256,256,256,NN",   "64,64,64,NN",      "65536,64,576,NN",  "1024,64,576,NN",
          "16384,128,1152,NN", "4096,256,2304,NN", "1024,512,4608,NN", "2304,256,4096,TN", "1576,1152,384,NT",
          "1576,384,384,NT",   "1576,1536,384,NT", "1576,384,1536,NT", "1536,384,1576,TN", "2176,576,192,NT",
          "2176,768,192,NT",   "2176,192,768,NT",  "1024,1024,128,NT", "512,512,512,NT",   "1,256,256,NT",
          "4,256,256,NT",      "8,256,256,NT",     "16,256,256,NT",    "16,512,512,NT",    "32,128,64,NT"};
}

/// The convolutions of ResNet-18 at 32 x 32; nobody wants the gradient of pixels.
std::vector<std::string> conv_shapes() {
  std::vector<std::string> all;
  for (char const* shape : {"3,64,32,3,1", "64,64,32,3,1", "64,128,32,3,2", "128,128,16,3,1", "64,128,32,1,2", "128,256,16,3,2",
                            "256,256,8,3,1", "128,256,16,1,2", "256,512,8,3,2", "512,512,4,3,1", "256,512,8,1,2"})
    for (char const* direction : {"fwd", "dgrad", "wgrad"})
      if (shape[1] != ',' || direction[0] != 'd') all.push_back(std::string(shape) + "," + direction);
  return all;
}

}  // namespace peer
