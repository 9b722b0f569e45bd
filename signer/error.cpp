#include "signer/error.hpp"

#include <new>
#include <system_error>

namespace compose {

void Error::add_context(std::string_view context) { message_ = fmt::format("{}: {}", context, message_); }

Error errno_error(int errno_value, std::string_view what, ErrorKind kind) {
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
