// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <zlib.h>

#include "ssl/core/error.hpp"
#include "ssl/io/atomic_file.hpp"
#include "ssl/io/detail/safetensors_header.hpp"
#include "ssl/io/dtype.hpp"

/// \file
/// Files of named tensors in the safetensors format.
///
///   8 bytes, little-endian   length L of the header
///   L bytes                  JSON: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...,
///                            "__metadata__": {"key": "text"}}
///   the rest                 the tensors' elements, little-endian, row by row, without holes
///
/// Source  https://github.com/huggingface/safetensors, the format's description and its reader. Deviations: double keys and
///         numbers from 2^63 on are errors
namespace ssl::io {

static_assert(std::endian::native == std::endian::little,
              "safetensors files are little-endian, and this code copies bytes as they are");

/// One tensor of a file; its bytes live as long as the file object.
struct safetensor {
  std::string name;
  dtype type = dtype::f32;
  std::vector<index> shape;
  std::span<std::uint8_t const> bytes;  ///< as in the file; not aligned
  index byte_offset = 0;                ///< in the file
  std::shared_ptr<std::string const> path;

  index elements() const {
    index count = 1;
    for (index extent : shape) count *= extent;
    return count;
  }

  /// The elements as numbers of another type. Floating-point T takes any number, rounded to nearest (F16 and BF16 are exact);
  /// integer T takes integers and BOOL that fit.
  ///
  /// Errors  E714 (a type that cannot be converted, a value that does not fit)
  template <class T>
  std::vector<T> to() const;

 private:
  template <class Stored, class T, class Convert>
  std::vector<T> convert(Convert value) const {
    std::vector<T> out(static_cast<std::size_t>(elements()));
    for (std::size_t i = 0; i < out.size(); ++i) {
      Stored s;
      std::memcpy(&s, bytes.data() + i * sizeof(Stored), sizeof(Stored));
      out[i] = value(s, i);
    }
    return out;
  }
  template <class Stored, class T>
  std::vector<T> convert_integer() const {
    return convert<Stored, T>([&](Stored s, std::size_t i) {
      if constexpr (std::is_integral_v<T>) {
        if (!std::in_range<T>(s)) {
          throw file_error(714, *path, byte_offset + static_cast<index>(i * sizeof(Stored)),
                           "tensor \"" + name + "\": expected integers that fit into " + std::string(name_of(dtype_of<T>())) +
                               ", found " + std::to_string(s));
        }
      }
      return static_cast<T>(s);
    });
  }
  template <class Stored, class T, class Convert>
  std::vector<T> convert_float(Convert value) const {
    if constexpr (std::is_floating_point_v<T>) {
      return convert<Stored, T>([&](Stored s, std::size_t) { return static_cast<T>(value(s)); });
    } else {
      refuse<T>();
    }
  }
  template <class T>
  [[noreturn]] void refuse() const {
    throw file_error(714, *path, byte_offset,
                     "tensor \"" + name + "\": expected elements that convert to " + std::string(name_of(dtype_of<T>())) +
                         ", found " + std::string(name_of(type)));
  }
};

template <class T>
std::vector<T> safetensor::to() const {
  static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>, "to<T>() converts to numbers");
  auto const same = [](auto s) { return s; };
  switch (type) {
    case dtype::f64: return convert_float<double, T>(same);
    case dtype::f32: return convert_float<float, T>(same);
    case dtype::f16: return convert_float<std::uint16_t, T>(f16_to_float);
    case dtype::bf16: return convert_float<std::uint16_t, T>(bf16_to_float);
    case dtype::i64: return convert_integer<std::int64_t, T>();
    case dtype::u64: return convert_integer<std::uint64_t, T>();
    case dtype::i32: return convert_integer<std::int32_t, T>();
    case dtype::u32: return convert_integer<std::uint32_t, T>();
    case dtype::i16: return convert_integer<std::int16_t, T>();
    case dtype::u16: return convert_integer<std::uint16_t, T>();
    case dtype::i8: return convert_integer<std::int8_t, T>();
    case dtype::u8: return convert_integer<std::uint8_t, T>();
    case dtype::boolean: return convert<std::uint8_t, T>([](std::uint8_t s, std::size_t) { return static_cast<T>(s != 0); });
    default: refuse<T>();
  }
}

/// A file read whole and checked whole: the tensors cover its data exactly.
///
/// Errors  E701 (cannot be opened or read), E710 (length of the header), E711 (header is no such JSON), E712 (a tensor's
///         entry), E713 (tensors overlap or leave bytes over), E714 (a tensor is asked for that is not there)
/// Cost    one read; the size of the file in memory, and a few times the header's
class safetensors_file {
 public:
  static safetensors_file open(std::string const& path) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(path, failed)) {
      throw file_error(701, path, -1,
                       failed ? "cannot be opened: " + failed.message() : std::string("expected a file, found something else"));
    }
    std::ifstream in(path, std::ios::binary);
    index const size = static_cast<index>(std::filesystem::file_size(path, failed));
    if (!in || failed) throw file_error(701, path, -1, "cannot be opened: " + std::string(std::strerror(errno)));

    std::string const text = read_header_text(path, in, size);
    safetensors_file file;
    index const data = 8 + static_cast<index>(text.size());
    detail::safetensors_header header = detail::safetensors_header_reader(path, text, size - data).read();
    file.data_.resize(static_cast<std::size_t>(size - data));
    read_exactly(path, in, data, file.data_.data(), size - data);
    file.metadata_ = std::move(header.metadata);
    auto const shared_path = std::make_shared<std::string const>(path);
    for (detail::safetensors_entry& e : header.entries) {
      std::span<std::uint8_t const> const bytes(file.data_.data() + e.begin, static_cast<std::size_t>(e.end - e.begin));
      file.places_.emplace(e.name, file.tensors_.size());
      file.tensors_.push_back({std::move(e.name), e.type, std::move(e.shape), bytes, data + e.begin, shared_path});
    }
    file.path_ = path;
    return file;
  }

  safetensors_file(safetensors_file&&) = default;
  safetensors_file& operator=(safetensors_file&&) = default;

  std::string const& path() const { return path_; }
  /// In the order of the file's data.
  std::vector<safetensor> const& tensors() const { return tensors_; }
  std::map<std::string, std::string> const& metadata() const { return metadata_; }
  /// CRC-32 of the tensors' bytes in the order of the file: for formats that keep it in their metadata.
  std::uint32_t checksum() const { return static_cast<std::uint32_t>(crc32_z(0, data_.data(), data_.size())); }

  /// Null where there is no tensor of that name.
  safetensor const* find(std::string_view name) const {
    auto const found = places_.find(name);
    return found == places_.end() ? nullptr : &tensors_[found->second];
  }
  safetensor const& at(std::string_view name) const {
    if (safetensor const* const t = find(name)) return *t;
    throw file_error(714, path_, -1,
                     "expected a tensor \"" + std::string(name) + "\", found none among " + std::to_string(tensors_.size()));
  }

 private:
  safetensors_file() = default;

  static void read_exactly(std::string const& path, std::ifstream& in, index at, void* to, index bytes) {
    in.read(static_cast<char*>(to), bytes);
    if (index const got = in.gcount(); got != bytes) {
      throw file_error(701, path, at + got,
                       "cannot be read: expected " + std::to_string(bytes) + " bytes, found " + std::to_string(got));
    }
  }

  static std::string read_header_text(std::string const& path, std::ifstream& in, index size) {
    if (size < 8)
      throw file_error(710, path, 0, "expected 8 bytes with the length of the header, found a file of " + std::to_string(size));
    std::uint64_t length = 0;
    read_exactly(path, in, 0, &length, 8);
    if (length > static_cast<std::uint64_t>(detail::safetensors_header_limit)) {
      throw file_error(710, path, 0,
                       "expected a header of at most " + std::to_string(detail::safetensors_header_limit) + " bytes, found " +
                           std::to_string(length));
    }
    if (static_cast<index>(length) > size - 8) {
      throw file_error(
          710, path, 0,
          "expected a header of " + std::to_string(length) + " bytes, found only " + std::to_string(size - 8) + " in the file");
    }
    std::string text(static_cast<std::size_t>(length), '\0');
    read_exactly(path, in, 8, text.data(), static_cast<index>(length));
    return text;
  }

  std::string path_;
  std::vector<std::uint8_t> data_;
  std::vector<safetensor> tensors_;
  std::map<std::string, std::size_t, std::less<>> places_;
  std::map<std::string, std::string> metadata_;
};

/// Collects named tensors and texts, then writes them as one file. The order of adding does not show in the file.
///
/// Errors  of save(): E707 (cannot be written; a file of that name stays as it was), E715 (a name twice or reserved, text that
///         is not UTF-8, bytes that do not fit the shape)
class safetensors_writer {
 public:
  /// `bytes` as in the file; copied.
  void add(std::string name, dtype type, std::vector<index> shape, std::span<std::uint8_t const> bytes) {
    tensors_.push_back({std::move(name), type, std::move(shape), {bytes.begin(), bytes.end()}});
  }
  template <class T>
  requires std::is_arithmetic_v<T>
  void add(std::string name, std::vector<index> shape, std::span<T const> elements) {
    auto const* const bytes = reinterpret_cast<std::uint8_t const*>(elements.data());
    add(std::move(name), dtype_of<T>(), std::move(shape), {bytes, elements.size_bytes()});
  }
  template <class T>
  void add(std::string name, std::vector<index> shape, std::vector<T> const& elements) {
    add(std::move(name), std::move(shape), std::span<T const>(elements));
  }
  void metadata(std::string key, std::string value) { metadata_.insert_or_assign(std::move(key), std::move(value)); }

  /// That of the file to be written.
  std::uint32_t checksum() const {
    uLong sum = crc32_z(0, nullptr, 0);
    for (tensor const* t : in_file_order()) sum = crc32_z(sum, t->bytes.data(), t->bytes.size());
    return static_cast<std::uint32_t>(sum);
  }

  void save(std::string const& path) const {
    std::vector<tensor const*> const order = in_file_order();
    std::string const text = header_text(path, order);
    std::uint64_t const length = text.size();
    atomic_file file(path);
    file.write(&length, 8);
    file.write(text.data(), static_cast<index>(length));
    for (tensor const* t : order) file.write(t->bytes.data(), static_cast<index>(t->bytes.size()));
    file.commit();
  }

 private:
  struct tensor {
    std::string name;
    dtype type;
    std::vector<index> shape;
    std::vector<std::uint8_t> bytes;
  };

  /// Wide types first, so that each tensor is aligned.
  std::vector<tensor const*> in_file_order() const {
    std::vector<tensor const*> order;
    for (tensor const& t : tensors_) order.push_back(&t);
    std::sort(order.begin(), order.end(),
              [](tensor const* a, tensor const* b) { return a->type != b->type ? a->type > b->type : a->name < b->name; });
    return order;
  }

  std::string header_text(std::string const& path, std::vector<tensor const*> const& order) const {
    nlohmann::ordered_json root = nlohmann::ordered_json::object();
    if (!metadata_.empty()) root["__metadata__"] = metadata_;
    index begin = 0;
    for (tensor const* t : order) {
      index const end = begin + static_cast<index>(t->bytes.size());
      if (t->name == "__metadata__" || root.contains(t->name)) {
        throw file_error(715, path, -1, "expected each name once and none that is reserved, found \"" + t->name + "\" again");
      }
      check_size(path, *t);
      root[t->name] = {{"dtype", name_of(t->type)}, {"shape", t->shape}, {"data_offsets", {begin, end}}};
      begin = end;
    }
    std::string text = dump(path, root);
    text.resize(static_cast<std::size_t>(round_up(static_cast<index>(text.size()), 8)), ' ');
    if (static_cast<index>(text.size()) > detail::safetensors_header_limit) {
      throw file_error(715, path, -1,
                       "expected a header of at most " + std::to_string(detail::safetensors_header_limit) + " bytes, found " +
                           std::to_string(text.size()));
    }
    return text;
  }

  static void check_size(std::string const& path, tensor const& t) {
    index bits = bits_of(t.type);
    for (index extent : t.shape) {
      bool const fits = extent >= 0 && (extent == 0 || bits <= std::numeric_limits<index>::max() / extent);
      if (!fits)
        throw file_error(715, path, -1,
                         "tensor \"" + t.name + "\": expected extents of a possible size, found " + std::to_string(extent));
      bits *= extent;
    }
    if (bits != 8 * static_cast<index>(t.bytes.size())) {
      throw file_error(715, path, -1,
                       "tensor \"" + t.name + "\": expected " + std::to_string(bits / 8) + " bytes for its shape in " +
                           std::string(name_of(t.type)) + ", found " + std::to_string(t.bytes.size()));
    }
  }

  static std::string dump(std::string const& path, nlohmann::ordered_json const& root) {
    try {
      return root.dump();
    } catch (nlohmann::json::exception const& e) {
      throw file_error(715, path, -1, "expected names and metadata in UTF-8, found " + std::string(e.what()));
    }
  }

  std::vector<tensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace ssl::io
