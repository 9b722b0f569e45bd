#include "prison.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

namespace compose {

namespace fs = std::filesystem;

const std::string& no_sandbox_reason() {
  static const std::string reason = [] {
    const Prison prison;
    const RunResult result = prison.run({"exit", "0"});
    // Only what the machine forbids is a reason to skip: any other failure is for the tests to see.
    const bool forbidden = result.status == RunResult::Status::setup_failed && !result.advice.empty() &&
                           (result.code == EPERM || result.code == EACCES || result.code == ENOSPC);
    return forbidden ? result.describe() + " (" + result.advice + ")" : std::string();
  }();
  return reason;
}

Prison::Prison() {
  std::string name = (fs::temp_directory_path() / "compose-runner-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw fs::filesystem_error("mkdtemp", std::error_code());
  folder_ = name;
  fs::permissions(folder_, fs::perms(0755));
  fs::create_directories(layer() / "bin");
  fs::copy_file(RUNNER_INMATE, layer() / "bin/inmate");
  fs::permissions(layer() / "bin/inmate", fs::perms(0755));
}

Prison::~Prison() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path Prison::make(const std::string& name) const {
  fs::create_directories(folder_ / name);
  return folder_ / name;
}

RunPlan Prison::plan(std::vector<std::string> arguments) const {
  RunPlan plan;
  plan.lower = {layer()};
  plan.argv = {"inmate"};
  plan.argv.insert(plan.argv.end(), arguments.begin(), arguments.end());
  plan.env = {"PATH=/bin"};
  plan.timeout = std::chrono::seconds(30);
  return plan;
}

RunResult Prison::run(std::vector<std::string> arguments) const {
  return run_in_sandbox(plan(std::move(arguments)));
}

void write_text(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string read_text(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t processes_with(const std::string& word) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    if (entry.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string arguments = read_text(entry.path() / "cmdline");
    if (arguments.find(word) != std::string::npos) ++count;
  }
  return count;
}

bool wait_for_processes(const std::string& word, std::size_t count) {
  for (int attempt = 0; attempt < 200; ++attempt) {
    if (processes_with(word) == count) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace compose
