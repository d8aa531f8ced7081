// SPDX-License-Identifier: Apache-2.0
//
// nt_xent_memory THREADS: NT-Xent of 65,536 rows of 128 and its gradient, in a process that does only this. Its peak memory stays below
// 200 MB (the similarity matrix alone would take 17 GB), it takes less than a minute of a processor, and loss and 512 rows of the gradient
// equal the formula in double.
//
// The rows are multiples of 1,024 directions in a random order, so that a sum over all rows is one over the directions.
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "ssl/core/philox.hpp"
#include "ssl/cpu.hpp"
#include "ssl/losses/nt_xent.hpp"

namespace {

constexpr ssl::shape rows{.n = 65'536, .c = 128};
constexpr int directions = 1'024, samples = 512, images = rows.n / 2;
constexpr double temperature = 0.5;

using loss = ssl::losses::nt_xent<ssl::losses::nt_xent_config{.form = ssl::losses::similarity::tiled}>;
using vector = std::vector<double>;

/// The embeddings, and what they are made of.
struct embeddings {
  std::vector<vector> direction;  // of length 1
  std::vector<int> which;         // of each row
  vector length;                  // of each row
  std::vector<float> z;
};

embeddings make_embeddings() {
  ssl::draws d({.seed = 3});
  embeddings e{.direction = std::vector<vector>(directions, vector(rows.c)),
               .which = std::vector<int>(rows.n),
               .length = vector(rows.n),
               .z = std::vector<float>(static_cast<std::size_t>(rows.elements()))};
  for (vector& v : e.direction) {
    double square = 0;
    for (double& x : v) x = static_cast<double>(d.uniform(-1, 1)) + 0.3, square += x * x;  // a common part: not all are far apart
    for (double& x : v) x /= std::sqrt(square);
  }
  for (std::size_t r = 0; r < e.which.size(); ++r) {
    e.which[r] = static_cast<int>(d.below(directions));
    e.length[r] = static_cast<double>(d.uniform(0.5f, 2.0f));
    for (std::size_t c = 0; c < rows.c; ++c)
      e.z[r * rows.c + c] = static_cast<float>(e.length[r] * e.direction[static_cast<std::size_t>(e.which[r])][c]);
  }
  return e;
}

/// The loss and rows of the gradient, in double.
class specification {
 public:
  explicit specification(embeddings const& e) : e_(e), count_(directions), sum_(directions) {
    for (int which : e.which) ++count_[static_cast<std::size_t>(which)];
    for (std::size_t a = 0; a < directions; ++a)
      for (std::size_t b = 0; b < directions; ++b) sum_[a] += (count_[b] - (a == b ? 1 : 0)) * weight(a, b);
  }
  double loss() const {
    double total = 0;
    for (std::size_t r = 0; r < e_.which.size(); ++r) total += std::log(sum_[of(r)]) - std::log(weight(of(r), of(other(r))));
    return total / rows.n;
  }
  vector gradient(std::size_t r) const {
    std::size_t const a = of(r);
    vector const& u = e_.direction[a];
    vector g(rows.c);
    for (std::size_t b = 0; b < directions; ++b)
      add(g, (count_[b] - (a == b ? 1 : 0)) * weight(a, b) * (1 / sum_[a] + 1 / sum_[b]), b);
    add(g, -2, of(other(r)));
    double along = 0;
    for (std::size_t c = 0; c < rows.c; ++c) along += g[c] * u[c];
    for (std::size_t c = 0; c < rows.c; ++c) g[c] = (g[c] - along * u[c]) / (temperature * rows.n * e_.length[r]);
    return g;
  }

 private:
  std::size_t of(std::size_t row) const { return static_cast<std::size_t>(e_.which[row]); }
  static std::size_t other(std::size_t row) { return row < images ? row + images : row - images; }
  double weight(std::size_t a, std::size_t b) const {
    double dot = 0;
    for (std::size_t c = 0; c < rows.c; ++c) dot += e_.direction[a][c] * e_.direction[b][c];
    return std::exp(dot / temperature);
  }
  void add(vector& to, double factor, std::size_t direction) const {
    for (std::size_t c = 0; c < rows.c; ++c) to[c] += factor * e_.direction[direction][c];
  }
  embeddings const& e_;
  vector count_, sum_;
};

/// The largest difference over sampled rows, relative to the largest number among them.
double worst_difference(embeddings const& e, specification const& expected, std::vector<float> const& gradient) {
  ssl::draws d({.seed = 5});
  double worst = 0, largest = 0;
  for (int s = 0; s < samples; ++s) {
    std::size_t const r = s == 0 ? 0 : s == 1 ? e.which.size() - 1 : d.below(rows.n);
    vector const g = expected.gradient(r);
    for (std::size_t c = 0; c < rows.c; ++c) {
      worst = std::max(worst, std::abs(static_cast<double>(gradient[r * rows.c + c]) - g[c]));
      largest = std::max(largest, std::abs(g[c]));
    }
  }
  return worst / largest;
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

bool expect(char const* what, double found, double below) {
  std::printf("%-44s %10.3g   (below %g)\n", what, found, below);
  return found < below;
}

}  // namespace

int main(int count, char** arguments) {
  ssl::backends::cpu::context context{{.threads = count > 1 ? std::atoi(arguments[1]) : 1}};
  embeddings const e = make_embeddings();
  std::vector<float> gradient(e.z.size());

  double const start = processor_seconds();
  double const value = static_cast<double>(ssl::losses::call<loss, ssl::backends::cpu, rows>(
      context, {.temperature = temperature}, ssl::loss_arguments<float, 1>{.x = {e.z.data()}, .gx = {gradient.data()}}));
  double const seconds = processor_seconds() - start;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);

  specification const expected(e);
  bool good = expect("peak memory, megabytes", static_cast<double>(usage.ru_maxrss) * 1024 / 1e6, 200);
  good &= expect("processor seconds", seconds, 60);
  good &= expect("loss, relative difference", std::abs(value / expected.loss() - 1), 1e-5);
  good &= expect("512 rows of the gradient, relative difference", worst_difference(e, expected, gradient), 2e-4);
  return good ? 0 : 1;
}
