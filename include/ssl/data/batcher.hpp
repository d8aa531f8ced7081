// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ssl/augmentations/concepts.hpp"
#include "ssl/core/error.hpp"
#include "ssl/data/detail/batch_slot.hpp"
#include "ssl/data/epoch_order.hpp"

namespace ssl::data {

struct batcher_options {
  int threads = 1;   ///< workers; 0: the thread that calls next() does the work itself
  int prefetch = 2;  ///< batches made ahead of the one in use
  std::uint64_t seed = 0;
};

/// The augmented batches of an endless row of epochs, in order, made ahead by worker threads.
///
/// Batch s of epoch e holds the images at places s * N to s * N + N - 1 of epoch_order(seed, e), each augmented by the draws of
/// (seed, e, index of the image): equal bits for any number of threads, and after seek(). The last partial batch of an epoch is
/// dropped. The data set must outlive the batcher, and its image() be callable from several threads.
///
/// Errors   E601 (fewer images than one batch, or more than 2^32 - 1), E602 (an image with another number of channels than the
///          run's), E603 (an image without pixels), E606 (options outside their ranges); what the data set or the augmentation
///          throws in a worker comes out of next() for the batch it belongs to, and again until seek()
/// Cost     prefetch + 1 batches of memory, 4 bytes for each image and a scratch for each worker, allocated by the
///          constructor, which augments image 0 once with each scratch; nothing is allocated afterwards, unless an image needs
///          a larger scratch than any before, or the data set decodes it
template <augmentation A, dataset D>
class batcher {
 public:
  batcher(D const& images, shape image, int batch, typename A::options const& augmentation, batcher_options const& options = {})
      : images_(images), image_(image), batch_(batch), augmentation_(augmentation), options_(options) {
    check();
    order_.resize(static_cast<std::size_t>(images_.size()));
    int const ahead = options_.threads == 0 ? 0 : options_.prefetch;
    slots_.reserve(static_cast<std::size_t>(ahead) + 1);
    for (int k = 0; k <= ahead; ++k) slots_.emplace_back(A::layout(image), batch);
    scratch_.resize(static_cast<std::size_t>(std::max(options_.threads, 1)));
    for (augmentations::scratch& memory : scratch_) fill_image(slots_[0], 0, memory);  // so that it grows here and not later
    try {
      for (int t = 0; t < options_.threads; ++t)
        workers_.emplace_back([this, t] { work(scratch_[static_cast<std::size_t>(t)]); });
    } catch (...) {
      stop();
      throw;
    }
  }
  batcher(D&&, shape, int, typename A::options const&, batcher_options const& = {}) = delete;
  batcher(batcher const&) = delete;
  batcher& operator=(batcher const&) = delete;
  ~batcher() { stop(); }

  index steps_per_epoch() const { return images_.size() / batch_; }

  /// The next batch; valid until the following call of next() or seek().
  batch_buffers const& next() {
    std::unique_lock lock(mutex_);
    detail::batch_slot& slot = slot_of(taken_);
    released_ = taken_;  // the batch handed out before may be overwritten
    work_.notify_all();
    if (options_.threads == 0) {
      if (opened_ == taken_) open_batch();
      while (position_ < batch_) fill_chunk(lock, scratch_[0]);
    }
    ready_.wait(lock, [&] { return opened_ > taken_ && slot.missing == 0; });
    if (slot.failure) std::rethrow_exception(slot.failure);
    ++taken_;
    return slot.buffers;
  }

  /// What next() gives is batch `step` of `epoch`. Work in flight is finished and dropped.
  void seek(std::uint32_t epoch, index step) {
    if (step < 0 || step >= steps_per_epoch()) {
      throw data_error(606, "batcher: expected a step of 0 to " + std::to_string(steps_per_epoch() - 1) + " in an epoch, found " +
                                std::to_string(step));
    }
    std::unique_lock lock(mutex_);
    paused_ = true;
    ready_.wait(lock, [&] { return busy_ == 0; });
    paused_ = false;
    start_ = {epoch, step};
    opened_ = taken_ = released_ = 0;
    position_ = batch_;
    work_.notify_all();
  }

 private:
  struct place {
    std::uint32_t epoch = 0;
    index step = 0;
  };
  static constexpr int chunk = 4;  // images a worker takes at a time: few, so that workers end a batch together

  void check() const {
    auto const at_least = [](char const* name, index value, index least) {
      if (value >= least) return;
      throw data_error(606, std::string("batcher: expected ") + name + " of at least " + std::to_string(least) + ", found " +
                                std::to_string(value));
    };
    at_least("a batch", batch_, 1);
    at_least("threads", options_.threads, 0);
    at_least("prefetch", options_.prefetch, 1);
    index const size = images_.size();
    if (size < batch_ || size > std::numeric_limits<std::uint32_t>::max()) {
      throw data_error(601, "the data set has " + std::to_string(size) + " images; expected at least one batch of " +
                                std::to_string(batch_) + " and at most 2^32 - 1; take a smaller batch or more images");
    }
    auto const& head = images_.image(0);
    check_image(0, head);
  }

  void check_image(index i, image_view const& v) const {
    if (v.channels != image_.c) {
      throw data_error(602, "image " + std::to_string(i) + " has " + std::to_string(v.channels) + " channels; expected " +
                                std::to_string(image_.c) + ", as the run's image has");
    }
    if (v.data == nullptr || v.height < 1 || v.width < 1) {
      throw data_error(603, "image " + std::to_string(i) + " has no pixels: " + std::to_string(v.height) + "x" +
                                std::to_string(v.width) + (v.data == nullptr ? " at a null address" : ""));
    }
  }

  detail::batch_slot& slot_of(index number) {
    return slots_[static_cast<std::size_t>(number % static_cast<index>(slots_.size()))];
  }

  // All below: with the mutex held, numbers of batches count from start_.
  bool slot_is_free() const { return opened_ - released_ < static_cast<index>(slots_.size()); }
  bool has_work() const { return !paused_ && (position_ < batch_ || slot_is_free()); }

  void open_batch() {
    index const steps = steps_per_epoch();
    index const total = start_.step + opened_;
    place const at{static_cast<std::uint32_t>(start_.epoch + total / steps), total % steps};
    if (!ordered_ || ordered_epoch_ != at.epoch) epoch_order(options_.seed, at.epoch, order_);
    ordered_ = true;
    ordered_epoch_ = at.epoch;

    detail::batch_slot& slot = slot_of(opened_++);
    std::copy_n(order_.begin() + at.step * batch_, batch_, slot.samples.begin());
    slot.buffers.epoch = at.epoch;
    slot.buffers.step = at.step;
    slot.missing = batch_;
    slot.failed_position = -1;
    slot.failure = nullptr;
    position_ = 0;
  }

  /// Takes some images of the open batch and fills them, the mutex released meanwhile.
  void fill_chunk(std::unique_lock<std::mutex>& lock, augmentations::scratch& memory) {
    detail::batch_slot& slot = slot_of(opened_ - 1);
    int const begin = position_, end = std::min(begin + chunk, batch_);
    position_ = end;
    ++busy_;
    lock.unlock();
    int failed_position = -1;
    std::exception_ptr failure;
    for (int p = begin; p < end && !failure; ++p) {
      try {
        fill_image(slot, p, memory);
      } catch (...) {
        failed_position = p;
        failure = std::current_exception();
      }
    }
    lock.lock();
    --busy_;
    if (failure && (!slot.failure || failed_position < slot.failed_position)) {
      slot.failed_position = failed_position;
      slot.failure = std::move(failure);
    }
    slot.missing -= end - begin;
    if (slot.missing == 0 || paused_) ready_.notify_all();
  }

  void fill_image(detail::batch_slot& slot, int position, augmentations::scratch& memory) const {
    std::uint32_t const sample = slot.samples[static_cast<std::size_t>(position)];
    auto const& picture = images_.image(sample);  // it may hold the pixels
    check_image(sample, picture);
    augmentations::sample_output out = slot.out;
    out.position = position;
    A::apply(image_, augmentation_, {.seed = options_.seed, .epoch = slot.buffers.epoch, .sample = sample}, picture, out, memory);
    if constexpr (requires { A::class_wire(image_); }) {
      int const wire = A::class_wire(image_);
      for (int entry = 0; entry < A::layout(image_).labels[wire]; ++entry) out.label(wire, entry) = images_.label(sample);
    }
  }

  void work(augmentations::scratch& memory) {
    std::unique_lock lock(mutex_);
    while (true) {
      work_.wait(lock, [&] { return stopping_ || has_work(); });
      if (stopping_) return;
      if (position_ == batch_) open_batch();
      fill_chunk(lock, memory);
    }
  }

  void stop() {
    {
      std::lock_guard const lock(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
    for (std::thread& t : workers_) t.join();
    workers_.clear();
  }

  D const& images_;
  shape image_;
  int batch_;
  typename A::options augmentation_;
  batcher_options options_;
  std::vector<std::uint32_t> order_;
  std::vector<detail::batch_slot> slots_;
  std::vector<augmentations::scratch> scratch_;
  std::vector<std::thread> workers_;

  std::mutex mutex_;
  std::condition_variable work_, ready_;
  place start_;
  index opened_ = 0;       // batches begun; the last of them is open for filling while position_ < batch_
  index taken_ = 0;        // batches handed out
  index released_ = 0;     // batches whose slot may be used again
  int position_ = batch_;  // the next image of the open batch to be filled
  int busy_ = 0;           // workers that fill images now
  bool ordered_ = false;   // order_ is that of ordered_epoch_
  std::uint32_t ordered_epoch_ = 0;
  bool paused_ = false, stopping_ = false;
};

}  // namespace ssl::data
