// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/testing/expression.hpp"

/// \file
/// The shipped losses a second time, as they stand in the papers: the independent specification of their values and gradients.
namespace ssl::testing {

/// Row i and the same image's row of the other view, rows being stacked view-major.
inline std::vector<int> other_views(int rows) {
  std::vector<int> partner(static_cast<std::size_t>(rows));
  for (int i = 0; i < rows; ++i) partner[i] = (i + rows / 2) % rows;
  return partner;
}

/// Similarities of all rows with all rows, over the temperature.
inline expression similarities(expression const& z, double temperature) {
  expression const u = row_normalize(z);
  return (1 / temperature) * product(u, transpose(u));
}

/// losses::nt_xent
inline expression nt_xent(expression const& z, double temperature) {
  expression const s = similarities(z, temperature);
  return mean(row_log_sum_exp(s, [](int i, int k) { return k != i; }) - pick(s, other_views(z.rows())));
}

/// losses::dcl without weights
inline expression dcl(expression const& z, double temperature) {
  expression const s = similarities(z, temperature);
  std::vector<int> const partner = other_views(z.rows());
  return mean(row_log_sum_exp(s, [partner](int i, int k) { return k != i && k != partner[i]; }) - pick(s, partner));
}

/// losses::dcl with positive_weights::hard_first
inline expression weighted_dcl(expression const& z, double temperature, double sigma) {
  int const n = z.rows() / 2;
  std::vector<int> const partner = other_views(z.rows());
  expression const s = similarities(z, temperature), positive = pick(s, partner);
  std::vector<int> first(static_cast<std::size_t>(n));
  std::vector<int> both(static_cast<std::size_t>(2 * n));
  for (int i = 0; i < 2 * n; ++i) both[i] = i % n;
  for (int i = 0; i < n; ++i) first[i] = i;
  expression const log_share = log_softmax((temperature / sigma) * transpose(take_rows(positive, first)));
  expression const weight = take_rows(detach(2.0 + -static_cast<double>(n) * transpose(exp(log_share))), both);
  return mean(row_log_sum_exp(s, [partner](int i, int k) { return k != i && k != partner[i]; }) - weight * positive);
}

/// Cosines of the rows of x with the rows `partner` of y: a column.
inline expression cosines(expression const& x, expression const& y, std::vector<int> const& partner) {
  return row_sums(row_normalize(x) * take_rows(row_normalize(y), partner));
}
/// losses::cosine, both forms; partner[i] = i for same_row.
inline expression negative_cosine(expression const& x, expression const& y, std::vector<int> const& partner) {
  return -1.0 * mean(cosines(x, y, partner));
}
inline expression cosine_distance(expression const& x, expression const& y, std::vector<int> const& partner) {
  return 2.0 + -2.0 * mean(cosines(x, y, partner));
}

/// losses::mean_square_error
inline expression mean_square_error(expression const& x, expression const& y) { return mean(square(x - y)); }

/// losses::softmax_cross_entropy with probabilities
inline expression softmax_cross_entropy(expression const& logits, expression const& targets, double smoothing) {
  double const spread = smoothing / logits.cols();
  expression const t = spread + (1 - smoothing) * targets;
  return -1.0 * mean(row_sums(t * log_softmax(logits)));
}
/// losses::softmax_cross_entropy with labels; rows whose label is negative are left out
inline expression softmax_cross_entropy(expression const& logits, std::vector<int> const& labels, double smoothing) {
  std::vector<int> rows;
  for (int r = 0; r < logits.rows(); ++r)
    if (labels[r] >= 0) rows.push_back(r);
  matrix hot(static_cast<int>(rows.size()), logits.cols());
  for (int i = 0; i < hot.rows; ++i) hot(i, labels[rows[i]]) = 1;
  return softmax_cross_entropy(take_rows(logits, rows), expression::constant(hot), smoothing);
}

/// The rows first .. first + count.
inline expression some_rows(expression const& x, int first, int count) {
  std::vector<int> which(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) which[i] = first + i;
  return take_rows(x, which);
}
inline expression view_of(expression const& x, int view) { return some_rows(x, view * x.rows() / 2, x.rows() / 2); }
inline std::vector<int> same_places(int rows) {
  std::vector<int> all(static_cast<std::size_t>(rows));
  for (int i = 0; i < rows; ++i) all[i] = i;
  return all;
}

/// losses::info_nce
inline expression info_nce(expression const& queries, expression const& keys, expression const& bank, double temperature) {
  expression const u = row_normalize(queries), p = (1 / temperature) * row_sums(u * row_normalize(keys));
  expression const others = row_sums(exp((1 / temperature) * product(u, transpose(bank))));
  return mean(log(exp(p) + others) - p);
}

/// losses::in_batch_info_nce
inline expression in_batch_info_nce(expression const& queries, expression const& keys, double temperature) {
  expression const u = row_normalize(queries), w = row_normalize(keys);
  auto const one = [&](int v) {
    expression const s = (1 / temperature) * product(view_of(u, v), transpose(view_of(w, 1 - v)));
    return mean(row_log_sum_exp(s) - pick(s, same_places(s.rows())));
  };
  return 0.5 * (one(0) + one(1));
}

/// x minus the mean of its columns.
inline expression centred_columns(expression const& x) {
  matrix const average(x.rows(), x.rows(), 1.0 / x.rows());
  return x - product(expression::constant(average), x);
}
/// a on the diagonal of a square matrix, b beside it.
inline expression diagonal_and_rest(int size, double a, double b) {
  matrix m(size, size, b);
  for (int i = 0; i < size; ++i) m(i, i) = a;
  return expression::constant(m);
}

/// losses::barlow_twins
inline expression barlow_twins(expression const& z, double off_diagonal) {
  int const n = z.rows() / 2, d = z.cols();
  auto const standardised = [&](int v) {
    expression const x = centred_columns(view_of(z, v));
    expression const variance = product(expression::constant(matrix(n, n, 1.0 / n)), square(x));
    return x * map(
                   variance, [](double s) { return 1 / std::sqrt(s + 1e-5); }, [](double, double y) { return -0.5 * y * y * y; });
  };
  expression const c = (1.0 / n) * product(transpose(standardised(0)), standardised(1));
  return sum(diagonal_and_rest(d, 1, off_diagonal) * square(c - diagonal_and_rest(d, 1, 0)));
}

/// losses::vicreg
inline expression vicreg(expression const& z, double invariance, double variance, double covariance) {
  int const n = z.rows() / 2, d = z.cols();
  auto const spread = [&](int v) {
    expression const x = centred_columns(view_of(z, v)), c = (1.0 / (n - 1)) * product(transpose(x), x);
    expression const hinge = map(
        pick(c, same_places(d)), [](double s) { return std::max(0.0, 1 - std::sqrt(s + 1e-4)); },
        [](double s, double y) { return y > 0 ? -0.5 / std::sqrt(s + 1e-4) : 0.0; });
    return (variance / 2) * mean(hinge) + (covariance / d) * sum(diagonal_and_rest(d, 0, 1) * square(c));
  };
  return invariance * mean(square(view_of(z, 0) - view_of(z, 1))) + spread(0) + spread(1);
}

/// log det of a positive definite matrix: its first entry's logarithm, and that of what the first row and column leave of the others.
inline expression log_determinant(expression const& a) {
  int const rest = a.rows() - 1;
  if (rest == 0) return log(a);
  auto const columns = [](expression const& x, int first, int count) { return transpose(some_rows(transpose(x), first, count)); };
  expression const first = some_rows(a, 0, 1), others = some_rows(a, 1, rest), pivot = columns(first, 0, 1);
  expression const reciprocal = map(
      pivot, [](double p) { return 1 / p; }, [](double, double y) { return -y * y; });
  expression const pulled = product(product(columns(others, 0, 1), reciprocal), columns(first, 1, rest));
  return log(pivot) + log_determinant(columns(others, 1, rest) - pulled);
}

/// losses::emp_ssl
inline expression emp_ssl(expression const& z, int views, double similarity, double coding_rate, double epsilon) {
  int const n = z.rows() / views, d = z.cols();
  expression sum_of_views = some_rows(z, 0, n), rate = expression::constant(matrix(1, 1));
  for (int v = 1; v < views; ++v) sum_of_views = sum_of_views + some_rows(z, v * n, n);
  std::vector<int> image(static_cast<std::size_t>(z.rows()));
  for (int r = 0; r < z.rows(); ++r) image[r] = r % n;
  for (int v = 0; v < views; ++v) {
    expression const one = some_rows(z, v * n, n);
    rate = rate + log_determinant(diagonal_and_rest(d, 1, 0) + (d / (n * epsilon)) * product(transpose(one), one));
  }
  expression const cosine = row_sums(row_normalize(z) * row_normalize(take_rows((1.0 / views) * sum_of_views, image)));
  return -similarity * mean(cosine) - (0.5 * coding_rate / views) * rate;
}

/// Sinkhorn-Knopp as it stands in SwAV: exp, columns to equal weight, rows to equal weight, by turns; rows sum to 1 at the end.
inline matrix sinkhorn_knopp(matrix q, int iterations) {
  for (double& v : q.values) v = std::exp(v);
  for (int i = 0; i < iterations; ++i) {
    for (int k = 0; k < q.cols; ++k) {
      double total = 0;
      for (int r = 0; r < q.rows; ++r) total += q(r, k);
      for (int r = 0; r < q.rows; ++r) q(r, k) /= total * q.cols;
    }
    for (int r = 0; r < q.rows; ++r) {
      double total = 0;
      for (int k = 0; k < q.cols; ++k) total += q(r, k);
      for (int k = 0; k < q.cols; ++k) q(r, k) /= total * q.rows;
    }
  }
  for (double& v : q.values) v *= q.rows;
  return q;
}

/// Every view predicts the targets of both global views but its own: the common part of losses::dino and losses::swav.
inline expression other_views(expression const& x, matrix const& first, matrix const& second, double temperature) {
  int const images = first.rows, views = x.rows() / images;
  expression const log_probability = log_softmax((1 / temperature) * x);
  expression total = expression::constant(matrix(1, 1));
  for (int s = 0; s < views; ++s)
    for (int g = 0; g < 2; ++g)
      if (s != g)
        total = total - sum(expression::constant(g == 0 ? first : second) * some_rows(log_probability, s * images, images));
  return (0.5 / (views - 1) / images) * total;
}

/// losses::dino with centred targets
inline expression dino(expression const& student, expression const& teacher, expression const& centre, double student_temperature,
                       double teacher_temperature) {
  expression const shift = product(expression::constant(matrix(teacher.rows(), 1, 1.0)), centre);
  expression const target = exp(log_softmax((1 / teacher_temperature) * (teacher - shift)));
  return other_views(student, view_of(target, 0).value(), view_of(target, 1).value(), student_temperature);
}
/// ... and with balanced ones
inline expression balanced_dino(expression const& student, expression const& teacher, double student_temperature,
                                double teacher_temperature, int iterations) {
  matrix const target = sinkhorn_knopp(((1 / teacher_temperature) * teacher).value(), iterations);
  expression const both = expression::constant(target);
  return other_views(student, view_of(both, 0).value(), view_of(both, 1).value(), student_temperature);
}

/// losses::ibot with these targets: R masked tokens, of V views of which each has as many as `masked` says
inline expression ibot(expression const& student, matrix const& target, std::vector<int> const& masked,
                       double student_temperature) {
  expression const log_probability = log_softmax((1 / student_temperature) * student);
  expression total = expression::constant(matrix(1, 1));
  int first = 0;
  for (int const count : masked) {
    if (count == 0) continue;
    expression const t = some_rows(expression::constant(target), first, count);
    total = total - (1.0 / count) * sum(t * some_rows(log_probability, first, count));
    first += count;
  }
  return (1.0 / static_cast<double>(masked.size())) * total;
}

/// losses::koleo
inline expression koleo(expression const& x, int views) {
  int const n = x.rows() / views;
  expression total = expression::constant(matrix(1, 1));
  for (int v = 0; v < views; ++v) {
    expression const u = row_normalize(some_rows(x, v * n, n));
    matrix const dot = product(u, transpose(u)).value();
    std::vector<int> nearest;
    for (int i = 0; i < n; ++i) {
      int best = i == 0 ? 1 : 0;
      for (int k = 0; k < n; ++k)
        if (k != i && dot(i, k) > dot(i, best)) best = k;
      nearest.push_back(best);
    }
    expression const squares = row_sums(square(1e-8 + (u - take_rows(u, nearest))));
    expression const distance = exp(0.5 * log(squares));
    total = total - mean(log(1e-8 + distance));
  }
  return total;
}

/// losses::swav; queue: of both global views, or empty
inline expression swav(expression const& scores, int views, matrix const& queue, double temperature, double epsilon,
                       int iterations) {
  int const images = scores.rows() / views, kept = queue.rows / 2;
  auto const codes = [&](int g) {
    matrix q(images + kept, scores.cols());
    for (int r = 0; r < q.rows; ++r)
      for (int k = 0; k < q.cols; ++k)
        q(r, k) = (r < images ? scores.value()(g * images + r, k) : queue(g * kept + r - images, k)) / epsilon;
    return some_rows(expression::constant(sinkhorn_knopp(q, iterations)), 0, images).value();
  };
  return other_views(scores, codes(0), codes(1), temperature);
}

}  // namespace ssl::testing
