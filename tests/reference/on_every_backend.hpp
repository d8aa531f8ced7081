// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <typeinfo>

#include "conformance/backends.hpp"

namespace reference_suite {

/// Calls f.operator()<Backend, T>() for every backend of this build, in double and in float.
template <class F>
void on_every_backend(F f) {
  namespace hana = boost::hana;
  hana::for_each(hana::cartesian_product(hana::make_tuple(conformance::shipped_backends, conformance::scalars)),
                 [&](auto combination) {
                   using backend = typename decltype(+hana::at_c<0>(combination))::type;
                   using scalar = typename decltype(+hana::at_c<1>(combination))::type;
                   INFO("backend " << typeid(backend).name() << ", float" << 8 * sizeof(scalar));
                   f.template operator()<backend, scalar>();
                 });
}

}  // namespace reference_suite
