// Where a program may be, by the rules of execvp, for a PATH that is not the caller's.
#pragma once

#include <string>
#include <vector>

namespace compose {

// The paths to try in order. A name with a slash is itself; else one path for each folder of
// PATH in `env` (an empty folder is the working directory). Without PATH the usual folders.
[[nodiscard]] std::vector<std::string> program_candidates(const std::string& name,
                                                          const std::vector<std::string>& env);

}  // namespace compose
