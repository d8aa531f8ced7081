// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/io/naming.hpp"

/// \file
/// The naming schemes of published vision transformers and residual networks, and of the decoders that belong to some.
namespace ssl::io {

namespace detail {

/// Of the checkpoints of training, the network comes first whose features are the published ones: DINO's teacher, MoCo's query.
inline constexpr char const* backbone_prefixes[] = {"",
                                                    "teacher.backbone.",
                                                    "teacher.module.backbone.",
                                                    "student.backbone.",
                                                    "student.module.backbone.",
                                                    "module.backbone.",      // DINO's student, VICReg, Barlow Twins
                                                    "module.encoder_q.",     // MoCo v1 and v2
                                                    "module.base_encoder.",  // MoCo v3
                                                    "module.encoder.",       // SimSiam
                                                    "backbone.",             // lightly, solo-learn
                                                    "encoder.",
                                                    "module.",  // SwAV
                                                    "model."};

/// nn.Sequential(*resnet.children()), as lightly's examples make it: the modules have numbers, also those without weights.
inline constexpr name_rule children_rules[] = {{"conv1.*", {"0.*"}},  {"bn1.*", {"1.*"}},    {"layer1.*", {"4.*"}},
                                               {"layer2.*", {"5.*"}}, {"layer3.*", {"6.*"}}, {"layer4.*", {"7.*"}},
                                               {"fc.*", {"9.*"}}};

/// Training splits the blocks into chunks: "blocks.1.7." is block 7, in chunk 1.
inline constexpr name_rule dinov2_rules[] = {
    {"reg_token", {"register_tokens"}}, {"blocks.#.*", {"blocks.#.*"}}, {"blocks.#.*", {"blocks.?.#.*"}}};

inline constexpr char const* hugging_face_prefixes[] = {"", "vit.", "dinov2.", "dinov2_with_registers.", "model."};

/// ViT and ViT-MAE first, then DINOv2; of names that version 5 of transformers changed in memory, those of files first.
inline constexpr name_rule hugging_face_rules[] = {
    {"patch_embed.proj.*", {"embeddings.patch_embeddings.projection.*"}},
    {"pos_embed", {"embeddings.position_embeddings"}},
    {"cls_token", {"embeddings.cls_token"}},
    {"reg_token", {"embeddings.register_tokens"}},
    {"mask_token", {"embeddings.mask_token"}},
    {"blocks.#.norm1.*", {"encoder.layer.#.layernorm_before.*"}},
    {"blocks.#.norm1.*", {"encoder.layer.#.norm1.*"}},
    {"blocks.#.norm2.*", {"encoder.layer.#.layernorm_after.*"}},
    {"blocks.#.norm2.*", {"encoder.layer.#.norm2.*"}},
    {"blocks.#.attn.qkv.*",
     {"encoder.layer.#.attention.attention.query.*", "encoder.layer.#.attention.attention.key.*",
      "encoder.layer.#.attention.attention.value.*"}},
    {"blocks.#.attn.qkv.*",
     {"encoder.layer.#.attention.q_proj.*", "encoder.layer.#.attention.k_proj.*", "encoder.layer.#.attention.v_proj.*"}},
    {"blocks.#.attn.proj.*", {"encoder.layer.#.attention.output.dense.*"}},
    {"blocks.#.attn.proj.*", {"encoder.layer.#.attention.o_proj.*"}},
    {"blocks.#.ls1.gamma", {"encoder.layer.#.layer_scale1.lambda1"}},
    {"blocks.#.ls2.gamma", {"encoder.layer.#.layer_scale2.lambda1"}},
    {"blocks.#.mlp.fc1.*", {"encoder.layer.#.intermediate.dense.*"}},
    {"blocks.#.mlp.fc1.*", {"encoder.layer.#.mlp.fc1.*"}},
    {"blocks.#.mlp.fc2.*", {"encoder.layer.#.output.dense.*"}},
    {"blocks.#.mlp.fc2.*", {"encoder.layer.#.mlp.fc2.*"}},
    {"blocks.#.mlp.w12.*", {"encoder.layer.#.mlp.weights_in.*"}},
    {"blocks.#.mlp.w12.*", {"encoder.layer.#.mlp.gate_proj.*", "encoder.layer.#.mlp.up_proj.*"}},
    {"blocks.#.mlp.w3.*", {"encoder.layer.#.mlp.weights_out.*"}},
    {"blocks.#.mlp.w3.*", {"encoder.layer.#.mlp.down_proj.*"}},
    {"norm.*", {"layernorm.*"}}};

inline constexpr char const* mae_decoder_prefixes[] = {"", "module.", "model."};
inline constexpr name_rule mae_decoder_rules[] = {{"mask_token", {"mask_token"}},   {"pos_embed", {"decoder_pos_embed"}},
                                                  {"embed.*", {"decoder_embed.*"}}, {"blocks.#.*", {"decoder_blocks.#.*"}},
                                                  {"norm.*", {"decoder_norm.*"}},   {"pred.*", {"decoder_pred.*"}}};

inline constexpr char const* hugging_face_decoder_prefixes[] = {"decoder."};
inline constexpr name_rule hugging_face_decoder_rules[] = {
    {"mask_token", {"mask_token"}},
    {"pos_embed", {"decoder_pos_embed"}},
    {"embed.*", {"decoder_embed.*"}},
    {"blocks.#.norm1.*", {"decoder_encoder.layer.#.layernorm_before.*"}},
    {"blocks.#.norm2.*", {"decoder_encoder.layer.#.layernorm_after.*"}},
    {"blocks.#.attn.qkv.*",
     {"decoder_encoder.layer.#.attention.attention.query.*", "decoder_encoder.layer.#.attention.attention.key.*",
      "decoder_encoder.layer.#.attention.attention.value.*"}},
    {"blocks.#.attn.proj.*", {"decoder_encoder.layer.#.attention.output.dense.*"}},
    {"blocks.#.mlp.fc1.*", {"decoder_encoder.layer.#.intermediate.dense.*"}},
    {"blocks.#.mlp.fc2.*", {"decoder_encoder.layer.#.output.dense.*"}},
    {"norm.*", {"decoder_norm.*"}},
    {"pred.*", {"decoder_pred.*"}}};

}  // namespace detail

/// The names of this library: torchvision's for residual networks, those of timm, DeiT, DINO and MAE for vision transformers.
inline constexpr naming timm_naming{"timm and torchvision", detail::backbone_prefixes, {}};
/// torchvision's residual networks as a list of their modules.
inline constexpr naming children_naming{"torchvision's children in order", detail::backbone_prefixes, detail::children_rules};
/// DINOv2, also with registers, gated feed-forward networks and chunked blocks.
inline constexpr naming dinov2_naming{"DINOv2", detail::backbone_prefixes, detail::dinov2_rules};
/// transformers: ViT, ViT-MAE, DINOv2 and DINOv2 with registers; query, key and value lie apart there.
inline constexpr naming hugging_face_naming{"Hugging Face", detail::hugging_face_prefixes, detail::hugging_face_rules};

/// layers::masked_decoder in MAE's files and in those of transformers, beside the encoder.
inline constexpr naming masked_decoder_namings[] = {
    {"MAE", detail::mae_decoder_prefixes, detail::mae_decoder_rules},
    {"Hugging Face", detail::hugging_face_decoder_prefixes, detail::hugging_face_decoder_rules}};

inline constexpr naming published_namings[] = {timm_naming, dinov2_naming, hugging_face_naming, children_naming};

}  // namespace ssl::io
