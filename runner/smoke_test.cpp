#include "runner/smoke_test.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <string_view>
#include <utility>

#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_pattern = 4096;
constexpr int most_lines_shown = 10;
constexpr std::size_t most_bytes_shown = 2000;

// (?m): ^ and $ at line ends. RE2's own options know that only for POSIX syntax.
RE2 compiled(const std::string& pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  return RE2("(?m)" + pattern, options);
}

// The end of what a program wrote, as a person wants to see it.
std::string last_lines(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return "nothing";
  std::size_t begin = text.size();
  for (int lines = 0; begin > 0 && lines < most_lines_shown; ++lines) {
    const std::size_t line_end = text.rfind('\n', begin - 1);
    begin = line_end == std::string_view::npos ? 0 : line_end;
  }
  std::string_view shown = text.substr(begin);
  if (shown.starts_with('\n')) shown.remove_prefix(1);
  if (shown.size() > most_bytes_shown) shown.remove_prefix(shown.size() - most_bytes_shown);
  return "\n" + printable_lines(shown);
}

void expect_text(const std::optional<std::string>& pattern, const std::string& text, std::string_view stream,
                 std::vector<std::string>& reasons) {
  if (!pattern) return;
  if (const auto fault = expression_fault(*pattern)) {
    reasons.push_back(fmt::format("'{}' is no expression for {}: {}", printable(*pattern), stream, *fault));
    return;
  }
  if (RE2::PartialMatch(text, compiled(*pattern))) return;
  reasons.push_back(fmt::format("expected {} to match '{}', it ended with: {}", stream, printable(*pattern),
                                last_lines(text)));
}

// A program that never ran has no exit status, whatever number stands for that.
bool has_own_status(const RunResult& result) {
  return result.status == RunResult::Status::exited || result.status == RunResult::Status::signaled;
}

void expect_exit(int expected, const RunResult& result, std::vector<std::string>& reasons) {
  if (has_own_status(result) && result.exit_code() == expected) return;
  std::string reason = fmt::format("expected exit {}: {}", expected, result.describe());
  if (!result.advice.empty()) reason += fmt::format(" ({})", result.advice);
  reasons.push_back(std::move(reason));
}

void show_output(const RunResult& result, const Expectation& expectation, std::vector<std::string>& reasons) {
  if (!expectation.err && !result.err.empty())
    reasons.push_back("stderr ended with: " + last_lines(result.err));
  if (!expectation.out && result.err.empty() && !result.out.empty()) {
    reasons.push_back("stdout ended with: " + last_lines(result.out));
  }
}

}  // namespace

std::optional<std::string> expression_fault(const std::string& pattern) {
  if (pattern.size() > most_pattern) return fmt::format("it is longer than {} bytes", most_pattern);
  const RE2 expression = compiled(pattern);
  if (expression.ok()) return std::nullopt;
  return printable(expression.error());
}

SmokeVerdict judge(const Expectation& expectation, RunResult result) {
  SmokeVerdict verdict;
  if (result.status == RunResult::Status::setup_failed) {
    verdict.reasons.push_back(result.describe());
    if (!result.advice.empty()) verdict.reasons.push_back(result.advice);
  } else {
    expect_exit(expectation.exit, result, verdict.reasons);
    expect_text(expectation.out, result.out, "stdout", verdict.reasons);
    expect_text(expectation.err, result.err, "stderr", verdict.reasons);
    verdict.outcome = verdict.reasons.empty() ? SmokeVerdict::Outcome::passed : SmokeVerdict::Outcome::failed;
    if (!verdict.reasons.empty()) show_output(result, expectation, verdict.reasons);
  }
  verdict.result = std::move(result);
  return verdict;
}

}  // namespace compose
