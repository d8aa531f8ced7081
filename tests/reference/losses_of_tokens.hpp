// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/losses_of_views.hpp"
#include "ssl/layers/masked_tokens.hpp"
#include "ssl/losses/ibot.hpp"
#include "ssl/losses/koleo.hpp"
#include "ssl/objectives/dinov2.hpp"
#include "ssl/testing/network.hpp"

/// \file
/// The three terms of DINOv2 and their sum, over several steps where a centre follows the teacher.
namespace reference_suite {

struct dinov2_numbers {
  double student_temperature = 0, teacher_temperature = 0;
  double dino_weight = 0, koleo_weight = 0, ibot_weight = 0;
  int steps = 1;
};

template <int Images, int Prototypes, int Width, int Views, int Tokens, int Masked, teacher_targets Targets>
class dinov2_case {
  static constexpr bool centred = Targets == teacher_targets::centred;
  static constexpr shape student{.n = Views * Images, .c = Prototypes}, teacher{.n = 2 * Images, .c = Prototypes},
      features{.n = 2 * Images, .c = Width}, rows{.n = Masked, .c = Prototypes}, masks{.n = 2 * Images, .w = Tokens},
      centre{.c = Prototypes};
  using class_loss = dino<dino_config{.views = Views, .targets = Targets}>;
  using token_loss = ibot<ibot_config{.targets = Targets}>;

 public:
  dinov2_case(reference_case const& c, dinov2_numbers const& n) : c(c), n(n) {}

  template <class Backend, class T>
  void run() const {
    std::vector<T> class_centre(Prototypes, T(0)), token_centre(Prototypes, T(0));
    for (int i = 0; i < n.steps; ++i) {
      std::string const step = "step" + std::to_string(i) + ".";
      if (centred) {
        expect_near(step + "center_dino_used", class_centre, c.stored<double>(step + "center_dino_used"), c.limit<T>());
        expect_near(step + "center_ibot_used", token_centre, c.stored<double>(step + "center_ibot_used"), c.limit<T>());
      }
      one_step<Backend, T>(step, class_centre, token_centre);
      if (!centred) continue;
      class_centre = followed<Backend, T, teacher>(class_centre, said<T>());
      token_centre = followed<Backend, T, centre>(token_centre, mean_of_masked<Backend, T>());
    }
  }

 private:
  reference_case const& c;
  dinov2_numbers n;

  /// The teacher's logits in the order of the views: the file has the second global crop first.
  template <class T>
  std::vector<T> said() const {
    std::vector<T> all = c.stored<T>("teacher_cls_swapped");
    std::rotate(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
    return all;
  }
  std::vector<std::int32_t> mask() const { return c.stored<std::int32_t>("masks"); }

  template <class Backend, class T>
  void one_step(std::string const& step, std::vector<T> const& class_centre, std::vector<T> const& token_centre) const {
    std::vector<loss_input<T>> classes{stacked<T>(c, {"student_cls_global", "student_cls_local"}),
                                       loss_input<T>::target(said<T>())};
    std::vector<loss_input<T>> tokens{c.stored<T>("student_patch_masked"),
                                      loss_input<T>::target(c.stored<T>("teacher_patch_masked")), loss_input<T>::labels(mask())};
    auto const spread = evaluate_loss<koleo<>, Backend, T, features>({}, {c.stored<T>("student_cls_backbone")}, n.koleo_weight);
    typename class_loss::options const class_numbers{n.student_temperature, n.teacher_temperature};
    typename token_loss::options const token_numbers{n.student_temperature, n.teacher_temperature};
    if constexpr (centred) {
      classes.push_back(loss_input<T>::target(class_centre)), tokens.push_back(loss_input<T>::target(token_centre));
      compare(step, evaluate_loss<class_loss, Backend, T, student, teacher, centre>(class_numbers, classes, n.dino_weight),
              evaluate_loss<token_loss, Backend, T, rows, rows, masks, centre>(token_numbers, tokens, n.ibot_weight), spread);
    } else {
      compare(step, evaluate_loss<class_loss, Backend, T, student, teacher>(class_numbers, classes, n.dino_weight),
              evaluate_loss<token_loss, Backend, T, rows, rows, masks>(token_numbers, tokens, n.ibot_weight), spread);
    }
  }

  template <class T>
  void compare(std::string const& step, ssl::testing::loss_outcome<T> const& classes, ssl::testing::loss_outcome<T> const& tokens,
               ssl::testing::loss_outcome<T> const& spread) const {
    auto const near = [&](std::string const& what, double found, double expected) {
      expect_near(step + what, found, expected, c.limit<T>());
    };
    near("loss_dino", classes.loss, c.number(step + "loss_dino_local") + c.number(step + "loss_dino_global"));
    near("loss_ibot", tokens.loss, c.number(step + "loss_ibot"));
    near("loss_koleo_sum", spread.loss, c.number(step + "loss_koleo_sum"));
    near("loss", n.dino_weight * classes.loss + n.ibot_weight * tokens.loss + n.koleo_weight * spread.loss,
         c.number(step + "loss"));
    std::vector<double> of_classes;
    for (char const* const part : {"grad_student_cls_global", "grad_student_cls_local"})
      if (c.has(step + part))
        for (double const g : c.stored<double>(step + part)) of_classes.push_back(g);
    expect_near(step + "gradient of the class tokens", classes.gradient[0], of_classes, c.limit<T>());
    expect_near(step + "gradient of the masked tokens", tokens.gradient[0], c.stored<double>(step + "grad_student_patch_masked"),
                c.limit<T>());
    expect_near(step + "gradient of the features", spread.gradient[0], c.stored<double>(step + "grad_student_cls_backbone"),
                c.limit<T>());
  }

  template <class Backend, class T, shape X>
  std::vector<T> followed(std::vector<T> const& held, std::vector<T> const& x) const {
    return updated<ssl::objectives::detail::follow, Backend, T, centre, X>(ssl::objectives::dinov2<>::options{}, 0, held, x);
  }
  /// More rows than there are masked tokens, as in a step.
  template <class Backend, class T>
  std::vector<T> mean_of_masked() const {
    constexpr int spare = 3;
    ssl::testing::single_network<ssl::layers::masked_mean, rows.with_batch(Masked + spare), Backend, T> net;
    std::vector<std::int32_t> const m = mask();
    net.give_mask(m);
    std::vector<T> x = c.stored<T>("teacher_patch_masked");
    x.resize(x.size() + spare * Prototypes, T(9));
    return net.forward(x);
  }
};

template <int Images, int Prototypes, int Width, int Views, int Tokens, int Masked, teacher_targets Targets>
void dinov2_terms(reference_case const& c, dinov2_numbers const& n) {
  on_every_backend([&]<class Backend, class T>() {
    dinov2_case<Images, Prototypes, Width, Views, Tokens, Masked, Targets>(c, n).template run<Backend, T>();
  });
}

}  // namespace reference_suite
