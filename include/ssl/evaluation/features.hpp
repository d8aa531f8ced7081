// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <exception>
#include <vector>

#include "ssl/augmentations/evaluation.hpp"
#include "ssl/evaluation/detail/blocks.hpp"
#include "ssl/evaluation/knn.hpp"
#include "ssl/evaluation/linear_probe.hpp"
#include "ssl/pipeline/frozen_encoder.hpp"

/// \file
/// From data sets to the arrays that evaluation works on, and evaluations of a frozen encoder in one call.
namespace ssl::evaluation {

namespace detail {

/// Neighbouring images of a data set, decoded by all threads where it decodes on access: they stay until the next call of take().
template <dataset D>
class picture_batch {
 public:
  image_view const* take(D const& data, index first, int count) {
    pictures_.resize(static_cast<std::size_t>(count));
    failures_.assign(pictures_.size(), nullptr);
    for_each_block(count, 1, [&](index i, index) {
      try {
        pictures_[static_cast<std::size_t>(i)] = data.image(first + i);
      } catch (...) {
        failures_[static_cast<std::size_t>(i)] = std::current_exception();
      }
    });
    for (std::exception_ptr const& failure : failures_)
      if (failure) std::rethrow_exception(failure);
    views_.assign(pictures_.begin(), pictures_.end());
    return views_.data();
  }

 private:
  std::vector<picture_of<D>> pictures_;
  std::vector<std::exception_ptr> failures_;
  std::vector<image_view> views_;
};

}  // namespace detail

/// Features of all images of a data set, (N, width). The tail of the last batch is padded and cut off.
template <class Frozen, dataset D>
basic_embeddings<typename Frozen::scalar> features(Frozen& encoder, D const& data) {
  auto result = detail::make_embeddings<typename Frozen::scalar>(data.size(), Frozen::width);
  detail::picture_batch<D> images;
  for (index first = 0; first < data.size(); first += Frozen::batch) {
    int const count = static_cast<int>(std::min<index>(Frozen::batch, data.size() - first));
    encoder.features(images.take(data, first, count), count, result.data() + first * Frozen::width);
  }
  return result;
}

/// What becomes of the places (or tokens) of a tapped module.
enum class tap_form {
  mean,         ///< their mean, (N, C)
  first_token,  ///< the first one: a class token, (N, C)
  all           ///< one after the other, (N, H W C)
};

/// Features from inside an encoder: what the module `tap` ("stage2", "blocks.3") gives for all images of a data set.
///
/// Methods that solve another task than telling images apart (rotation, jigsaw, colorization) have their best features before the
/// last layers.
///
/// Errors  E803 (there is no such module), E640 (no image)
template <class Frozen, dataset D>
basic_embeddings<typename Frozen::scalar> features(Frozen& encoder, D const& data, std::string const& tap,
                                                   tap_form form = tap_form::mean) {
  using scalar = typename Frozen::scalar;
  if (data.size() < 1) throw data_error(640, "features: the data set is empty; expected at least one image");
  basic_embeddings<scalar> result;
  std::vector<image_view> images(Frozen::batch);
  for (index first = 0; first < data.size(); first += Frozen::batch) {
    int const count = static_cast<int>(std::min<index>(Frozen::batch, data.size() - first));
    for (int i = 0; i < count; ++i) images[static_cast<std::size_t>(i)] = data.image(first + i);
    shape extents;
    std::vector<scalar> const values = encoder.tap(images.data(), count, tap, &extents);
    index const places = extents.tokens(), channels = extents.c, width = form == tap_form::all ? places * channels : channels;
    if (first == 0) result = detail::make_embeddings<scalar>(data.size(), width);
    for (index i = 0; i < count; ++i) {
      Eigen::Map<detail::matrix<scalar> const> const image(values.data() + i * places * channels, places, channels);
      auto row = detail::view(result).row(first + i);
      if (form == tap_form::mean) row = image.colwise().mean();
      if (form == tap_form::first_token) row = image.row(0);
      if (form == tap_form::all) row = Eigen::Map<Eigen::RowVectorX<scalar> const>(image.data(), width);
    }
  }
  return result;
}

/// The pixels themselves, normalised as an encoder's input is: what features must beat, (N, H W C).
///
/// Errors  E605 (images of different sizes), E640 (no image)
template <dataset D>
embeddings raw_pixels(D const& data, augmentations::channel_statistics const& statistics) {
  if (data.size() < 1) throw data_error(640, "raw_pixels: the data set is empty; expected at least one image");
  auto const& first = data.image(0);
  image_view const head = first;
  index const width = index{head.height} * head.width * head.channels;
  auto result = detail::make_embeddings<float>(data.size(), width);
  for (index i = 0; i < data.size(); ++i) {
    auto const& kept = data.image(i);
    image_view const picture = kept;
    if (picture.height != head.height || picture.width != head.width || picture.channels != head.channels)
      throw data_error(605,
                       "raw_pixels: image " + std::to_string(i) + " has another size than image 0; expected images of one size");
    augmentations::to_float(picture, statistics, result.data() + i * width);
  }
  return result;
}

/// The same of images of any size, resized as a frozen encoder of `image` resizes them, (N, H W C).
///
/// Errors  E602, E603 (images), E640 (no image)
template <dataset D>
embeddings raw_pixels(D const& data, shape image, augmentations::channel_statistics const& statistics) {
  if (data.size() < 1) throw data_error(640, "raw_pixels: the data set is empty; expected at least one image");
  auto result = detail::make_embeddings<float>(data.size(), image.with_batch(1).elements());
  augmentations::scratch memory;
  for (index i = 0; i < data.size(); ++i) {
    auto const& picture = data.image(i);
    augmentations::detail::check_picture(image, picture, true);
    augmentations::to_float(picture, image, statistics, result.data() + i * image.with_batch(1).elements(), memory);
  }
  return result;
}

/// The classes of a data set, (N).
template <labelled_dataset D>
labels labels_of(D const& data) {
  labels result({static_cast<std::size_t>(data.size())}, 0);
  for (index i = 0; i < data.size(); ++i) result(static_cast<std::size_t>(i)) = data.label(i);
  return result;
}

/// Gives an untrained encoder the batch statistics that it would have seen: their average over all whole batches of the data set.
///
/// Errors  E601 (fewer images than one batch)
template <class Frozen, dataset D>
void calibrate(Frozen& encoder, D const& data) {
  index const batches = data.size() / Frozen::batch;
  if (batches < 1)
    throw data_error(601, "calibrate: the data set has " + std::to_string(data.size()) +
                              " images; expected at least one batch of " + std::to_string(Frozen::batch));
  detail::picture_batch<D> images;
  for (index b = 0; b < batches; ++b) encoder.calibrate(images.take(data, b * Frozen::batch, Frozen::batch), static_cast<int>(b));
}

/// Nearest neighbours on the features of a frozen encoder: the bank are the training images.
template <class Frozen, labelled_dataset Train, labelled_dataset Test>
requires requires { std::remove_cvref_t<Frozen>::width; }
knn_result knn(Frozen&& encoder, Train const& train, Test const& test, knn_options const& options = {}) {
  auto const bank = features(encoder, train), queries = features(encoder, test);
  return knn(bank, labels_of(train), queries, labels_of(test), options);
}

/// Linear probe on the features of a frozen encoder.
template <class Frozen, labelled_dataset Train, labelled_dataset Test>
requires requires { std::remove_cvref_t<Frozen>::width; }
linear_probe_result linear_probe(Frozen&& encoder, Train const& train, Test const& test,
                                 linear_probe_options const& options = {}) {
  auto const rows = features(encoder, train), queries = features(encoder, test);
  return linear_probe(rows, labels_of(train), queries, labels_of(test), options);
}

}  // namespace ssl::evaluation
