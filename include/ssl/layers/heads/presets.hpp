// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/head.hpp"

/// \file
/// The heads of the methods, as they are published at the sources named: `head<byol_projection()>`, or with widths of one's own,
/// `head<byol_projection({.hidden = 1024, .out = 256})>`. Hidden stages are a linear layer without bias, batch norm and ReLU where
/// nothing else is said; a bias before a batch norm changes nothing.
namespace ssl::layers {

struct head_widths {
  int hidden = 2048;
  int out = 128;
  int layers = 2;
};

namespace detail {
inline constexpr head_stage linear_with_norm{.activation = head_activation::none};
constexpr head_config head_of(head_widths w) { return {.hidden = w.hidden, .out = w.out, .layers = w.layers}; }
}  // namespace detail

/// How the head of SimCLR ends.
enum class simclr_form {
  last_linear,  ///< linear with bias: most PyTorch ports
  last_norm,    ///< linear without bias and batch norm: lightly
  published     ///< the same with a scale and no shift, linear layers drawn from N(0, 0.01^2): google-research/simclr
};

/// Source  Chen et al. 2020, arXiv:2002.05709; three layers: SimCLRv2
constexpr head_config simclr_projection(head_widths w = {}, simclr_form form = simclr_form::last_linear) {
  head_config c = detail::head_of(w);
  if (form != simclr_form::last_linear) c.last_stage = detail::linear_with_norm;
  if (form == simclr_form::published) {
    c.hidden_stage.init = c.last_stage.init = linear_init::simclr;
    c.last_stage.norm = head_norm::scale;
  }
  return c;
}

/// Two linear layers with ReLU between them; one layer: MoCo v1.
/// Source  Chen et al. 2020, arXiv:2003.04297; facebookresearch/moco
constexpr head_config moco_projection(head_widths w = {}) {
  head_config c = detail::head_of(w);
  c.hidden_stage = {.bias = bias::yes, .norm = head_norm::none};
  return c;
}

/// No biases; the last layer of the projection has a batch norm that learns nothing, the prediction ends with `last`: nothing for
/// ResNets, such a batch norm for vision transformers, whose projection has three layers.
/// Source  Chen et al. 2021, arXiv:2104.02057; facebookresearch/moco-v3: moco/builder.py
constexpr head_config moco_v3_projection(head_widths w = {.hidden = 4096, .out = 256}) {
  head_config c = detail::head_of(w);
  c.last_stage = {.norm = head_norm::plain, .activation = head_activation::none};
  return c;
}
constexpr head_config moco_v3_prediction(head_widths w = {.hidden = 4096, .out = 256}, head_norm last = head_norm::none) {
  head_config c = moco_v3_projection(w);
  c.last_stage.norm = last;
  return c;
}

/// Source  Grill et al. 2020, arXiv:2006.07733. Deviation: the last layer has a bias, as in lightly
constexpr head_config byol_projection(head_widths w = {.hidden = 4096, .out = 256}) { return detail::head_of(w); }
constexpr head_config byol_prediction(head_widths w = {.hidden = 4096, .out = 256}) { return detail::head_of(w); }

/// Every layer has a batch norm; the last one learns nothing.
/// Source  Chen and He 2020, arXiv:2011.10566; facebookresearch/simsiam
constexpr head_config simsiam_projection(head_widths w = {.hidden = 2048, .out = 2048, .layers = 3}) {
  head_config c = detail::head_of(w);
  c.last_stage = detail::linear_with_norm;
  c.last_stage.norm = head_norm::plain;
  return c;
}
constexpr head_config simsiam_prediction(head_widths w = {.hidden = 512, .out = 2048}) { return detail::head_of(w); }

/// Source  Zbontar et al. 2021, arXiv:2103.03230. Deviation: the last layer has a bias, as in lightly; the loss's batch norm takes it out
constexpr head_config barlow_twins_projection(head_widths w = {.hidden = 8192, .out = 8192, .layers = 3}) {
  return detail::head_of(w);
}

/// Source  Bardes et al. 2021, arXiv:2105.04906. Deviation: the last layer has a bias, as in lightly; no term of the loss sees it
constexpr head_config vicreg_projection(head_widths w = {.hidden = 8192, .out = 8192, .layers = 3}) { return detail::head_of(w); }

/// Source  Tong et al. 2023, arXiv:2304.03977; tsb0601/EMP-SSL: model/model.py
constexpr head_config emp_ssl_projection(head_widths w = {.hidden = 4096, .out = 1024, .layers = 3}) { return detail::head_of(w); }

/// Source  Caron et al. 2020, arXiv:2006.09882; facebookresearch/swav
constexpr head_config swav_projection(head_widths w = {}) { return detail::head_of(w); }

/// GELU, biases, weights from a truncated normal; `norm` is that of the hidden layers, which solo-learn gives ResNets. The whole head,
/// with its prototypes, is dino_head.
/// Source  Caron et al. 2021, arXiv:2104.14294; facebookresearch/dino: DINOHead and its initialisation
constexpr head_config dino_projection(head_widths w = {.hidden = 2048, .out = 256, .layers = 3},
                                      head_norm norm = head_norm::none) {
  head_config c = detail::head_of(w);
  c.hidden_stage = {.bias = bias::yes, .init = linear_init::vit, .norm = norm, .activation = head_activation::gelu};
  c.last_stage.init = linear_init::vit;
  return c;
}

/// What a pretext task knows of a patch: a linear layer, batch norm and ReLU. The papers have no batch norm here (jigsaw), or one
/// that learns nothing (relative position: `norm`).
constexpr head_config patch_projection(int out, head_norm norm = head_norm::scale_and_shift) {
  return {.out = out, .layers = 1, .last_stage = {.norm = norm}};
}

/// The classes of a pretext task: hidden stages as of the projection, and a linear layer.
/// Source  Noroozi and Favaro 2016, arXiv:1603.09246; Doersch et al. 2015, arXiv:1505.05192. Deviation: batch norm in place of dropout
constexpr head_config task_classifier(head_widths w, head_norm norm = head_norm::scale_and_shift) {
  head_config c = detail::head_of(w);
  c.hidden_stage.norm = norm;
  return c;
}

}  // namespace ssl::layers
