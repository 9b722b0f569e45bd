// Work side by side, results one after the other.
#pragma once

#include <cstddef>
#include <functional>

namespace compose {

// Calls work(0) … work(count - 1) on up to `threads` threads (0: all cores), and deliver(i) on
// the calling thread once work(i) is done, in order. At most twice as many results as threads
// wait to be delivered. The first error in this order comes out, after all threads have ended.
void work_in_order(unsigned threads, std::size_t count, const std::function<void(std::size_t)>& work,
                   const std::function<void(std::size_t)>& deliver);

}  // namespace compose
