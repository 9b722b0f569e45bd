#include "runner/captured_output.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace compose {

void CapturedOutput::add(std::string_view piece) {
  seen_ += piece.size();
  const std::size_t to_head = std::min(piece.size(), head_room_ - head_.size());
  head_ += piece.substr(0, to_head);
  piece.remove_prefix(to_head);
  if (piece.size() >= tail_room_) {
    tail_ = piece.substr(piece.size() - tail_room_);
    return;
  }
  tail_ += piece;
  if (tail_.size() > 2 * tail_room_) tail_.erase(0, tail_.size() - tail_room_);
}

std::uint64_t CapturedOutput::dropped() const {
  return seen_ - head_.size() - std::min(tail_.size(), tail_room_);
}

std::string CapturedOutput::text() const {
  const std::string_view tail =
      std::string_view(tail_).substr(tail_.size() - std::min(tail_.size(), tail_room_));
  if (dropped() == 0) return head_ + std::string(tail);
  return fmt::format("{}\n[{} bytes left out]\n{}", head_, dropped(), tail);
}

}  // namespace compose
