// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdio>
#include <ostream>

#include "ssl/evaluation/diagnostics.hpp"
#include "ssl/evaluation/knn.hpp"
#include "ssl/evaluation/linear_probe.hpp"

/// \file
/// The tables that answer "was it worth it": raw pixels, an untrained encoder and the trained one, judged alike, with labels and
/// without.
namespace ssl::evaluation {

struct comparison_options {
  knn_options knn = {};
  linear_probe_options probe = {};
};

struct comparison_row {
  std::string name;
  index width;         ///< columns of the features
  double knn;          ///< accuracy
  double linear;       ///< accuracy
  bool converged;      ///< of the linear probe
  double feature_std;  ///< of the bank's features, to be judged against 1 / sqrt(width)
  double rank;         ///< `rankme` of the bank's features; of 1024 rows, evenly spread, where they are wider than that
};

/// Features of the same images, compared by the same options.
///
///     comparison table{{.knn = {.k = 20}}};
///     table.add("raw pixels", train_pixels, train_labels, test_pixels, test_labels);
///     table.add("trained encoder", train_features, train_labels, test_features, test_labels);
///     table.print(std::cout);
///
/// Errors       those of `knn` and `linear_probe`; E644 a single row
/// Cost         per row of the table that of `knn`, `linear_probe` and `rankme`
class comparison {
 public:
  explicit comparison(comparison_options const& options = {}) : options_(options) {}

  template <class Scalar>
  comparison_row const& add(std::string const& name, basic_embeddings<Scalar> const& bank, labels const& bank_labels,
                            basic_embeddings<Scalar> const& queries, labels const& query_labels);

  std::vector<comparison_row> const& rows() const { return rows_; }

  /// Aligned plain text. "spread" is feature_std * sqrt(width): about 1 for healthy features, 0 for collapsed ones.
  void print(std::ostream& out) const;

 private:
  comparison_options options_;
  std::vector<comparison_row> rows_;
};

struct unlabelled_row {
  std::string name;
  index width;         ///< columns of the features
  double feature_std;  ///< to be judged against 1 / sqrt(width)
  double rank;         ///< as in comparison_row
  double alignment;    ///< of two views of each image: 0 where they agree
  double uniformity;   ///< lower is more even
};

/// The same where there are no labels: what can be known is how the features lie.
///
///     unlabelled_comparison table;
///     table.add("trained encoder", features, features_of_one_view, features_of_another_view);
///
/// Errors       those of `rankme`, `alignment` and `uniformity`
/// Cost         per row of the table that of `rankme` and `uniformity`
class unlabelled_comparison {
 public:
  template <class Scalar>
  unlabelled_row const& add(std::string const& name, basic_embeddings<Scalar> const& features,
                            basic_embeddings<Scalar> const& one_view, basic_embeddings<Scalar> const& another_view);

  std::vector<unlabelled_row> const& rows() const { return rows_; }

  /// Aligned plain text, "spread" as in comparison::print().
  void print(std::ostream& out) const;

 private:
  std::vector<unlabelled_row> rows_;
};

namespace detail {

/// The rank that tables show: a decomposition of rows and columns beyond 1024 would take minutes.
template <class Scalar>
double shown_rank(basic_embeddings<Scalar> const& features) {
  constexpr std::size_t most = 1024;
  std::size_t const rows = features.shape(0), width = features.shape(1);
  if (rows <= most || width <= most) return rankme(features);
  auto some = make_embeddings<Scalar>(most, static_cast<index>(width));
  for (std::size_t k = 0; k < most; ++k) std::copy_n(features.data() + k * rows / most * width, width, some.data() + k * width);
  return rankme(some);
}

inline std::string formatted(char const* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// feature_std * sqrt(width)
template <class Row>
std::string shown_spread(Row const& row) {
  return formatted("%.2f", row.feature_std * std::sqrt(static_cast<double>(row.width)));
}

/// Characters of a text in UTF-8: all bytes but the continuing ones.
inline index characters(std::string const& text) {
  return std::count_if(text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; });
}

/// The first column to the left, all others to the right, two blanks at each side, a rule below the head.
inline void print_aligned(std::ostream& out, std::vector<std::vector<std::string>> const& lines) {
  std::vector<index> widths(lines.front().size(), 0);
  for (auto const& line : lines)
    for (std::size_t column = 0; column < line.size(); ++column)
      widths[column] = std::max(widths[column], characters(line[column]));
  for (std::size_t number = 0; number < lines.size(); ++number) {
    std::string text;
    for (std::size_t column = 0; column < widths.size(); ++column) {
      std::string const blanks(static_cast<std::size_t>(widths[column] - characters(lines[number][column])), ' ');
      text += column == 0 ? "  " + lines[number][column] + blanks : "    " + blanks + lines[number][column];
    }
    out << text << '\n';
    if (number == 0) out << "  " << std::string(static_cast<std::size_t>(characters(text)) - 2, '-') << '\n';
  }
}

}  // namespace detail

template <class Scalar>
comparison_row const& comparison::add(std::string const& name, basic_embeddings<Scalar> const& bank, labels const& bank_labels,
                                      basic_embeddings<Scalar> const& queries, labels const& query_labels) {
  auto const neighbours = evaluation::knn(bank, bank_labels, queries, query_labels, options_.knn);
  auto const probe = linear_probe(bank, bank_labels, queries, query_labels, options_.probe);
  rows_.push_back({name, static_cast<index>(bank.shape(1)), neighbours.accuracy, probe.test_accuracy, probe.classifier.converged,
                   evaluation::feature_std(bank), detail::shown_rank(bank)});
  return rows_.back();
}

inline void comparison::print(std::ostream& out) const {
  using detail::formatted;
  std::vector<std::vector<std::string>> lines{
      {"features", "width", "kNN (k = " + std::to_string(options_.knn.k) + ")", "linear probe", "spread", "rank"}};
  bool all_converged = true;
  for (auto const& row : rows_) {
    lines.push_back({row.name, std::to_string(row.width), formatted("%.1f %%", 100 * row.knn),
                     formatted("%.1f %%", 100 * row.linear) + (row.converged ? "" : "*"), detail::shown_spread(row),
                     formatted("%.1f", row.rank)});
    all_converged = all_converged && row.converged;
  }
  detail::print_aligned(out, lines);
  if (!all_converged) out << "  * the fit ended before its optimum\n";
}

template <class Scalar>
unlabelled_row const& unlabelled_comparison::add(std::string const& name, basic_embeddings<Scalar> const& features,
                                                 basic_embeddings<Scalar> const& one_view,
                                                 basic_embeddings<Scalar> const& another_view) {
  rows_.push_back({name, static_cast<index>(features.shape(1)), evaluation::feature_std(features), detail::shown_rank(features),
                   evaluation::alignment(one_view, another_view), evaluation::uniformity(features)});
  return rows_.back();
}

inline void unlabelled_comparison::print(std::ostream& out) const {
  using detail::formatted;
  std::vector<std::vector<std::string>> lines{{"features", "width", "spread", "rank", "alignment", "uniformity"}};
  for (auto const& row : rows_)
    lines.push_back({row.name, std::to_string(row.width), detail::shown_spread(row), formatted("%.1f", row.rank),
                     formatted("%.3f", row.alignment), formatted("%.2f", row.uniformity)});
  detail::print_aligned(out, lines);
}

}  // namespace ssl::evaluation
