// What the child tells the parent over the control socket: one fixed-size packet for each
// event, so that a set-up failure is never confused with the program's own exit status.
// The other way go single bytes: 0 for "the id maps are written", else a signal to pass on.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace compose {

// Each step of the set-up that can fail, in the order of work.
enum class SetupStep : std::uint32_t {
  clone,
  id_maps,
  tie_to_caller,
  private_mounts,
  bind_source,    // index: which mount of the plan
  device_source,  // index: which device
  scratch,
  open_layer,  // index: which layer
  overlay,
  mount_target,  // index: which mount of the plan
  attach_mount,  // index: which mount of the plan
  proc,
  dev,
  devpts,
  workdir,
  pivot,
  hostname,
  loopback,
  init,
  start_payload,
  stdio,
  limits,
  capabilities,
  ids,
  no_new_privileges,
  seccomp,
};

// "mount overlay": for people; an index is shown by the caller.
[[nodiscard]] std::string_view name_of(SetupStep step);

struct ChildReport {
  enum class Kind : std::uint32_t {
    setup_failed,  // step, index, value = errno
    exec_failed,   // value = errno
    started,       // the program runs
    ended,         // value = wait status
    flooded,       // more processes than allowed; all are ended
  };
  Kind kind = Kind::setup_failed;
  SetupStep step = SetupStep::clone;
  std::uint32_t index = 0;
  std::int32_t value = 0;
};

// The child's end. Async-signal-safe.
class ChildReporter {
 public:
  explicit ChildReporter(int control) : control_(control) {}

  void send(const ChildReport& report) const;
  // Reports errno and ends the process.
  [[noreturn]] void fail(SetupStep step, std::uint32_t index = 0) const;
  void require(bool done, SetupStep step, std::uint32_t index = 0) const {
    if (!done) fail(step, index);
  }
  [[nodiscard]] int control() const { return control_; }

 private:
  int control_;
};

// The parent's end: the next packet, if one is waiting. `closed` is set at the end of the stream.
[[nodiscard]] std::optional<ChildReport> next_report(int control, bool& closed);

// Sends one byte to the child; a child that has gone is no error.
void send_command(int control, unsigned char command);

}  // namespace compose
