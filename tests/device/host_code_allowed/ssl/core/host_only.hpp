// SPDX-License-Identifier: Apache-2.0
// Found before the library's own, which stops nvcc.
