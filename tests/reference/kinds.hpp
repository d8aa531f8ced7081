// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// \file
/// The kinds of cases that an index may hold. A kind is the beginning of a file name; the longest one that fits decides. A case of a
/// kind that nobody thought about is an error.
namespace reference_suite {

inline constexpr char const* kinds[] = {
    "objectives/ntxent_",
    "objectives/simclr_tf_ntxent_",
    "objectives/dcl_",
    "objectives/cosine",
    "objectives/softmax_ce_",
    "objectives/anchor_",
    "objectives/barlow_",
    "objectives/byol_simsiam_",
    "objectives/colorization_",
    "objectives/context_encoder_",
    "objectives/dino_",
    "objectives/dinov2_",
    "objectives/emp_ssl_",
    "objectives/infonce_bank_",
    "objectives/mae_loss_",
    "objectives/moco_queue_",
    "objectives/mocov3_",
    "objectives/simsiam_module_",
    "objectives/swav_",
    "objectives/vicreg_",

    "layers/conv2d_",
    "layers/conv_transpose2d_",
    "layers/batch_norm_",
    "layers/layer_norm_",
    "layers/l2_normalize_",
    "layers/activations",
    "layers/softmax",
    "layers/max_pool_",
    "layers/avg_pool_",
    "layers/global_average_pool_",
    "layers/linear_",
    "layers/attention_",
    "layers/mlp_",
    "layers/block_n",
    "layers/head_",
    "layers/dino_head",
    "layers/local_response_norm_",
    "layers/weight_norm_linear_",
    "layers/block_dinov2_",
    "layers/block_layer_scale_",
    "layers/drop_path",
    "layers/layer_scale_",
    "layers/pos_embed_interpolation_",
    "layers/sincos_2d_",
    "layers/swiglu_dinov2_",
    "layers/swiglu_fused_dinov2_",
    "layers/swiglu_timm_packed_",

    "encoders/vit_cls_token_",
    "encoders/vit_no_cls_",
    "encoders/vit_avg_pool_",
    "encoders/vit_registers_",
    "encoders/dino_official_",
    "encoders/dinov2_official_",
    "encoders/hf_dinov2_",
    "encoders/mae_",
    "encoders/nin_basic_block_",
    "encoders/resnet_",

    "optimizers/sgd",
    "optimizers/adamw",
    "optimizers/clip_",
    "optimizers/ema",
    "optimizers/adam",
    "optimizers/lamb",
    "optimizers/lars_",
    "optimizers/lars_zero_norm_guards",
    "optimizers/layer_decay_",

    "schedules/lr_warmup_cosine_",
    "schedules/per_epoch_",
    "schedules/ramps_",

    "augment/resized_crop_",
    "augment/random_resized_crop_",
    "augment/flip_",
    "augment/colour_",
    "augment/gaussian_blur_",
    "augment/colorization_gamut_",
    "augment/erase_mixup_cutmix_",
    "augment/multi_crop_presets",
    "augment/simclr_tf_colour_",
    "augment/srgb_to_lab_",

    "pretext/rotation_batch_",
    "pretext/jigsaw_greedy_",
    "pretext/jigsaw_permutations_",
    "pretext/jigsaw_tiles_",
    "pretext/relative_position_",
    "pretext/inpainting_centre_",
    "pretext/mae_random_masking_",
    "pretext/ibot_block_masks_",

    "evaluate/knn_",
    "evaluate/logistic_",
    "evaluate/metrics_",
    "evaluate/topk_",
    "evaluate/pca_",
    "evaluate/ridge_",

    "weights/broken/",
    "weights/timm_vit",
    "weights/dino_student_prefixed",
    "weights/dinov2",
    "weights/hf_",
    "weights/mae_pretrain",
    "weights/torchvision_resnet",
    "weights/timm_resnet",
    "weights/moco_v2_prefixed",
    "weights/lightly_prefixed",
    "weights/resnet_backbone_incomplete",
    "weights/resnet_wrong_shape",
};

/// Empty where no kind fits.
inline std::string kind_of(std::string const& file) {
  std::string longest;
  for (std::string const kind : kinds)
    if (file.starts_with(kind) && kind.size() > longest.size()) longest = kind;
  return longest;
}

}  // namespace reference_suite
