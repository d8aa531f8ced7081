// SPDX-License-Identifier: Apache-2.0
//
// generate INDEX FOLDER: writes FOLDER/<family>.cpp, the tests of every covered case of the index.
#include <array>
#include <exception>
#include <fstream>
#include <iostream>

#include "reference/generate/case_writer.hpp"
#include "reference/kinds.hpp"

namespace {

using namespace reference_suite;

constexpr std::array families{"layers",  "encoders", "objectives", "optimizers", "schedules",
                              "augment", "pretext",  "evaluate",   "weights"};

/// For kinds whose structure is no template argument: one function tests whatever it finds in the file.
case_writer always(char const* body) {
  return [body](entry const&) { return std::string(body); };
}

case_writers all_writers() {
  case_writers all{{"schedules/lr_warmup_cosine_", always("warmup_cosine_forms(tensors);")},
                   {"schedules/per_epoch_", always("schedules_by_epoch(tensors);")},
                   {"schedules/ramps_", always("ramps(tensors);")},
                   {"augment/resized_crop_", always("resized_crops(tensors);")},
                   {"augment/random_resized_crop_", always("crop_boxes(tensors);")},
                   {"augment/flip_", always("flips(tensors);")},
                   {"augment/colour_", always("colour_operations(tensors);")},
                   {"augment/gaussian_blur_", always("blurs(tensors);")},
                   {"augment/erase_mixup_cutmix_", always("erase_mixup_cutmix(tensors);")},
                   {"augment/multi_crop_presets", always("multi_crop_presets(tensors);")},
                   {"augment/simclr_tf_colour_", always("simclr_tf_colours(tensors);")},
                   {"augment/srgb_to_lab_", always("lab_colours(tensors);")},
                   {"pretext/rotation_batch_", always("rotation_batch(tensors);")},
                   {"pretext/jigsaw_tiles_", always("jigsaw_tiles(tensors);")},
                   {"pretext/mae_random_masking_", always("mae_masking(tensors);")},
                   {"pretext/ibot_block_masks_", always("block_masks(tensors);")},
                   {"evaluate/pca_", always("principal_components(tensors);")},
                   {"evaluate/ridge_", always("ridge_regression(tensors);")},
                   {"evaluate/knn_", always("nearest_neighbours(tensors);")},
                   {"evaluate/logistic_", always("logistic_regression(tensors);")},
                   {"evaluate/metrics_", always("metrics(tensors);")},
                   {"evaluate/topk_", always("top_k(tensors);")},
                   {"weights/broken/", always("broken_files(tensors);")}};
  for (case_writers some : {layer_writers(), network_writers(), transformer_writers(), objective_writers(), method_writers(),
                            optimizer_writers(), pretext_writers(), weight_writers()})
    all.merge(some);
  return all;
}

std::string quoted(std::string const& s) { return nlohmann::json(s).dump(); }

std::string indented(std::string const& lines) {
  std::istringstream in(lines);
  std::string all;
  for (std::string line; std::getline(in, line);) all += "  " + line + "\n";
  return all;
}

std::string test_of(entry const& e, case_writers const& writers) {
  try {
    auto const writer = writers.find(kind_of(e.file()));
    if (writer == writers.end()) throw not_expressible("no test is written for this kind");
    return text("REFERENCE_CASE(", quoted(e.file()), ") {\n", indented(writer->second(e)), "}\n\n");
  } catch (std::exception const& reason) {  // not_expressible, or an entry of another form
    return text("REFERENCE_CASE_NOT_BUILT(", quoted(e.file()), ", ", quoted(reason.what()), ")\n\n");
  }
}

void write_family(std::string const& family, nlohmann::json const& cases, case_writers const& writers,
                  std::string const& folder) {
  std::string tests;
  for (nlohmann::json const& c : cases)
    if (entry const e{c, cases}; e.file().starts_with(family + "/") && !kind_of(e.file()).empty()) tests += test_of(e, writers);
  if (tests.empty()) tests = text("REFERENCE_FAMILY_IS_EMPTY(", quoted(family), ")\n\n");
  std::ofstream out(folder + "/" + family + ".cpp");
  out << "// Written by tests/reference/generate from an index.json; changes are lost.\n#include \"reference/" << family
      << ".hpp\"\n\nnamespace {\n\nusing namespace reference_suite;\n\n"
      << tests << "}  // namespace\n";
  if (!out.flush()) throw std::runtime_error("cannot write to " + folder);
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 3) throw std::runtime_error("usage: generate INDEX FOLDER");
  std::ifstream in(arguments[1]);
  if (!in) throw std::runtime_error(std::string("cannot read ") + arguments[1]);
  nlohmann::json const cases = nlohmann::json::parse(in).at("cases");
  case_writers const writers = all_writers();
  for (char const* const family : families) write_family(family, cases, writers, arguments[2]);
} catch (std::exception const& e) {
  std::cerr << "generate: " << e.what() << '\n';
  return 1;
}
