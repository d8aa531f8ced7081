// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/concepts.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/core/fields.hpp"
#include "ssl/core/fixed_string.hpp"

namespace ssl::augmentations {

/// The stream of operation numbers of tasks and masks, beyond those of any chain's stages, which count upwards from 0.
inline constexpr std::uint16_t task_operation = 0x8000;
inline constexpr std::uint16_t mask_operation = 0x9000;  ///< and upwards, one for each mask wire

/// An augmentation policy for a pretext task: one view by Chain, of which Task makes views, labels and masks:
/// `task_views<chain<...>, all_quarter_turns>`. A task is
///
///   struct options
///   static constexpr view_layout layout(shape image)
///   static constexpr bool accepts(shape image)                                     where it cannot work on every image
///   static void apply(shape image, options const&, draws&, float const* view, sample_output const&, scratch&)
///
/// where the view is (image.h, image.w, image.c) and the draws are the task's own, so that no stage's draws depend on it.
///
/// Cost  the chain's, and one more pass over the view
template <class Chain, class Task>
struct task_views {
  using chain = Chain;
  using task = Task;
  struct options {
    typename Chain::options chain{};
    typename Task::options task{};
    PRETEXT_FIELDS(chain, task)

    /// The numbers of a stage of the chain.
    template <fixed_string Name>
    constexpr auto& get() {
      return chain.template get<Name>();
    }
    template <fixed_string Name>
    constexpr auto const& get() const {
      return chain.template get<Name>();
    }
  };

  static constexpr bool valid = Chain::valid;
  static constexpr bool accepts(shape image) { return Chain::accepts(image) && accepts_image<Task>(image); }
  static constexpr view_layout layout(shape image) { return Task::layout(image); }

  static void apply(shape image, options const& o, draw_key key, image_view picture, sample_output const& out, scratch& memory) {
    float* const view = memory.floats(6, image.tokens() * image.c);
    Chain::apply(image, o.chain, key, picture, view, memory);
    key.operation = task_operation;
    draws stream(key);
    Task::apply(image, o.task, stream, view, out, memory);
  }

  /// What the chain's normalisation does to a value.
  static constexpr channel_statistics statistics(options const& o) { return Chain::statistics(o.chain); }
};

}  // namespace ssl::augmentations
