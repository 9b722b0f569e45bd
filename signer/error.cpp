#include "signer/error.hpp"

#include <cerrno>
#include <new>
#include <system_error>

namespace compose {

void Error::add_context(std::string_view context) { message_ = fmt::format("{}: {}", context, message_); }

namespace {

// A file that is not there is the caller's mistake; a machine that has run out is not.
bool is_of_the_machine(int errno_value) {
  switch (errno_value) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EIO:
    case ENOSPC:
    case EDQUOT:
      return true;
    default:
      return false;
  }
}

}  // namespace

Error errno_error(int errno_value, std::string_view what, ErrorKind kind) {
  if (is_of_the_machine(errno_value)) kind = ErrorKind::failure;
  return Error(kind, fmt::format("{}: {}", what, std::generic_category().message(errno_value)));
}

Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::failure, "out of memory");
  } catch (const std::exception& error) {
    return Error(ErrorKind::failure, error.what());
  }
}

}  // namespace compose
