// SPDX-License-Identifier: Apache-2.0
// run: --data procedural --images 512 --test-images 256 --epochs 2 --out .
//
// The main job: pre-train a small convolutional encoder on unlabelled images by SimCLR, judge it against raw pixels and an
// untrained encoder, and save it. scripts/demo.sh builds and runs this program.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <optional>
#include <ssl/cpu.hpp>
#include <ssl/host.hpp>
#include <ssl/images.hpp>
#include <ssl/ssl.hpp>

namespace {

namespace fs = std::filesystem;
namespace ev = ssl::evaluation;

/// One pipeline for each image size that the data sets below have; main() chooses between them.
template <ssl::shape Image>
struct demo_run : ssl::run_defaults {
  using encoder = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 32, .stages = 4}>;
  using augmentation = ssl::augmentations::simclr_small_fixed_order;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 256, .output = 64}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image = Image;
  static constexpr int batch = 128;  // images: 256 views
};
using grey_run = demo_run<ssl::shape{.h = 28, .w = 28, .c = 1}>;
using cifar_run = demo_run<ssl::shape{.h = 32, .w = 32, .c = 3}>;
using photo_run = demo_run<ssl::shape{.h = 64, .w = 64, .c = 3}>;

template <class Run>
using judged_encoder = ssl::frozen_of<Run, (Run::image.c == 1 ? 500 : 100)>;

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

  /// The folder in "kind:folder", or nothing where the data are of another kind.
  std::optional<std::string> folder_of(std::string const& kind) const {
    return data.starts_with(kind + ":") ? std::optional(data.substr(kind.size() + 1)) : std::nullopt;
  }
};

settings read_settings(int count, char** arguments) {
  settings s;
  CLI::App app("Pre-trains a small encoder on unlabelled images by SimCLR, judges it and saves it.");
  app.add_option(
         "--data", s.data,
         "fashion-mnist (where Debian puts it), idx:DIR (a folder with the four MNIST files), cifar10:DIR (CIFAR-10's binary "
         "files), folder:DIR (JPEG and PNG images; subfolders are classes) or procedural")
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
template <class Run>
ssl::run_options<Run> recipe(settings const& s, ssl::index steps_per_epoch,
                             ssl::augmentations::channel_statistics const& statistics) {
  ssl::run_options<Run> o{
      .objective = {.temperature = 0.2},
      .optimizer = {.learning_rate =
                        ssl::warmup_cosine{.peak = 0.12, .warmup_steps = steps_per_epoch, .steps = s.epochs * steps_per_epoch},
                    .momentum = 0.9,
                    .weight_decay = 5e-4},
      .backend = {.threads = s.threads},
      .seed = s.seed};
  o.augmentation.template get<"normalise">() = statistics;
  return o;
}

/// Raw pixels, the untrained and the trained encoder, all judged alike: by the accuracy of what can be read from their features.
template <class Encoder, class Train, class Test>
void compare(nlohmann::ordered_json& summary, Encoder& untrained, Encoder& trained, Train const& train, Test const& test) {
  ev::comparison table({.knn = {.k = 20, .temperature = 0.07}, .probe = {.penalty = 5e-4}});
  auto const classes = ev::labels_of(train), true_classes = ev::labels_of(test);
  auto const add = [&](char const* name, auto const& bank, auto const& queries) {
    std::cout << "Judging " << name << std::endl;
    table.add(name, bank, classes, queries, true_classes);
  };
  constexpr ssl::shape pixels = {.h = std::min(Encoder::image.h, 32), .w = std::min(Encoder::image.w, 32), .c = Encoder::image.c};
  add("raw pixels", ev::raw_pixels(train, pixels, trained.statistics()), ev::raw_pixels(test, pixels, trained.statistics()));
  ev::calibrate(untrained, train);
  add("untrained encoder", ev::features(untrained, train), ev::features(untrained, test));
  add("trained encoder", ev::features(trained, train), ev::features(trained, test));
  table.print(std::cout);

  std::vector<ev::comparison_row> const& rows = table.rows();
  summary["knn_raw_pixels"] = rows[0].knn;
  summary["knn_random_encoder"] = rows[1].knn;
  summary["knn_pretrained"] = rows[2].knn;
  summary["probe_raw_pixels"] = rows[0].linear;
  summary["probe_random_encoder"] = rows[1].linear;
  summary["probe_pretrained"] = rows[2].linear;
  summary["feature_std"] = rows[2].feature_std;
  summary["effective_rank"] = rows[2].rank;
}

/// The same without labels: by how the features of the test images lie.
template <class Run, class Encoder, class Train, class Test>
void compare_unlabelled(nlohmann::ordered_json& summary, ssl::run_options<Run> const& options, Encoder& untrained,
                        Encoder& trained, Train const& train, Test const& test) {
  auto const views = ev::two_views_of<typename Run::augmentation>(test, Run::image, options.augmentation, options.seed);
  ev::unlabelled_comparison table;
  auto const add = [&](char const* name, auto const& features_of) {
    std::cout << "Judging " << name << std::endl;
    table.add(name, features_of(test), features_of(views[0]), features_of(views[1]));
  };
  constexpr ssl::shape pixels = {.h = 16, .w = 16, .c = Run::image.c};
  add("raw pixels", [&](auto const& images) { return ev::raw_pixels(images, pixels, trained.statistics()); });
  ev::calibrate(untrained, train);
  add("untrained encoder", [&](auto const& images) { return ev::features(untrained, images); });
  add("trained encoder", [&](auto const& images) { return ev::features(trained, images); });
  table.print(std::cout);
  std::cout
      << "The images have no labels, so that no accuracy can be measured. Alignment is the distance between two views of an\n"
         "image, uniformity the evenness of all features: for both, lower is better, and only both together say something.\n";

  for (char const* key :
       {"knn_raw_pixels", "knn_random_encoder", "knn_pretrained", "probe_raw_pixels", "probe_random_encoder", "probe_pretrained"})
    summary[key] = nullptr;
  ev::unlabelled_row const& row = table.rows().back();
  summary["feature_std"] = row.feature_std;
  summary["effective_rank"] = row.rank;
  summary["alignment"] = row.alignment;
  summary["uniformity"] = row.uniformity;
}

void write(std::string const& path, nlohmann::ordered_json const& summary) {
  ssl::io::atomic_file file(path);
  std::string const text = summary.dump(2) + "\n";
  file.write(text.data(), static_cast<ssl::index>(text.size()));
  file.commit();
}

/// `labelled`: std::true_type where images always have classes, so that the other comparison need not be compiled.
template <class Run, class Train, class Test, class Labelled>
void pretrain(settings const& s, ssl::augmentations::channel_statistics const& statistics, Train const& train, Test const& test,
              Labelled labelled) {
  if (constexpr ssl::index least = std::max(Run::batch, judged_encoder<Run>::batch); train.size() < least)
    throw ssl::data_error(601, s.data + " gives " + std::to_string(train.size()) +
                                   " training images, and expected are at least " + std::to_string(least) +
                                   ": a batch to train on and a batch to judge by");
  fs::create_directories(s.out);
  std::string const folder = s.out + "/";
  ssl::index const steps_per_epoch = std::max<ssl::index>(1, ssl::training::steps_per_epoch<Run>(train));
  ssl::run_options<Run> const options = recipe<Run>(s, steps_per_epoch, statistics);
  ssl::backends::cpu::context threads{options.backend};
  ssl::pipeline<Run> p{threads, options};
  judged_encoder<Run> untrained(threads, s.seed), trained(threads);
  ssl::freeze(p, untrained);

  std::cout << "SimCLR on " << train.size() << " images of " << s.data << ", " << s.epochs << " epochs of " << steps_per_epoch
            << " steps, " << threads.threads() << " threads" << std::endl;
  ssl::training::feature_watch features{p, train};
  ssl::training::checkpoints saves{
      p, s.checkpoint_every > 0 || s.resume ? folder + "checkpoints" : "", {.every_epochs = s.checkpoint_every}};
  if (s.resume) saves.resume();
  int const loaders = s.folder_of("folder") ? threads.threads() : 1;  // decoding takes longer than a step
  auto const training = ssl::training::train(
      p, train, {.epochs = s.epochs, .loader_threads = loaders}, features, ssl::training::stop_on_interrupt{},
      ssl::training::metrics_file{folder + "metrics.jsonl"}, ssl::training::progress_bar{}, saves);
  ssl::io::save_encoder(p, folder + "encoder.safetensors");
  ssl::freeze(p, trained);

  nlohmann::ordered_json summary{{"data", s.data},
                                 {"train_images", train.size()},
                                 {"test_images", test.size()},
                                 {"epochs", training.epochs},
                                 {"seconds_train", training.seconds},
                                 {"views_per_second", training.views_per_second},
                                 {"final_loss", training.final_loss}};
  if (labelled)
    compare(summary, untrained, trained, train, test);
  else if constexpr (std::is_same_v<Labelled, bool>)
    compare_unlabelled(summary, options, untrained, trained, train, test);
  summary["seed"] = s.seed;
  summary["options"] = ssl::io::options_json(p.options());
  write(folder + "summary.json", summary);
  std::cout << "\nWritten to " << folder << ": encoder.safetensors, metrics.jsonl, summary.json\n";
}

/// At most so many of the chosen images, evenly spread over them; each several times where they would not fill a batch.
std::vector<ssl::index> some_of(std::vector<ssl::index> const& chosen, ssl::index most, ssl::index least) {
  auto const have = static_cast<ssl::index>(chosen.size()), count = std::max(std::min(have, most), least);
  std::vector<ssl::index> some;
  for (ssl::index k = 0; k < count; ++k)
    some.push_back(chosen[static_cast<std::size_t>(count <= have ? k * have / count : k % have)]);
  return some;
}

/// A user's own images. Those in the subfolders train and test (or val) where there are such, else four fifths are for training.
void pretrain_on_folder(settings const& s, std::string const& root) {
  int const threads = ssl::backends::cpu::context{{.threads = s.threads}}.threads();
  ssl::data::image_folder_options options{.image = {.min_side = 160}, .threads = threads};
  std::string const held_out = root + (fs::is_directory(root + "/test") ? "/test" : "/val");
  bool const divided = fs::is_directory(root + "/train") && fs::is_directory(held_out);

  auto const open = [&](std::string const& folder) {
    ssl::data::image_folder images(folder, options);
    for (ssl::data::broken_file const& file : images.skipped()) std::cout << "skipped " << file.reason << "\n";
    std::cout << folder << ": " << images.size() << " images in " << images.classes().size() << " classes, "
              << images.skipped().size() << " broken files skipped" << std::endl;
    return images;
  };
  ssl::data::image_folder const train = open(divided ? root + "/train" : root);
  options.classes = train.classes();
  std::optional<ssl::data::image_folder> const test = divided ? std::optional(open(held_out)) : std::nullopt;

  std::vector<ssl::index> seen, unseen;
  for (ssl::index i = 0; i < train.size(); ++i) (!divided && i % 5 == 4 ? unseen : seen).push_back(i);
  for (ssl::index i = 0; divided && i < test->size(); ++i) unseen.push_back(i);
  if (unseen.size() < 2)
    throw ssl::data_error(610, root + ": expected at least 10 images, found " + std::to_string(train.size()));
  bool const labelled = !train.classes().empty();
  using chosen = ssl::data::selection<ssl::data::image_folder>;
  pretrain<photo_run>(
      s, ssl::augmentations::imagenet_statistics, chosen(train, some_of(seen, s.images, photo_run::batch)),
      chosen(test ? *test : train, some_of(unseen, std::min<ssl::index>(s.test_images, labelled ? 10'000 : 2'000), 0)), labelled);
}

void run(settings const& s) {
  using ssl::data::split;
  if (s.data == "fashion-mnist" || s.folder_of("idx")) {
    std::string const folder = s.folder_of("idx").value_or("/usr/share/datasets/fashion-mnist");
    auto const train = ssl::data::idx_images::load(folder, split::train, {.limit = s.images});
    auto const test = ssl::data::idx_images::load(folder, split::test, {.limit = s.test_images});
    pretrain<grey_run>(s, ssl::augmentations::fashion_mnist_statistics, train, test, std::true_type{});
  } else if (auto const folder = s.folder_of("cifar10")) {
    auto const train = ssl::data::cifar_images::load(*folder, split::train, {.limit = s.images});
    auto const test = ssl::data::cifar_images::load(*folder, split::test, {.limit = s.test_images});
    pretrain<cifar_run>(s, ssl::augmentations::cifar10_statistics, train, test, std::true_type{});
  } else if (auto const folder = s.folder_of("folder")) {
    pretrain_on_folder(s, *folder);
  } else if (s.data == "procedural") {
    ssl::data::procedural_images const train({.count = static_cast<int>(s.images), .seed = s.seed}),
        test({.count = static_cast<int>(s.test_images), .seed = s.seed + 1'000'000});
    pretrain<grey_run>(s, ssl::augmentations::fashion_mnist_statistics, train, test, std::true_type{});
  } else {
    throw ssl::data_error(606, "--data is fashion-mnist, idx:DIR, cifar10:DIR, folder:DIR or procedural, not " + s.data);
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
