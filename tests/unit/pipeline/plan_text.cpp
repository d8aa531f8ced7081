// SPDX-License-Identifier: Apache-2.0
#include "ssl/pipeline/plan_text.hpp"

#include <doctest/doctest.h>

#include "objectives/moving_target.hpp"
#include "objectives/tiny.hpp"

namespace {

using namespace tiny;

TEST_CASE("a plan is printed with every operation by name, its place and its life, and the totals") {
  using small = run<moving_target<average_moves::after_optimizer>>;
  std::string const text = plan_text<small>();
  MESSAGE(text);
  auto const has = [&text](char const* part) { return text.find(part) != std::string::npos; };
  CHECK(has("encoder.stage1.conv"));
  CHECK(has("average.projector.fc"));
  CHECK(has("predictor.fc2"));
  CHECK(has("prediction"));
  CHECK(has("f0 .. f1"));  // the target lives for a moment
  CHECK(has(" .. b"));     // what backward reads again
  long lines = 0;
  for (char c : text) lines += c == '\n';
  CHECK(lines == plan_of<small>.operations + 13);

  char together[64];
  std::snprintf(together, sizeof(together), "together         %14s",
                detail::plan_printer::kibibytes(memory_of<small>.bytes).c_str());
  CHECK(has(together));
  CHECK(has("times less than side by side"));
}

}  // namespace
