// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/concepts.hpp"
#include "ssl/core/type_list.hpp"

/// \file
/// Augmentation policies made of chains: which views there are, by which chain, and at which size.
namespace ssl::augmentations {

/// Count views of an image, each made by Chain with its own draws.
template <int Count, class Chain>
struct views {
  static constexpr int count = Count;
  using chain = Chain;
};

/// Height and width of a view; zero: those of the run's image.
struct view_size {
  int height = 0;
  int width = 0;
  friend constexpr bool operator==(view_size const&, view_size const&) = default;
};

/// Views of one size, which a network sees as one batch: `sized_group<{96, 96}, views<8, local_chain>>`.
template <view_size Size, class... Views>
struct sized_group {
  using parts = type_list<Views...>;
  static constexpr int count = (Views::count + ... + 0);
  static constexpr shape size(shape image) {
    return {1, Size.height > 0 ? Size.height : image.h, Size.width > 0 ? Size.width : image.w, image.c};
  }
};

/// Views of the size of the run's image: `group<views<1, chain_a>, views<1, chain_b>>`.
template <class... Views>
using group = sized_group<view_size{}, Views...>;

namespace detail {

/// The options of the chain of the I-th `views` of a policy.
template <int I, class Chain>
struct numbered_chain_options {
  typename Chain::options value{};
};
template <class Indices, class... Chains>
struct numbered_options;
template <std::size_t... I, class... Chains>
struct numbered_options<std::index_sequence<I...>, Chains...> : numbered_chain_options<static_cast<int>(I), Chains>... {};

template <class... Lists>
struct joined;
template <class... A>
struct joined<type_list<A...>> {
  using type = type_list<A...>;
};
template <class... A, class... B, class... Rest>
struct joined<type_list<A...>, type_list<B...>, Rest...> : joined<type_list<A..., B...>, Rest...> {};

template <class... Views>
constexpr bool all_valid(type_list<Views...>) {
  return (Views::chain::valid && ...);
}

template <class... Views>
constexpr bool all_accept(type_list<Views...>, shape size) {
  return (Views::chain::accepts(size) && ...);
}

template <class List>
struct options_of_views;
template <class... Views>
struct options_of_views<type_list<Views...>> {
  using type = numbered_options<std::make_index_sequence<sizeof...(Views)>, typename Views::chain...>;
};

}  // namespace detail

/// An augmentation policy: groups of views, in order. A view's number counts through all groups, and is part of its key.
template <class... Groups>
struct view_groups {
  static_assert(sizeof...(Groups) > 0 && sizeof...(Groups) <= view_layout::capacity);
  using parts = typename detail::joined<typename Groups::parts...>::type;
  template <int I>
  using chain_at = typename type_at<I, parts>::chain;
  static constexpr bool valid = detail::all_valid(parts{});  ///< of every chain
  static constexpr bool accepts(shape image) {
    return (detail::all_accept(typename Groups::parts{}, Groups::size(image)) && ...);
  }

  struct options : detail::options_of_views<parts>::type {
    /// The numbers of the chain of the I-th `views`, counted through all groups.
    template <int I>
    constexpr typename chain_at<I>::options& chain() {
      return static_cast<detail::numbered_chain_options<I, chain_at<I>>&>(*this).value;
    }
    template <int I>
    constexpr typename chain_at<I>::options const& chain() const {
      return static_cast<detail::numbered_chain_options<I, chain_at<I>> const&>(*this).value;
    }
    /// The numbers of a stage, where there is one chain.
    template <fixed_string Name>
    requires(parts::size == 1) constexpr auto& get() { return chain<0>().template get<Name>(); }
    template <fixed_string Name>
    requires(parts::size == 1) constexpr auto const& get() const { return chain<0>().template get<Name>(); }
    /// Calls f(name, options) for each stage where there is one chain, else for each chain, named "0", "1", ...
    template <class F>
    constexpr void for_each(F&& f) const {
      if constexpr (parts::size == 1) {
        chain<0>().for_each(f);
      } else {
        for_each_index<parts::size>([&]<int I>() {
          name number;
          number.append_number(I);
          f(static_cast<char const*>(number.text), chain<I>());
        });
      }
    }
  };

  static constexpr view_layout layout(shape image) {
    view_layout l;
    ((l.group[l.groups++] = {Groups::count, Groups::size(image)}), ...);
    return l;
  }

  static void apply(shape image, options const& o, draw_key key, image_view picture, sample_output const& out, scratch& memory) {
    view_layout const l = layout(image);
    int place = 0, in_group = 0;
    for_each_index<parts::size>([&]<int I>() {
      for (int v = 0; v < type_at<I, parts>::count; ++v, ++in_group, ++key.view) {
        while (in_group == l.group[place].views) ++place, in_group = 0;
        chain_at<I>::apply(l.group[place].size, o.template chain<I>(), key, picture, out.view(l, place, in_group), memory);
      }
    });
  }

  /// What the first chain's normalisation does to a value.
  static constexpr channel_statistics statistics(options const& o) { return chain_at<0>::statistics(o.template chain<0>()); }
};

/// Two views of each image by one chain.
template <class Chain>
using two_views = view_groups<group<views<2, Chain>>>;

}  // namespace ssl::augmentations
