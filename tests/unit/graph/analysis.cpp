// SPDX-License-Identifier: Apache-2.0
#include "ssl/graph/analysis.hpp"

#include <doctest/doctest.h>

namespace {

using namespace ssl;

TEST_CASE("a gradient flows from a loss to every network on its way, and not to views") {
  constexpr step_graph g = build_graph([](auto& b) {
    auto views = b.views(0);                                   // 0
    auto z = b.apply("projector", b.apply("encoder", views));  // 1, 2
    b.loss("loss", {z});                                       // 3
  });
  static_assert(g.nodes == 4 && g.phases == 1 && !g.overflow);
  constexpr graph_analysis a = analyse(g);
  CHECK_FALSE(a.flows[0][0]);
  CHECK(a.flows[0][1]);
  CHECK(a.flows[0][2]);
  CHECK(a.uses[0] == 0);
  CHECK(a.uses[1] == 1);
  CHECK(a.use[3][0] == 0);
  CHECK(a.use[1][0] == -1);
}

TEST_CASE("no gradient passes an average or a detached wire") {
  constexpr step_graph g = build_graph([](auto& b) {
    auto views = b.views(0);                               // 0
    auto online = b.apply("encoder", views);               // 1
    auto target = b.apply(average_of("encoder"), online);  // 2
    auto still = b.detach(online);                         // 3
    b.loss("loss", {online, target, still});               // 4
  });
  constexpr graph_analysis a = analyse(g);
  CHECK(a.uses[1] == 1);  // the loss; neither the average nor the detached wire
  CHECK(a.use[4][0] == 0);
  CHECK(a.use[4][1] == -1);
  CHECK(a.use[4][2] == -1);
  CHECK_FALSE(a.wants[2]);
  CHECK_FALSE(a.wants[3]);
  CHECK(g.averages == 1);
  CHECK(g.average[0].when == average_moves::after_optimizer);
}

TEST_CASE("every use of a wire that gives a gradient is counted once") {
  constexpr step_graph g = build_graph([](auto& b) {
    auto z = b.apply("encoder", b.views(0));            // 0, 1
    b.loss("one", {z});                                 // 2
    b.loss("two", {b.part(z, 0, 2), b.part(z, 1, 2)});  // 3, 4, 5
    b.loss("both", {z, z});                             // 6
  });
  constexpr graph_analysis a = analyse(g);
  CHECK(a.uses[1] == 5);
  CHECK(a.use[2][0] == 0);
  CHECK(a.use[3][0] == 1);
  CHECK(a.use[4][0] == 2);
  CHECK(a.use[6][0] == 3);
  CHECK(a.use[6][1] == 4);
}

TEST_CASE("phases: a gradient flows only toward the roles that its phase moves") {
  constexpr step_graph g = build_graph([](auto& b) {
    auto views = b.views(0);                                          // 0
    auto painted = b.apply("painter", views);                         // 1
    auto score = b.apply("critic", painted);                          // 2
    b.loss("told", {score}, {.phase = 0, .updates = {"critic"}});     // 3
    b.loss("fooled", {score}, {.phase = 1, .updates = {"painter"}});  // 4
  });
  constexpr graph_analysis a = analyse(g);
  CHECK(g.phases == 2);
  CHECK(a.flows[0][2]);
  CHECK_FALSE(a.flows[0][1]);  // the painter does not move in phase 0
  CHECK(a.flows[1][2]);        // through the critic
  CHECK(a.flows[1][1]);
  CHECK(a.use_active[0][3][0]);
  CHECK_FALSE(a.use_active[1][3][0]);
  CHECK(a.use_active[1][4][0]);
  CHECK(phase_updates(g, 0, "critic"));
  CHECK_FALSE(phase_updates(g, 0, "painter"));
  CHECK_FALSE(phase_updates(g, 1, "critic"));
  CHECK(phase_updates(g, 1, "painter"));
}

TEST_CASE("a loss that names no roles moves all; one phase counts for all of its losses") {
  constexpr step_graph g = build_graph([](auto& b) {
    auto z = b.apply("encoder", b.views(0));
    b.loss("named", {z}, {.updates = {"encoder"}});
    b.loss("unnamed", {z});
  });
  CHECK(phase_updates(g, 0, "anything"));
  CHECK_FALSE(phase_updates(g, 1, "encoder"));
}

TEST_CASE("a graph says when it holds more than it can") {
  constexpr step_graph nodes = build_graph([](auto& b) {
    for (int i = 0; i < step_graph::max_nodes + 1; ++i) b.views(0);
  });
  constexpr step_graph inputs = build_graph([](auto& b) {
    auto v = b.views(0);
    b.loss("loss", {v, v, v, v, v, v, v});
  });
  constexpr step_graph updates = build_graph([](auto& b) {
    b.loss("loss", {b.views(0)}, {.updates = {"a", "b", "c", "d", "e", "f", "g"}});
  });
  constexpr step_graph averages = build_graph([](auto& b) {
    for (char const* role : {"a", "b", "c", "d", "e", "f", "g", "h", "i"}) b.move_average(role, average_moves::before_forward);
  });
  CHECK(nodes.overflow);
  CHECK(inputs.overflow);
  CHECK(updates.overflow);
  CHECK(averages.overflow);
}

}  // namespace
