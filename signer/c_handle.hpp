// Owning handles for the types of C libraries, the size of a pointer.
#pragma once

#include <memory>

namespace compose {

// A stateless deleter made of a C library's free function.
template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* pointer) const noexcept {
    Free(pointer);
  }
};

template <typename T, auto Free>
using CHandle = std::unique_ptr<T, FreeWith<Free>>;

// Adapter for `int library_new(T** out)`: take_into(handle) is the `T**`, and the handle
// owns what was written when the full expression ends.
template <typename Handle>
class TakeInto {
 public:
  explicit TakeInto(Handle& handle) : handle_(handle) {}
  ~TakeInto() { handle_.reset(pointer_); }
  TakeInto(const TakeInto&) = delete;
  TakeInto& operator=(const TakeInto&) = delete;
  operator typename Handle::pointer *() { return &pointer_; }  // NOLINT: implicit on purpose

 private:
  Handle& handle_;
  typename Handle::pointer pointer_ = nullptr;
};

template <typename Handle>
[[nodiscard]] TakeInto<Handle> take_into(Handle& handle) {
  return TakeInto<Handle>(handle);
}

}  // namespace compose
