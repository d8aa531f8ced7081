// SPDX-License-Identifier: Apache-2.0
//
// No thread asks for memory during a training step after the first one, the batcher included: on every host backend, for a
// convolutional encoder and a transformer that sees the batch in chunks, with an average and a state, with SGD and with clipped AdamW.
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "conformance/backends.hpp"
#include "counted_memory.hpp"
#include "objectives/moving_target.hpp"
#include "objectives/queue.hpp"
#include "objectives/tiny.hpp"
#include "ssl/augmentations/simclr.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/testing/objective_check.hpp"

namespace {

using namespace tiny;
using ssl::index;

int failures = 0;

void expect_none(char const* what, counted_memory::result const& found) {
  if (found.requests == 0) return;
  std::printf("%s: %ld requests for memory, the first by %s\n", what, found.requests, found.first);
  ++failures;
}

/// The counter itself must see each way of asking.
void expect_counted(char const* what, void (*ask)()) {
  if (counted_memory::during(ask).requests > 0) return;
  std::printf("the counter does not see %s\n", what);
  ++failures;
}

// Volatile, so that no compiler removes a request.
volatile std::size_t bytes = 100;
void* volatile kept = nullptr;
void* keep(void* memory) {
  kept = memory;
  return memory;
}

void check_counter() {
  expect_counted("malloc", [] { std::free(keep(std::malloc(bytes))); });
  expect_counted("calloc", [] { std::free(keep(std::calloc(bytes, 2))); });
  expect_counted("realloc", [] { std::free(keep(std::realloc(nullptr, bytes))); });
  expect_counted("operator new", [] { ::operator delete(keep(::operator new(bytes))); });
  expect_counted("aligned operator new",
                 [] { ::operator delete (keep(::operator new (bytes, std::align_val_t{64})), std::align_val_t{64}); });
  expect_counted("a vector", [] {
    std::vector<char> v(bytes);
    keep(v.data());
  });
  expect_counted("mmap", [] { munmap(mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), bytes); });
}

template <class Objective, class Encoder, class Backend, class Scalar, class Optimizer = optimizers::sgd<>>
struct small : run<Objective, Encoder, augmentations::simclr_small, Backend, Scalar> {
  using optimizer = Optimizer;
  static constexpr shape image{.h = 16, .w = 16, .c = 3};
  static constexpr int batch = 16;
};

template <class Run>
void expect_quiet_steps(char const* what, run_options<Run> const& options = {}) {
  auto context = conformance::context_with_threads<typename Run::backend>(2);
  pipeline<Run> p(context, options);
  testing::random_pictures const pictures(index{3} * Run::batch, shape{.h = 20, .w = 17, .c = 3}, 1);
  data::batcher<typename Run::augmentation, testing::random_pictures> batches(pictures, Run::image, Run::batch,
                                                                              options.augmentation, {.threads = 2});
  p.step(batches.next());
  expect_none(what, counted_memory::during([&] {
                for (int step = 0; step < 8; ++step) p.step(batches.next());  // into the third epoch
              }));
}

using conv = encoders::convnet<encoders::convnet_config{.width = 8, .stages = 3}>;
using transformer =
    encoders::vit<encoders::vit_config{.image_h = 16, .image_w = 16, .patch = 4, .width = 16, .depth = 2, .heads = 2}>;
struct unit_conv : layers::sequential<named<"", conv>, named<"", layers::l2_normalize>> {};
using simclr = objectives::simclr<objectives::simclr_config{.hidden = 16, .output = 8}>;

template <class Backend, class Scalar>
void expect_quiet_backend(char const* what) {
  using clipped = in_chunks<small<simclr, transformer, Backend, Scalar, optimizers::adamw>, 2>;
  expect_quiet_steps<small<simclr, conv, Backend, Scalar>>(what);
  run_options<clipped> options;
  options.optimizer.clip = {.norm = 1, .scope = optimizers::clip_scope::global};
  expect_quiet_steps<clipped>(what, options);
  expect_quiet_steps<small<moving_target<average_moves::before_forward>, conv, Backend, Scalar>>(what);
  expect_quiet_steps<small<queued_keys<40, 32>, unit_conv, Backend, Scalar>>(what);
}

}  // namespace

int main() {
  if (!counted_memory::works()) {
    std::puts("skipped: a sanitizer, or a C library other than glibc, has its own functions for memory");
    return 77;
  }
  check_counter();
  expect_quiet_backend<backends::reference, float>("reference, float");
  expect_quiet_backend<backends::reference, double>("reference, double");
#define EXPECT_QUIET(backend) expect_quiet_backend<backend, float>(#backend ", float")
#if defined(PRETEXT_TEST_HAS_CPU)
  EXPECT_QUIET(backends::cpu);
#endif
#if defined(PRETEXT_TEST_HAS_THRUST)
  EXPECT_QUIET(backends::thrust_on<backends::cpp_system>);
#endif
  if (failures == 0) std::puts("no request for memory in any step after the first");
  return failures == 0 ? 0 : 1;
}
