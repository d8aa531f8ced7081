// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "reference/suite.hpp"
#include "ssl/augmentations/block_mask.hpp"
#include "ssl/augmentations/inpainting.hpp"
#include "ssl/augmentations/jigsaw.hpp"
#include "ssl/augmentations/quarter_turns.hpp"
#include "ssl/augmentations/random_order.hpp"
#include "ssl/augmentations/relative_position.hpp"

/// \file
/// Pretext tasks and masks against a file. Other random bits make other draws, so what follows from given draws is compared; of
/// what is only drawn, the distribution.
namespace reference_suite {

using namespace ssl::augmentations;

/// Arrays of pieces, (..., C, h, w) in the file, with their channels last.
template <class T>
std::vector<T> pieces(reference_case const& c, std::string const& name) {
  std::vector<T> const in = c.stored<T>(name);
  std::vector<ssl::index> const s = c.extents(name);
  std::size_t const channels = static_cast<std::size_t>(s[s.size() - 3]);
  std::size_t const places = static_cast<std::size_t>(s[s.size() - 2] * s[s.size() - 1]);
  std::vector<T> out(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    std::size_t const piece = i / (channels * places), channel = i / places % channels, place = i % places;
    out[(piece * places + place) * channels + channel] = in[i];
  }
  return out;
}

/// The file has the four rotations of an image one after another, a batch here one rotation after another.
inline void rotation_batch(reference_case const& c) {
  int const n = static_cast<int>(c.extents("images")[0]), side = static_cast<int>(c.extents("images")[2]);
  ssl::shape const image{1, side, side, 3};
  std::vector<float> const images = c.values<float>("images"), expected = c.values<float>("batch");
  std::vector<std::int32_t> const expected_labels = c.stored<std::int32_t>("labels");
  std::vector<float> views(expected.size(), NAN);
  std::vector<std::int32_t> labels(expected_labels.size(), -1);
  sample_output out{.batch = n, .views = {views.data()}, .labels = {labels.data()}};
  scratch memory;
  for (; out.position < n; ++out.position) {
    ssl::draws none({});
    all_quarter_turns::apply(image, {}, none, images.data() + out.position * image.elements(), out, memory);
  }
  view_layout const layout = all_quarter_turns::layout(image);
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < 4; ++k) {
      out.position = i;
      float const* const view = out.view(layout, 0, k);
      auto const from = expected.begin() + (4 * i + k) * image.elements();
      expect_near("batch", std::vector<float>(view, view + image.elements()), std::vector<float>(from, from + image.elements()),
                  {});
      CHECK(out.label(0, k) == expected_labels[static_cast<std::size_t>(4 * i + k)]);
    }
}

template <class T>
std::vector<T> cut_tiles(reference_case const& c) {
  int const grid = c.hyper().at("grid"), cell = c.hyper().at("cell"), tile = c.hyper().at("tile"), n = c.hyper().at("n");
  ssl::shape const image{1, grid * cell, grid * cell, 3};
  std::vector<T> const images = c.values<T>("images");
  std::vector<int> const offsets = c.stored<int>("offsets_row_col");
  std::vector<T> tiles(static_cast<std::size_t>(n * grid * grid * tile * tile * 3), T(NAN));
  for (int i = 0; i < n * grid * grid; ++i) {
    int const t = i % (grid * grid);
    crop_box const box{t / grid * cell + offsets[static_cast<std::size_t>(2 * i)],
                       t % grid * cell + offsets[static_cast<std::size_t>(2 * i + 1)], tile, tile};
    cut_piece(images.data() + i / (grid * grid) * image.elements(), image, box, tiles.data() + i * tile * tile * 3);
  }
  return tiles;
}

inline void jigsaw_tiles(reference_case const& c) {
  int const grid = c.hyper().at("grid"), tile = c.hyper().at("tile"), n = c.hyper().at("n");
  int const tiles = grid * grid, size = tile * tile * 3;
  std::vector<int> const permutations = c.stored<int>("permutations"), classes = c.stored<int>("classes");
  in_double_and_float([&]<class T>() {
    std::vector<T> cut = cut_tiles<T>(c), in_slots;
    expect_near("tiles_raw", cut, pieces<double>(c, "tiles_raw"), c.limit<T>());
    for (int i = 0; i < n * tiles; ++i) standardise_piece(cut.data() + i * size, tile * tile, 3);
    expect_near("tiles_normalised", cut, pieces<double>(c, "tiles_normalised"), c.limit<T>());
    for (int i = 0; i < n; ++i)
      for (int slot = 0; slot < tiles; ++slot) {
        auto const from = cut.begin() + (i * tiles + permutations[static_cast<std::size_t>(classes[i] * tiles + slot)]) * size;
        in_slots.insert(in_slots.end(), from, from + size);
      }
    expect_near("tiles_in_slots", in_slots, pieces<double>(c, "tiles_in_slots"), c.limit<T>());
  });
}

/// In how many places two permutations differ, over all pairs: the histogram, and what is said of it.
struct hamming_distances {
  std::vector<double> pairs;

  double mean() const {
    double sum = 0;
    for (std::size_t d = 0; d < pairs.size(); ++d) sum += static_cast<double>(d) * pairs[d];
    return sum / std::accumulate(pairs.begin(), pairs.end(), 0.0);
  }
  int least() const {
    return static_cast<int>(std::find_if(pairs.begin(), pairs.end(), [](double p) { return p > 0; }) - pairs.begin());
  }
};

inline hamming_distances distances_of(std::vector<int> const& permutations, int tiles) {
  hamming_distances d{std::vector<double>(static_cast<std::size_t>(tiles + 1))};
  int const count = static_cast<int>(permutations.size()) / tiles;
  for (int a = 0; a < count; ++a)
    for (int b = 0; b < a; ++b) {
      std::size_t differ = 0;
      for (int t = 0; t < tiles; ++t)
        differ += permutations[static_cast<std::size_t>(a * tiles + t)] != permutations[static_cast<std::size_t>(b * tiles + t)];
      ++d.pairs[differ];
    }
  return d;
}

/// Our sets are others than the published ones: at least as well spread.
template <int Tiles>
void jigsaw_permutations(reference_case const& c) {
  std::vector<int> const published = c.stored<int>("permutations");
  hamming_distances const theirs = distances_of(published, Tiles);
  expect_near("pairwise_hamming_histogram", theirs.pairs, c.stored<double>("pairwise_hamming_histogram"), {});
  int const classes = static_cast<int>(published.size()) / Tiles;
  REQUIRE(classes <= permutation_set<Tiles>::size);
  std::vector<int> ours;
  for (int k = 0; k < classes; ++k)
    for (int slot = 0; slot < Tiles; ++slot) ours.push_back(permutation_set<Tiles>::tile(k, slot));
  hamming_distances const found = distances_of(ours, Tiles);
  INFO("least " << found.least() << ", published " << theirs.least() << "; mean " << found.mean() << ", published "
                << theirs.mean());
  CHECK(found.least() >= theirs.least());
  CHECK(found.mean() >= theirs.mean() - 1e-12);
}

template <int Grid>
void relative_positions(reference_case const& c) {
  nlohmann::json const& hyper = c.hyper();
  relative_position_config const config{
      .grid = Grid, .patch = hyper.at("patch"), .gap = hyper.at("gap"), .jitter = hyper.at("jitter")};
  ssl::shape const image{1, hyper.at("img"), hyper.at("img"), 3};
  std::vector<int> const origin = c.stored<int>("origin_row_col"), jitter = c.stored<int>("jitter_row_col");
  std::vector<double> const pixels = c.values<double>("image");
  std::vector<int> places;
  std::vector<double> patches(c.stored<double>("patches").size(), NAN);
  for (int p = 0; p < Grid * Grid; ++p) {
    int const down = jitter[static_cast<std::size_t>(2 * p)], right = jitter[static_cast<std::size_t>(2 * p + 1)];
    crop_box const box = grid_patch(config, image, p, origin[0], origin[1], down, right);
    places.insert(places.end(), {box.top, box.left});
    cut_piece(pixels.data(), image, box, patches.data() + p * config.patch * config.patch * 3);
  }
  expect_near("patch_top_left", places, c.stored<int>("patch_top_left"), {});
  expect_near("patches", patches, c.values<double>("patches"), {});

  std::vector<int> pairs, labels;
  constexpr neighbour_list<Grid> all(neighbour_pairs::all);
  for (int i = 0; i < all.count; ++i) {
    pairs.insert(pairs.end(), {all.pair[i].patch, all.pair[i].neighbour});
    labels.push_back(all.pair[i].place);
  }
  expect_near("pairs", pairs, c.stored<int>("pairs"), {});
  expect_near("labels", labels, c.stored<int>("labels"), {});
}

template <int Ring>
void inpainting_centre(reference_case const& c) {
  using hole = centre_hole<centre_hole_config{Ring}>;
  int const side = c.hyper().at("img"), n = static_cast<int>(c.extents("images")[0]);
  ssl::shape const image{1, side, side, 3};
  REQUIRE(hole::accepts(image));
  std::vector<std::int32_t> mask(static_cast<std::size_t>(image.tokens()), -1);
  ssl::draws none({});
  scratch memory;
  hole::draw({}, none, image, mask.data(), memory);
  expect_near("hole", mask, c.stored<int>("hole"), {});
  in_double_and_float([&]<class T>() {
    std::vector<T> const images = c.values<T>("images"), fill = c.stored<T>("fill");
    std::vector<T> context = images, target(images.size() / 4, T(NAN));
    for (int i = 0; i < n; ++i) {
      fill_hidden(mask.data(), fill.data(), image, context.data() + i * image.elements());
      cut_piece(images.data() + i * image.elements(), image, {side / 4, side / 4, side / 2, side / 2},
                target.data() + i * image.elements() / 4);
    }
    expect_near("context", context, c.values<double>("context"), c.limit<T>());
    expect_near("target", target, c.values<double>("target"), c.limit<T>());
  });
  without_counterpart(c, "l2_weight (of the loss)");
}

inline void mae_masking(reference_case const& c) {
  int const n = c.hyper().at("n"), l = c.hyper().at("l"), width = c.hyper().at("d");
  int const keep = kept_tokens(l, c.hyper().at("ratio"));
  std::vector<double> const noise = c.stored<double>("noise"), x = c.stored<double>("x");
  std::vector<std::int32_t> shuffle(static_cast<std::size_t>(n * l), -1), restore(shuffle.size(), -1), kept, mask;
  std::vector<double> x_kept;
  for (int i = 0; i < n; ++i) {
    std::int32_t* const order = shuffle.data() + i * l;
    order_by_noise(noise.data() + i * l, l, order);
    rank_in_order(order, l, restore.data() + i * l);
    kept.insert(kept.end(), order, order + keep);
    for (int t = 0; t < l; ++t) mask.push_back(restore[static_cast<std::size_t>(i * l + t)] >= keep);
    for (int t = 0; t < keep; ++t)
      x_kept.insert(x_kept.end(), &x[(i * l + order[t]) * width], &x[(i * l + order[t]) * width] + width);
  }
  CHECK(keep == c.hyper().at("len_keep"));
  expect_near("ids_shuffle", shuffle, c.stored<int>("ids_shuffle"), {});
  expect_near("ids_restore", restore, c.stored<int>("ids_restore"), {});
  expect_near("ids_keep", kept, c.stored<int>("ids_keep"), {});
  expect_near("mask", mask, c.stored<double>("mask"), {});
  expect_near("x_kept", x_kept, c.stored<double>("x_kept"), {});
}

/// What the file's masks say of themselves, and how many places are hidden for its target, over as many draws.
inline void block_masks(reference_case const& c) {
  ssl::shape const grid{1, c.hyper().at("h"), c.hyper().at("w"), 1};
  std::size_t const places = static_cast<std::size_t>(grid.tokens());
  std::vector<std::int32_t> const masks = c.stored<std::int32_t>("masks");
  std::vector<int> indices;
  std::vector<double> weights;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    if (masks[i] == 0) continue;
    indices.push_back(static_cast<int>(i));
    weights.push_back(1.0 / static_cast<double>(masked_count(&masks[i / places * places], grid.tokens())));
  }
  expect_near("mask_indices", indices, c.stored<int>("mask_indices"), {});
  expect_near("masks_weight", weights, c.stored<double>("masks_weight"), {1e-12, 0});
  CHECK(c.stored<int>("n_masked_patches") == std::vector<int>{static_cast<int>(indices.size())});

  int const draws_of_file = c.hyper().at("draws"), target = c.hyper().at("target");
  std::vector<double> histogram(places + 1), expected = c.stored<double>("count_histogram_for_target");
  std::vector<std::int32_t> mask(places);
  for (int i = 0; i < draws_of_file; ++i) {
    ssl::draws stream({.seed = 22, .sample = static_cast<std::uint32_t>(i)});
    draw_block_mask({}, stream, grid, target, mask.data());
    histogram[static_cast<std::size_t>(masked_count(mask.data(), grid.tokens()))] += 1;
  }
  double apart = 0;
  for (std::size_t k = 0; k <= places; ++k) apart += std::abs(histogram[k] - expected[k]) / draws_of_file / 2;
  INFO("shares of counts are " << apart << " apart");
  CHECK(apart < 0.05);  // two runs of 1000 draws differ by about 0.02
  CHECK(std::accumulate(histogram.begin() + target + 1, histogram.end(), 0.0) == 0);
  without_counterpart(c, "upperbound (of a batch's list of masks)");
}

}  // namespace reference_suite
