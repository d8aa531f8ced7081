// SPDX-License-Identifier: Apache-2.0
// The main function of every doctest program. Tests that lack their data print why and return, so a program in which
// not one assertion ran has tested nothing: it ends with ctest's code for "skipped", never as "passed".
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

namespace {

constexpr int skipped = 77;  // SKIP_RETURN_CODE in cmake/development.cmake
int assertions = 0;

struct assertion_counter : doctest::IReporter {
  explicit assertion_counter(doctest::ContextOptions const&) {}
  void report_query(doctest::QueryData const&) override {}
  void test_run_start() override {}
  void test_run_end(doctest::TestRunStats const& run) override { assertions = run.numAsserts; }
  void test_case_start(doctest::TestCaseData const&) override {}
  void test_case_reenter(doctest::TestCaseData const&) override {}
  void test_case_end(doctest::CurrentTestCaseStats const&) override {}
  void test_case_exception(doctest::TestCaseException const&) override {}
  void subcase_start(doctest::SubcaseSignature const&) override {}
  void subcase_end() override {}
  void log_assert(doctest::AssertData const&) override {}
  void log_message(doctest::MessageData const&) override {}
  void test_case_skipped(doctest::TestCaseData const&) override {}
};

}  // namespace

REGISTER_LISTENER("assertion_counter", 1, assertion_counter);

int main(int count, char** arguments) {
  doctest::Context context(count, arguments);
  int const result = context.run();
  if (context.shouldExit() || result != 0) return result;
  return assertions > 0 ? 0 : skipped;
}
