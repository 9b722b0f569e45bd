// Standard input, output and error, which a caller may have closed or filled.
#pragma once

namespace compose {

// Opens /dev/null where 0, 1 or 2 is closed, so that no file of ours ever gets such a number.
void open_standard_streams();

// False, after a message, when what was printed could not be written (a full device).
[[nodiscard]] bool flush_standard_output();

}  // namespace compose
