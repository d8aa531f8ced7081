// SPDX-License-Identifier: Apache-2.0
// run: --data procedural --images 512 --test-images 256 --epochs 2 --out .
//
// The main job: pre-train a small convolutional encoder on unlabelled images by SimCLR, judge it against raw pixels and an
// untrained encoder, and save it. scripts/demo.sh builds and runs this program.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <ssl/cpu.hpp>
#include <ssl/host.hpp>
#include <ssl/ssl.hpp>

namespace {

struct demo_run : ssl::run_defaults {
  using encoder = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 32, .stages = 4}>;
  using augmentation = ssl::augmentations::simclr_small_fixed_order;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 256, .output = 64}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image{.h = 28, .w = 28, .c = 1};
  static constexpr int batch = 128;  // images: 256 views
};
using judged_encoder = ssl::frozen_of<demo_run, 500>;

struct settings {
  std::string data = "procedural";
  std::string out = "out";
  ssl::index images = 20'000;
  ssl::index test_images = 10'000;
  ssl::index epochs = 12;
  std::uint64_t seed = 1;
  int threads = 0;
  ssl::index checkpoint_every = 0;
  bool resume = false;
};

settings read_settings(int count, char** arguments) {
  settings s;
  CLI::App app("Pre-trains a small encoder on unlabelled images by SimCLR, judges it and saves it.");
  app.add_option("--data", s.data,
                 "fashion-mnist (where Debian puts it), idx:DIR (a folder with the four MNIST files) or procedural")
      ->capture_default_str();
  app.add_option("--out", s.out, "folder for encoder.safetensors, metrics.jsonl and summary.json")->capture_default_str();
  app.add_option("--images", s.images, "training images at most")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--test-images", s.test_images, "test images at most")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--epochs", s.epochs, "passes over the training images")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--seed", s.seed, "of every random draw")->capture_default_str();
  app.add_option("--threads", s.threads, "0: all cores")->capture_default_str()->check(CLI::NonNegativeNumber);
  app.add_option("--checkpoint-every", s.checkpoint_every, "epochs from one checkpoint to the next, in OUT/checkpoints; 0: none")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--resume", s.resume, "go on from the newest checkpoint in OUT/checkpoints, if there is one");
  try {
    app.parse(count, arguments);
  } catch (CLI::ParseError const& e) {
    std::exit(app.exit(e));
  }
  return s;
}

/// The recipe: SGD with momentum, one epoch of linear warm-up, then half a cosine to zero; temperature 0.2.
ssl::run_options<demo_run> recipe(settings const& s, ssl::index steps_per_epoch) {
  ssl::run_options<demo_run> o{
      .objective = {.temperature = 0.2},
      .optimizer = {.learning_rate =
                        ssl::warmup_cosine{.peak = 0.12, .warmup_steps = steps_per_epoch, .steps = s.epochs * steps_per_epoch},
                    .momentum = 0.9,
                    .weight_decay = 5e-4},
      .backend = {.threads = s.threads},
      .seed = s.seed};
  o.augmentation.get<"normalise">() = ssl::augmentations::fashion_mnist_statistics;
  return o;
}

/// Raw pixels, the untrained and the trained encoder, all judged alike.
template <class Train, class Test>
ssl::evaluation::comparison compare(judged_encoder& untrained, judged_encoder& trained, Train const& train, Test const& test) {
  namespace ev = ssl::evaluation;
  ev::comparison table({.knn = {.k = 20, .temperature = 0.07}, .probe = {.penalty = 5e-4}});
  auto const classes = ev::labels_of(train), true_classes = ev::labels_of(test);
  auto const add = [&](char const* name, auto const& bank, auto const& queries) {
    std::cout << "Judging " << name << std::endl;
    table.add(name, bank, classes, queries, true_classes);
  };
  add("raw pixels", ev::raw_pixels(train, trained.statistics()), ev::raw_pixels(test, trained.statistics()));
  ev::calibrate(untrained, train);
  add("untrained encoder", ev::features(untrained, train), ev::features(untrained, test));
  add("trained encoder", ev::features(trained, train), ev::features(trained, test));
  return table;
}

template <class Train, class Test>
void write_summary(std::string const& path, settings const& s, ssl::training::report const& training, Train const& train,
                   Test const& test, std::vector<ssl::evaluation::comparison_row> const& rows) {
  nlohmann::ordered_json const summary{{"data", s.data},
                                       {"train_images", train.size()},
                                       {"test_images", test.size()},
                                       {"epochs", training.epochs},
                                       {"seconds_train", training.seconds},
                                       {"views_per_second", training.views_per_second},
                                       {"final_loss", training.final_loss},
                                       {"knn_raw_pixels", rows[0].knn},
                                       {"knn_random_encoder", rows[1].knn},
                                       {"knn_pretrained", rows[2].knn},
                                       {"probe_raw_pixels", rows[0].linear},
                                       {"probe_random_encoder", rows[1].linear},
                                       {"probe_pretrained", rows[2].linear},
                                       {"feature_std", rows[2].feature_std},
                                       {"effective_rank", rows[2].rank},
                                       {"seed", s.seed}};
  ssl::io::atomic_file file(path);
  std::string const text = summary.dump(2) + "\n";
  file.write(text.data(), static_cast<ssl::index>(text.size()));
  file.commit();
}

template <class Train, class Test>
void pretrain(settings const& s, Train const& train, Test const& test) {
  std::filesystem::create_directories(s.out);
  std::string const folder = s.out + "/";
  ssl::index const steps_per_epoch = std::max<ssl::index>(1, ssl::training::steps_per_epoch<demo_run>(train));
  ssl::run_options<demo_run> const options = recipe(s, steps_per_epoch);
  ssl::backends::cpu::context threads{options.backend};
  ssl::pipeline<demo_run> p{threads, options};
  judged_encoder untrained(threads, s.seed), trained(threads);
  ssl::freeze(p, untrained);

  std::cout << "SimCLR on " << train.size() << " images of " << s.data << ", " << s.epochs << " epochs of " << steps_per_epoch
            << " steps, " << threads.threads() << " threads" << std::endl;
  ssl::training::feature_watch features{p, train};
  ssl::training::checkpoints saves{
      p, s.checkpoint_every > 0 || s.resume ? folder + "checkpoints" : "", {.every_epochs = s.checkpoint_every}};
  if (s.resume) saves.resume();
  auto const training =
      ssl::training::train(p, train, {.epochs = s.epochs}, features, ssl::training::stop_on_interrupt{},
                           ssl::training::metrics_file{folder + "metrics.jsonl"}, ssl::training::progress_bar{}, saves);
  ssl::io::save_encoder(p, folder + "encoder.safetensors");
  ssl::freeze(p, trained);

  auto const table = compare(untrained, trained, train, test);
  table.print(std::cout);
  write_summary(folder + "summary.json", s, training, train, test, table.rows());
  std::cout << "\nWritten to " << folder << ": encoder.safetensors, metrics.jsonl, summary.json\n";
}

void run(settings const& s) {
  if (s.data == "fashion-mnist" || s.data.starts_with("idx:")) {
    std::string const folder = s.data == "fashion-mnist" ? "/usr/share/datasets/fashion-mnist" : s.data.substr(4);
    auto const train = ssl::data::idx_images::load(folder, ssl::data::split::train, {.limit = s.images});
    auto const test = ssl::data::idx_images::load(folder, ssl::data::split::test, {.limit = s.test_images});
    pretrain(s, train, test);
  } else if (s.data == "procedural") {
    ssl::data::procedural_images const train({.count = static_cast<int>(s.images), .seed = s.seed}),
        test({.count = static_cast<int>(s.test_images), .seed = s.seed + 1'000'000});
    pretrain(s, train, test);
  } else {
    throw ssl::data_error(606, "--data is fashion-mnist, idx:DIR or procedural, not " + s.data);
  }
}

}  // namespace

int main(int count, char** arguments) {
  try {
    run(read_settings(count, arguments));
    return 0;
  } catch (std::exception const& e) {
    std::cerr << "\n" << e.what() << "\n";
    return 1;
  }
}
