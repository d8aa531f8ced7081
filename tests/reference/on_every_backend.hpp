// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <typeinfo>

#include "conformance/backends.hpp"

namespace reference_suite {

/// Calls f.operator()<Backend, T>() for the reference backend in double, and for every backend of this build in float, the scalar of the
/// published tensors. In double the other backends are held against the reference itself: tests/conformance.
template <class F>
void on_every_backend(F f) {
  namespace hana = boost::hana;
  auto in = [&]<class Backend, class T>(hana::basic_type<Backend>, hana::basic_type<T>) {
    INFO("backend " << typeid(Backend).name() << ", float" << 8 * sizeof(T));
    f.template operator()<Backend, T>();
  };
  in(hana::type_c<ssl::backends::reference>, hana::type_c<double>);
  hana::for_each(conformance::shipped_backends, [&](auto backend) { in(backend, hana::type_c<float>); });
}

}  // namespace reference_suite
