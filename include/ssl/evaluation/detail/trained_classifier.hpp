// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cmath>

#include "ssl/backends/reference/reference.hpp"
#include "ssl/evaluation/detail/matrix.hpp"
#include "ssl/optimizers/fused_update.hpp"
#include "ssl/pipeline/initialise.hpp"

namespace ssl::evaluation::detail {

/// Four samples at a time: weights and gradients of a few classes stay in the fastest memory, and each sample is read once. A
/// product of matrices takes half as long again for 10 classes, and waits for the rows of a random order, which are asked for
/// ahead here.
template <class Scalar>
struct sample_group {
  static constexpr int size = 4;
  Scalar const* row[size];

  /// Asks for one of several parts of the rows, so that they arrive while others are worked on.
  void prefetch(index part, index parts, index width) const {
    index const line = 64 / index{sizeof(Scalar)}, lines = (width + line - 1) / line;
    for (Scalar const* r : row)
      for (index l = part * lines / parts; l < (part + 1) * lines / parts; ++l) __builtin_prefetch(r + l * line);
  }
  /// logits[s] = v . row[s] and logits[size + s] = w . row[s]
  void dot(Scalar const* v, Scalar const* w, index width, Scalar* logits) const {
    Scalar const *a = row[0], *b = row[1], *c = row[2], *d = row[3];
    Scalar va = 0, vb = 0, vc = 0, vd = 0, wa = 0, wb = 0, wc = 0, wd = 0;
#if defined(_OPENMP)
#pragma omp simd reduction(+ : va, vb, vc, vd, wa, wb, wc, wd)
#endif
    for (index i = 0; i < width; ++i) {
      va += v[i] * a[i], vb += v[i] * b[i], vc += v[i] * c[i], vd += v[i] * d[i];
      wa += w[i] * a[i], wb += w[i] * b[i], wc += w[i] * c[i], wd += w[i] * d[i];
    }
    Scalar const all[2 * size] = {va, vb, vc, vd, wa, wb, wc, wd};
    std::copy_n(all, 2 * size, logits);
  }
  /// gradient += sum_s by[s] row[s]
  void add(Scalar const* by, index width, Scalar* gradient) const {
    auto const part = [&](int s) { return by[s] * Eigen::Map<Eigen::ArrayX<Scalar> const>(row[s], width); };
    Eigen::Map<Eigen::ArrayX<Scalar>>(gradient, width) += (part(0) + part(1)) + (part(2) + part(3));
  }
};

/// A linear softmax classifier, its gradient and its optimizer, in flat arrays as the optimizer's pass wants them.
template <class Optimizer, class Scalar>
class trained_classifier {
 public:
  trained_classifier(index classes, index width, std::uint64_t seed)
      : classes_(classes), width_(width), logits_((classes + 1) * group::size), copies_(width * group::size) {
    blocks_[0].extents[0] = static_cast<int>(classes), blocks_[0].extents[1] = static_cast<int>(width), blocks_[0].rank = 2;
    blocks_[1].extents[0] = static_cast<int>(classes), blocks_[1].kind = parameter_kind::bias;
    blocks_[1].offset = round_up(blocks_[0].elements(), block_elements);
    index const size = blocks_[1].offset + round_up(classes, block_elements);
    weights_.setZero(size), gradients_.setZero(size), slots_.setZero(size * Optimizer::slots);
    scratch_.setZero(optimizers::update_scratch(blocks_, 2));
    initialise_block({.rule = initializer_rule::normal, .millionths = 10'000}, "probe.weight", seed, weights_.data(),
                     blocks_[0].elements());
  }

  Eigen::Map<matrix<Scalar> const> weights() const { return {weights_.data(), classes_, width_}; }
  Eigen::Map<Eigen::VectorX<Scalar> const> bias() const { return {weights_.data() + blocks_[1].offset, classes_}; }

  /// One step on the mean cross-entropy of `count` samples; returns it. row(i) points to a sample, truth(i) is its class.
  template <class Row, class Truth>
  double step(typename Optimizer::options const& options, index step, index count, Row const& row, Truth const& truth) {
    double loss = 0;
    for (index first = 0; first < count; first += group::size) {
      group samples, next;
      for (int s = 0; s < group::size; ++s) {
        samples.row[s] = copies_.data() + s * width_;
        std::copy_n(row(std::min(first + s, count - 1)), width_, copies_.data() + s * width_);
        next.row[s] = row(std::min(first + s + group::size, count - 1));
      }
      for (index k = 0; k < classes_; k += 2) {
        next.prefetch(k, 2 * classes_, width_), next.prefetch(k + 1, 2 * classes_, width_);
        samples.dot(weight(k), weight(std::min(k + 1, classes_ - 1)), width_, &logits_[k * group::size]);
      }
      loss += to_gradient(first, std::min<index>(group::size, count - first), Scalar(1) / static_cast<Scalar>(count), truth);
      for (index k = 0; k < classes_; ++k) {
        next.prefetch(classes_ + k, 2 * classes_, width_);
        samples.add(&logits_[k * group::size], width_, gradients_.data() + k * width_);
        for (int s = 0; s < group::size; ++s) gradients_[blocks_[1].offset + k] += logits_[k * group::size + s];
      }
    }
    optimizers::fused_update<Optimizer, environment<backends::reference, Scalar>>(
        context_, options, step, blocks_, 2,
        {.weights = weights_.data(), .gradients = gradients_.data(), .slots = slots_.data(), .slot_stride = weights_.size()}, 0,
        scratch_.data());
    return loss / static_cast<double>(count);
  }

 private:
  using group = sample_group<Scalar>;

  Scalar const* weight(index k) const { return weights_.data() + k * width_; }

  /// The products of `used` samples become their logits, and these the gradient of the cross-entropies times `share`; returns the
  /// sum of the cross-entropies.
  template <class Truth>
  double to_gradient(index first, index used, Scalar share, Truth const& truth) {
    Eigen::Map<Eigen::Array<Scalar, group::size, Eigen::Dynamic>> logits(logits_.data(), group::size, classes_);
    logits.rowwise() += bias().transpose().array();
    Eigen::Array<Scalar, group::size, 1> const most = logits.rowwise().maxCoeff();
    logits.colwise() -= most;
    Eigen::Array<Scalar, group::size, 1> own = most * Scalar(0);
    for (index s = 0; s < used; ++s) own(s) = logits(s, truth(first + s));
    logits = logits.exp();
    Eigen::Array<Scalar, group::size, 1> const sum = logits.rowwise().sum();
    Eigen::Array<Scalar, group::size, 1> shares = share / sum;
    shares.tail(group::size - used) = 0;
    logits.colwise() *= shares;
    for (index s = 0; s < used; ++s) logits(s, truth(first + s)) -= share;
    return (sum.log() - own).head(used).template cast<double>().sum();
  }

  index classes_, width_;
  block_record blocks_[2];
  Eigen::VectorX<Scalar> weights_, gradients_, slots_, scratch_;
  Eigen::VectorX<Scalar> logits_;  // (K, group::size)
  Eigen::VectorX<Scalar> copies_;  // the samples at hand, at aligned places
  backends::reference::context context_;
};

}  // namespace ssl::evaluation::detail
