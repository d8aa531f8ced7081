// SPDX-License-Identifier: Apache-2.0
#include "ssl/data/batcher.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

#include "counted_memory.hpp"
#include "ssl/data/in_memory.hpp"
#include "ssl/data/procedural.hpp"
#include "unit/error_code.hpp"

namespace {

using ssl::data::batcher;

/// Two groups (whole views with noise, single pixels), one wire of two labels, one mask: every kind of place a batch has.
struct every_wire {
  struct options {
    float noise = 0.5f;
  };
  static ssl::augmentations::view_layout layout(ssl::shape image) {
    ssl::augmentations::view_layout l;
    l.groups = 2;
    l.group[0] = {2, image.with_batch(1)};
    l.group[1] = {3, {1, 1, 1, image.c}};
    l.label_wires = 1;
    l.labels[0] = 2;
    l.mask_wires = 1;
    l.mask[0] = {2, {1, 2, 3, 1}};
    return l;
  }
  static void apply(ssl::shape image, options const& o, ssl::draw_key key, ssl::image_view v,
                    ssl::augmentations::sample_output const& out, ssl::augmentations::scratch& memory) {
    auto const l = layout(image);
    float* const copy = memory.floats(0, image.elements());
    for (int k = 0; k < 2; ++k) {
      key.view = static_cast<std::uint16_t>(k);
      ssl::draws stream(key);
      for (int e = 0; e < l.group[0].size.elements(); ++e) copy[e] = v.data[e] + o.noise * stream.uniform();
      std::copy_n(copy, l.group[0].size.elements(), out.view(l, 0, k));
      for (int e = 0; e < 6; ++e) out.mask(l, 0, k)[e] = static_cast<std::int32_t>(stream.below(2));
      out.label(0, k) = static_cast<std::int32_t>(key.sample * 10) + k;
    }
    for (int k = 0; k < 3; ++k)
      std::fill_n(out.view(l, 1, k), image.c, static_cast<float>(key.sample) + 0.25f * static_cast<float>(k));
  }
};
static_assert(ssl::augmentation<every_wire>);

constexpr ssl::shape small{.h = 8, .w = 8, .c = 1};

ssl::data::procedural_images pictures(int count) {
  return ssl::data::procedural_images{{.count = count, .height = 8, .width = 8, .seed = 3}};
}

/// Everything a batch holds, as one row of numbers.
std::vector<double> content(ssl::data::batch_buffers const& b, ssl::shape image, int batch) {
  auto const l = every_wire::layout(image);
  std::vector<double> all{static_cast<double>(b.epoch), static_cast<double>(b.step)};
  all.insert(all.end(), b.samples.begin(), b.samples.end());
  for (int g = 0; g < 2; ++g)
    all.insert(all.end(), b.views[g], b.views[g] + l.group[g].views * batch * l.group[g].size.elements());
  all.insert(all.end(), b.labels[0], b.labels[0] + 2 * batch);
  all.insert(all.end(), b.masks[0], b.masks[0] + 2 * batch * 6);
  return all;
}

template <class D>
std::vector<std::vector<double>> run(D const& set, int batches, ssl::data::batcher_options const& options) {
  batcher<every_wire, D> source(set, small, 5, {}, options);
  std::vector<std::vector<double>> all;
  for (int k = 0; k < batches; ++k) all.push_back(content(source.next(), small, 5));
  return all;
}

}  // namespace

TEST_CASE("batcher places views, labels and masks as the layout says, in the order of the epoch") {
  auto const set = pictures(23);
  batcher<every_wire, ssl::data::procedural_images> source(set, small, 5, {.noise = 0}, {.threads = 2, .seed = 11});
  REQUIRE(source.steps_per_epoch() == 4);
  std::vector<std::uint32_t> order(23);
  for (int k = 0; k < 10; ++k) {
    ssl::data::batch_buffers const& b = source.next();
    CHECK(b.epoch == static_cast<std::uint32_t>(k / 4));
    CHECK(b.step == k % 4);
    ssl::data::epoch_order(11, b.epoch, order);
    REQUIRE(b.samples.size() == 5);
    for (int i = 0; i < 5; ++i) {
      std::uint32_t const sample = b.samples[static_cast<std::size_t>(i)];
      REQUIRE(sample == order[static_cast<std::size_t>(k % 4 * 5 + i)]);
      for (int v = 0; v < 2; ++v) {
        CHECK(b.labels[0][v * 5 + i] == static_cast<int>(sample) * 10 + v);
        for (int e = 0; e < 64; ++e) REQUIRE(b.views[0][(v * 5 + i) * 64 + e] == set.image(sample).data[e]);
      }
      for (int v = 0; v < 3; ++v) CHECK(b.views[1][v * 5 + i] == static_cast<float>(sample) + 0.25f * static_cast<float>(v));
    }
    for (void const* p : {static_cast<void const*>(b.views[0]), static_cast<void const*>(b.views[1]),
                          static_cast<void const*>(b.labels[0]), static_cast<void const*>(b.masks[0])})
      CHECK(reinterpret_cast<std::uintptr_t>(p) % 64 == 0);
    CHECK(b.views[2] == nullptr);
    CHECK(b.labels[1] == nullptr);
    CHECK(b.masks[1] == nullptr);
  }
}

TEST_CASE("batcher: the draws of an image belong to the seed, the epoch and the image's index") {
  auto const set = pictures(23);
  batcher<every_wire, ssl::data::procedural_images> source(set, small, 5, {.noise = 0.5f}, {.threads = 2, .seed = 11});
  for (int k = 0; k < 9; ++k) {
    ssl::data::batch_buffers const& b = source.next();
    for (int i = 0; i < 5; ++i) {
      std::uint32_t const sample = b.samples[static_cast<std::size_t>(i)];
      ssl::draws stream({.seed = 11, .epoch = static_cast<std::uint32_t>(k / 4), .sample = sample, .view = 1});
      for (int e = 0; e < 64; ++e) REQUIRE(b.views[0][(5 + i) * 64 + e] == set.image(sample).data[e] + 0.5f * stream.uniform());
    }
  }
}

TEST_CASE("batcher: the same bits for any number of threads and slots, from run to run") {
  auto const set = pictures(23);
  auto const expected = run(set, 13, {.threads = 0, .seed = 5});
  for (int threads = 1; threads <= 3; ++threads)
    for (int prefetch = 1; prefetch <= 4; ++prefetch)
      CHECK(run(set, 13, {.threads = threads, .prefetch = prefetch, .seed = 5}) == expected);
  CHECK(run(set, 13, {.threads = 2, .seed = 6}) != expected);
  CHECK(expected[0] != expected[4]);  // the first batches of two epochs
}

TEST_CASE("batcher: seek gives what was there when the batches came one by one") {
  auto const set = pictures(23);
  auto const expected = run(set, 12, {.threads = 0, .seed = 5});
  for (int threads = 0; threads <= 3; ++threads) {
    batcher<every_wire, ssl::data::procedural_images> source(set, small, 5, {}, {.threads = threads, .prefetch = 3, .seed = 5});
    for (int target : {7, 0, 11, 4, 4}) {
      source.seek(static_cast<std::uint32_t>(target / 4), target % 4);
      CHECK(content(source.next(), small, 5) == expected[static_cast<std::size_t>(target)]);
      if (target < 11) CHECK(content(source.next(), small, 5) == expected[static_cast<std::size_t>(target + 1)]);
    }
    CHECK(test::code_of<ssl::data_error>([&] { source.seek(0, 4); }) == 606);
    CHECK(test::code_of<ssl::data_error>([&] { source.seek(0, -1); }) == 606);
  }
}

TEST_CASE("batcher hands out a batch that stays as it is while later ones are made") {
  auto const set = pictures(23);
  batcher<every_wire, ssl::data::procedural_images> source(set, small, 5, {}, {.threads = 3, .prefetch = 2, .seed = 5});
  for (int k = 0; k < 6; ++k) {
    ssl::data::batch_buffers const& b = source.next();
    auto const before = content(b, small, 5);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    CHECK(content(b, small, 5) == before);
  }
}

TEST_CASE("batcher allocates nothing once it runs" * doctest::skip(!counted_memory::works())) {
  auto const set = pictures(23);
  for (int threads : {0, 1, 3}) {
    using source_type = batcher<every_wire, ssl::data::procedural_images>;
    std::unique_ptr<source_type> source;
    auto const made = counted_memory::during([&] {
      ssl::data::batcher_options const options{.threads = threads, .prefetch = 2, .seed = 5};
      source = std::make_unique<source_type>(set, small, 5, every_wire::options{}, options);
      source->next();
    });
    REQUIRE(made.requests > 0);
    auto const asked = counted_memory::during([&] {
      for (int k = 0; k < 200; ++k) source->next();
    });
    CHECK(asked.requests == 0);
  }
}

namespace {

struct hostile_images {
  std::vector<std::uint8_t> pixels = std::vector<std::uint8_t>(64 * 3, 1);
  ssl::index count = 23;
  ssl::index throws_at = -1, coloured_at = -1, empty_at = -1;
  ssl::index size() const { return count; }
  ssl::image_view image(ssl::index i) const {
    if (i == throws_at) throw std::runtime_error("image " + std::to_string(i) + " cannot be decoded");
    return {i == empty_at ? nullptr : pixels.data(), 8, 8, i == coloured_at ? 3 : 1};
  }
};

/// Number of good batches before the first error, and its text, which must come again.
std::pair<int, std::string> until_error(hostile_images const& set, int threads) {
  batcher<every_wire, hostile_images> source(set, small, 5, {}, {.threads = threads, .prefetch = 3, .seed = 5});
  for (int good = 0; good < 4; ++good) {
    try {
      source.next();
    } catch (std::exception const& e) {
      std::string const text = e.what();
      try {
        source.next();
        FAIL("the error did not come again");
      } catch (std::exception const& again) {
        CHECK(text == again.what());
      }
      source.seek(0, (good + 1) % 4);
      CHECK(source.next().step == (good + 1) % 4);
      return {good, text};
    }
  }
  return {4, ""};
}

}  // namespace

TEST_CASE("batcher: what goes wrong in a worker comes out of next() for its batch") {
  std::vector<std::uint32_t> order(23);
  ssl::data::epoch_order(5, 0, order);
  ssl::index const bad = order[12];  // in batch 2
  REQUIRE(bad != 0);
  for (int threads = 0; threads <= 3; ++threads) {
    CHECK(until_error({.throws_at = bad}, threads) == std::pair{2, "image " + std::to_string(bad) + " cannot be decoded"});
    auto const [coloured, text] = until_error({.coloured_at = bad}, threads);
    CHECK(coloured == 2);
    CHECK(text.find("ssl[E602]: image " + std::to_string(bad) + " has 3 channels; expected 1") == 0);
    auto const [empty, reason] = until_error({.empty_at = bad}, threads);
    CHECK(empty == 2);
    CHECK(reason.find("ssl[E603]") == 0);
  }
}

TEST_CASE("batcher: data that do not fit and options outside their ranges are told at once") {
  auto const make = [](hostile_images const& set, int batch, ssl::data::batcher_options const& options) {
    return test::code_of<ssl::data_error>([&] { batcher<every_wire, hostile_images>(set, small, batch, {}, options); });
  };
  CHECK(make({}, 23, {}) == 0);
  CHECK(make({}, 24, {}) == 601);
  CHECK(make({.count = 0}, 1, {}) == 601);
  CHECK(make({.count = ssl::index{1} << 32}, 1, {}) == 601);
  CHECK(make({.coloured_at = 0}, 5, {}) == 602);
  CHECK(make({.empty_at = 0}, 5, {}) == 603);
  CHECK(make({}, 0, {}) == 606);
  CHECK(make({}, 5, {.threads = -1}) == 606);
  CHECK(make({}, 5, {.prefetch = 0}) == 606);
}

namespace {

/// Slow images that count who is inside.
struct watched_images {
  std::vector<std::uint8_t> pixels = std::vector<std::uint8_t>(64, 1);
  bool broken = false;
  mutable std::atomic<int> inside = 0;
  ssl::index size() const { return 40; }
  ssl::image_view image(ssl::index i) const {
    struct visit {
      std::atomic<int>& count;
      explicit visit(std::atomic<int>& c) : count(c) { ++count; }
      ~visit() { --count; }
    } const now(inside);
    std::this_thread::sleep_for(std::chrono::microseconds(20));
    if (broken && i == 4) throw std::runtime_error("broken");
    return {pixels.data(), 8, 8, 1};
  }
};

}  // namespace

TEST_CASE("batcher can be destroyed at any moment, and no worker outlives it") {
  for (int k = 0; k < 80; ++k) {
    watched_images set;
    set.broken = k % 2;
    {
      batcher<every_wire, watched_images> source(set, small, 5, {}, {.threads = 1 + k % 3, .prefetch = 1 + k % 4, .seed = 5});
      try {
        for (int n = 0; n < k % 5; ++n) source.next();
        if (k % 7 == 0) source.seek(9, 3);
      } catch (std::runtime_error const&) {
      }
    }
    REQUIRE(set.inside == 0);
    set.pixels.clear();
  }
}
