// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "ssl/pipeline/memory.hpp"

/// \file
/// The plan of a run as a table to read: where every operation's tensors lie in the arena, how long they live, and what the whole
/// costs.
namespace ssl {

namespace detail {

class plan_printer {
 public:
  plan_printer(step_recording const& s, index scalar_bytes) : r_(s.r), scalar_bytes_(scalar_bytes) {}

  std::string operations() {
    line("%4s  %-36s %10s %11s  %-13s %11s %11s\n", "", "operation", "offset", "output", "lives", "gradient", "kept + work");
    for (int i = 0; i < r_.operations; ++i) {
      op_tensors const& o = r_.op[i];
      name const label = path_name(r_.path_node, o.path, 0);
      int const output = o.y >= 0 ? o.y : o.gx;  // a fork has no output, only the sum of two gradients
      line("%4d  %-36s %10s %11s  %-13s %11s %11s\n", i, label.length > 0 ? label.text : "(graph)",
           output < 0 ? "" : std::to_string(place_of(r_.tensor, output).offset * scalar_bytes_).c_str(), size(output).c_str(),
           life(output).c_str(), size(o.gy).c_str(), sizes(o).c_str());
    }
    return std::move(text_);
  }

  template <class... Values>
  void line(char const* format, Values... values) {
    char buffer[256];
    std::snprintf(buffer, sizeof(buffer), format, values...);
    text_ += buffer;
  }
  static std::string kibibytes(index bytes) {
    char buffer[32];
    std::snprintf(buffer, sizeof(buffer), "%.1f KiB", static_cast<double>(bytes) / 1024);
    return buffer;
  }
  std::string take() { return std::move(text_); }

 private:
  index bytes(int tensor) const { return tensor < 0 ? 0 : r_.tensor[tensor].elements * scalar_bytes_; }
  std::string size(int tensor) const { return tensor < 0 ? "" : kibibytes(bytes(tensor)); }
  std::string sizes(op_tensors const& o) const {
    index const all = bytes(o.saved) + bytes(o.workspace_forward) + bytes(o.workspace_backward);
    return all > 0 ? kibibytes(all) : "";
  }
  /// "f3 .. b1": from the forward pass of operation 3 to the backward pass of operation 1.
  std::string life(int tensor) const {
    if (tensor < 0) return "";
    return moment(r_.tensor[tensor].first) + " .. " + moment(r_.tensor[tensor].last);
  }
  std::string moment(int time) const {
    if (time < pass_length) return "f" + std::to_string(time);
    if (time >= (r_.passes + 1) * pass_length) return "end";
    return "b" + std::to_string(pass_length - 1 - time % pass_length);
  }

  recorder const& r_;
  index scalar_bytes_;
  std::string text_;
};

}  // namespace detail

/// The plan of a run: a line for every operation, then what each array takes and what reuse of memory saves.
///
/// Columns   offset: of the output in the arena, in bytes; output, gradient: sizes; lives: from the forward (f) or backward (b)
/// pass of an
///           operation to that of another; kept + work: what is saved for the backward pass, and workspace
/// Cost      records the step once more, at run time
/// Example   examples/01_compose_and_plan.cpp
template <class Run>
std::string plan_text() {
  auto const recording = std::make_unique<step_recording>(record_step<Run>());
  constexpr auto const& m = memory_of<Run>;
  constexpr index scalar = sizeof(typename Run::scalar), arena = plan_of<Run>.arena * scalar,
                  alone = plan_of<Run>.no_reuse * scalar;
  detail::plan_printer p(*recording, scalar);
  std::string text = p.operations();
  auto const row = [&p](char const* what, index bytes) { p.line("%-16s %14s\n", what, p.kibibytes(bytes).c_str()); };
  p.line("%s\n", "");
  row("parameters", m.gradients - m.parameters);
  row("gradients", m.slots - m.gradients);
  row("optimizer", m.averages - m.slots);
  row("averages", m.buffers - m.averages);
  row("buffers", m.states - m.buffers);
  row("states", m.losses - m.states);
  row("losses, scratch", m.integers - m.losses);
  row("input", m.arena - m.integers);
  row("arena", m.bytes - m.arena);
  row("together", m.bytes);
  p.line("The arena holds %s of tensors in %s: %.2f times less than side by side.\n", p.kibibytes(alone).c_str(),
         p.kibibytes(arena).c_str(), static_cast<double>(alone) / static_cast<double>(arena > 0 ? arena : 1));
  return text + p.take();
}

}  // namespace ssl
