// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "ssl/core/block_list.hpp"
#include "ssl/layers/layer.hpp"
#include "ssl/pipeline/initialise.hpp"

/// \file
/// One layer or network by itself, with the library's own plan and memory but without a pipeline: for tests of layers, for comparisons
/// with other implementations, for authors of policies.
namespace ssl::testing {

/// An array in a backend's memory with a margin of known bytes on both sides.
template <class Backend, class T>
class guarded_array {
 public:
  using context = typename Backend::context;

  guarded_array(context& c, index elements)
      : context_(c), elements_(elements), memory_(Backend::allocate(c, bytes())), staging_(static_cast<std::size_t>(bytes())) {
    fill(T(0));
  }
  guarded_array(guarded_array const&) = delete;
  guarded_array& operator=(guarded_array const&) = delete;
  ~guarded_array() { Backend::release(context_, memory_); }

  T* data() const { return reinterpret_cast<T*>(static_cast<unsigned char*>(memory_) + margin); }

  /// Writes one value everywhere, and the margins anew.
  void fill(T value) {
    std::memset(staging_.data(), pattern, staging_.size());
    for (index i = 0; i < elements_; ++i) std::memcpy(staging_.data() + margin + i * size, &value, size);
    Backend::copy_in(context_, memory_, staging_.data(), bytes());
  }
  void write(index offset, std::vector<T> const& values) {
    require_inside(offset, static_cast<index>(values.size()));
    Backend::copy_in(context_, data() + offset, values.data(), static_cast<index>(values.size()) * size);
  }
  std::vector<T> read(index offset, index count) const {
    require_inside(offset, count);
    std::vector<T> values(static_cast<std::size_t>(count));
    Backend::copy_out(context_, values.data(), data() + offset, count * size);
    return values;
  }
  /// True while nobody wrote outside the array.
  bool margins_are_whole() {
    Backend::copy_out(context_, staging_.data(), memory_, bytes());
    for (index i = 0; i < margin; ++i)
      if (staging_[static_cast<std::size_t>(i)] != pattern || staging_[staging_.size() - 1 - static_cast<std::size_t>(i)] != pattern) return false;
    return true;
  }

 private:
  static constexpr index margin = 256;  // bytes; a multiple of every alignment
  static constexpr index size = sizeof(T);
  static constexpr unsigned char pattern = 0xA5;

  index bytes() const { return elements_ * size + 2 * margin; }
  void require_inside(index offset, index count) const {
    if (offset < 0 || offset + count > elements_) throw std::out_of_range("guarded_array: a range outside the array");
  }

  context& context_;
  index elements_;
  void* memory_;
  std::vector<unsigned char> staging_;
};

/// What a network is recorded with; the defaults are those of a training step.
struct recording {
  bool keeps = true;                   ///< a backward pass follows
  bool input_gradient = true;          ///< the gradient of x is wanted
  bool differentiable_weights = true;  ///< the gradients of parameters are wanted
};

/// One network at one input shape on one backend.
///
/// forward fills the whole arena with NaN before it runs, so a tensor read before it is written shows; after each pass the margins
/// around every array are checked. Gradients of parameters accumulate until zero_gradients().
///
///   ssl::testing::single_network<layers::relu, shape{.n = 2, .c = 3}, backends::reference, double> net;
///   net.randomise(1);
///   auto y = net.forward(x);
///   auto gx = net.backward(gy);
///   auto gw = net.gradient("conv1.weight");
///
/// Shapes    x, y, gy, gx: flat, in the order of `input` and `output`; blocks: flat, in the order of their extents
/// Errors    std::invalid_argument: a network that refuses its input, or an unknown block; std::logic_error: a damaged margin
template <class Network, shape In, class Backend, class T = double, execution How = execution{}>
class single_network {
 public:
  using context = typename Backend::context;
  using env = environment<Backend, T, How>;
  static constexpr shape input = In;
  static constexpr shape output = Network::output(In);

  explicit single_network(recording how = {}) : single_network(std::make_unique<context>(), nullptr, how) {}
  /// On a context of the caller's, which must outlive the network.
  explicit single_network(context& shared, recording how = {}) : single_network(nullptr, &shared, how) {}

  // --- passes -------------------------------------------------------------------------------------------------------------

  std::vector<T> forward(std::vector<T> const& x) {
    require_size(x, input, "x");
    arena_->fill(std::numeric_limits<T>::quiet_NaN());
    arena_->write(place_.x.at(0), x);
    ssl::forward<Network, In, env>(*context_, frame_, operations_.data());
    check_margins("forward");
    return arena_->read(place_.y.at(0), output.elements());
  }
  /// After forward. Returns the gradient of x, empty where it was not wanted.
  std::vector<T> backward(std::vector<T> const& gy) {
    require_size(gy, output, "gy");
    if (!place_.gy.exists()) throw std::logic_error("single_network: nothing was recorded for a backward pass");
    arena_->write(place_.gy.at(0), gy);
    ssl::backward<Network, In, env>(*context_, frame_, operations_.data());
    check_margins("backward");
    return place_.gx.exists() ? arena_->read(place_.gx.at(0), input.elements()) : std::vector<T>{};
  }
  void zero_gradients() { gradients_->fill(T(0)); }

  // --- blocks by name -----------------------------------------------------------------------------------------------------

  std::vector<block_info> const& parameters() const { return parameter_blocks_; }
  std::vector<block_info> const& buffers() const { return buffer_blocks_; }

  std::vector<T> parameter(std::string const& name) const { return read(*parameters_, parameter_blocks_, name); }
  std::vector<T> gradient(std::string const& name) const { return read(*gradients_, parameter_blocks_, name); }
  std::vector<T> buffer(std::string const& name) const { return read(*buffers_, buffer_blocks_, name); }
  void set_parameter(std::string const& name, std::vector<T> const& values) { write(*parameters_, parameter_blocks_, name, values); }
  void set_buffer(std::string const& name, std::vector<T> const& values) { write(*buffers_, buffer_blocks_, name, values); }

  /// Draws every block as training would begin with it.
  void initialise(std::uint64_t seed) {
    for (auto const* blocks : {&parameter_blocks_, &buffer_blocks_})
      for (block_info const& b : *blocks) {
        std::vector<T> values(static_cast<std::size_t>(b.elements));
        initialise_block(b.initial, b.name, seed, values.data(), b.elements);
        (blocks == &parameter_blocks_ ? *parameters_ : *buffers_).write(b.offset, values);
      }
  }
  /// Parameters uniform in (-1, 1), buffers uniform in (0.5, 1.5), whatever their kind: so that no gradient is hidden by a zero.
  void randomise(std::uint64_t seed) {
    std::uint32_t stream = 0;
    for (block_info const& b : parameter_blocks_) parameters_->write(b.offset, random_values<T>(b.elements, seed, ++stream, -1, 1));
    for (block_info const& b : buffer_blocks_) buffers_->write(b.offset, random_values<T>(b.elements, seed, ++stream, 0.5, 1.5));
  }

  /// Elements of the arena that the plan needs.
  index arena_elements() const { return arena_elements_; }

  /// Uniform numbers, exact in float, the same for every scalar type and machine.
  template <class U>
  static std::vector<U> random_values(index count, std::uint64_t seed, std::uint32_t stream, double low, double high) {
    draws d(draw_key{.seed = seed, .sample = stream});
    std::vector<U> values(static_cast<std::size_t>(count));
    for (U& v : values) v = static_cast<U>(static_cast<float>(low + (high - low) * d.uniform()));
    return values;
  }

 private:
  struct places {
    slot x, y, gx, gy;
  };

  single_network(std::unique_ptr<context> own, context* shared, recording how)
      : own_context_(std::move(own)), context_(shared != nullptr ? shared : own_context_.get()) {
    if (!Network::check(In).ok()) throw std::invalid_argument("single_network: the network refuses this input");
    auto r = std::make_unique<recorder>();
    r->keeps = how.keeps, r->differentiable_weights = how.differentiable_weights;
    record(*r, how);
    auto allocate = [this](index elements) { return std::make_unique<guarded_array<Backend, T>>(*context_, elements); };
    arena_ = allocate(arena_elements_);
    parameters_ = allocate(r->parameter_elements), gradients_ = allocate(r->parameter_elements), buffers_ = allocate(r->buffer_elements);
    list_blocks(parameter_blocks_, "", r->parameter, r->parameters, r->path_node, 0);
    list_blocks(buffer_blocks_, "", r->buffer, r->buffers, r->path_node, 0);
    frame_ = {.arena = arena_->data(), .parameters = parameters_->data(), .gradients = gradients_->data(), .buffers = buffers_->data()};
  }

  /// As a step does: the values come first, a loss at the end reads y and writes its gradient. The recorder is ordinary code, so it
  /// may run here, where a pipeline runs it in the compiler.
  void record(recorder& r, recording how) {
    value x = r.new_value(In, how.input_gradient);
    r.touch(x.data, 0);
    value const y = Network::template record<env>(r, x);
    int const loss = r.new_operation();
    r.touch(y.data, loss), r.touch(y.grad, loss);
    if (y.grad >= 0) r.touch(x.grad, backward_time(0, 0));
    if (r.overflow) throw std::logic_error("single_network: the network does not fit the recorder's tables");
    arena_elements_ = place_tensors(r.tensor, r.tensors);
    for (int i = 0; i < r.operations; ++i) operations_.push_back(resolve(r.tensor, r.op[i]));
    place_ = {place_of(r.tensor, x.data), place_of(r.tensor, y.data), place_of(r.tensor, y.grad >= 0 ? x.grad : -1), place_of(r.tensor, y.grad)};
  }

  void check_margins(char const* pass) {
    if (!arena_->margins_are_whole() || !parameters_->margins_are_whole() || !gradients_->margins_are_whole() || !buffers_->margins_are_whole())
      throw std::logic_error(std::string("single_network: ") + pass + " wrote outside its memory");
  }
  static void require_size(std::vector<T> const& values, shape s, char const* what) {
    if (static_cast<index>(values.size()) != s.elements())
      throw std::invalid_argument(std::string("single_network: ") + what + " has " + std::to_string(values.size()) + " elements, expected " +
                                  std::to_string(s.elements()));
  }
  static block_info const& find(std::vector<block_info> const& blocks, std::string const& name) {
    for (block_info const& b : blocks)
      if (b.name == name) return b;
    throw std::invalid_argument("single_network: there is no block '" + name + "'");
  }
  static std::vector<T> read(guarded_array<Backend, T> const& array, std::vector<block_info> const& blocks, std::string const& name) {
    block_info const& b = find(blocks, name);
    return array.read(b.offset, b.elements);
  }
  static void write(guarded_array<Backend, T>& array, std::vector<block_info> const& blocks, std::string const& name,
                    std::vector<T> const& values) {
    block_info const& b = find(blocks, name);
    if (static_cast<index>(values.size()) != b.elements) throw std::invalid_argument("single_network: wrong number of values for '" + name + "'");
    array.write(b.offset, values);
  }

  std::unique_ptr<context> own_context_;
  context* context_;
  std::vector<op_record> operations_;
  places place_;
  index arena_elements_ = 0;
  std::unique_ptr<guarded_array<Backend, T>> arena_, parameters_, gradients_, buffers_;
  std::vector<block_info> parameter_blocks_, buffer_blocks_;
  frame<T> frame_;
};

}  // namespace ssl::testing
