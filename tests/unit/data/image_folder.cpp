// SPDX-License-Identifier: Apache-2.0
#include "ssl/data/image_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "unit/data/codecs.hpp"

namespace {

using ssl::data::broken_files;
using ssl::data::folder_check;
using ssl::data::image_folder;

void write(std::string const& path, file_bytes const& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  write_bytes(path, bytes);
}

file_bytes grey(int value) { return write_jpeg(8, 8, {static_cast<std::uint8_t>(value)}); }

std::vector<int> values(image_folder const& images) {
  std::vector<int> found;
  for (ssl::index i = 0; i < images.size(); ++i) found.push_back(images.image(i).pixels[0]);
  return found;
}
std::vector<int> labels(image_folder const& images) {
  std::vector<int> found;
  for (ssl::index i = 0; i < images.size(); ++i) found.push_back(images.label(i));
  return found;
}

template <class F>
std::pair<int, std::string> error_of(F f) {
  try {
    f();
    return {};
  } catch (ssl::error const& e) {
    return {e.code, e.what()};
  }
}

}  // namespace

TEST_CASE("image folder: images by their content, in the order of their paths, other files left alone") {
  temporary_folder folder;
  write(folder / "b.jpg", grey(20));
  write(folder / "a", grey(10));  // no ending: the first bytes tell
  write(folder / "c.png", grey(30));
  write(folder / "notes.txt", {'n', 'o', 't', 'e', 's'});
  write(folder / ".hidden.jpg", grey(90));
  write(folder / ".cache/d.jpg", grey(90));
  image_folder const images(folder.path());
  CHECK(values(images) == std::vector{10, 20, 30});
  CHECK(images.path(0) == folder / "a");
  CHECK(labels(images) == std::vector{-1, -1, -1});
  CHECK(images.classes().empty());
  CHECK(images.skipped().empty());
  CHECK(values(image_folder(folder.path() + "/")) == values(images));
}

TEST_CASE("image folder: subfolders are classes where there are two of them, however deep the images lie") {
  temporary_folder folder;
  write(folder / "only/one/a.jpg", grey(10));
  write(folder / "only/two/b.jpg", grey(20));
  CHECK(image_folder(folder.path()).classes().empty());
  CHECK(labels(image_folder(folder / "only")) == std::vector{0, 1});

  write(folder / "dogs/more/c.jpg", grey(30));
  write(folder / "empty/readme.txt", {});
  write(folder / "z.jpg", grey(40));
  image_folder const images(folder.path());
  CHECK(images.classes() == std::vector<std::string>{"dogs", "only"});
  CHECK(values(images) == std::vector{30, 10, 20, 40});
  CHECK(labels(images) == std::vector{0, 1, 1, -1});

  image_folder const given(folder.path(), {.classes = {"cats", "only"}});  // those of a training set
  CHECK(given.classes() == std::vector<std::string>{"cats", "only"});
  CHECK(labels(given) == std::vector{-1, 1, 1, -1});
}

TEST_CASE("image folder: links are followed, but not in a circle") {
  temporary_folder folder, elsewhere;
  write(elsewhere / "far.jpg", grey(50));
  write(folder / "near/a.jpg", grey(10));
  std::filesystem::create_directory_symlink(elsewhere.path(), folder / "far");
  std::filesystem::create_directory_symlink(folder.path(), folder / "near/circle");
  std::filesystem::create_symlink(folder / "nowhere", folder / "near/gone.jpg");
  image_folder const images(folder.path());
  CHECK(values(images) == std::vector{50, 10});
  CHECK(labels(images) == std::vector{0, 1});
}

TEST_CASE("image folder: broken files are skipped, counted and named, or fatal") {
  temporary_folder folder;
  file_bytes cut = grey(20);
  cut.resize(cut.size() / 2);
  write(folder / "a.jpg", grey(10));
  write(folder / "b.jpg", cut);
  write(folder / "c.webp", {'R', 'I', 'F', 'F'});
  write(folder / "d.JPEG", grey(40));
  for (int threads : {1, 3}) {
    image_folder const images(folder.path(), {.threads = threads});
    CHECK(values(images) == std::vector{10, 40});
    REQUIRE(images.skipped().size() == 2);
    CHECK(images.skipped()[0].path == folder / "b.jpg");
    CHECK(images.skipped()[0].reason.find("ssl[E611]: " + (folder / "b.jpg") + ": expected an intact JPEG") == 0);
    CHECK(images.skipped()[1].path == folder / "c.webp");
    auto const [code, text] = error_of([&] { image_folder(folder.path(), {.broken = broken_files::fatal, .threads = threads}); });
    CHECK(code == 611);
    CHECK(
        (text.find(folder / "b.jpg") != std::string::npos || (threads > 1 && text.find(folder / "c.webp") != std::string::npos)));
  }
  image_folder const unchecked(folder.path(), {.check = folder_check::first_bytes});
  CHECK(unchecked.size() == 3);
  CHECK(unchecked.skipped().size() == 1);
  auto const [code, text] = error_of([&] { unchecked.image(1); });
  CHECK(code == 611);
  CHECK(text.find(folder / "b.jpg") != std::string::npos);
}

TEST_CASE("image folder: nothing to read is an error") {
  temporary_folder folder;
  CHECK(error_of([&] { image_folder(folder / "missing"); }).first == 701);
  CHECK(error_of([&] { image_folder(folder.path()); }).first == 610);
  write(folder / "a.jpg", {1, 2, 3});
  auto const [code, text] = error_of([&] { image_folder(folder.path()); });
  CHECK(code == 610);
  CHECK(text.find(folder / "a.jpg") != std::string::npos);
  CHECK(error_of([&] { image_folder(folder.path(), {.threads = 0}); }).first == 606);
  CHECK(error_of([&] { image_folder(folder / "a.jpg"); }).first == 701);
  write(folder / "b.jpg", grey(1));
  CHECK(error_of([&] { image_folder(folder.path(), {.image = {.channels = 4}}); }).first == 606);
}
