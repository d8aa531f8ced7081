// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "ssl/io/dtype.hpp"
#include "ssl/io/options_json.hpp"
#include "ssl/pipeline/memory.hpp"
#include "ssl/version.hpp"

/// \file
/// What a run is made of, as a value to be stored and compared.
namespace ssl::io {

namespace detail {

template <class T>
constexpr std::string_view spelt() {
  return __PRETTY_FUNCTION__;
}
/// The name of a type as the compiler spells it.
template <class T>
std::string type_name() {
  std::string_view const text = spelt<T>();
  std::size_t const begin = text.find("T = ") + 4;
  return std::string(text.substr(begin, text.find_last_of(text.find(';', begin) == text.npos ? ']' : ';') - begin));
}

/// Without a default, so that the compiler names a kind that is missing.
constexpr char const* kind_text(node_kind kind) {
  switch (kind) {
    case node_kind::views: return "views";
    case node_kind::labels: return "labels";
    case node_kind::mask: return "mask";
    case node_kind::state: return "state";
    case node_kind::apply: return "apply";
    case node_kind::stack: return "stack";
    case node_kind::part: return "part";
    case node_kind::parts: return "parts";
    case node_kind::interleave: return "interleave";
    case node_kind::side_by_side: return "side by side";
    case node_kind::tokens: return "tokens";
    case node_kind::channels: return "channels";
    case node_kind::detach: return "detach";
    case node_kind::loss: return "loss";
    case node_kind::update: return "update";
  }
  return "";
}

/// "apply average encoder <- 0": a node of the step in words.
inline std::string node_text(step_graph const& g, graph_node const& n) {
  std::string text = kind_text(n.kind);
  auto const add = [&text](std::string const& word) { text += " " + word; };
  if (n.average) add("average");
  if (!n.name.empty()) add(n.name.text);
  if (!n.rule.empty()) add(std::string("by ") + n.rule.text);
  for (int i = 0; i < n.listed; ++i) add(std::to_string(g.list[n.a + i]));
  if (n.listed == 0 && (n.a != 0 || n.b != 0 || n.kind == node_kind::views)) add(std::to_string(n.a));
  if (n.b != 0) add("of " + std::to_string(n.b));
  for (int i = 0; i < n.inputs; ++i) add((i == 0 ? "<- " : "and ") + std::to_string(n.input[i]));
  if (n.statistics_groups != 1) add("statistics of " + std::to_string(n.statistics_groups));
  if (n.mask >= 0) add("mask " + std::to_string(n.mask));
  if (n.kind == node_kind::loss) add("phase " + std::to_string(n.phase));
  for (int i = 0; i < n.updates; ++i) add((i == 0 ? "moves " : "and ") + std::string(n.update[i].text));
  if (n.kind == node_kind::update) add(n.when == state_moves::before_optimizer ? "before the optimizer" : "after it");
  return text;
}

}  // namespace detail

/// Image, batch, scalar, the graph of the step in words, and the policies by name.
template <class Run>
nlohmann::json composition_json() {
  constexpr shape image = Run::image;
  step_graph const& step = Run::objective::graph;
  nlohmann::json graph = nlohmann::json::array();
  for (int i = 0; i < step.nodes; ++i) graph.push_back(detail::node_text(step, step.node[i]));
  for (int i = 0; i < step.averages; ++i) {
    average_record const& a = step.average[i];
    graph.push_back(std::string("average ") + a.name.text +
                    (a.when == average_moves::before_forward ? " moves before the step" : " moves after it"));
  }
  return {{"image", std::to_string(image.h) + "x" + std::to_string(image.w) + "x" + std::to_string(image.c)},
          {"batch", Run::batch},
          {"scalar", name_of(dtype_of<typename Run::scalar>())},
          {"graph", graph},
          {"policies",
           {{"encoder", detail::type_name<typename Run::encoder>()},
            {"augmentation", detail::type_name<typename Run::augmentation>()},
            {"objective", detail::type_name<typename Run::objective>()},
            {"optimizer", detail::type_name<typename Run::optimizer>()}}}};
}

/// What else decides about the last bit: the library's version, the compiler, the backend.
template <class Run>
nlohmann::json program_json() {
#if defined(__clang__)
  std::string const compiler = "clang " __clang_version__;
#else
  std::string const compiler = "g++ " __VERSION__;
#endif
  return {{"pretext", std::to_string(PRETEXT_VERSION_MAJOR) + "." + std::to_string(PRETEXT_VERSION_MINOR) + "." +
                          std::to_string(PRETEXT_VERSION_PATCH)},
          {"compiler", compiler},
          {"backend", detail::type_name<typename Run::backend>()}};
}

/// What hinders a checkpoint of one composition from being read into this one; the policies' names count only where the same
/// version and compiler spelt them.
template <class Run>
std::vector<std::string> composition_differences(nlohmann::json found, nlohmann::json const& found_program) {
  nlohmann::json expected = composition_json<Run>();
  nlohmann::json const program = program_json<Run>();
  for (char const* key : {"pretext", "compiler"})
    if (found_program.value(key, nlohmann::json()) != program[key]) expected.erase("policies"), found.erase("policies");
  return json_differences(expected, found);
}

/// Differences as lines of a message: the first ones, long ones cut, and how many more there are.
inline std::string listed(std::vector<std::string> const& differences) {
  constexpr std::size_t lines = 12, columns = 240;
  std::string text;
  for (std::size_t i = 0; i < differences.size() && i < lines; ++i) {
    text += "\n  " + differences[i].substr(0, columns);
    if (differences[i].size() > columns) text += "...";
  }
  if (differences.size() > lines) text += "\n  and " + std::to_string(differences.size() - lines) + " more";
  return text;
}

}  // namespace ssl::io
