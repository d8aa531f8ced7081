// SPDX-License-Identifier: Apache-2.0
#pragma once

#define PRETEXT_VERSION_MAJOR 0
#define PRETEXT_VERSION_MINOR 1
#define PRETEXT_VERSION_PATCH 0
