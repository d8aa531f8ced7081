// SPDX-License-Identifier: Apache-2.0
// run:
//
// A data set and all five policies of one's own, each a few lines, composed into one run. Nothing is registered anywhere.
#include <cstdio>
#include <vector>

#include <ssl/host.hpp>
#include <ssl/ssl.hpp>

namespace own {

using ssl::index;

// A data set is whatever has size() and image(i). This one makes stripes of 6 widths.
class stripes {
 public:
  stripes() : pixels_(static_cast<std::size_t>(images * side * side)) {
    for (int i = 0; i < images; ++i)
      for (int place = 0; place < side * side; ++place)
        pixels_[static_cast<std::size_t>(i * side * side + place)] = (place % side + i / 6) / (1 + i % 6) % 2 == 0 ? 220 : 30;
  }
  index size() const { return images; }
  ssl::image_view image(index i) const { return {pixels_.data() + i * side * side, side, side, 1}; }

 private:
  static constexpr int images = 240, side = 16;
  std::vector<std::uint8_t> pixels_;
};

// An encoder is a network: here a named sequence of layers.
struct encoder : ssl::layers::sequential<
                     ssl::named<"conv", ssl::layers::conv2d<ssl::layers::conv_config{.out = 16, .stride = 2, .padding = 1}>>,
                     ssl::named<"bn", ssl::layers::batch_norm<>>, ssl::named<"relu", ssl::layers::relu>,
                     ssl::named<"pool", ssl::layers::global_average_pool>> {};

// An augmentation says what it makes of an image and makes it: two views, each darkened by chance.
struct darken {
  struct options {
    float least = 0.5f;  // brightness that is left at least
  };
  static constexpr ssl::augmentations::view_layout layout(ssl::shape image) {
    return {.groups = 1, .group = {{.views = 2, .size = image.with_batch(1)}}};
  }
  static void apply(ssl::shape image, options const& o, ssl::draw_key key, ssl::image_view picture,
                    ssl::augmentations::sample_output const& out, ssl::augmentations::scratch&) {
    for (int v = 0; v < 2; ++v) {
      key.view = static_cast<std::uint16_t>(v);
      float const brightness = ssl::draws(key).uniform(o.least, 1.0f) / 255.0f;
      float* const view = out.view(layout(image), 0, v);
      for (index i = 0; i < image.with_batch(1).elements(); ++i) view[i] = brightness * static_cast<float>(picture.data[i]);
    }
  }
};

// An objective is a graph with its networks and losses: here SimSiam, with the gradient stopped on one side.
struct simsiam : ssl::objective_defaults {
  template <int Out>
  using head = ssl::layers::linear<ssl::layers::linear_config{.out = Out}>;
  using networks = ssl::type_list<ssl::named<"projector", head<16>>, ssl::named<"predictor", head<16>>>;
  using losses = ssl::type_list<ssl::named<"cosine", ssl::losses::negative_cosine>>;
  static constexpr auto graph = ssl::build_graph([](auto& g) {
    auto projected = g.apply("projector", g.apply("encoder", g.views(0)));
    auto predicted = g.apply("predictor", projected);
    g.loss("cosine", {predicted, g.detach(projected)});  // each row with the other view of its image
  });
};

// An optimizer is the change of one number: the sign of its gradient, times the learning rate.
struct sign_descent {
  struct options {
    ssl::number learning_rate = 1e-3;
  };
  static constexpr int slots = 0;
  template <class T>
  struct update {
    T rate;
    update(options const& o, index step, ssl::parameter_kind) : rate(static_cast<T>(o.learning_rate.at(step))) {}
    void operator()(T& weight, T gradient, T*, index) const { weight -= gradient > 0 ? rate : gradient < 0 ? -rate : T(0); }
    friend bool operator==(update const&, update const&) = default;
  };
};

// A backend is four loops: the reference's, with its own count of products.
struct counting : ssl::backends::reference {
  struct context : ssl::backends::reference::context {
    index products = 0;
  };
  template <class T>
  static void gemm(context& c, ssl::backends::product<T> const& p) {
    ++c.products;
    ssl::backends::reference::gemm(c, p);
  }
};

struct run : ssl::run_defaults {
  using encoder = own::encoder;
  using augmentation = darken;
  using objective = simsiam;
  using optimizer = sign_descent;
  using backend = counting;
  static constexpr ssl::shape image{.h = 16, .w = 16, .c = 1};
  static constexpr int batch = 24;
};

}  // namespace own

int main() {
  own::counting::context context;
  ssl::pipeline<own::run> p{context, {.augmentation = {.least = 0.6f}, .optimizer = {.learning_rate = 2e-3}, .seed = 7}};
  own::stripes const images;
  auto const before = ssl::training::train(p, images, {.epochs = 1});
  auto const after = ssl::training::train(p, images, {.epochs = 8});
  std::printf("mean loss of the first epoch %.3f, of the last %.3f; %lld products\n", before.final_loss, after.final_loss,
              static_cast<long long>(context.products));
  return after.final_loss < before.final_loss ? 0 : 1;
}
