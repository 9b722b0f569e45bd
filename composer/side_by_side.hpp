// Runs independent pieces of work on a few threads.
#pragma once

#include <cstddef>
#include <functional>

namespace compose {

// Calls work(0) … work(count - 1) on up to `threads` threads and waits for all. After the first
// error no new piece is begun; the error of the lowest index comes out, so that what a person
// sees does not depend on timing.
void side_by_side(unsigned threads, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace compose
