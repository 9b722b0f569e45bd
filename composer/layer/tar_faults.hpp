// The faults of one tar stream: a bounded list, however hostile the stream.
#pragma once

#include <string>
#include <string_view>

#include "signer/finding.hpp"

namespace compose {

class TarFaults {
 public:
  static constexpr std::size_t most = 100;

  // `where` of a fault stays empty: which layer it is, only the caller knows.
  void add(std::string_view code, std::string message);
  // "entry 'NAME': MESSAGE".
  void add_entry(std::string_view code, std::string_view name, std::string_view message);
  // All faults, the unnamed ones too: an entry is good if its count did not change.
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] const Findings& list() const { return list_; }

 private:
  Findings list_;
  std::size_t count_ = 0;
};

}  // namespace compose
