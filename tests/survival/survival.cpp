// SPDX-License-Identifier: Apache-2.0
//
// survival [--kills N] [--inside M] [--seed S]: a training is killed (SIGKILL) at N random moments or more, at least M of them while
// it writes a checkpoint, meets a full device and a folder that cannot be written, and must end with the bits of a training that was
// left alone. This program is driver and training at once: `survival train FOLDER` is the training.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "objectives/queue.hpp"
#include "objectives/tiny.hpp"
#include "ssl/data/procedural.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/training/checkpoints.hpp"
#include "ssl/training/train.hpp"
#include "unit/data/temporary_folder.hpp"
#include "unit/full_device.hpp"

namespace {

using ssl::index;

// --- the training: an average, a queue, two slots, running statistics; a checkpoint after every step ----------------------------

struct unit_rows
    : ssl::layers::sequential<ssl::named<"", ssl::encoders::mlp<ssl::encoders::mlp_config{.hidden = 256, .out = 32}>>,
                              ssl::named<"", ssl::layers::l2_normalize>> {};

struct small_run : ssl::run_defaults {
  using encoder = unit_rows;
  using augmentation = tiny::two_views;
  using objective = tiny::queued_keys<20, 32>;
  using optimizer = ssl::optimizers::adamw;
  using backend = ssl::backends::reference;
  static constexpr ssl::shape image{.h = 16, .w = 16, .c = 1};
  static constexpr int batch = 4;
};

int train(std::string const& folder) {
  ssl::backends::reference::context context;
  ssl::pipeline<small_run> p{context};
  ssl::data::procedural_images const images({.count = 40, .height = 16, .width = 16});
  ssl::training::checkpoints saves{p, folder + "/checkpoints", {.every_steps = 1}};
  saves.resume();
  ssl::training::train(p, images, {.epochs = 6}, saves);
  file_bytes bits;
  for (ssl::array const which : ssl::io::detail::checkpoint_arrays) {
    auto const values = ssl::io::detail::read_array(p, which);
    auto const* const bytes = reinterpret_cast<std::uint8_t const*>(values.data());
    bits.insert(bits.end(), bytes, bytes + values.size() * sizeof(float));
  }
  write_bytes(folder + "/final", bits);
  return 0;
}

// --- the driver ------------------------------------------------------------------------------------------------------------------

int failures = 0;
void expect(bool holds, std::string const& what) {
  if (holds) return;
  std::cout << "FAILED: " << what << std::endl;
  ++failures;
}

/// A training in a process of its own; what it says goes to FOLDER/messages.
class process {
 public:
  explicit process(
      std::string const& folder, void (*prepare)() = [] {})
      : id_(fork()) {
    if (id_ != 0) return;
    prepare();
    int const log = open((folder + "/messages").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    dup2(log, STDERR_FILENO);
    execl("/proc/self/exe", "survival", "train", folder.c_str(), nullptr);
    _exit(127);
  }
  void kill() const { ::kill(id_, SIGKILL); }
  /// The exit status, or minus the signal that ended it.
  int wait() const {
    int status = 0;
    waitpid(id_, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t id_;
};

std::string messages(std::string const& folder) {
  file_bytes const bytes = read_bytes(folder + "/messages");
  return {bytes.begin(), bytes.end()};
}
bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

struct contents {
  int whole = 0;     ///< checkpoints
  int leftover = 0;  ///< files that were being written
};
contents contents_of(std::string const& folder) {
  contents c;
  std::error_code none;
  for (auto const& entry : std::filesystem::directory_iterator(folder + "/checkpoints", none))
    ++(has(entry.path().filename().string(), ".partial-") ? c.leftover : c.whole);
  return c;
}

void wait_for_checkpoints(std::string const& folder, int count) {
  for (int milliseconds = 0; contents_of(folder).whole < count && milliseconds < 20'000; ++milliseconds)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void expect_end(std::string const& folder, file_bytes const& expected, std::string const& what) {
  expect(read_bytes(folder + "/final") == expected, what + ": other bits than the training that was left alone");
  expect(!has(messages(folder), "damaged"), what + ": a checkpoint was damaged: " + messages(folder));
  expect(contents_of(folder).leftover == 0, what + ": files are left over");
}

/// Trains until the end, from where the folder's training stands.
void finish(std::string const& folder, file_bytes const& expected, std::string const& what) {
  int const status = process(folder).wait();
  expect(status == 0, what + ": the training ended with " + std::to_string(status) + ": " + messages(folder));
  expect_end(folder, expected, what);
}

void kill_again_and_again(file_bytes const& expected, double seconds, int kills, int inside, unsigned seed) {
  using namespace std::chrono;
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> moment(0, seconds / 3);
  int killed = 0, in_write = 0, ended = 0;
  auto folder = std::make_unique<temporary_folder>();
  for (int attempt = 0; (killed < kills || in_write < inside) && attempt < 10 * (kills + inside); ++attempt) {
    process const training(folder->path());
    wait_for_checkpoints(folder->path(), 1);
    std::this_thread::sleep_for(duration<double>(moment(generator)));
    training.kill();
    if (int const status = training.wait(); status == 0) {
      expect_end(folder->path(), expected, "killed " + std::to_string(killed) + " times");
      folder = std::make_unique<temporary_folder>();
      ++ended;
      continue;
    } else if (status != -SIGKILL) {
      expect(false, "the training ended with " + std::to_string(status) + ": " + messages(folder->path()));
      return;
    }
    ++killed;
    in_write += contents_of(folder->path()).leftover > 0;
    expect(contents_of(folder->path()).whole > 0, "a kill left no checkpoint");
  }
  finish(folder->path(), expected, "killed " + std::to_string(killed) + " times");
  expect(killed >= kills && in_write >= inside, "too few kills");
  std::cout << killed << " kills, " << in_write << " of them inside a write, seed " << seed << "; " << ended + 1
            << " trainings came to their end" << std::endl;
}

file_bytes newest(std::string const& folder) {
  auto const files = ssl::training::detail::checkpoints_in(folder + "/checkpoints");
  return files.empty() ? file_bytes{} : read_bytes(files.front().path);
}

/// A training that was killed on its way.
void begin_and_kill(std::string const& folder) {
  process const training(folder);
  wait_for_checkpoints(folder, 2);
  training.kill();
  training.wait();
}

/// A file may have no more than so many bytes, as on a device that is full.
void full_after_some_bytes() { static full_device const limited(100'000); }

void run_on_full_device(file_bytes const& expected) {
  temporary_folder const folder;
  begin_and_kill(folder.path());
  file_bytes const before = newest(folder.path());
  int const status = process(folder.path(), full_after_some_bytes).wait();
  std::string const said = messages(folder.path());
  expect(status == 1 && has(said, "warning: no checkpoint of step") && has(said, "the training goes on") &&
             has(said, "ssl[E707]") && has(said, "free some space"),
         "a full device: ended with " + std::to_string(status) + ": " + said);
  expect(newest(folder.path()) == before, "a full device: the newest checkpoint is not what it was");
  finish(folder.path(), expected, "after a full device");
  std::cout << "a full device (limit of a file's size): goes on with messages, ends with E707; then to the same bits"
            << std::endl;
}

/// f() in a process whose mounts are its own; false where the system does not let it have any.
template <class F>
bool with_own_mounts(F f) {
  std::cout.flush();
  pid_t const id = fork();
  if (id == 0) {
    int const user = static_cast<int>(getuid()), group = static_cast<int>(getgid());
    if (unshare(CLONE_NEWNS) != 0) {
      if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) _exit(77);
      std::ofstream("/proc/self/setgroups") << "deny";
      std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
      std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
    }
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) _exit(77);
    int const status = f();
    std::cout.flush();
    _exit(status == 0 && failures > 0 ? 1 : status);
  }
  int status = 0;
  waitpid(id, &status, 0);
  int const code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  expect(code == 0 || code == 77, "in mounts of its own");
  return code != 77;
}

void run_on_small_file_system(file_bytes const& expected) {
  bool const done = with_own_mounts([&] {
    temporary_folder const folder;
    if (mount("none", folder.path().c_str(), "tmpfs", 0, "size=6m") != 0) return 77;
    begin_and_kill(folder.path());
    std::string const filler = folder / "filler";
    {
      std::ofstream fill(filler, std::ios::binary);  // until the device is full
      for (std::vector<char> const some(4096); fill.write(some.data(), 4096).flush();) {
      }
    }
    file_bytes const before = newest(folder.path());
    int const status = process(folder.path()).wait();
    expect(status == 1 && newest(folder.path()) == before, "a full file system: ended with " + std::to_string(status));
    std::filesystem::remove(filler);
    finish(folder.path(), expected, "after a full file system");
    umount(folder.path().c_str());
    return 0;
  });
  std::cout << (done ? "a full file system (tmpfs): E707, the newest checkpoint is whole; then to the same bits"
                     : "skipped: a full file system, since this machine lets no process mount one")
            << std::endl;
}

void run_in_read_only_folder(file_bytes const& expected) {
  temporary_folder const folder;
  begin_and_kill(folder.path());
  file_bytes const before = newest(folder.path());
  std::string const checkpoints = folder / "checkpoints";
  auto const expect_refusal = [&] {
    int const status = process(folder.path()).wait();
    std::string const said = messages(folder.path());
    expect(status == 1 && has(said, "ssl[E707]") && has(said, "choose another folder, or mend this one"),
           "a read-only folder: ended with " + std::to_string(status) + ": " + said);
  };
  bool done = with_own_mounts([&] {
    if (mount(checkpoints.c_str(), checkpoints.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
        mount(nullptr, checkpoints.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0)
      return 77;
    expect_refusal();
    return 0;
  });
  if (!done && geteuid() != 0) {
    namespace fs = std::filesystem;
    fs::permissions(checkpoints, fs::perms::owner_read | fs::perms::owner_exec);
    expect_refusal();
    fs::permissions(checkpoints, fs::perms::owner_all);
    done = true;
  }
  expect(newest(folder.path()) == before, "a read-only folder: the newest checkpoint is not what it was");
  finish(folder.path(), expected, "after a read-only folder");
  std::cout << (done ? "a read-only folder: E707 before the first step; then to the same bits"
                     : "skipped: a read-only folder, since root may write everywhere and this machine lets no process mount one")
            << std::endl;
}

int drive(int kills, int inside, unsigned seed) {
  temporary_folder const folder;
  auto const start = std::chrono::steady_clock::now();
  int const status = process(folder.path()).wait();
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  expect(status == 0, "the training that is left alone: " + messages(folder.path()));
  file_bytes const expected = read_bytes(folder / "final");
  expect(!expected.empty(), "the training that is left alone gave nothing");
  std::cout << "left alone, the training takes " << seconds << " s; a checkpoint has " << newest(folder.path()).size() << " bytes"
            << std::endl;
  if (failures > 0) return 1;
  kill_again_and_again(expected, seconds, kills, inside, seed);
  run_on_full_device(expected);
  run_on_small_file_system(expected);
  run_in_read_only_folder(expected);
  return failures > 0 ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 3 && std::strcmp(arguments[1], "train") == 0) {
    try {
      return train(arguments[2]);
    } catch (std::exception const& e) {
      std::fprintf(stderr, "%s\n", e.what());
      return 1;
    }
  }
  int kills = 50, inside = 10, seed = static_cast<int>(std::random_device{}() >> 1);
  for (int i = 1; i + 1 < count; i += 2)
    for (auto const& [name, value] : {std::pair{"--kills", &kills}, {"--inside", &inside}, {"--seed", &seed}})
      if (std::strcmp(arguments[i], name) == 0) *value = std::atoi(arguments[i + 1]);
  return drive(kills, inside, static_cast<unsigned>(seed));
}
