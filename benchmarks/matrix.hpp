// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <boost/hana.hpp>
#include <string>
#include <type_traits>

#include "conformance/backends.hpp"

/// \file
/// One list of cases, timed on every backend of the build in every scalar, on one thread.
///
///   struct my_case {
///     static constexpr char const* name = "sum of rows 4096 x 256";
///     template <class Backend, class T>
///     struct bound {
///       explicit bound(typename Backend::context&);
///       void run();                               what is timed
///       static constexpr bench::work work{...};   of one run
///     };
///   };
///   [[maybe_unused]] auto const added = bench::add<my_case, ...>();
///
/// Its benchmarks are `my_case/cpu/float`, ...
namespace bench {

/// What one run does, for the rates; zero: no rate.
struct work {
  double flop = 0;
  double bytes = 0;  ///< read or written at least
};

/// Three passes of a layer that multiplies: forward, gradient of the input, gradient of the weight.
constexpr double training_flop(ssl::index multiply_adds) { return 3 * 2 * static_cast<double>(multiply_adds); }

template <class Backend>
constexpr char const* name_of() {
  if constexpr (std::is_same_v<Backend, ssl::backends::reference>) return "reference";
#if defined(PRETEXT_TEST_HAS_CPU)
  else if constexpr (std::is_same_v<Backend, ssl::backends::cpu>)
    return "cpu";
#endif
  else
    return "thrust";
}

inline void count(benchmark::State& state, work const& w) {
  using counter = benchmark::Counter;
  if (w.flop > 0) state.counters["FLOP/s"] = counter(w.flop, counter::kIsIterationInvariantRate);
  if (w.bytes > 0) state.counters["bytes/s"] = counter(w.bytes, counter::kIsIterationInvariantRate);
}

template <class Case, class Backend, class T>
void run(benchmark::State& state) {
  typename Backend::context context = conformance::context_with_threads<Backend>(1);
  typename Case::template bound<Backend, T> bound(context);
  for (auto _ : state) {
    bound.run();
    benchmark::ClobberMemory();
  }
  count(state, bound.work);
}

template <class... Cases>
int add() {
  namespace hana = boost::hana;
  auto const matrix = hana::make_tuple(hana::tuple_t<Cases...>, conformance::shipped_backends, conformance::scalars);
  hana::for_each(hana::cartesian_product(matrix), [](auto combination) {
    using one = typename decltype(+hana::at_c<0>(combination))::type;
    using backend = typename decltype(+hana::at_c<1>(combination))::type;
    using scalar = typename decltype(+hana::at_c<2>(combination))::type;
    std::string const name = std::string(one::name) + "/" + name_of<backend>() + (sizeof(scalar) == 4 ? "/float" : "/double");
    benchmark::RegisterBenchmark(name.c_str(), run<one, backend, scalar>);
  });
  return static_cast<int>(sizeof...(Cases));
}

}  // namespace bench
