// SPDX-License-Identifier: Apache-2.0
//
// The cases that programs in PyTorch time too, done by this library: the same work, the same options, the same line of JSON.
//
//   peer_cases --case mlp_tiny --threads 1 --repeats 20 --json
//   peer_cases --case ntxent --load dump.safetensors      the same loss and gradients as the peer's, to 1e-4, or an error
//
// A case that is not built here, or a size that was not compiled, prints {"skipped": reason}.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <ssl/cpu.hpp>
#include <ssl/io/safetensors.hpp>
#include <ssl/ssl.hpp>

namespace {

using json = nlohmann::ordered_json;
using ssl::backends::cpu;

struct settings {
  std::string name, shape, impl, load;
  int batch = 0, size = 32, threads = 1, repeats = 10, warmup = 2;
  double min_time = 0.02;
  bool as_json = false;
};

/// A case that was built: what one step is, and how to show that it is the peer's.
struct work {
  std::function<void()> step;
  std::function<void(ssl::io::safetensors_file const&)> agree;  ///< throws where loss or gradients differ by more than 1e-4
  double items = 1;
  char const* unit = "steps";
  double flop = 0;
  std::string skipped{};
};

work skip(std::string reason) { return {.step = {}, .agree = {}, .skipped = std::move(reason)}; }

// ---- agreement with the peer ---------------------------------------------------------------------------------------------

/// Agreement with the peer's tensors, seen as one vector: along it to 1e-4; across it, and for each tensor by itself, to 1e-3.
///
/// Across more is not to be had in float: of some millions of activations a few lie so close to zero that rounding decides
/// whether ReLU lets them through. By this alone the gradient of a ConvNet-32 step in float differs from that in double by up to
/// 2e-4 of a tensor's length, here, and by 1.6e-4 in PyTorch.
class agreement {
 public:
  void add(std::string const& name, std::vector<float> const& expected, float const* found) {
    double distance = 0, length = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      double const e = static_cast<double>(expected[i]), f = static_cast<double>(found[i]);
      distance += (f - e) * (f - e), length += e * e, along_ += f * e;
    }
    expect(name, std::sqrt(distance / length), 1e-3);
    length_ += length;
  }
  void finish(char const* name) const { expect(name, std::abs(along_ / length_ - 1), 1e-4); }

 private:
  static void expect(std::string const& name, double difference, double most) {
    if (difference <= most) return;
    throw std::runtime_error(name + " differs from the peer's by " + std::to_string(difference) + " of its length");
  }
  double along_ = 0, length_ = 0;
};

/// A tensor of the peer in this library's order: NHWC, (O, k, k, I).
std::vector<float> reordered(ssl::io::safetensor const& t) {
  std::vector<float> const from = t.to<float>();
  if (t.shape.size() != 4) return from;
  ssl::index const channels = t.shape[1], places = t.shape[2] * t.shape[3];
  std::vector<float> to(from.size());
  for (ssl::index n = 0; n < t.shape[0]; ++n)
    for (ssl::index c = 0; c < channels; ++c)
      for (ssl::index p = 0; p < places; ++p)
        to[static_cast<std::size_t>((n * places + p) * channels + c)] =
            from[static_cast<std::size_t>((n * channels + c) * places + p)];
  return to;
}

/// Replaces the first of the pairs that the text begins with.
std::string renamed(std::string text, std::initializer_list<std::pair<char const*, char const*>> names) {
  for (auto const& [ours, theirs] : names)
    if (text.starts_with(ours)) return theirs + text.substr(std::string(ours).size());
  return text;
}

/// Loss and gradients of the first step from the peer's weights.
template <class Run, class PeerName>
void expect_same_step(ssl::pipeline<Run>& p, ssl::io::safetensors_file const& file, std::vector<char const*> const& inputs,
                      PeerName peer_name) {
  auto const blocks = ssl::inventory<Run>(ssl::block_set::parameters);
  std::vector<float> flat(static_cast<std::size_t>(p.elements(ssl::array::parameters)));
  for (ssl::block_info const& b : blocks) {
    auto const values = reordered(file.at("param." + peer_name(b.name)));
    std::copy(values.begin(), values.end(), flat.begin() + b.offset);
  }
  p.write(ssl::array::parameters, flat.data());
  std::vector<std::vector<float>> views;
  ssl::batch_input batch;
  for (char const* name : inputs) views.push_back(reordered(file.at(name)));
  for (std::size_t i = 0; i < views.size(); ++i) batch.views[i] = views[i].data();
  float const loss = static_cast<float>(p.forward_backward(batch));
  agreement of_loss, of_gradients;
  of_loss.add("the loss", file.at("loss").to<float>(), &loss);
  of_loss.finish("the loss");
  p.read(ssl::array::gradients, flat.data());
  for (ssl::block_info const& b : blocks)
    of_gradients.add("the gradient of " + b.name, reordered(file.at("grad." + peer_name(b.name))), flat.data() + b.offset);
  of_gradients.finish("the gradient");
}

// ---- cases ---------------------------------------------------------------------------------------------------------------

std::vector<float> random_floats(ssl::index count, std::uint32_t stream) {
  ssl::draws d({.seed = 1, .sample = stream});
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& v : values) v = d.uniform(-1.7f, 1.7f);  // of deviation 1
  return values;
}

/// Groups of views of given sizes; batches are made by hand here.
template <ssl::shape First, ssl::shape Second = ssl::shape{.n = 0}>
struct given_views {
  struct options {};
  static constexpr ssl::augmentations::view_layout layout(ssl::shape) {
    ssl::augmentations::view_layout l{.groups = Second.n > 0 ? 2 : 1};
    l.group[0] = {First.n, First.with_batch(1)};
    l.group[1] = {Second.n, Second.with_batch(1)};
    return l;
  }
  static void apply(ssl::shape, options const&, ssl::draw_key, ssl::image_view, ssl::augmentations::sample_output const&,
                    ssl::augmentations::scratch&) {}
};

/// Regression of the second group of views from the first.
struct regression : ssl::objective_defaults {
  using losses = ssl::type_list<ssl::named<"mse", ssl::losses::mean_square_error>>;
  static constexpr auto graph = ssl::build_graph([](auto& g) { g.loss("mse", {g.apply("encoder", g.views(0)), g.views(1)}); });
};

struct mlp_tiny_run : ssl::run_defaults {
  using encoder = ssl::encoders::mlp<ssl::encoders::mlp_config{.hidden = 128, .out = 64, .norm = ssl::encoders::mlp_norm::none}>;
  using augmentation = given_views<ssl::shape{.c = 64}, ssl::shape{.c = 64}>;
  using objective = regression;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = cpu;
  static constexpr ssl::shape image{.c = 64};
  static constexpr int batch = 32;
};

template <int Channels, int Side>
struct convnet_run : ssl::run_defaults {
  using encoder = ssl::encoders::convnet<>;
  using augmentation = given_views<ssl::shape{.n = 2, .h = Side, .w = Side, .c = Channels}>;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 256, .output = 64}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = cpu;
  static constexpr ssl::shape image{.h = Side, .w = Side, .c = Channels};
  static constexpr int batch = 128;
};

template <class Run>
struct bench {
  explicit bench(settings const& s, ssl::run_options<Run> const& o) : context({.threads = s.threads}), p(context, o) {
    constexpr auto layout = Run::augmentation::layout(Run::image);
    for (int g = 0; g < layout.groups; ++g) {
      views.push_back(
          random_floats(layout.group[g].size.elements() * layout.group[g].views * Run::batch, static_cast<std::uint32_t>(g)));
      batch.views[g] = views.back().data();
    }
  }
  cpu::context context;
  ssl::pipeline<Run> p;
  std::vector<std::vector<float>> views;
  ssl::batch_input batch;
};

work mlp_tiny(settings const& s) {
  if (s.batch != 0 && s.batch != mlp_tiny_run::batch) return skip("the batch is compiled in: 32");
  auto const b = std::make_shared<bench<mlp_tiny_run>>(
      s, ssl::run_options<mlp_tiny_run>{.optimizer = {.learning_rate = 0.01, .momentum = 0}});
  auto const agree = [b](ssl::io::safetensors_file const& file) {
    expect_same_step(b->p, file, {"input.x", "input.y"}, [](std::string const& name) {
      return renamed(name, {{"encoder.fc1", "0"}, {"encoder.fc2", "2"}});
    });
  };
  return {.step = [b] { b->p.step(b->batch); }, .agree = agree, .flop = 2.0 * 32 * (64 * 128 * 2 * 3 - 64 * 128)};
}

template <int Channels, int Side>
work convnet(settings const& s) {
  using run = convnet_run<Channels, Side>;
  if (s.batch != 0 && s.batch != run::batch) return skip("the batch is compiled in: 128");
  auto const b = std::make_shared<bench<run>>(
      s, ssl::run_options<run>{.objective = {.temperature = 0.5}, .optimizer = {.learning_rate = 0.06, .weight_decay = 5e-4}});
  auto const agree = [b](ssl::io::safetensors_file const& file) {
    expect_same_step(b->p, file, {"input.x"}, [](std::string const& name) {
      return renamed(name, {{"encoder.stage1.conv", "encoder.net.0"},
                            {"encoder.stage1.bn", "encoder.net.1"},
                            {"encoder.stage2.conv", "encoder.net.3"},
                            {"encoder.stage2.bn", "encoder.net.4"},
                            {"encoder.stage3.conv", "encoder.net.6"},
                            {"encoder.stage3.bn", "encoder.net.7"},
                            {"encoder.stage4.conv", "encoder.net.9"},
                            {"encoder.stage4.bn", "encoder.net.10"},
                            {"projector.hidden1.linear", "projector.0"},
                            {"projector.hidden1.bn", "projector.1"},
                            {"projector.last.linear", "projector.3"}});
    });
  };
  auto const area = [](int stage) { return static_cast<double>(((Side - 1) >> stage) + 1) * (((Side - 1) >> stage) + 1); };
  double const first = 2.0 * Channels * 32 * 9 * area(0);
  double forward = first + 2.0 * (256 * 256 + 256 * 64);
  for (int stage = 1; stage < 4; ++stage) forward += 2.0 * (16 << stage) * (32 << stage) * 9 * area(stage);
  double const views = 2.0 * run::batch;
  return {.step = [b] { b->p.step(b->batch); },
          .agree = agree,
          .items = run::batch,
          .unit = "images (two views each)",
          .flop = (3 * forward - first) * views + 3 * 2 * views * views * 64};
}

template <int Images>
struct ntxent_bench {
  static constexpr ssl::shape rows{.n = 2 * Images, .c = 128};
  using loss = ssl::losses::nt_xent<>;
  using bound = loss::bind<ssl::environment<cpu, float>, rows>;

  explicit ntxent_bench(settings const& s)
      : context({.threads = s.threads}),
        z(random_floats(rows.elements(), 0)),
        gradient(z.size()),
        workspace(static_cast<std::size_t>(bound::workspace)) {}
  void run() {
    bound::run(
        context, {.temperature = 0.5},
        ssl::loss_arguments<float, 1>{.x = {z.data()}, .gx = {gradient.data()}, .loss = &value, .workspace = workspace.data()});
  }
  cpu::context context;
  std::vector<float> z, gradient, workspace;
  float value = 0;
};

template <int Images>
work ntxent_of(settings const& s) {
  auto const b = std::make_shared<ntxent_bench<Images>>(s);
  auto const agree = [b](ssl::io::safetensors_file const& file) {
    b->z = file.at("input.z").template to<float>();
    b->run();
    agreement of_loss, of_gradient;
    of_loss.add("the loss", file.at("loss").template to<float>(), &b->value);
    of_loss.finish("the loss");
    of_gradient.add("the gradient of z", file.at("grad.input.z").template to<float>(), b->gradient.data());
    of_gradient.finish("the gradient");
  };
  double const rows = 2.0 * Images;
  return {.step = [b] { b->run(); }, .agree = agree, .items = rows, .unit = "rows", .flop = 3 * 2 * rows * rows * 128};
}

work ntxent(settings const& s) {
  switch (s.batch) {
    case 128: return ntxent_of<128>(s);
    case 0:
    case 512: return ntxent_of<512>(s);
    case 2048: return ntxent_of<2048>(s);
    default: return skip("the batch is compiled in: 128, 512 or 2048");
  }
}

work make(settings const& s) {
  if (!s.impl.empty() && s.impl != "mm_ce") return skip("one implementation only");
  if (s.name == "mlp_tiny") return mlp_tiny(s);
  if (s.name == "ntxent") return ntxent(s);
  if (s.name == "simclr_convnet4w32")
    return s.size == 28 ? convnet<1, 28>(s) : s.size == 32 ? convnet<3, 32>(s) : skip("sizes 28 and 32");
  return skip("case " + s.name + " is not built");
}

// ---- measuring -------------------------------------------------------------------------------------------------------------

double now_ms() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

json measure(settings const& s, work const& w) {
  double start = now_ms();
  w.step();
  double const first = now_ms() - start;
  for (int i = 1; i < s.warmup; ++i) w.step();
  start = now_ms();
  w.step();
  int const inner = std::max(1, static_cast<int>(s.min_time * 1e3 / std::max(now_ms() - start, 1e-4)));
  std::vector<double> ms;
  for (int r = 0; r < s.repeats; ++r) {
    start = now_ms();
    for (int i = 0; i < inner; ++i) w.step();
    ms.push_back((now_ms() - start) / inner);
  }
  std::sort(ms.begin(), ms.end());
  double const least = ms.front(), median = ms[ms.size() / 2];
  return {{"case", s.name},
          {"impl", s.impl},
          {"batch", s.batch},
          {"size", s.size},
          {"shape", s.shape},
          {"threads", s.threads},
          {"ms", {{"min", least}, {"median", median}, {"max", ms.back()}}},
          {"repeats", s.repeats},
          {"inner", inner},
          {"first_step_ms", first},
          {"items", w.items},
          {"unit", w.unit},
          {"items_per_s", {{"best", w.items / least * 1e3}, {"median", w.items / median * 1e3}}},
          {"gflop", w.flop / 1e9},
          {"gflops", {{"best", w.flop / least / 1e6}, {"median", w.flop / median / 1e6}}},
          {"rss_mb", {{"peak", peak_megabytes()}}}};
}

settings read_settings(int count, char** arguments) {
  settings s;
  CLI::App app("One case of the peers, timed.");
  app.add_option("--case", s.name)->required();
  app.add_option("--batch", s.batch, "images; 0: the case's own");
  app.add_option("--size", s.size, "side of the images");
  app.add_option("--shape", s.shape);
  app.add_option("--impl", s.impl);
  app.add_option("--threads", s.threads)->check(CLI::PositiveNumber);
  app.add_option("--repeats", s.repeats)->check(CLI::PositiveNumber);
  app.add_option("--warmup", s.warmup);
  app.add_option("--min-time", s.min_time, "seconds of one sample at least");
  app.add_option("--load", s.load, "what the peer dumped: agree with it first");
  app.add_flag("--json", s.as_json);
  try {
    app.parse(count, arguments);
  } catch (CLI::ParseError const& e) {
    std::exit(app.exit(e));
  }
  return s;
}

}  // namespace

int main(int count, char** arguments) {
  settings const s = read_settings(count, arguments);
  try {
    work const w = make(s);
    if (!w.skipped.empty()) return std::cout << json{{"skipped", w.skipped}} << "\n", 0;
    if (!s.load.empty()) w.agree(ssl::io::safetensors_file::open(s.load));
    json const result = measure(s, w);
    if (s.as_json)
      std::cout << result << "\n";
    else
      std::cout << s.name << " T=" << s.threads << ": " << result["ms"]["min"] << " / " << result["ms"]["median"] << " ms, "
                << result["gflops"]["best"] << " GF/s\n";
    return 0;
  } catch (std::exception const& e) {
    std::cerr << "peer_cases: " << e.what() << "\n";
    return 1;
  }
}
