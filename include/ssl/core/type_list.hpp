// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "ssl/core/fixed_string.hpp"

namespace ssl {

/// Types and nothing else.
template <class... Types>
struct type_list {
  static constexpr int size = sizeof...(Types);
};

namespace detail {
template <std::size_t I, class Type>
struct indexed_type {
  using type = Type;
};
template <class Indices, class... Types>
struct indexed_types;
template <std::size_t... I, class... Types>
struct indexed_types<std::index_sequence<I...>, Types...> : indexed_type<I, Types>... {};

template <std::size_t I, class Type>
indexed_type<I, Type> select_type(indexed_type<I, Type> const&);

template <class List>
struct list_index;
template <class... Types>
struct list_index<type_list<Types...>> {
  using type = indexed_types<std::make_index_sequence<sizeof...(Types)>, Types...>;
};
}  // namespace detail

/// The I-th type of a list.
template <int I, class List>
using type_at = typename decltype(detail::select_type<static_cast<std::size_t>(I)>(typename detail::list_index<List>::type{}))::type;

/// Position of the entry called `label` in a list of `named` types; -1 where there is none.
template <class... Named>
constexpr int find_label(type_list<Named...>, [[maybe_unused]] char const* label) {
  int found = -1, i = 0;
  ((same_text(Named::label(), label) && found < 0 ? void(found = i) : void(), ++i), ...);
  return found;
}

/// Calls f.template operator()<I>() for I = 0 .. Count - 1, or backwards.
template <int Count, class F>
constexpr void for_each_index(F&& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (f.template operator()<static_cast<int>(I)>(), ...); }(std::make_index_sequence<Count>{});
}
template <int Count, class F>
constexpr void for_each_index_reversed(F&& f) {
  for_each_index<Count>([&]<int I>() { f.template operator()<Count - 1 - I>(); });
}

}  // namespace ssl
