// SPDX-License-Identifier: Apache-2.0
#include "ssl/io/atomic_file.hpp"

#include <doctest/doctest.h>

#include <iterator>
#include <string>

#include "unit/data/temporary_folder.hpp"
#include "unit/error_code.hpp"
#include "unit/full_device.hpp"

namespace {

auto files_in(std::string const& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
}

}  // namespace

TEST_CASE("atomic_file: nothing under the name before commit, everything afterwards") {
  temporary_folder folder;
  std::string const path = folder / "a";
  write_bytes(path, {9});
  {
    ssl::io::atomic_file file(path);
    file.write("abc", 3);
    file.write("de", 2);
    CHECK(read_bytes(path) == file_bytes{9});
    file.commit();
    CHECK(read_bytes(path) == file_bytes{'a', 'b', 'c', 'd', 'e'});
  }
  CHECK(read_bytes(path).size() == 5);
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("atomic_file that is never committed leaves all as it was") {
  temporary_folder folder;
  write_bytes(folder / "a", {9});
  {
    ssl::io::atomic_file file(folder / "a");
    file.write("abc", 3);
    CHECK(files_in(folder.path()) == 2);
  }
  CHECK(read_bytes(folder / "a") == file_bytes{9});
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("atomic_file: no such folder, a folder in its place, a full device are E707") {
  temporary_folder folder;
  CHECK(test::code_of<ssl::file_error>([&] { ssl::io::atomic_file(folder / "missing/a"); }) == 707);

  std::filesystem::create_directory(folder / "taken");
  CHECK(test::code_of<ssl::file_error>([&] { ssl::io::atomic_file(folder / "taken").commit(); }) == 707);
  CHECK(files_in(folder.path()) == 1);

  write_bytes(folder / "a", {9});
  std::string const much(100'000, 'x');
  int code = 0;
  ssl::index offset = -1;
  {
    full_device const full(4096);
    try {
      ssl::io::atomic_file file(folder / "a");
      file.write(much.data(), 100'000);
      file.commit();
    } catch (ssl::file_error const& e) {
      code = e.code;
      offset = e.byte_offset;
    }
  }
  CHECK(code == 707);
  CHECK(offset == 4096);
  CHECK(read_bytes(folder / "a") == file_bytes{9});
  CHECK(files_in(folder.path()) == 2);
}
