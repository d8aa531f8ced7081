// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/rearrange.hpp"

#include "ssl/layers/flatten.hpp"
#include "unit/layers/on_reference.hpp"
#include "unit/layers/part_list.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

TEST_CASE("token_slice, channel_slice: what is taken, and zeros elsewhere in the gradient") {
  unit::on_reference<token_slice<1, 1>, shape{.n = 2, .h = 1, .w = 3, .c = 2}> tokens;
  CHECK(tokens.forward({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}) == unit::numbers{3, 4, 9, 10});
  CHECK(tokens.backward({1, 2, 3, 4}) == unit::numbers{0, 0, 1, 2, 0, 0, 0, 0, 3, 4, 0, 0});
  unit::on_reference<channel_slice<1, 2>, shape{.n = 2, .c = 3}> channels;
  CHECK(channels.forward({1, 2, 3, 4, 5, 6}) == unit::numbers{2, 3, 5, 6});
  CHECK(channels.backward({1, 2, 3, 4}) == unit::numbers{0, 1, 2, 0, 3, 4});
}

TEST_CASE("batch_part: a view of views stacked one after the other") {
  unit::on_reference<batch_part<1, 2>, shape{.n = 4, .c = 2}> part;
  CHECK(part.output == shape{.n = 2, .c = 2});
  CHECK(part.forward({1, 2, 3, 4, 5, 6, 7, 8}) == unit::numbers{5, 6, 7, 8});
  CHECK(part.backward({1, 2, 3, 4}) == unit::numbers{0, 0, 0, 0, 1, 2, 3, 4});
}

TEST_CASE("batch_parts: in any order and any number of times, and the gradient of a part is the sum over its copies") {
  unit::on_reference<batch_parts<unit::part_list<3, 2, 0, 2, 2>>, shape{.n = 6, .c = 2}> net;
  CHECK(net.output == shape{.n = 8, .c = 2});
  CHECK(net.forward({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}) == unit::numbers{9, 10, 11, 12, 1, 2, 3, 4, 9, 10, 11, 12, 9, 10, 11, 12});
  CHECK(net.backward({1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 30, 40, 100, 200, 300, 400}) ==
        unit::numbers{5, 6, 7, 8, 0, 0, 0, 0, 111, 222, 333, 444});
}

TEST_CASE("interleave: rows of the parts in turn, and back") {
  unit::on_reference<interleave<3>, shape{.n = 6, .c = 2}> net;
  unit::numbers const x{1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400}, y{1, 2, 10, 20, 100, 200, 3, 4, 30, 40, 300, 400};
  CHECK(net.forward(x) == y);
  CHECK(net.backward(y) == x);
  unit::on_reference<interleave<3, interleaving::put_back>, shape{.n = 6, .c = 2}> back;
  CHECK(back.forward(y) == x);
  CHECK(back.backward(x) == y);
}

TEST_CASE("side_by_side: patch-major rows become one row for each image") {
  unit::on_reference<side_by_side<3>, shape{.n = 6, .c = 2}> net;  // 3 patches of 2 images
  CHECK(net.output == shape{.n = 2, .c = 6});
  unit::numbers const x{1, 2, 10, 20, 3, 4, 30, 40, 5, 6, 50, 60}, y{1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60};
  CHECK(net.forward(x) == y);
  CHECK(net.backward(y) == x);
}

TEST_CASE("flatten: the same numbers, channels fastest, without an operation or memory of its own") {
  unit::on_reference<flatten, shape{.n = 2, .h = 1, .w = 2, .c = 3}> net;
  CHECK(net.output == shape{.n = 2, .c = 6});
  unit::numbers const x{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, gy{12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
  CHECK(net.forward(x) == x);
  CHECK(net.backward(gy) == gy);
  CHECK(flatten::operations == 0);
  CHECK(net.arena_elements() == 2 * block_elements);  // x and its gradient
}

}  // namespace
