// The one error type of compose, and the chain of context that a person reads.
//
// An Error is thrown where something fails; each layer above adds what it was doing with
// `with_context`, so that the text reads from outside in:
//   stage 'base': open rootfs.tar: No such file or directory
// Messages are lower case and have no full stop. Findings of a verification are values
// (finding.hpp), never Errors.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace compose {

// What an error means to the caller; the numbers are the exit codes of the program.
enum class ErrorKind {
  verdict = 1,  // the answer is no: something is wrong in an image, a test failed
  usage = 2,    // usage, recipe, policy or a source is wrong
  failure = 3,  // it could not be done: I/O, missing key, missing kernel feature
};

class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {})
      : kind_(kind), message_(std::move(message)), hint_(std::move(hint)) {}

  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }  // may be empty
  // Puts "context: " in front of the message.
  void add_context(std::string_view context);
  void set_hint(std::string hint) { hint_ = std::move(hint); }

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
};

template <typename... Args>
[[nodiscard]] Error usage_error(fmt::format_string<Args...> text, Args&&... args) {
  return Error(ErrorKind::usage, fmt::format(text, std::forward<Args>(args)...));
}

template <typename... Args>
[[nodiscard]] Error verdict_error(fmt::format_string<Args...> text, Args&&... args) {
  return Error(ErrorKind::verdict, fmt::format(text, std::forward<Args>(args)...));
}

template <typename... Args>
[[nodiscard]] Error failure_error(fmt::format_string<Args...> text, Args&&... args) {
  return Error(ErrorKind::failure, fmt::format(text, std::forward<Args>(args)...));
}

// "WHAT: No such file or directory" for an errno value. What tells of an exhausted or broken
// machine (EMFILE, ENOSPC, EIO, …) is a failure whatever `kind` says.
[[nodiscard]] Error errno_error(int errno_value, std::string_view what, ErrorKind kind = ErrorKind::failure);

// The exception now being handled as an Error; foreign exceptions become failures.
// Call only inside a catch block.
[[nodiscard]] Error current_error();

// Runs `body`; an error that leaves it carries "context: " in front.
template <typename Body, typename... Args>
decltype(auto) with_context(Body&& body, fmt::format_string<Args...> text, Args&&... args) {
  try {
    return std::forward<Body>(body)();
  } catch (...) {
    Error error = current_error();
    error.add_context(fmt::format(text, std::forward<Args>(args)...));
    throw error;
  }
}

}  // namespace compose
