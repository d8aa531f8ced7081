// SPDX-License-Identifier: Apache-2.0
#include "ssl/io/npy.hpp"

#include <doctest/doctest.h>

#include <string>

#include "ssl/data/arrays.hpp"
#include "unit/data/temporary_folder.hpp"

namespace {

/// A file as numpy.save() writes it, with `data` behind the header.
void write_npy(std::string const& path, std::string const& dictionary, file_bytes const& data, int version = 1) {
  std::string text = dictionary;
  std::size_t const prefix = version == 1 ? 10 : 12;
  while ((prefix + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  file_bytes bytes = {0x93, 'N', 'U', 'M', 'P', 'Y', static_cast<std::uint8_t>(version), 0};
  for (std::size_t k = 0; k < prefix - 8; ++k) bytes.push_back(static_cast<std::uint8_t>(text.size() >> 8 * k));
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  write_bytes(path, bytes);
}

template <class T>
int code_of_reading(std::string const& path) {
  try {
    ssl::io::read_npy<T>(path);
    return 0;
  } catch (ssl::file_error const& e) {
    CHECK(e.path == path);
    return e.code;
  }
}

}  // namespace

TEST_CASE("npy: what is written is read again, features and labels") {
  temporary_folder folder;
  ssl::evaluation::embeddings const features = {{1.5f, -2, 3}, {4, 5, 1e-30f}};
  ssl::io::save_npy(folder / "features.npy", features);
  CHECK(ssl::io::load_npy<float, 2>(folder / "features.npy") == features);
  CHECK(ssl::io::load_npy<double, 2>(folder / "features.npy")(1, 1) == 5.0);
  ssl::evaluation::labels const labels = {3, -1, 7};
  ssl::io::save_npy(folder / "labels.npy", labels);
  CHECK(ssl::io::load_npy<std::int32_t, 1>(folder / "labels.npy") == labels);
  CHECK_THROWS_AS((ssl::io::load_npy<float, 1>(folder / "features.npy")), ssl::file_error);
  CHECK_THROWS_AS(ssl::io::save_npy(folder / "no/such/folder.npy", labels), ssl::file_error);
}

TEST_CASE("npy: headers as NumPy writes them, in any order of the keys, of all versions") {
  temporary_folder folder;
  std::string const path = folder / "a.npy";
  file_bytes const data = {1, 0, 2, 0, 3, 0, 255, 255, 5, 0, 6, 0};
  for (int version = 1; version <= 3; ++version) {
    write_npy(path, "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }", data, version);
    auto const array = ssl::io::read_npy<std::int32_t>(path);
    CHECK(array.shape == std::vector<ssl::index>{2, 3});
    CHECK(array.values == std::vector<std::int32_t>{1, 2, 3, 65535, 5, 6});
  }
  write_npy(path, "{'shape':(6,),'fortran_order':False,'descr':'<i2'}" + std::string(300, ' '), data);  // a length above 255
  CHECK(ssl::io::read_npy<std::int64_t>(path).values == std::vector<std::int64_t>{1, 2, 3, -1, 5, 6});
  write_npy(path, "{'descr': '|u1', 'fortran_order': False, 'shape': (), }", {9});
  CHECK(ssl::io::read_npy<std::uint8_t>(path).values == std::vector<std::uint8_t>{9});
  write_npy(path, "{'descr': '|u1', 'fortran_order': False, 'shape': (0, 7), }", {});
  CHECK(ssl::io::read_npy<std::uint8_t>(path).values.empty());
}

TEST_CASE("npy: files of another form are E613, cut ones E705, values that do not fit E714") {
  temporary_folder folder;
  std::string const path = folder / "a.npy";
  auto const code = [&](std::string const& dictionary, std::size_t bytes) {
    write_npy(path, dictionary, file_bytes(bytes, 200));
    return code_of_reading<std::uint8_t>(path);
  };
  CHECK(code("{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }", 4) == 0);
  CHECK(code("{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }", 3) == 705);
  CHECK(code("{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }", 5) == 705);
  CHECK(code("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }", 4) == 613);
  CHECK(code("{'descr': '>i4', 'fortran_order': False, 'shape': (1,), }", 4) == 613);
  CHECK(code("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 4) == 613);
  CHECK(code("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4) == 613);
  CHECK(code("{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 0) == 613);
  CHECK(code("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,), }", 0) == 613);
  CHECK(code("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,), }", 0) == 613);
  CHECK(code("{'descr': '|u1', 'fortran_order': False, 'shape': (x,), }", 0) == 613);
  CHECK(code("{'descr': '|u1', 'fortran_order': False, 'shape': 4, }", 4) == 613);
  CHECK(code("{'descr': '|u1', 'fortran_order': False}", 4) == 613);
  CHECK(code("", 4) == 613);
  CHECK(code("{'descr': '|i1', 'fortran_order': False, 'shape': (4,), }", 4) == 714);  // negative
  CHECK(code("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 4) == 714);
  CHECK(code_of_reading<float>(folder / "missing") == 701);
  CHECK(code_of_reading<float>(folder.path()) == 701);

  write_npy(path, "{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }", {1, 2, 3, 4});
  file_bytes const whole = read_bytes(path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_bytes(path, file_bytes(whole.begin(), whole.begin() + static_cast<long>(size)));
    int const cut = code_of_reading<std::uint8_t>(path);
    CHECK((cut == 613 || cut == 705));
  }
}

TEST_CASE("arrays: images of NumPy's files and of a user's own array, the latter not copied") {
  temporary_folder folder;
  file_bytes pixels(2 * 3 * 4 * 3);
  for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] = static_cast<std::uint8_t>(k);
  write_npy(folder / "images.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4, 3), }", pixels);
  write_npy(folder / "labels.npy", "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }",
            {7, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0});
  auto const set = ssl::data::load_npy_images(folder / "images.npy", folder / "labels.npy");
  REQUIRE(set.size() == 2);
  CHECK(set.image(1).height == 3);
  CHECK(set.image(1).width == 4);
  CHECK(set.image(1).channels == 3);
  CHECK(set.image(1).data[5] == 41);
  CHECK(set.label(0) == 7);
  CHECK(set.label(1) == 1);
  CHECK(ssl::data::load_npy_images(folder / "images.npy").label(0) == -1);
  write_npy(folder / "grey.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (6, 4, 3), }", pixels);
  CHECK(ssl::data::load_npy_images(folder / "grey.npy").image(5).channels == 1);
  CHECK_THROWS_AS(ssl::data::load_npy_images(folder / "grey.npy", folder / "labels.npy"), ssl::data_error);
  CHECK_THROWS_AS(ssl::data::load_npy_images(folder / "labels.npy"), ssl::data_error);

  auto const own = ssl::io::load_npy<std::uint8_t, 4>(folder / "images.npy");
  ssl::evaluation::labels const classes = {4, 5};
  ssl::data::image_span const view = ssl::data::images_of(own, classes);
  CHECK(view.image(1).data == own.data() + 36);
  CHECK(view.label(1) == 5);
  CHECK(ssl::data::images_of(own).label(0) == -1);
  xt::xtensor<std::uint8_t, 2> const flat({2, 3});
  CHECK_THROWS_AS(ssl::data::images_of(flat), ssl::data_error);
}
