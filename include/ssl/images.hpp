// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// JPEG and PNG files. Link pretext::images.

#include "ssl/core/host_only.hpp"

#include "ssl/data/image_file.hpp"
#include "ssl/data/image_folder.hpp"
#include "ssl/data/image_grid.hpp"
#include "ssl/data/image_writer.hpp"
