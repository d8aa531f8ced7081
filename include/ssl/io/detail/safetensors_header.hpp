// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "ssl/core/error.hpp"
#include "ssl/io/dtype.hpp"

/// \file
/// The header of a safetensors file: JSON that names each tensor with its type, its extents and its place in the data. A
/// header is hostile until it has passed here: afterwards the tensors cover the data exactly, and no extent overflows.
namespace ssl::io::detail {

inline constexpr index safetensors_header_limit = 100'000'000;

struct safetensors_entry {
  std::string name;
  dtype type = dtype::f32;
  std::vector<index> shape{};
  index begin = 0, end = 0;  ///< in the data
};

struct safetensors_header {
  std::vector<safetensors_entry> entries;  ///< in the order of the data
  std::map<std::string, std::string> metadata;
};

/// Reads one header; everything it throws is a file_error with the place in the file.
class safetensors_header_reader {
 public:
  safetensors_header_reader(std::string const& path, std::string const& text, index data_bytes)
      : path_(path), text_(text), data_bytes_(data_bytes) {}

  safetensors_header read() {
    safetensors_header h;
    nlohmann::json const root = parse();
    for (auto const& [key, value] : root.items()) {
      if (key == "__metadata__") {
        read_metadata(value, h);
      } else {
        h.entries.push_back(read_entry(key, value));
      }
    }
    std::sort(h.entries.begin(), h.entries.end(), [](safetensors_entry const& a, safetensors_entry const& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    check_cover(h.entries);
    return h;
  }

 private:
  using json = nlohmann::json;
  static constexpr index text_begin = 8;
  static constexpr index largest = std::numeric_limits<index>::max();

  [[noreturn]] void fail(int code, index at, std::string const& text) const { throw file_error(code, path_, at, text); }

  /// Where a key stands in the file: its last place, so that of a double key the second is named.
  index place_of(std::string const& key) const {
    std::size_t const at = text_.rfind(json(key).dump());
    return at == std::string::npos ? text_begin : text_begin + static_cast<index>(at);
  }

  json parse() const {
    if (text_.empty()) fail(711, text_begin, "expected a JSON object as header, found an empty header");
    if (text_[0] != '{') {
      fail(711, text_begin,
           "expected a JSON object as header, beginning with {, found the byte " +
               std::to_string(static_cast<unsigned char>(text_[0])));
    }
    if (std::size_t const zero = text_.find('\0'); zero != std::string::npos) {
      fail(711, text_begin + static_cast<index>(zero), "expected JSON as header, found a zero byte");
    }
    std::vector<std::set<std::string>> keys;  // of the objects that are open
    auto const check = [&](int depth, json::parse_event_t event, json& value) {
      if (depth > 16) fail(711, text_begin, "expected at most 16 levels of JSON in the header, found more");
      std::size_t const level = static_cast<std::size_t>(depth);
      if (event == json::parse_event_t::object_start) {
        keys.resize(std::max(keys.size(), level + 1));
        keys[level].clear();
      } else if (event == json::parse_event_t::key) {
        std::string const& key = value.get_ref<std::string const&>();
        if (!keys[level - 1].insert(key).second) fail(711, place_of(key), "expected each key once, found \"" + key + "\" twice");
      }
      return true;
    };
    try {
      return json::parse(text_.begin(), text_.end(), check);
    } catch (json::parse_error const& e) {
      std::string const why = std::string(e.what()).substr(0, 200);
      bool const utf8 = why.find("UTF-8") != std::string::npos;
      fail(711, text_begin + std::max<index>(static_cast<index>(e.byte), 1) - 1,
           std::string("expected ") + (utf8 ? "UTF-8" : "JSON") + " as header, found " + (utf8 ? "other bytes" : why));
    } catch (json::exception const& e) {
      fail(711, text_begin, "expected JSON as header, found " + std::string(e.what()).substr(0, 200));
    }
  }

  void read_metadata(json const& value, safetensors_header& h) const {
    if (!value.is_object())
      fail(711, place_of("__metadata__"), std::string("expected an object as __metadata__, found ") + value.type_name());
    for (auto const& [key, text] : value.items()) {
      if (!text.is_string()) {
        fail(711, place_of(key),
             std::string("expected strings in __metadata__, found ") + text.type_name() + " at \"" + key + "\"");
      }
      h.metadata.emplace(key, text.get_ref<std::string const&>());
    }
  }

  [[noreturn]] void refuse(std::string const& name, std::string const& text) const {
    fail(712, place_of(name), "tensor \"" + name + "\": expected " + text);
  }
  static std::string shown(json const& value) { return value.dump(-1, ' ', true).substr(0, 60); }

  json const& field(std::string const& name, json const& entry, char const* key) const {
    auto const found = entry.find(key);
    if (found == entry.end()) refuse(name, std::string("a field ") + key + ", found none");
    return *found;
  }

  index integer(std::string const& name, char const* key, json const& value) const {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > static_cast<std::uint64_t>(largest)) {
      refuse(name, std::string("whole numbers from 0 to 2^63 - 1 in ") + key + ", found " + shown(value));
    }
    return value.get<index>();
  }

  safetensors_entry read_entry(std::string const& name, json const& entry) const {
    if (!entry.is_object()) refuse(name, std::string("an object, found ") + entry.type_name());
    json const& type = field(name, entry, "dtype");
    auto const known = type.is_string() ? dtype_of(type.get_ref<std::string const&>()) : std::nullopt;
    if (!known) refuse(name, "a known dtype, found " + shown(type));
    safetensors_entry e{.name = name, .type = *known};

    json const& extents = field(name, entry, "shape");
    if (!extents.is_array()) refuse(name, std::string("an array as shape, found ") + extents.type_name());
    for (json const& extent : extents) e.shape.push_back(integer(name, "shape", extent));

    json const& offsets = field(name, entry, "data_offsets");
    if (!offsets.is_array() || offsets.size() != 2) refuse(name, "two numbers as data_offsets, found something else");
    e.begin = integer(name, "data_offsets", offsets[0]);
    e.end = integer(name, "data_offsets", offsets[1]);
    check_place(e);
    return e;
  }

  void check_place(safetensors_entry const& e) const {
    auto const given = [&] { return std::to_string(e.begin) + " to " + std::to_string(e.end); };
    if (e.end < e.begin) refuse(e.name, "data_offsets in rising order, found " + given());
    if (e.end > data_bytes_)
      refuse(e.name, "data_offsets within " + std::to_string(data_bytes_) + " bytes of data, found " + given());

    index count = 1;
    bool overflow = false;
    for (index extent : e.shape) {
      overflow = overflow || (extent != 0 && count > largest / extent);
      count = overflow ? 0 : count * extent;
    }
    if (overflow || count > largest / bits_of(e.type)) refuse(e.name, "a shape whose size fits into 63 bits, found a larger one");
    index const bits = count * bits_of(e.type);
    std::string_view const type = name_of(e.type);
    if (bits % 8 != 0) refuse(e.name, "whole bytes, found " + std::to_string(bits) + " bits of " + std::string(type));
    if (bits / 8 != e.end - e.begin) {
      refuse(e.name, std::to_string(bits / 8) + " bytes for its shape in " + std::string(type) + ", found " +
                         std::to_string(e.end - e.begin) + " (" + given() + ")");
    }
  }

  void check_cover(std::vector<safetensors_entry> const& entries) const {
    index const data = text_begin + static_cast<index>(text_.size());
    index covered = 0;
    for (safetensors_entry const& e : entries) {
      if (e.begin != covered) {
        fail(713, data + std::min(e.begin, covered),
             "tensor \"" + e.name + "\": expected its data to begin at " + std::to_string(covered) +
                 ", where the tensor before ends, found " + std::to_string(e.begin) +
                 (e.begin < covered ? ": they overlap" : ": the bytes between belong to no tensor"));
      }
      covered = e.end;
    }
    if (covered != data_bytes_) {
      fail(713, data + covered,
           "expected the end of the file behind the last tensor, found " + std::to_string(data_bytes_ - covered) + " more bytes");
    }
  }

  std::string const& path_;
  std::string const& text_;
  index data_bytes_;
};

}  // namespace ssl::io::detail
