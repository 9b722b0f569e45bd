// The folders that gpg works in: the caller's, and private ones for verifying.
#pragma once

#include <filesystem>
#include <string>

#include "signer/temporary_folder.hpp"

namespace compose {

// The caller's GNUPGHOME, or ~/.gnupg when it is not set. Throws a failure Error, with a hint,
// when it is not a folder, or when it is so deep that gpg-agent's socket would not fit.
[[nodiscard]] std::filesystem::path callers_gnupg_home();

// A new home that holds no keys. Its gpg.conf forbids the network, the agent and any notion of
// trust: validity there means cryptographic validity.
[[nodiscard]] TemporaryFolder make_private_gnupg_home();

}  // namespace compose
