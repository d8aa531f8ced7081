// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/core/frame.hpp"
#include "ssl/core/plan.hpp"

/// \file
/// What a module inside a network gives.
namespace ssl::detail {

/// Keeps the last output of a module: that of the last operation whose name is the module's or lies inside it.
template <class Plan, class Scalar, class Backend>
struct tap_observer final : output_observer {
  tap_observer(Plan const& plan, typename Backend::context& context, std::string const& tap)
      : plan(plan), context(context), tap(tap) {}
  void see(op_record const* op, int iteration, void const* y, shape output) override {
    name const at = plan.op_name(static_cast<int>(op - plan.op), iteration);
    std::string_view const path = at.text;
    if (!path.starts_with(tap) || (path.size() > tap.size() && path[tap.size()] != '.')) return;
    extents = output;
    values.resize(static_cast<std::size_t>(output.elements()));
    Backend::copy_out(context, values.data(), y, output.elements() * index{sizeof(Scalar)});
  }
  void expect_found() const {
    if (values.empty())
      throw composition_error(803, "there is no module called '" + tap + "'; expected the name of one of the layers");
  }
  Plan const& plan;
  typename Backend::context& context;
  std::string const& tap;
  shape extents{};
  std::vector<Scalar> values;
};

}  // namespace ssl::detail
