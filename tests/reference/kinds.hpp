// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

/// \file
/// What the library is held to among the cases of an index. A kind is the beginning of a file name; the longest one that fits
/// decides.
namespace reference_suite {

enum class coverage {
  covered,  ///< must be built, and pass
  not_yet,  ///< belongs to something that the library does not have yet
  unknown   ///< a kind that nobody thought about: an error
};

struct kind {
  char const* beginning;
  coverage state;
};

inline constexpr kind kinds[] = {
    {"objectives/ntxent_", coverage::covered},
    {"objectives/simclr_tf_ntxent_", coverage::covered},
    {"objectives/dcl_", coverage::covered},
    {"objectives/cosine", coverage::covered},
    {"objectives/softmax_ce_", coverage::covered},
    {"objectives/anchor_", coverage::covered},
    {"objectives/barlow_", coverage::not_yet},
    {"objectives/byol_simsiam_", coverage::not_yet},
    {"objectives/colorization_", coverage::not_yet},
    {"objectives/context_encoder_", coverage::not_yet},
    {"objectives/dino_", coverage::not_yet},
    {"objectives/dinov2_", coverage::not_yet},
    {"objectives/emp_ssl_", coverage::not_yet},
    {"objectives/infonce_bank_", coverage::not_yet},
    {"objectives/mae_loss_", coverage::not_yet},
    {"objectives/moco_queue_", coverage::not_yet},
    {"objectives/mocov3_", coverage::not_yet},
    {"objectives/simsiam_module_", coverage::not_yet},
    {"objectives/swav_", coverage::not_yet},
    {"objectives/vicreg_", coverage::not_yet},

    {"layers/conv2d_", coverage::covered},  // but see coverage_of
    {"layers/batch_norm_", coverage::covered},
    {"layers/layer_norm_", coverage::covered},
    {"layers/l2_normalize_", coverage::covered},
    {"layers/activations", coverage::covered},
    {"layers/softmax", coverage::covered},
    {"layers/max_pool_", coverage::covered},
    {"layers/avg_pool_", coverage::covered},
    {"layers/global_average_pool_", coverage::covered},
    {"layers/linear_", coverage::covered},
    {"layers/attention_", coverage::covered},
    {"layers/mlp_", coverage::covered},
    {"layers/block_n", coverage::covered},
    {"layers/head_simclr_", coverage::covered},
    {"layers/block_dinov2_", coverage::covered},
    {"layers/block_layer_scale_", coverage::covered},
    {"layers/conv_transpose2d_", coverage::not_yet},
    {"layers/dino_head", coverage::not_yet},
    {"layers/drop_path", coverage::covered},
    {"layers/head_", coverage::not_yet},
    {"layers/layer_scale_", coverage::covered},
    {"layers/local_response_norm_", coverage::not_yet},
    {"layers/pos_embed_interpolation_", coverage::covered},
    {"layers/sincos_2d_", coverage::covered},
    {"layers/swiglu_dinov2_", coverage::covered},
    {"layers/swiglu_fused_dinov2_", coverage::covered},
    {"layers/swiglu_timm_packed_", coverage::covered},
    {"layers/weight_norm_linear_", coverage::not_yet},

    {"encoders/vit_cls_token_", coverage::covered},
    {"encoders/vit_no_cls_", coverage::covered},
    {"encoders/vit_avg_pool_", coverage::covered},
    {"encoders/vit_registers_", coverage::covered},
    {"encoders/dino_official_", coverage::covered},
    {"encoders/dinov2_official_", coverage::covered},
    {"encoders/hf_dinov2_", coverage::covered},
    {"encoders/mae_", coverage::covered},
    {"encoders/nin_basic_block_", coverage::not_yet},
    {"encoders/resnet_", coverage::not_yet},

    {"optimizers/sgd", coverage::covered},
    {"optimizers/adamw", coverage::covered},
    {"optimizers/clip_", coverage::covered},
    {"optimizers/ema", coverage::covered},
    {"optimizers/adam", coverage::not_yet},
    {"optimizers/lamb", coverage::not_yet},
    {"optimizers/lars_", coverage::not_yet},
    {"optimizers/layer_decay_", coverage::not_yet},

    {"schedules/lr_warmup_cosine_", coverage::covered},
    {"schedules/per_epoch_", coverage::not_yet},
    {"schedules/ramps_", coverage::not_yet},

    {"augment/resized_crop_", coverage::covered},
    {"augment/random_resized_crop_", coverage::covered},
    {"augment/flip_", coverage::covered},
    {"augment/colour_", coverage::covered},
    {"augment/gaussian_blur_", coverage::covered},
    {"augment/colorization_gamut_", coverage::not_yet},
    {"augment/erase_mixup_cutmix_", coverage::not_yet},
    {"augment/multi_crop_presets", coverage::not_yet},
    {"augment/simclr_tf_colour_", coverage::not_yet},
    {"augment/srgb_to_lab_", coverage::not_yet},

    {"evaluate/knn_", coverage::covered},
    {"evaluate/logistic_", coverage::covered},
    {"evaluate/metrics_", coverage::covered},
    {"evaluate/topk_", coverage::covered},
    {"evaluate/pca_", coverage::not_yet},
    {"evaluate/ridge_", coverage::not_yet},

    {"weights/broken/", coverage::covered},
    {"weights/timm_vit", coverage::covered},
    {"weights/dino_student_prefixed", coverage::covered},
    {"weights/dinov2", coverage::covered},
    {"weights/hf_", coverage::covered},
    {"weights/mae_pretrain", coverage::covered},
    {"weights/", coverage::not_yet},
    {"pretext/", coverage::not_yet},
};

/// Null where no kind fits.
inline kind const* kind_of(std::string const& file) {
  kind const* longest = nullptr;
  for (kind const& k : kinds) {
    std::string const beginning = k.beginning;
    if (file.starts_with(beginning) && (longest == nullptr || beginning.size() > std::string(longest->beginning).size()))
      longest = &k;
  }
  return longest;
}

/// What an entry of the index is to the library.
inline coverage coverage_of(nlohmann::json const& entry) {
  kind const* k = kind_of(entry.at("file"));
  if (k == nullptr) return coverage::unknown;
  if (std::string(k->beginning) == "layers/conv2d_" &&
      (entry.at("hyper").value("groups", 1) != 1 || entry.at("hyper").value("dilation", 1) != 1))
    return coverage::not_yet;
  return k->state;
}

}  // namespace reference_suite
