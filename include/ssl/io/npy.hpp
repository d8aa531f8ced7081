// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#if __has_include(<xtensor/io/xnpy.hpp>)  // since xtensor 0.26
#include <xtensor/io/xnpy.hpp>
#else
#include <xtensor/xnpy.hpp>
#endif

#include "ssl/core/error.hpp"
#include "ssl/evaluation/embeddings.hpp"
#include "ssl/io/atomic_file.hpp"
#include "ssl/io/dtype.hpp"
#include "ssl/io/safetensors.hpp"

/// \file
/// Arrays in NumPy's format.
///
///   6 + 2 bytes       "\x93NUMPY", version 1.0, 2.0 or 3.0
///   2 or 4 bytes      length of the header, little-endian
///   the header        a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
///   the rest          the elements, row by row
///
/// Written by xtensor. Read here, because xtensor's reader trusts the file: it leaves what is missing uninitialised and multiplies
/// extents beyond their range.
/// Source  numpy.lib.format of NumPy 1.26
namespace ssl::io {

namespace detail {

struct npy_header {
  dtype type = dtype::f32;
  std::vector<index> shape;
  index elements = 1;
  index data_offset = 0;
};

/// Reads the dictionary of a header; the rest of a header is what it has in common with every other.
class npy_dictionary {
 public:
  npy_dictionary(std::string const& path, std::string_view text) : path_(path), text_(text) {}

  dtype type() const {
    std::string_view const value = value_of("'descr'");
    std::size_t const end = value.find('\'', 1);
    std::string_view const word = value.starts_with('\'') && end != value.npos ? value.substr(1, end - 1) : value;
    static constexpr std::pair<std::string_view, dtype> known[] = {
        {"b1", dtype::boolean}, {"u1", dtype::u8},  {"i1", dtype::i8},  {"u2", dtype::u16},
        {"i2", dtype::i16},     {"u4", dtype::u32}, {"i4", dtype::i32}, {"u8", dtype::u64},
        {"i8", dtype::i64},     {"f2", dtype::f16}, {"f4", dtype::f32}, {"f8", dtype::f64}};
    bool const native = word.starts_with('<') || word.starts_with('|') || word.starts_with('=');
    for (auto const& [name, type] : known)
      if (native && word.substr(1) == name) return type;
    fail("a little-endian number type such as '<f4'", word.substr(0, 40));
  }

  void check_order() const {
    std::string_view const value = value_of("'fortran_order'");
    if (!value.starts_with("False")) fail("'fortran_order': False (numpy.ascontiguousarray gives it)", value.substr(0, 5));
  }

  std::vector<index> shape() const {
    std::string_view value = value_of("'shape'");
    value = value.substr(0, value.find(')') + 1);
    if (!value.starts_with('(')) fail("a 'shape' in brackets", value);
    std::vector<index> extents;
    for (char const *next = value.data() + 1, *end = value.data() + value.size() - 1;;) {
      next = std::find_if(next, end, [](char c) { return c != ' ' && c != ','; });
      if (next == end) return extents;
      index extent = -1;
      auto const [behind, failed] = std::from_chars(next, end, extent);
      if (failed != std::errc() || extent < 0) fail("extents of 0 and above", value);
      extents.push_back(extent);
      next = behind;
    }
  }

  [[noreturn]] void fail(std::string const& expected, std::string_view found) const {
    throw file_error(613, path_, 0, "expected " + expected + " in the header of an .npy file, found " + std::string(found));
  }

 private:
  std::string_view value_of(std::string_view key) const {
    std::size_t at = text_.find(key);
    if (at != text_.npos) at = text_.find_first_not_of(" :", at + key.size());
    if (at == text_.npos) fail("the key " + std::string(key), "none");
    return text_.substr(at);
  }

  std::string const& path_;
  std::string_view text_;
};

inline npy_header read_npy_header(std::string const& path, std::istream& file, index file_bytes) {
  std::array<char, 12> begin{};
  file.read(begin.data(), 8);
  bool const known = std::memcmp(begin.data(), "\x93NUMPY", 6) == 0 && begin[6] >= 1 && begin[6] <= 3;
  if (!file || !known) throw file_error(613, path, 0, "expected the first bytes of an .npy file of version 1 to 3, found others");
  int const length_bytes = begin[6] == 1 ? 2 : 4;
  file.read(begin.data() + 8, length_bytes);
  index length = 0;
  for (int k = length_bytes - 1; k >= 0; --k)
    length = length << 8 | static_cast<std::uint8_t>(begin[static_cast<std::size_t>(8 + k)]);
  npy_header h;
  h.data_offset = 8 + length_bytes + length;
  if (!file || h.data_offset > file_bytes) {
    throw file_error(613, path, 8,
                     "expected a header of " + std::to_string(length) + " bytes, found " + std::to_string(file_bytes) +
                         " bytes in the whole file");
  }
  std::string text(static_cast<std::size_t>(length), ' ');
  file.read(text.data(), static_cast<std::streamsize>(length));

  npy_dictionary const dictionary(path, text);
  h.type = dictionary.type();
  dictionary.check_order();
  h.shape = dictionary.shape();
  for (index extent : h.shape) {
    if (extent > 0 && h.elements > std::numeric_limits<index>::max() / 8 / extent)
      dictionary.fail("a shape that memory can hold", "more");
    h.elements *= extent;
  }
  index const wanted = h.elements * bits_of(h.type) / 8, found = file_bytes - h.data_offset;
  if (wanted != found) {
    throw file_error(705, path, h.data_offset,
                     "expected " + std::to_string(wanted) + " bytes behind the header, found " + std::to_string(found));
  }
  return h;
}

}  // namespace detail

/// What an .npy file holds, as numbers of one type, rows contiguous.
template <class T>
struct npy_array {
  std::vector<index> shape;
  std::vector<T> values;
};

/// Reads an array of any number of dimensions; elements of another type are converted as safetensor::to() does.
///
/// Errors  E613 (not an .npy file, or one of Python objects, big-endian numbers or columns first), E701 (cannot be read), E705 (cut,
///         or more than announced), E714 (a type that cannot be converted, a value that does not fit)
/// Cost    one read; where a type is converted the file's bytes in memory beside the result
template <class T>
npy_array<T> read_npy(std::string const& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::error_code failed;
  auto const bytes = static_cast<index>(std::filesystem::file_size(path, failed));
  if (failed || !file)
    throw file_error(701, path, -1, "cannot be opened: " + std::string(failed ? failed.message() : std::strerror(errno)));
  detail::npy_header h = detail::read_npy_header(path, file, bytes);
  auto const read = [&](void* to) {
    file.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes - h.data_offset));
    if (!file) throw file_error(701, path, h.data_offset, "cannot be read");
  };
  npy_array<T> result;
  if (h.type == dtype_of<T>()) {
    result.values.resize(static_cast<std::size_t>(h.elements));
    read(result.values.data());
  } else {
    std::vector<std::uint8_t> stored(static_cast<std::size_t>(bytes - h.data_offset));
    read(stored.data());
    safetensor const tensor{.name = "array",
                            .type = h.type,
                            .shape = h.shape,
                            .bytes = stored,
                            .byte_offset = h.data_offset,
                            .path = std::make_shared<std::string const>(path)};
    result.values = tensor.to<T>();
  }
  result.shape = std::move(h.shape);
  return result;
}

/// The same as an xtensor array of a known number of dimensions: features, say, as `load_npy<float, 2>(path)`.
///
/// Errors  also E714 (another number of dimensions)
template <class T, std::size_t Rank>
xt::xtensor<T, Rank, xt::layout_type::row_major> load_npy(std::string const& path) {
  npy_array<T> const read = read_npy<T>(path);
  if (read.shape.size() != Rank) {
    throw file_error(714, path, -1,
                     "expected an array of " + std::to_string(Rank) + " dimensions, found " + std::to_string(read.shape.size()));
  }
  typename xt::xtensor<T, Rank, xt::layout_type::row_major>::shape_type extents;
  std::copy(read.shape.begin(), read.shape.end(), extents.begin());
  xt::xtensor<T, Rank, xt::layout_type::row_major> result(extents);
  std::copy(read.values.begin(), read.values.end(), result.storage().begin());
  return result;
}

/// Writes an xtensor array, whole or not at all; numpy.load() reads it.
///
/// Errors  E707 (cannot be written)
/// Cost    the array once more in memory
template <class Array>
void save_npy(std::string const& path, xt::xexpression<Array> const& array) {
  std::string const bytes = xt::dump_npy(array);
  atomic_file file(path);
  file.write(bytes.data(), static_cast<index>(bytes.size()));
  file.commit();
}

}  // namespace ssl::io
