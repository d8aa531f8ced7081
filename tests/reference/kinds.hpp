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
    {"objectives/barlow_", coverage::covered},
    {"objectives/byol_simsiam_", coverage::covered},
    {"objectives/colorization_", coverage::covered},
    {"objectives/context_encoder_", coverage::covered},
    {"objectives/dino_", coverage::covered},
    {"objectives/dinov2_", coverage::covered},
    {"objectives/emp_ssl_", coverage::covered},
    {"objectives/infonce_bank_", coverage::covered},
    {"objectives/mae_loss_", coverage::covered},
    {"objectives/moco_queue_", coverage::covered},
    {"objectives/mocov3_", coverage::covered},
    {"objectives/simsiam_module_", coverage::covered},
    {"objectives/swav_", coverage::covered},
    {"objectives/vicreg_", coverage::covered},

    {"layers/conv2d_", coverage::covered},
    {"layers/conv_transpose2d_", coverage::covered},
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
    {"layers/head_", coverage::covered},
    {"layers/dino_head", coverage::covered},
    {"layers/local_response_norm_", coverage::covered},
    {"layers/weight_norm_linear_", coverage::covered},
    {"layers/block_dinov2_", coverage::covered},
    {"layers/block_layer_scale_", coverage::covered},
    {"layers/drop_path", coverage::covered},
    {"layers/layer_scale_", coverage::covered},
    {"layers/pos_embed_interpolation_", coverage::covered},
    {"layers/sincos_2d_", coverage::covered},
    {"layers/swiglu_dinov2_", coverage::covered},
    {"layers/swiglu_fused_dinov2_", coverage::covered},
    {"layers/swiglu_timm_packed_", coverage::covered},

    {"encoders/vit_cls_token_", coverage::covered},
    {"encoders/vit_no_cls_", coverage::covered},
    {"encoders/vit_avg_pool_", coverage::covered},
    {"encoders/vit_registers_", coverage::covered},
    {"encoders/dino_official_", coverage::covered},
    {"encoders/dinov2_official_", coverage::covered},
    {"encoders/hf_dinov2_", coverage::covered},
    {"encoders/mae_", coverage::covered},
    {"encoders/nin_basic_block_", coverage::covered},
    {"encoders/resnet_", coverage::covered},

    {"optimizers/sgd", coverage::covered},
    {"optimizers/adamw", coverage::covered},
    {"optimizers/clip_", coverage::covered},
    {"optimizers/ema", coverage::covered},
    {"optimizers/adam", coverage::covered},
    {"optimizers/lamb", coverage::covered},
    {"optimizers/lars_", coverage::covered},
    {"optimizers/lars_zero_norm_guards", coverage::covered},
    {"optimizers/layer_decay_", coverage::covered},

    {"schedules/lr_warmup_cosine_", coverage::covered},
    {"schedules/per_epoch_", coverage::covered},
    {"schedules/ramps_", coverage::covered},

    {"augment/resized_crop_", coverage::covered},
    {"augment/random_resized_crop_", coverage::covered},
    {"augment/flip_", coverage::covered},
    {"augment/colour_", coverage::covered},
    {"augment/gaussian_blur_", coverage::covered},
    {"augment/colorization_gamut_", coverage::covered},
    {"augment/erase_mixup_cutmix_", coverage::covered},
    {"augment/multi_crop_presets", coverage::covered},
    {"augment/simclr_tf_colour_", coverage::covered},
    {"augment/srgb_to_lab_", coverage::covered},

    {"pretext/rotation_batch_", coverage::covered},
    {"pretext/jigsaw_greedy_", coverage::covered},
    {"pretext/jigsaw_permutations_", coverage::covered},
    {"pretext/jigsaw_tiles_", coverage::covered},
    {"pretext/relative_position_", coverage::covered},
    {"pretext/inpainting_centre_", coverage::covered},
    {"pretext/mae_random_masking_", coverage::covered},
    {"pretext/ibot_block_masks_", coverage::covered},

    {"evaluate/knn_", coverage::covered},
    {"evaluate/logistic_", coverage::covered},
    {"evaluate/metrics_", coverage::covered},
    {"evaluate/topk_", coverage::covered},
    {"evaluate/pca_", coverage::covered},
    {"evaluate/ridge_", coverage::covered},

    {"weights/broken/", coverage::covered},
    {"weights/timm_vit", coverage::covered},
    {"weights/dino_student_prefixed", coverage::covered},
    {"weights/dinov2", coverage::covered},
    {"weights/hf_", coverage::covered},
    {"weights/mae_pretrain", coverage::covered},
    {"weights/torchvision_resnet", coverage::covered},
    {"weights/timm_resnet", coverage::covered},
    {"weights/moco_v2_prefixed", coverage::covered},
    {"weights/lightly_prefixed", coverage::covered},
    {"weights/resnet_backbone_incomplete", coverage::covered},
    {"weights/resnet_wrong_shape", coverage::covered},
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
  return k == nullptr ? coverage::unknown : k->state;
}

}  // namespace reference_suite
