// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/evaluation.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "ssl/augmentations/chain.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;

TEST_CASE("evaluation: the plain view has the bits of a chain that only normalises") {
  for (int channels : {1, 3, 20}) {
    random_picture const picture(11, 13, channels);
    std::vector<float> plain(static_cast<std::size_t>(11 * 13 * channels));
    to_float(picture.view(), imagenet_statistics, plain.data());
    using only = chain<ssl::named<"normalise", normalise>>;
    only::options o;
    o.get<"normalise">() = imagenet_statistics;
    CHECK(view_of<only>({1, 11, 13, channels}, o, {}, picture.view()) == plain);
    CHECK(plain[0] == doctest::Approx((picture.view().data[0] / 255.0 - 0.485) / 0.229));
  }
}
