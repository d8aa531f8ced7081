// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include "conformance/backends.hpp"
#include "objectives/tiny.hpp"
#include "ssl/testing/objective_check.hpp"

/// Every derivative of a whole training step, through the plan of the run, against finite differences.
template <class Run>
ssl::testing::gradient_report expect_step(ssl::run_options<Run> const& options = {}) {
  auto context = conformance::context_with_threads<typename Run::backend>(1);
  ssl::testing::gradient_report const report = ssl::testing::check_step<Run>(context, options);
  INFO("seed " << options.seed << ", worst at " << report.where << ": analytic " << report.analytic << ", numeric "
               << report.numeric << ", largest gradient " << report.largest);
  CHECK(report.worst <
        1e-5);  // of the larger of the two, and of a thousandth of the largest gradient: the rounding of a difference
  CHECK(report.largest > 1e-3);  // else nothing was tested
  ssl::index parameters = 0;
  for (ssl::block_info const& b : ssl::inventory<Run>(ssl::block_set::parameters)) parameters += b.elements;
  CHECK(report.elements == parameters);
  return report;
}

template <class Objective, class Encoder = tiny::convnet, class Augmentation = tiny::two_views>
void expect_step_on_backends() {
  boost::hana::for_each(conformance::backends, [](auto backend) {
    expect_step<tiny::run<Objective, Encoder, Augmentation, typename decltype(backend)::type>>();
  });
}
