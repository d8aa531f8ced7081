// SPDX-License-Identifier: Apache-2.0
#include "training/resume.hpp"

#include "objectives/methods.hpp"
#include "ssl/objectives/dino.hpp"
#include "ssl/objectives/emp_ssl.hpp"
#include "ssl/objectives/dinov2.hpp"
#include "ssl/objectives/moco.hpp"
#include "ssl/objectives/swav.hpp"

namespace {

using namespace tiny;
using resume::expect_equal_bits;

TEST_CASE("resuming equals continuing: the queues of MoCo and SwAV, the centre of DINO") {
  expect_equal_bits<run<moco>>("moco");
  expect_equal_bits<run<dino<2>, vit, multi_crop>>("dino");
  expect_equal_bits<run<swav<2, 6>, convnet, multi_crop>>("swav");
}

TEST_CASE("resuming equals continuing: many views of EMP-SSL") { expect_equal_bits<run<emp_ssl, mlp, three_views>>("emp_ssl"); }
TEST_CASE("resuming equals continuing: the centres of DINOv2, and the samples that its branches skip") {
  expect_equal_bits<
      run<dinov2<2, objectives::dinov2_heads::untied, ssl::losses::teacher_targets::centred, 1>, masked_vit, masked_multi_crop>>(
      "dinov2");
}

}  // namespace
