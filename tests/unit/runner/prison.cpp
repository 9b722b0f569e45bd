#include "prison.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace compose {

namespace fs = std::filesystem;

namespace {

// The steps at which a machine says that it allows no sandbox at all. Any other failure is for
// the tests to see.
bool machine_forbids(const RunResult& result) {
  const bool refused = result.code == EPERM || result.code == EACCES || result.code == ENOSPC;
  const auto at = [&](const char* step) { return result.step == step; };
  return result.status == RunResult::Status::setup_failed && refused &&
         (at("make namespaces") || at("map ids") || at("make mounts private") || at("mount /proc"));
}

}  // namespace

const std::string& no_sandbox_reason() {
  static const std::string reason = [] {
    const RunResult result = Prison().run({"exit", "0"});
    return machine_forbids(result) ? result.describe() + " (" + result.advice + ")" : std::string();
  }();
  return reason;
}

Prison::Prison() {
  ::umask(022);  // the image is the same whoever runs the tests
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
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

namespace {

std::vector<fs::path> folders_of_processes_with(const std::string& word) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    if (entry.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    if (read_text(entry.path() / "cmdline").find(word) != std::string::npos) folders.push_back(entry.path());
  }
  return folders;
}

}  // namespace

std::size_t processes_with(const std::string& word) { return folders_of_processes_with(word).size(); }

pid_t parent_of_process_with(const std::string& word) {
  for (const fs::path& folder : folders_of_processes_with(word)) {
    const std::string status = read_text(folder / "status");
    const std::size_t at = status.find("PPid:\t");
    if (at != std::string::npos) return std::stoi(status.substr(at + 6));
  }
  return 0;
}

bool wait_for_processes(const std::string& word, std::size_t count) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    if (processes_with(word) == count) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace compose
