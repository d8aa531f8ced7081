// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ssl/augmentations/detail/check_picture.hpp"
#include "ssl/augmentations/evaluation.hpp"
#include "ssl/augmentations/resample.hpp"
#include "ssl/core/block_list.hpp"
#include "ssl/core/error.hpp"
#include "ssl/pipeline/forward_plan.hpp"
#include "ssl/pipeline/initialise.hpp"
#include "ssl/pipeline/pipeline.hpp"
#include "ssl/pipeline/tap.hpp"

namespace ssl {

/// A trained encoder by itself: forward only, no training code, for a fixed number of images at a time. What evaluation uses and
/// what a product ships.
///
///     ssl::frozen_of<my_run, 1> encoder{threads, "encoder.safetensors"};
///     encoder.features(&picture, 1, values.data());
///
/// Shapes    image: (H, W, C) of 8 bits, another height or width is resized (bilinear, antialiased); features: (N, width)
/// Memory    one block in the backend's memory, allocated at construction, and one batch on the host
/// Threads   one thread at a time
/// Errors    compile time: E101, E102 (the encoder cannot take the image), E100, E111, E120, E201; run time: E602, E603 (images),
///           E7xx, E802 (files)
/// Source    normalisation: the mean and deviation that training used, from the file. Resizing: torchvision's Resize with
/// antialias
template <class Encoder, shape Image, class Backend, int Batch, class Scalar = float,
          bool Works = facts::frozen_failure<Encoder, Image, Backend, Batch, Scalar>() == 0>
class frozen_encoder {
  template <execution_mode Mode>
  using env = environment<Backend, Scalar, execution{.mode = Mode}>;

 public:
  using encoder = Encoder;
  using backend = Backend;
  using scalar = Scalar;
  using context_type = typename Backend::context;

  static constexpr shape image = Image.with_batch(1);
  static constexpr int batch = Batch;
  static constexpr shape output = Encoder::output(image);  ///< of one image
  static constexpr index width = output.elements();        ///< numbers that one image gives

  /// With weights drawn by (seed, name), as a pipeline of this encoder starts. The context must outlive the encoder.
  explicit frozen_encoder(context_type& context, std::uint64_t seed = 1);
  /// With the weights, the mean and the deviation of a file that io::save_encoder wrote. Defined in <ssl/io/encoder_file.hpp>.
  frozen_encoder(context_type& context, std::string const& path);
  ~frozen_encoder() { Backend::release(context_, memory_); }
  frozen_encoder(frozen_encoder const&) = delete;
  frozen_encoder& operator=(frozen_encoder const&) = delete;

  /// Features of 1 to `batch` images; out: (count, width), on the host.
  void features(image_view const* images, int count, Scalar* out);
  /// What the module `tap` ("stage2", "blocks.3.attn") gives for the same images, on the host; `extents` becomes its shape, which is
  /// (count, H, W, C), or (count, 1, tokens, C) for tokens.
  /// Errors  E803 (there is no such module)
  std::vector<Scalar> tap(image_view const* images, int count, std::string const& tap, shape* extents = nullptr);
  /// Batch statistics become the average over calls numbered 0, 1, ...: for an untrained encoder. Takes exactly `batch` images.
  void calibrate(image_view const* images, int call);

  /// What is subtracted from each channel of an image in [0, 1] and what it is divided by.
  augmentations::channel_statistics& statistics() { return statistics_; }
  augmentations::channel_statistics const& statistics() const { return statistics_; }

  /// Names and places of the blocks, as in the encoder alone: "stage1.conv.weight".
  static std::vector<block_info> blocks(block_set set);
  encoder_weights<Scalar> weights() const;
  void set_weights(encoder_weights<Scalar> const& w);

 private:
  static constexpr shape input = Image.with_batch(Batch);

  static constexpr auto const& table() { return block_table_of<Encoder, input, env<execution_mode::evaluation>>; }
  static constexpr auto const& plan() { return forward_plan_of<Encoder, input, env<execution_mode::evaluation>>; }
  static constexpr index size = sizeof(Scalar);

  Scalar* parameters() const { return static_cast<Scalar*>(memory_); }
  Scalar* buffers() const { return parameters() + table().parameter_elements; }
  Scalar* arena() const { return buffers() + table().buffer_elements; }

  void take(image_view const* images, int count);
  template <execution Execution>
  void forward(Scalar calibration_rate, output_observer* observer);

  context_type& context_;
  void* memory_;
  augmentations::channel_statistics statistics_{};
  augmentations::scratch scratch_;
  std::vector<float> picture_;
  std::vector<Scalar> values_;
};

/// One sentence about why there is no such encoder.
template <class Encoder, shape Image, class Backend, int Batch, class Scalar>
class frozen_encoder<Encoder, Image, Backend, Batch, Scalar, false> : public frozen_stub {
  static_assert(sizeof(sentence_about_frozen<Encoder, Image, Backend, Batch, Scalar>) > 0);

 public:
  using frozen_stub::frozen_stub;
};

namespace detail {

/// The frozen encoder of a run that does not compose, and whose encoder alone does not either: the run's own sentence tells why.
template <class Run>
class frozen_of_wrong_run : public frozen_stub {
  static_assert(sizeof(sentence_about<Run>) > 0);

 public:
  using frozen_stub::frozen_stub;
};

template <class Run>
consteval int batch_of() {
  if constexpr (facts::names_policies<Run>)
    return Run::batch;
  else
    return 1;
}

template <class Run, int Batch>
consteval auto select_frozen() {
  if constexpr (!facts::names_policies<Run>) {
    return std::type_identity<frozen_of_wrong_run<Run>>{};
  } else {
    constexpr bool works =
        facts::frozen_failure<typename Run::encoder, Run::image, typename Run::backend, Batch, typename Run::scalar>() == 0;
    if constexpr (!works && failure_of<Run> != 0)
      return std::type_identity<frozen_of_wrong_run<Run>>{};
    else
      return std::type_identity<
          frozen_encoder<typename Run::encoder, Run::image, typename Run::backend, Batch, typename Run::scalar, works>>{};
  }
}

}  // namespace detail

/// The frozen encoder of a run, for `Batch` images at a time. It looks at the training policies only where the encoder does not
/// work.
template <class Run, int Batch = detail::batch_of<Run>()>
using frozen_of = typename decltype(detail::select_frozen<Run, Batch>())::type;

// --- definitions --------------------------------------------------------------------------------------------------------------

template <class Encoder, shape Image, class Backend, int Batch, class Scalar, bool Works>
frozen_encoder<Encoder, Image, Backend, Batch, Scalar, Works>::frozen_encoder(context_type& context, std::uint64_t seed)
    : context_(context),
      memory_(Backend::allocate(context, (table().parameter_elements + table().buffer_elements + plan().arena) * size)),
      picture_(static_cast<std::size_t>(image.elements())),
      values_(static_cast<std::size_t>(math::max(input.elements(), width * Batch))) {
  encoder_weights<Scalar> w{.parameters = std::vector<Scalar>(static_cast<std::size_t>(table().parameter_elements)),
                            .buffers = std::vector<Scalar>(static_cast<std::size_t>(table().buffer_elements))};
  for (block_info const& b : blocks(block_set::parameters))
    initialise_block(b.initial, "encoder." + b.name, seed, w.parameters.data() + b.offset, b.elements);
  for (block_info const& b : blocks(block_set::buffers))
    initialise_block(b.initial, "encoder." + b.name, seed, w.buffers.data() + b.offset, b.elements);
  set_weights(w);
}

template <class Encoder, shape Image, class Backend, int Batch, class Scalar, bool Works>
std::vector<block_info> frozen_encoder<Encoder, Image, Backend, Batch, Scalar, Works>::blocks(block_set set) {
  auto const& t = table();
  std::vector<block_info> list;
  if (set == block_set::parameters)
    list_blocks(list, "", t.parameter, t.parameters, t.path, 0);
  else
    list_blocks(list, "", t.buffer, t.buffers, t.path, 0);
  return list;
}

template <class Encoder, shape Image, class Backend, int Batch, class Scalar, bool Works>
encoder_weights<Scalar> frozen_encoder<Encoder, Image, Backend, Batch, Scalar, Works>::weights() const {
  encoder_weights<Scalar> w{.parameters = std::vector<Scalar>(static_cast<std::size_t>(table().parameter_elements)),
                            .buffers = std::vector<Scalar>(static_cast<std::size_t>(table().buffer_elements))};
  Backend::copy_out(context_, w.parameters.data(), parameters(), table().parameter_elements * size);
  Backend::copy_out(context_, w.buffers.data(), buffers(), table().buffer_elements * size);
  return w;
}

template <class Encoder, shape Image, class Backend, int Batch, class Scalar, bool Works>
void frozen_encoder<Encoder, Image, Backend, Batch, Scalar, Works>::set_weights(encoder_weights<Scalar> const& w) {
  Backend::copy_in(context_, parameters(), w.parameters.data(), table().parameter_elements * size);
  Backend::copy_in(context_, buffers(), w.buffers.data(), table().buffer_elements * size);
}

/// Images to the arena: resized where they have another size, converted, normalised; places beyond `count` hold zeros.
template <class Encoder, shape Image, class Backend, int Batch, class Scalar, bool Works>
void frozen_encoder<Encoder, Image, Backend, Batch, Scalar, Works>::take(image_view const* images, int count) {
  for (int n = 0; n < count; ++n) {
    augmentations::detail::check_picture(image, images[n], true);
    augmentations::to_float(images[n], image, statistics_, picture_.data(), scratch_);
    Scalar* const to = values_.data() + n * image.elements();
    for (index i = 0; i < image.elements(); ++i) to[i] = static_cast<Scalar>(picture_[static_cast<std::size_t>(i)]);
  }
  for (index i = count * image.elements(); i < input.elements(); ++i) values_[static_cast<std::size_t>(i)] = Scalar(0);
  Backend::copy_in(context_, arena() + plan().x.offset, values_.data(), input.elements() * size);
}

template <class Encoder, shape Image, class Backend, int Batch, class Scalar, bool Works>
template <execution Execution>
void frozen_encoder<Encoder, Image, Backend, Batch, Scalar, Works>::forward(Scalar calibration_rate, output_observer* observer) {
  frame<Scalar> f{.arena = arena(), .parameters = parameters(), .buffers = buffers(), .calibration_rate = calibration_rate};
  f.observer = observer;
  ssl::forward<Encoder, input, environment<Backend, Scalar, Execution>>(context_, f, plan().op);
}

template <class Encoder, shape Image, class Backend, int Batch, class Scalar, bool Works>
void frozen_encoder<Encoder, Image, Backend, Batch, Scalar, Works>::features(image_view const* images, int count, Scalar* out) {
  take(images, count);
  forward<execution{.mode = execution_mode::evaluation}>(Scalar(0), nullptr);
  Backend::copy_out(context_, out, arena() + plan().y.offset, count * width * size);
}

template <class Encoder, shape Image, class Backend, int Batch, class Scalar, bool Works>
void frozen_encoder<Encoder, Image, Backend, Batch, Scalar, Works>::calibrate(image_view const* images, int call) {
  take(images, Batch);
  forward<execution{.mode = execution_mode::calibration}>(Scalar(1) / Scalar(call + 1), nullptr);
}

template <class Encoder, shape Image, class Backend, int Batch, class Scalar, bool Works>
std::vector<Scalar> frozen_encoder<Encoder, Image, Backend, Batch, Scalar, Works>::tap(image_view const* images, int count,
                                                                                       std::string const& tap, shape* extents) {
  take(images, count);
  detail::tap_observer<std::remove_cvref_t<decltype(plan())>, Scalar, Backend> observer(plan(), context_, tap);
  forward<execution{.mode = execution_mode::evaluation, .observed = true}>(Scalar(0), &observer);
  observer.expect_found();
  observer.values.resize(observer.values.size() / Batch * static_cast<std::size_t>(count));
  if (extents != nullptr) *extents = observer.extents.with_batch(count);
  return std::move(observer.values);
}

namespace detail {
template <class Frozen, class Run>
void take_statistics(pipeline<Run>& trained, Frozen& encoder) {
  if constexpr (requires { Run::augmentation::statistics(trained.options().augmentation); })
    encoder.statistics() = Run::augmentation::statistics(trained.options().augmentation);
}
}  // namespace detail

/// The encoder of a pipeline, by itself: the weights that the objective exports, and the statistics that the augmentation
/// normalises with.
template <class Frozen, class Run>
void freeze(pipeline<Run>& trained, Frozen& encoder) {
  encoder.set_weights(trained.exported());
  detail::take_statistics(trained, encoder);
}

/// Several networks of a pipeline in a row, for pictures of what they predict: `frozen_encoder<sequential<named<"encoder", ...>,
/// named<"decoder", ...>>, ...>`. Every block is the trained one of the same full name.
///
/// Errors  E802 (the pipeline has no such block, or one of another size)
template <class Frozen, class Run>
void freeze_networks(pipeline<Run>& trained, Frozen& networks) {
  using T = typename Run::scalar;
  encoder_weights<T> w = networks.weights();
  auto const take = [&](array which, block_set set, std::vector<T>& to) {
    std::vector<T> from(static_cast<std::size_t>(trained.elements(which)));
    trained.read(which, from.data());
    for (block_info const& wanted : Frozen::blocks(set)) {
      bool found = false;
      for (block_info const& b : inventory<Run>(set)) {
        if (b.name != wanted.name || b.elements != wanted.elements) continue;
        for (index i = 0; i < b.elements; ++i)
          to[static_cast<std::size_t>(wanted.offset + i)] = from[static_cast<std::size_t>(b.offset + i)];
        found = true;
      }
      if (!found) throw composition_error(802, "the pipeline has no block '" + wanted.name + "' of that size");
    }
  };
  take(array::parameters, block_set::parameters, w.parameters);
  take(array::buffers, block_set::buffers, w.buffers);
  networks.set_weights(w);
  detail::take_statistics(trained, networks);
}

}  // namespace ssl
