// SPDX-License-Identifier: Apache-2.0
#include "ssl/encoders/vit.hpp"

#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::encoders;

using tiny = vit<vit_config{.image_h = 8, .image_w = 8, .patch = 4, .width = 6, .depth = 2, .heads = 2, .mlp_ratio = 2}>;

bool has(std::vector<block_info> const& blocks, char const* name) {
  for (block_info const& b : blocks)
    if (b.name == name) return true;
  return false;
}

TEST_CASE("vit: timm's names") {
  unit::on_reference<tiny, shape{.n = 1, .h = 8, .w = 8, .c = 3}> net;
  auto const lines = unit::listed(net.parameters());
  CHECK(lines.size() == 2 + 2 + 2 * 12 + 2);
  CHECK(lines[0] == "patch_embed.proj.weight 6x4x4x3");
  CHECK(lines[1] == "patch_embed.proj.bias 6");
  CHECK(lines[2] == "pos_embed 1x5x6");
  CHECK(lines[3] == "cls_token 1x1x6");
  for (char const* name : {"blocks.0.norm1.weight", "blocks.1.attn.qkv.bias", "blocks.1.mlp.fc2.weight", "norm.weight", "norm.bias"})
    CHECK(has(net.parameters(), name));
  CHECK(!has(net.parameters(), "fc_norm.weight"));
  CHECK(!has(net.parameters(), "head.weight"));
}

TEST_CASE("vit: the mean of the patches is normalised after pooling, and a head follows") {
  unit::on_reference<vit<vit_config{.image_h = 8, .image_w = 8, .patch = 4, .width = 6, .depth = 1, .heads = 2, .pool = vit_pool::average,
                                    .class_token = vit_class_token::none, .classes = 5}>, shape{.n = 3, .h = 8, .w = 8, .c = 3}> net;
  CHECK(net.output == shape{.n = 3, .c = 5});
  CHECK(has(net.parameters(), "fc_norm.weight"));
  CHECK(has(net.parameters(), "head.weight"));
  CHECK(!has(net.parameters(), "norm.weight"));
  CHECK(!has(net.parameters(), "cls_token"));
  CHECK(net.parameters()[2].extents[1] == 4);  // positions of patches only
}

TEST_CASE("vit: shapes, and the number of parameters of the published models") {
  CHECK(vit_tiny::output(shape{.n = 2, .h = 224, .w = 224, .c = 3}) == shape{.n = 2, .c = 192});
  CHECK(vit<vit_config{.pool = vit_pool::none}>::output(shape{.n = 2, .h = 224, .w = 224, .c = 3}) == shape{.n = 2, .h = 1, .w = 197, .c = 192});
  auto parameters = []<class Vit>(Vit*, shape in) {
    auto r = std::make_unique<recorder>();
    Vit::template record<environment<backends::reference, float>>(*r, r->new_value(in, false));
    ssl::index count = 0;
    for (int i = 0; i < r->parameters; ++i) count += r->parameter[i].elements() * r->parameter[i].times;
    CHECK(!r->overflow);
    return count;
  };
  constexpr shape image{.n = 1, .h = 224, .w = 224, .c = 3};  // counts of timm's models with num_classes = 0
  CHECK(parameters(static_cast<vit_tiny*>(nullptr), image) == 5'524'416);
  CHECK(parameters(static_cast<vit_small*>(nullptr), image) == 21'665'664);
  CHECK(parameters(static_cast<vit_base*>(nullptr), image) == 85'798'656);
  CHECK(parameters(static_cast<vit_large*>(nullptr), image) == 303'301'632);
  CHECK(vit_small_cifar::output(shape{.n = 1, .h = 32, .w = 32, .c = 3}) == shape{.n = 1, .c = 384});
}

TEST_CASE("vit: the same parameters at another image size") {
  unit::on_reference<tiny, shape{.n = 1, .h = 8, .w = 8, .c = 3}> base;
  unit::on_reference<tiny, shape{.n = 1, .h = 4, .w = 12, .c = 3}> other;
  CHECK(unit::listed(base.parameters()) == unit::listed(other.parameters()));
}

TEST_CASE("vit: the class token sees every patch, and one image does not see another") {
  constexpr shape in{.n = 2, .h = 8, .w = 8, .c = 1};
  unit::on_reference<tiny, in> net;
  net.randomise(4);
  auto x = ssl::testing::random_values<double>(in.elements(), 1, 1);
  auto const before = net.forward(x);
  x[63] += 1;  // the last patch of the first image
  auto const after = net.forward(x);
  CHECK(before[0] != after[0]);
  CHECK(std::equal(before.begin() + 6, before.end(), after.begin() + 6));
}

}  // namespace
