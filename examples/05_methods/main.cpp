// SPDX-License-Identifier: Apache-2.0
//
// Every method by one program: pre-trains a small encoder by the method that is named, draws what it sees, judges the encoder and
// saves it. The name is looked up once, here; each method of the list is a pipeline of its own, compiled from methods/NAME.cpp.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <map>

#include <ssl/core/error.hpp>

#include "session.hpp"

namespace methods {
#define METHOD(name) void name(session const&);
#include "methods.inc"
#undef METHOD
}  // namespace methods

namespace {

struct entry {
  char const* name;
  void (*pretrain)(methods::session const&);
};
constexpr entry closed_list[] = {
#define METHOD(name) {#name, &methods::name},
#include "methods.inc"
#undef METHOD
};

methods::settings read_settings(int count, char** arguments) {
  methods::settings s;
  CLI::App app("Pre-trains a small encoder on unlabelled images by one of many methods, judges it and saves it.");
  std::vector<std::string> names;
  for (entry const& e : closed_list) names.push_back(e.name);
  std::map<std::string, methods::judgement> const judgements{
      {"probe", methods::judgement::probe}, {"fine-tune", methods::judgement::fine_tune}, {"both", methods::judgement::both}};
  app.add_option("method", s.method, "one of the list")->required()->check(CLI::IsMember(names));
  app.add_option("--data", s.data,
                 "fashion-mnist (where Debian puts it), idx:DIR (a folder with the four MNIST files), cifar10:DIR (CIFAR-10's "
                 "binary files), folder:DIR (JPEG and PNG images; subfolders are classes) or procedural")
      ->capture_default_str();
  app.add_option("--judge-data", s.judge_data, "labelled images that judge the encoder; those of --data where nothing is said");
  app.add_option("--out", s.out, "folder for encoder.safetensors, metrics.jsonl, summary.json and pictures")
      ->capture_default_str();
  app.add_option("--images", s.images, "training images at most")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--test-images", s.test_images, "test images at most")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--epochs", s.epochs, "passes over the training images")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--seconds", s.seconds, "end the training after so many; 0: no limit")->check(CLI::NonNegativeNumber);
  app.add_option("--seed", s.seed, "of every random draw")->capture_default_str();
  app.add_option("--threads", s.threads, "0: all cores")->capture_default_str()->check(CLI::NonNegativeNumber);
  app.add_option("--checkpoint-every", s.checkpoint_every, "epochs from one checkpoint to the next, in OUT/checkpoints; 0: none")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--resume", s.resume, "go on from the newest checkpoint in OUT/checkpoints, if there is one");
  app.add_option("--judge", s.judge,
                 "probe: nearest neighbours and a linear probe; fine-tune: the whole network learns from labels; both")
      ->transform(CLI::CheckedTransformer(judgements));
  app.add_option("--labels", s.labels, "labelled training images, equally many of each class; 0: all")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--tune-rate", s.tune_rate, "fine-tuning: the classifier's largest learning rate")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--encoder-rate", s.encoder_rate, "fine-tuning: the encoder's learning rate over the classifier's; 0: frozen")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--tune-epochs", s.tune_epochs, "fine-tuning: passes over the labelled images")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  try {
    app.parse(count, arguments);
  } catch (CLI::ParseError const& e) {
    std::exit(app.exit(e));
  }
  return s;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    methods::settings const s = read_settings(count, arguments);
    methods::picture_sets const seen = methods::load(s.data, s);
    ssl::backends::cpu::context threads{{.threads = s.threads}};
    methods::session const session{.asked = s,
                                   .seen = seen,
                                   .judged = s.judge_data.empty() ? seen : methods::load(s.judge_data, s),
                                   .statistics = methods::statistics_of(seen.train),
                                   .threads = threads};
    std::filesystem::create_directories(s.out);
    for (entry const& e : closed_list)
      if (s.method == e.name) e.pretrain(session);
    return 0;
  } catch (std::exception const& e) {
    std::cerr << "\n" << e.what() << "\n";
    return 1;
  }
}
