// SPDX-License-Identifier: Apache-2.0
#include "ssl/encoders/vit.hpp"

#include "ssl/encoders/vit_dino.hpp"
#include "ssl/pipeline/facts.hpp"
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

TEST_CASE("vit: the number of parameters of DINO's and DINOv2's models") {
  auto parameters = []<class Vit>(std::type_identity<Vit>) {
    constexpr int side = Vit::config.image_h;
    auto r = std::make_unique<recorder>();
    Vit::template record<environment<backends::reference, float>>(*r, r->new_value(shape{.n = 1, .h = side, .w = side, .c = 3}, false));
    ssl::index count = 0;
    for (int i = 0; i < r->parameters; ++i) count += r->parameter[i].elements() * r->parameter[i].times;
    return count;
  };
  CHECK(parameters(std::type_identity<dino_vits16>{}) == 21'665'664);
  CHECK(parameters(std::type_identity<dino_vitb8>{}) == 85'807'872);
  CHECK(parameters(std::type_identity<dinov2_vits14>{}) == 22'056'576);
  CHECK(parameters(std::type_identity<dinov2_vitb14>{}) == 86'580'480);
  CHECK(parameters(std::type_identity<dinov2_vitl14_reg>{}) == 304'372'736);
  CHECK(parameters(std::type_identity<dinov2_vitg14>{}) == 1'136'480'768);
  CHECK(parameters(std::type_identity<dinov2_vitg14_reg>{}) == 1'136'486'912);
}

constexpr vit_config small{.image_h = 8, .image_w = 8, .patch = 4, .width = 8, .depth = 1, .heads = 2, .mlp_ratio = 2,
                           .pool = vit_pool::none};

TEST_CASE("vit: registers stand between the class token and the patches, and have no positions") {
  constexpr vit_config config = [] {
    vit_config c = small;
    c.registers = 3;
    return c;
  }();
  unit::on_reference<vit<config>, shape{.n = 1, .h = 8, .w = 8, .c = 3}> net;
  CHECK(net.output.tokens() == 1 + 3 + 4);
  auto const lines = unit::listed(net.parameters());
  CHECK(std::vector<std::string>(lines.begin() + 2, lines.begin() + 5) ==
        std::vector<std::string>{"pos_embed 1x5x8", "cls_token 1x1x8", "reg_token 1x3x8"});
  constexpr vit_config without = [] {
    vit_config c = small;
    c.registers = 3, c.positions = vit_positions::patches;
    return c;
  }();
  unit::on_reference<vit<without>, shape{.n = 1, .h = 8, .w = 8, .c = 3}> no_embed_class;
  CHECK(unit::listed(no_embed_class.parameters())[2] == "pos_embed 1x4x8");
  CHECK(no_embed_class.output.tokens() == 1 + 3 + 4);
}

TEST_CASE("vit: a mask hides patches from everything behind the mask token") {
  constexpr vit_config config = [] {
    vit_config c = small;
    c.mask_token = vit_mask_token::learned;
    return c;
  }();
  constexpr shape in{.n = 1, .h = 8, .w = 8, .c = 1};
  unit::on_reference<vit<config>, in> net;
  CHECK(has(net.parameters(), "mask_token"));
  net.randomise(4);
  auto x = ssl::testing::random_values<double>(in.elements(), 1, 1);
  auto const seen = net.forward(x);
  net.give_mask(std::vector<std::int32_t>{0, 0, 0, 1});
  auto const hidden = net.forward(x);
  CHECK(hidden != seen);
  x[63] += 1;  // in the last patch
  CHECK(net.forward(x) == hidden);
  x[0] += 1;
  CHECK(net.forward(x) != hidden);
}

TEST_CASE("vit: an encoder of visible patches has the parameters of the whole one, and does not see the others") {
  constexpr vit_config config = [] {
    vit_config c = small;
    c.visible_patches = 2;
    return c;
  }();
  constexpr shape in{.n = 1, .h = 8, .w = 8, .c = 1};
  unit::on_reference<vit<config>, in> net;
  unit::on_reference<vit<small>, in> whole;
  CHECK(unit::listed(net.parameters()) == unit::listed(whole.parameters()));
  CHECK(net.output.tokens() == 1 + 2);
  net.randomise(4);
  net.give_mask(std::vector<std::int32_t>{3, 0, 1, 2});
  auto x = ssl::testing::random_values<double>(in.elements(), 1, 1);
  auto const y = net.forward(x);
  x[7] += 1;  // in the second patch
  CHECK(net.forward(x) == y);
  x[63] += 1;  // in the last
  CHECK(net.forward(x) != y);
  // by itself nobody gives it a mask
  CHECK(facts::frozen_failure<vit<config>, in, backends::reference, 1, float>() == 106);
  CHECK(facts::frozen_failure<vit<small>, in, backends::reference, 1, float>() == 0);
}

TEST_CASE("vit: the form for visible patches asks for the same parameters, whatever the pool, and gives tokens") {
  constexpr vit_config mean = [] {
    vit_config c = small;
    c.pool = vit_pool::average, c.registers = 1;
    return c;
  }();
  auto const expect_same = []<vit_config Config>() {
    constexpr shape in{.n = 1, .h = 8, .w = 8, .c = 1};
    unit::on_reference<typename vit<Config>::template on_visible<3>, in> net;
    CHECK(unit::listed(net.parameters()) == unit::listed(unit::on_reference<vit<Config>, in>{}.parameters()));
    CHECK(net.output == shape{.n = 1, .h = 1, .w = 1 + Config.registers + 3, .c = Config.width});
  };
  expect_same.template operator()<small>();
  expect_same.template operator()<mean>();
}

TEST_CASE("vit: drop path is an option of encoders that have it") {
  constexpr vit_config config = [] {
    vit_config c = small;
    c.drop_path = layers::drop_path_rates::linear;
    return c;
  }();
  CHECK(vit<config>::options{}.drop_path_rate.at(0) == 0.1);
  auto has_options = []<class Encoder>(std::type_identity<Encoder>) { return requires { typename Encoder::options; }; };
  CHECK(has_options(std::type_identity<vit<config>>{}));
  CHECK(!has_options(std::type_identity<vit<small>>{}));
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
