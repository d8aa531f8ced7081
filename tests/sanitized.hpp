// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Defines PRETEXT_TEST_SANITIZED under a sanitizer that brings allocation functions of its own: there a test cannot count allocations.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define PRETEXT_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define PRETEXT_TEST_SANITIZED 1
#endif
#endif
