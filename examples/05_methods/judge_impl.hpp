// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <iostream>
#include <map>

#include <nlohmann/json.hpp>
#include <ssl/core/error.hpp>
#include <ssl/data/in_memory.hpp>
#include <ssl/evaluation/features.hpp>
#include <ssl/evaluation/fine_tune.hpp>
#include <ssl/evaluation/table.hpp>
#include <ssl/io/atomic_file.hpp>

#include "judge.hpp"
#include "one_view.hpp"

namespace methods {

namespace ev = ssl::evaluation;
using some_pictures = ssl::data::selection<pictures>;

/// The first images of each class, `count` in all; 0: every image.
inline some_pictures labelled_part(pictures const& images, ssl::index count) {
  std::map<std::int32_t, ssl::index> taken;
  for (ssl::index i = 0; i < images.size(); ++i) taken[images.label(i)];
  ssl::index const each = count > 0 ? std::max<ssl::index>(1, count / static_cast<ssl::index>(taken.size())) : images.size();
  std::vector<ssl::index> chosen;
  for (ssl::index i = 0; i < images.size(); ++i)
    if (taken[images.label(i)]++ < each) chosen.push_back(i);
  return {images, std::move(chosen)};
}

template <class Encoder>
struct tuned_run : small_run {
  using encoder = Encoder;
  using augmentation = labelled_view;
  using objective = ssl::objectives::supervised<ssl::objectives::supervised_config{.classes = most_classes}>;
  using optimizer = ssl::optimizers::adamw;
  static constexpr int batch = 50;
};

/// AdamW, one epoch of warm-up, half a cosine.
template <class Encoder>
double fine_tuned(session const& s, some_pictures const& train, ssl::frozen_of<tuned_run<Encoder>, 100> const& start,
                  double encoder_rate) {
  using run = tuned_run<Encoder>;
  ssl::index const per_epoch = ssl::training::steps_per_epoch<run>(train);
  ssl::run_options<run> o{.optimizer = {.learning_rate = ssl::warmup_cosine{.peak = s.asked.tune_rate,
                                                                            .warmup_steps = per_epoch,
                                                                            .steps = s.asked.tune_epochs * per_epoch},
                                        .weight_decay = 0.05,
                                        .decays = ssl::optimizers::decay_scope::weights,
                                        .layers = {.encoder = encoder_rate}},
                          .seed = s.asked.seed};
  o.augmentation.template get<"normalise">() = start.statistics();
  ssl::pipeline<run> p{s.threads, o};
  ev::start_from(p, start);
  return ev::fine_tune(p, train, s.judged.test, {.epochs = s.asked.tune_epochs}).test_accuracy;
}

inline void add_probe(nlohmann::ordered_json& summary, std::string const& what, ev::comparison_row const& row) {
  summary["knn_" + what] = row.knn;
  summary["probe_" + what] = row.linear;
}

/// By nearest neighbours and a linear probe, and by how the features lie.
template <class Frozen>
void probe(nlohmann::ordered_json& summary, session const& s, some_pictures const& train, Frozen& untrained, Frozen& trained) {
  ev::comparison table({.knn = {.k = 20, .temperature = 0.07}, .probe = {.penalty = 5e-4}});
  auto const classes = ev::labels_of(train), true_classes = ev::labels_of(s.judged.test);
  auto const add = [&](char const* name, auto const& features_of) {
    table.add(name, features_of(train), classes, features_of(s.judged.test), true_classes);
  };
  add("raw pixels", [&](auto const& images) { return ev::raw_pixels(images, Frozen::image, s.statistics); });
  add("untrained encoder", [&](auto const& images) { return ev::features(untrained, images); });
  add("trained encoder", [&](auto const& images) { return ev::features(trained, images); });
  table.print(std::cout);
  add_probe(summary, "raw_pixels", table.rows()[0]);
  add_probe(summary, "random_encoder", table.rows()[1]);
  add_probe(summary, "trained", table.rows()[2]);
  summary["feature_std"] = table.rows()[2].feature_std;
  summary["healthy_std"] = 1 / std::sqrt(static_cast<double>(Frozen::width));
  summary["effective_rank"] = table.rows()[2].rank;
}

/// By learning from labels on, from the trained weights and from random ones.
template <class Encoder, class Frozen>
void tune(nlohmann::ordered_json& summary, session const& s, some_pictures const& train, Frozen const& untrained,
          Frozen const& trained) {
  summary["fine_tuned"] = fine_tuned<Encoder>(s, train, trained, s.asked.encoder_rate);
  summary["from_scratch"] = fine_tuned<Encoder>(s, train, untrained, 1);
  summary["tune_rate"] = s.asked.tune_rate;
  summary["encoder_rate"] = s.asked.encoder_rate;
  std::printf("fine-tuned on %lld labels: %.1f %%, the same from random weights: %.1f %%\n", static_cast<long long>(train.size()),
              100 * summary["fine_tuned"].template get<double>(), 100 * summary["from_scratch"].template get<double>());
}

/// Are there classes to judge by?
///
/// Errors  E641 (more classes than fine-tuning takes)
inline bool labelled(pictures const& images) {
  for (ssl::index i = 0; i < images.size(); ++i) {
    if (images.label(i) < 0) return false;
    if (images.label(i) >= most_classes)
      throw ssl::data_error(641, "expected classes of 0 to " + std::to_string(most_classes - 1) +
                                     " in the images that judge, found " + std::to_string(images.label(i)));
  }
  return true;
}

template <class Encoder>
void judge(session const& s, trained_encoder const& result) {
  nlohmann::ordered_json summary{{"method", s.asked.method},
                                 {"data", s.asked.data},
                                 {"seed", s.asked.seed},
                                 {"epochs", s.asked.epochs},
                                 {"train_images", s.seen.train.size()},
                                 {"images_seen", result.images_seen},
                                 {"seconds_train", result.training.seconds},
                                 {"loss", result.training.final_loss}};
  ssl::frozen_of<tuned_run<Encoder>, 100> untrained(s.threads, s.asked.seed), trained(s.threads);
  trained.set_weights(result.weights);
  untrained.statistics() = trained.statistics() = result.statistics;
  if (s.seen.train.size() >= untrained.batch) ev::calibrate(untrained, s.seen.train);
  if (labelled(s.judged.train) && labelled(s.judged.test)) {
    some_pictures const train = labelled_part(s.judged.train, s.asked.labels);
    summary["labels"] = train.size();
    if (s.asked.judge != judgement::fine_tune) probe(summary, s, train, untrained, trained);
    if (s.asked.judge != judgement::probe) tune<Encoder>(summary, s, train, untrained, trained);
  } else {
    std::cout << "The images have no classes: name labelled ones by --judge-data to judge the encoder.\n";
  }

  ssl::io::atomic_file file(s.file("summary.json"));
  std::string const text = summary.dump(2) + "\n";
  file.write(text.data(), static_cast<ssl::index>(text.size()));
  file.commit();
}

}  // namespace methods
