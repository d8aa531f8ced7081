// SPDX-License-Identifier: Apache-2.0
#include "ssl/io/published_namings.hpp"

#include <doctest/doctest.h>

namespace {

using namespace ssl::io;
using names = std::vector<std::string>;

TEST_CASE("naming: a pattern fits a whole name, with numbers and a rest") {
  std::string number, rest;
  CHECK(detail::fits("cls_token", "cls_token", number, rest));
  CHECK(!detail::fits("cls_token", "cls_token.weight", number, rest));
  CHECK(!detail::fits("cls_token", "cls", number, rest));
  CHECK(detail::fits("blocks.#.norm1.*", "blocks.12.norm1.weight", number, rest));
  CHECK(number == "12");
  CHECK(rest == "weight");
  CHECK(!detail::fits("blocks.#.norm1.*", "blocks.x.norm1.weight", number, rest));
  CHECK(detail::fits("blocks.?.#.*", "blocks.1.7.ls1.gamma", number, rest));
  CHECK(number == "7");
  CHECK(!detail::fits("blocks.?.#.*", "blocks.7.ls1.gamma", number, rest));
}

TEST_CASE("naming: without a rule names are the same, behind a prefix") {
  CHECK(names_in_file("norm.bias", timm_naming, "", {"norm.bias"}) == names{"norm.bias"});
  CHECK(names_in_file("norm.bias", timm_naming, "module.", {"module.norm.bias"}) == names{"module.norm.bias"});
  CHECK(names_in_file("norm.bias", timm_naming, "module.", {"norm.bias"}).empty());
}

TEST_CASE("naming: the first rule whose names are all there, and none where a part is missing") {
  names const saved{"encoder.layer.0.attention.attention.key.bias", "encoder.layer.0.attention.attention.query.bias",
                    "encoder.layer.0.attention.attention.value.bias"};
  CHECK(names_in_file("blocks.0.attn.qkv.bias", hugging_face_naming, "", saved) == names{saved[1], saved[0], saved[2]});
  CHECK(names_in_file("blocks.0.attn.qkv.bias", hugging_face_naming, "", {saved[0], saved[1]}).empty());
  CHECK(names_in_file("blocks.1.attn.qkv.bias", hugging_face_naming, "", saved).empty());
  names const in_memory{"encoder.layer.0.attention.k_proj.bias", "encoder.layer.0.attention.q_proj.bias",
                        "encoder.layer.0.attention.v_proj.bias"};
  CHECK(names_in_file("blocks.0.attn.qkv.bias", hugging_face_naming, "", in_memory) ==
        names{in_memory[1], in_memory[0], in_memory[2]});
  CHECK(names_in_file("norm.bias", hugging_face_naming, "", {"norm.bias"}).empty());  // a rule says that it is called otherwise
}

TEST_CASE("naming: a list of torchvision's modules") {
  names const saved{"backbone.0.weight", "backbone.7.0.downsample.1.bias"};
  CHECK(names_in_file("conv1.weight", children_naming, "backbone.", saved) == names{saved[0]});
  CHECK(names_in_file("layer4.0.downsample.1.bias", children_naming, "backbone.", saved) == names{saved[1]});
  CHECK(names_in_file("layer3.0.downsample.1.bias", children_naming, "backbone.", saved).empty());
}

TEST_CASE("naming: DINOv2's blocks in chunks, whose number nobody knows") {
  names const chunked{"blocks.0.1.norm1.bias", "blocks.1.2.norm1.bias"};
  CHECK(names_in_file("blocks.2.norm1.bias", dinov2_naming, "", chunked) == names{"blocks.1.2.norm1.bias"});
  CHECK(names_in_file("blocks.0.norm1.bias", dinov2_naming, "", chunked).empty());
  CHECK(names_in_file("blocks.0.norm1.bias", dinov2_naming, "", {"blocks.0.norm1.bias"}) == names{"blocks.0.norm1.bias"});
  CHECK(names_in_file("reg_token", dinov2_naming, "", {"register_tokens"}) == names{"register_tokens"});
}

}  // namespace
