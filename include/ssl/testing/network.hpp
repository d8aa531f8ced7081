// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
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
    for (index i = 0; i < elements_; ++i) std::memcpy(staging_.data() + margin + static_cast<std::size_t>(i * size), &value, size);
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
    for (std::size_t i = 0; i < margin; ++i)
      if (staging_[i] != pattern || staging_[staging_.size() - 1 - i] != pattern) return false;
    return true;
  }

 private:
  static constexpr std::size_t margin = 256;  // bytes; a multiple of every alignment
  static constexpr index size = sizeof(T);
  static constexpr unsigned char pattern = 0xA5;

  index bytes() const { return elements_ * size + index{2 * margin}; }
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

/// Uniform numbers, exact in float, the same for every scalar type and machine.
template <class T>
std::vector<T> random_values(index count, std::uint64_t seed, std::uint32_t stream, double low = -1, double high = 1) {
  draws d(draw_key{.seed = seed, .sample = stream});
  std::vector<T> values(static_cast<std::size_t>(count));
  for (T& v : values) v = static_cast<T>(static_cast<float>(low + (high - low) * d.uniform()));
  return values;
}

/// The named blocks of one flat array.
template <class Backend, class T>
class block_array {
 public:
  block_array(typename Backend::context& c, index elements) : values(c, elements) {}

  std::vector<T> read(std::vector<block_info> const& blocks, std::string const& name) const {
    block_info const& b = find(blocks, name);
    return values.read(b.offset, b.elements);
  }
  void write(std::vector<block_info> const& blocks, std::string const& name, std::vector<T> const& given) {
    block_info const& b = find(blocks, name);
    if (static_cast<index>(given.size()) != b.elements)
      throw std::invalid_argument("single_network: wrong number of values for '" + name + "'");
    values.write(b.offset, given);
  }

  guarded_array<Backend, T> values;

 private:
  static block_info const& find(std::vector<block_info> const& blocks, std::string const& name) {
    for (block_info const& b : blocks)
      if (b.name == name) return b;
    throw std::invalid_argument("single_network: there is no block '" + name + "'");
  }
};

/// What all single networks of one backend and scalar share; compiled once for them.
template <class Backend, class T>
class network_state {
 public:
  using context = typename Backend::context;

  void zero_gradients() { gradients_->values.fill(T(0)); }

  // --- blocks by name -----------------------------------------------------------------------------------------------------

  std::vector<block_info> const& parameters() const { return parameter_blocks_; }
  std::vector<block_info> const& buffers() const { return buffer_blocks_; }

  std::vector<T> parameter(std::string const& name) const { return parameters_->read(parameter_blocks_, name); }
  std::vector<T> gradient(std::string const& name) const { return gradients_->read(parameter_blocks_, name); }
  std::vector<T> buffer(std::string const& name) const { return buffers_->read(buffer_blocks_, name); }
  void set_parameter(std::string const& name, std::vector<T> const& values) { parameters_->write(parameter_blocks_, name, values); }
  void set_buffer(std::string const& name, std::vector<T> const& values) { buffers_->write(buffer_blocks_, name, values); }

  /// Draws every block as training would begin with it.
  void initialise(std::uint64_t seed) {
    auto draw = [seed](block_array<Backend, T>& array, block_info const& b) {
      std::vector<T> values(static_cast<std::size_t>(b.elements));
      initialise_block(b.initial, b.name, seed, values.data(), b.elements);
      array.values.write(b.offset, values);
    };
    for (block_info const& b : parameter_blocks_) draw(*parameters_, b);
    for (block_info const& b : buffer_blocks_) draw(*buffers_, b);
  }
  /// Parameters uniform in (-1, 1), buffers uniform in (0.5, 1.5), whatever their kind: so that no gradient is hidden by a zero.
  void randomise(std::uint64_t seed) {
    std::uint32_t stream = 0;
    for (block_info const& b : parameter_blocks_) parameters_->values.write(b.offset, random_values<T>(b.elements, seed, ++stream));
    for (block_info const& b : buffer_blocks_) buffers_->values.write(b.offset, random_values<T>(b.elements, seed, ++stream, 0.5, 1.5));
  }

  // --- what a pipeline gives a pass besides the input ---------------------------------------------------------------------

  /// The mask wire of the next passes; empty: none.
  void give_mask(std::span<std::int32_t const> mask) {
    mask_ = std::make_unique<guarded_array<Backend, std::int32_t>>(*context_, static_cast<index>(mask.size()));
    mask_->write(0, std::vector<std::int32_t>(mask.begin(), mask.end()));
    frame_.mask = mask.empty() ? nullptr : mask_->data();
    frame_.mask_elements = static_cast<index>(mask.size());
  }
  /// The run's seed and the number of the batch, by which the next passes draw.
  void give_randomness(std::uint64_t seed, index batch) { frame_.randomness = {seed, batch, operations_.data()}; }
  void give_drop_path_rate(double rate) { frame_.drop_path_rate = static_cast<T>(rate); }

  /// Elements of the arena that the plan needs.
  index arena_elements() const { return arena_elements_; }

 protected:
  /// Records a network: `record` is its record function.
  using record_function = value(recorder&, value);

  network_state(context* shared, shape in, record_function* record, recording how)
      : own_context_(shared == nullptr ? std::make_unique<context>() : nullptr), context_(shared != nullptr ? shared : own_context_.get()) {
    auto r = std::make_unique<recorder>();
    r->keeps = how.keeps, r->differentiable_weights = how.differentiable_weights;
    plan(*r, r->new_value(in, how.input_gradient), record);
    arena_ = std::make_unique<guarded_array<Backend, T>>(*context_, arena_elements_);
    parameters_ = std::make_unique<block_array<Backend, T>>(*context_, r->parameter_elements);
    gradients_ = std::make_unique<block_array<Backend, T>>(*context_, r->parameter_elements);
    buffers_ = std::make_unique<block_array<Backend, T>>(*context_, r->buffer_elements);
    list_blocks(parameter_blocks_, "", r->parameter, r->parameters, r->path_node, 0);
    list_blocks(buffer_blocks_, "", r->buffer, r->buffers, r->path_node, 0);
    frame_ = ssl::frame<T>{.arena = arena_->data(), .parameters = parameters_->values.data(), .gradients = gradients_->values.data(),
                           .buffers = buffers_->values.data()};
    give_randomness(1, 0);
  }

  void spoil_arena() { arena_->fill(std::numeric_limits<T>::quiet_NaN()); }
  void give_input(std::vector<T> const& x, index elements) {
    require_size(x, elements, "x");
    arena_->write(place_.x.at(0), x);
  }
  std::vector<T> take_output(index elements) {
    check_margins("forward");
    return arena_->read(place_.y.at(0), elements);
  }
  void give_gradient(std::vector<T> const& gy, index elements) {
    require_size(gy, elements, "gy");
    if (!place_.gy.exists()) throw std::logic_error("single_network: nothing was recorded for a backward pass");
    arena_->write(place_.gy.at(0), gy);
  }
  std::vector<T> take_gradient(index elements) {
    check_margins("backward");
    return place_.gx.exists() ? arena_->read(place_.gx.at(0), elements) : std::vector<T>{};
  }

  context& backend_context() { return *context_; }
  frame<T> const& whole_frame() const { return frame_; }
  op_record const* operations() const { return operations_.data(); }

 private:
  struct places {
    slot x, y, gx, gy;
  };

  /// As a step does: the values come first, a loss at the end reads y and writes its gradient. The recorder is ordinary code, so it
  /// may run here, where a pipeline runs it in the compiler.
  void plan(recorder& r, value x, record_function* record) {
    r.touch(x.data, 0);
    value const y = record(r, x);
    int const loss = r.new_operation();
    r.touch(y.data, loss), r.touch(y.grad, loss);
    if (y.grad >= 0) r.touch(x.grad, backward_time(0, 0));
    if (r.overflow) throw std::logic_error("single_network: the network does not fit the recorder's tables");
    arena_elements_ = place_tensors(r.tensor, r.tensors);
    for (int i = 0; i < r.operations; ++i) operations_.push_back(resolve(r.tensor, r.op[i]));
    auto place = [&r](int tensor) { return place_of(r.tensor, tensor); };
    place_ = {place(x.data), place(y.data), place(y.grad >= 0 ? x.grad : -1), place(y.grad)};
  }
  void check_margins(char const* pass) {
    if (!arena_->margins_are_whole() || !parameters_->values.margins_are_whole() || !gradients_->values.margins_are_whole() ||
        !buffers_->values.margins_are_whole())
      throw std::logic_error(std::string("single_network: ") + pass + " wrote outside its memory");
  }
  static void require_size(std::vector<T> const& values, index elements, char const* what) {
    if (static_cast<index>(values.size()) != elements)
      throw std::invalid_argument(std::string("single_network: ") + what + " has " + std::to_string(values.size()) +
                                  " elements, expected " + std::to_string(elements));
  }

  std::unique_ptr<context> own_context_;
  context* context_;
  std::vector<op_record> operations_;
  places place_;
  index arena_elements_ = 0;
  std::unique_ptr<guarded_array<Backend, T>> arena_;
  std::unique_ptr<block_array<Backend, T>> parameters_, gradients_, buffers_;
  std::unique_ptr<guarded_array<Backend, std::int32_t>> mask_;
  std::vector<block_info> parameter_blocks_, buffer_blocks_;
  frame<T> frame_;
};

/// One network at one input shape on one backend.
///
/// forward fills the whole arena with NaN before it runs, so a tensor read before it is written shows; after each pass the margins
/// around every array are checked. Gradients of parameters accumulate until zero_gradients(). A backward pass follows each forward
/// pass at most once.
///
///   ssl::testing::single_network<my_network, shape{.n = 2, .h = 8, .w = 8, .c = 3}, backends::reference> net;
///   net.randomise(1);
///   auto y = net.forward(x);
///   auto gx = net.backward(gy);
///   auto gw = net.gradient("conv1.weight");
///
/// Shapes    x, y, gy, gx: flat, in the order of `input` and `output`; blocks: flat, in the order of their extents
/// Errors    std::invalid_argument: a network that refuses its input, wrong sizes, an unknown block; std::logic_error: a damaged margin,
///           a backward pass that was not recorded
template <class Network, shape In, class Backend, class T = double, execution How = execution{}>
class single_network : public network_state<Backend, T> {
  using state = network_state<Backend, T>;
  using env = environment<Backend, T, How>;

 public:
  static constexpr shape input = In;
  static constexpr shape output = Network::output(In);

  explicit single_network(recording how = {}) : state(nullptr, accepted(), &Network::template record<env>, how) {}
  /// On a context of the caller's, which must outlive the network.
  explicit single_network(typename state::context& shared, recording how = {})
      : state(&shared, accepted(), &Network::template record<env>, how) {}

  std::vector<T> forward(std::vector<T> const& x) {
    state::spoil_arena();
    state::give_input(x, input.elements());
    ssl::forward<Network, In, env>(state::backend_context(), state::whole_frame(), state::operations());
    return state::take_output(output.elements());
  }
  /// Returns the gradient of x, empty where it was not wanted.
  std::vector<T> backward(std::vector<T> const& gy) {
    state::give_gradient(gy, output.elements());
    ssl::backward<Network, In, env>(state::backend_context(), state::whole_frame(), state::operations());
    return state::take_gradient(input.elements());
  }
  /// Both passes and nothing else, for measuring time: what is given is copied, nothing is filled, checked or returned.
  void pass(std::vector<T> const& x, std::vector<T> const& gy) {
    state::give_input(x, input.elements());
    ssl::forward<Network, In, env>(state::backend_context(), state::whole_frame(), state::operations());
    state::give_gradient(gy, output.elements());
    ssl::backward<Network, In, env>(state::backend_context(), state::whole_frame(), state::operations());
  }

 private:
  static shape accepted() {
    if (!Network::check(In).ok()) throw std::invalid_argument("single_network: the network refuses this input");
    return In;
  }
};

}  // namespace ssl::testing
