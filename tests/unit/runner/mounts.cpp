// The root: layers, what is mounted into it, and what a hostile image cannot do to it.
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "prison.hpp"

using namespace compose;
using Status = RunResult::Status;
namespace fs = std::filesystem;

namespace {

RunMount bind(const fs::path& source, const std::string& target, bool read_only = true) {
  return {RunMount::Kind::bind, source, target, read_only};
}

// As /proc/self/mountinfo names it.
std::string file_system_of(const fs::path& folder) {
  struct stat status {};
  REQUIRE(::stat(folder.c_str(), &status) == 0);
  const std::string device =
      std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev));
  std::istringstream mounts(read_text("/proc/self/mountinfo"));
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(" " + device + " ") == std::string::npos) continue;
    std::istringstream rest(line.substr(line.find(" - ") + 3));
    rest >> line;
    return line;
  }
  return "?";
}

RunResult run_with(const Prison& prison, std::vector<RunMount> mounts, std::vector<std::string> arguments) {
  RunPlan plan = prison.plan(std::move(arguments));
  plan.mounts = std::move(mounts);
  RunResult result = run_in_sandbox(plan);
  UNSCOPED_INFO(result.describe() << " " << result.advice << " " << result.out);
  return result;
}

}  // namespace

TEST_CASE("sandbox: upper layers hide lower ones, whiteouts hide files", "[runner][mounts]") {
  NEEDS_SANDBOX
  const Prison prison;
  write_text(prison.layer() / "etc/both", "low");
  write_text(prison.layer() / "etc/low", "low");
  write_text(prison.layer() / "etc/gone", "low");
  const fs::path upper = prison.make("upper");
  write_text(upper / "etc/both", "high");
  REQUIRE(::mknod((upper / "etc/gone").c_str(), S_IFCHR, 0) == 0);
  RunPlan plan = prison.plan({"cat", "/etc/both", "/etc/low"});
  plan.lower.push_back(upper);
  CHECK(run_in_sandbox(plan).out == "highlow");
  plan.argv = {"inmate", "ls", "/etc"};
  CHECK(run_in_sandbox(plan).out == ".\n..\nboth\nlow\n");
}

TEST_CASE("sandbox: the same layer may stand twice, the upper one counts", "[runner][mounts]") {
  NEEDS_SANDBOX
  const Prison prison;
  write_text(prison.layer() / "etc/name", "first");
  const fs::path middle = prison.make("middle");
  write_text(middle / "etc/name", "second");
  RunPlan plan = prison.plan({"cat", "/etc/name"});
  plan.lower = {prison.layer(), middle, prison.layer()};
  CHECK(run_in_sandbox(plan).out == "first");
}

TEST_CASE("sandbox: as many layers as an image may have, with any name", "[runner][mounts]") {
  NEEDS_SANDBOX
  const Prison prison;
  RunPlan plan = prison.plan({"cat", "/l0", "/l125"});
  for (int i = 0; i < 126; ++i) {
    const fs::path layer = prison.make("a:b,c\\d " + std::string(150, 'x') + std::to_string(i));
    write_text(layer / ("l" + std::to_string(i)), std::to_string(i) + ";");
    plan.lower.push_back(layer);
  }
  const RunResult result = run_in_sandbox(plan);
  CAPTURE(result.describe());
  CHECK(result.out == "0;125;");
}

TEST_CASE("sandbox: nothing of the host's is mounted, and no way leads up", "[runner][mounts][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  write_text(prison.layer() / "srv/x", "");
  RunPlan plan = prison.plan({"mounts"});
  plan.mounts = {bind(prison.make("source"), "/mnt")};
  CHECK(
      run_in_sandbox(plan).out ==
      "/ overlay\n/dev tmpfs\n/dev/full devtmpfs\n/dev/null devtmpfs\n/dev/pts devpts\n/dev/random devtmpfs\n"
      "/dev/tty devtmpfs\n/dev/urandom devtmpfs\n/dev/zero devtmpfs\n/mnt " +
          file_system_of(prison.folder()) + "\n/proc proc\n");
  for (const char* up : {"/..", "/../..", "/dev/..", "/proc/..", "/mnt/..", "/srv/../..", "../../../.."}) {
    CAPTURE(up);
    plan.argv = {"inmate", "same", "/", up};
    CHECK(run_in_sandbox(plan).exit_code() == 0);
    plan.argv = {"inmate", "try-read", std::string(up) + "/etc"};
    CHECK(run_in_sandbox(plan).out == "ENOENT\n");
  }
}

TEST_CASE("sandbox: writing changes no layer and is forgotten", "[runner][mounts]") {
  NEEDS_SANDBOX
  const Prison prison;
  write_text(prison.layer() / "etc/name", "kept");
  CHECK(prison.run({"write", "/etc/name", "changed"}).exit_code() == 0);
  CHECK(prison.run({"write", "/new", "x"}).exit_code() == 0);
  CHECK(prison.run({"cat", "/etc/name"}).out == "kept");
  CHECK(read_text(prison.layer() / "etc/name") == "kept");
  CHECK(prison.run({"stat", "/new"}).out == "ENOENT\n");
}

TEST_CASE("sandbox: the root can be entered whatever the folder's own mode", "[runner][mounts]") {
  NEEDS_SANDBOX
  const Prison prison;
  fs::permissions(prison.layer(), fs::perms(0700));
  RunPlan plan = prison.plan({"stat", "/"});
  plan.uid = 10001;
  CHECK(run_in_sandbox(plan).out.starts_with("040755 "));
}

TEST_CASE("sandbox: the working directory is entered, or made", "[runner][mounts]") {
  NEEDS_SANDBOX
  const Prison prison;
  write_text(prison.layer() / "srv/app/x", "");
  fs::create_directory_symlink("/srv/app", prison.layer() / "current");
  fs::create_directory_symlink("../../../..", prison.layer() / "srv/up");
  for (const auto& [folder, seen] :
       std::vector<std::pair<std::string, std::string>>{{"/srv/app", "/srv/app"},
                                                        {"/new/deep/folder", "/new/deep/folder"},
                                                        {"/current", "/srv/app"},
                                                        {"/current/below", "/srv/app/below"},
                                                        {"//srv/./app/", "/srv/app"},
                                                        {"/", "/"},
                                                        {"", "/"},
                                                        {"/srv/up", "/"}}) {
    RunPlan plan = prison.plan({"cwd"});
    plan.workdir = folder;
    CAPTURE(folder);
    CHECK(run_in_sandbox(plan).out == seen + "\n");
  }
  RunPlan plan = prison.plan({"cwd"});
  plan.workdir = "/srv/app/x";
  const RunResult result = run_in_sandbox(plan);
  CHECK(result.status == Status::setup_failed);
  CHECK(result.code == ENOTDIR);
  CHECK(result.describe() == "sandbox: enter working directory /srv/app/x: Not a directory");
}

TEST_CASE("sandbox: folders and files are bound, read-only unless asked", "[runner][mounts]") {
  NEEDS_SANDBOX
  const Prison prison;
  const fs::path source = prison.make("source");
  write_text(source / "name", "host");
  CHECK(run_with(prison, {bind(source, "/etc/shop")}, {"cat", "/etc/shop/name"}).out == "host");
  CHECK(run_with(prison, {bind(source / "name", "/etc/one/file")}, {"cat", "/etc/one/file"}).out == "host");
  CHECK(run_with(prison, {bind(source, "/a")}, {"write", "/a/name", "x"}).out == "EROFS\n");
  CHECK(run_with(prison, {bind(source / "name", "/f")}, {"write", "/f", "x"}).out == "EROFS\n");
  CHECK(read_text(source / "name") == "host");
  CHECK(run_with(prison, {bind(source, "/a", false)}, {"write", "/a/name", "inside"}).exit_code() == 0);
  CHECK(read_text(source / "name") == "inside");
}

TEST_CASE("sandbox: set-uid programs and devices of a bound folder have no power", "[runner][mounts]") {
  NEEDS_SANDBOX
  const Prison prison;
  CHECK(run_with(prison, {bind("/dev", "/host-devices")}, {"try-read", "/host-devices/null"}).out ==
        "EACCES\n");
}

TEST_CASE("sandbox: a mount may lie in another", "[runner][mounts]") {
  NEEDS_SANDBOX
  const Prison prison;
  const fs::path source = prison.make("source/below");
  write_text(source / "name", "x");
  const RunMount tmpfs{RunMount::Kind::tmpfs, {}, "/data", false};
  CHECK(run_with(prison, {tmpfs, bind(source, "/data/below")}, {"cat", "/data/below/name"}).out == "x");
}

TEST_CASE("sandbox: a tmpfs is the program's own, an empty folder is read-only", "[runner][mounts]") {
  NEEDS_SANDBOX
  const Prison prison;
  write_text(prison.layer() / "etc/shop/baked", "x");
  fs::create_directories(prison.layer() / "tmp");
  fs::permissions(prison.layer() / "tmp", fs::perms(01777));
  RunPlan plan = prison.plan({"write", "/var/lib/shop/file", "x"});
  plan.uid = 10001;
  plan.gid = 10002;
  plan.mounts = {{RunMount::Kind::tmpfs, {}, "/var/lib/shop", false},
                 {RunMount::Kind::tmpfs, {}, "/tmp", false},
                 {RunMount::Kind::empty_read_only, {}, "/etc/shop", true}};
  CHECK(run_in_sandbox(plan).exit_code() == 0);
  plan.argv = {"inmate", "ls", "/etc/shop"};
  CHECK(run_in_sandbox(plan).out == ".\n..\n");
  plan.argv = {"inmate", "write", "/etc/shop/file", "x"};
  CHECK(run_in_sandbox(plan).out == "EROFS\n");
  plan.argv = {"inmate", "stat", "/tmp"};
  CHECK(run_in_sandbox(plan).out == "041777 10001 10002\n");
  plan.argv = {"inmate", "stat", "/var/lib/shop"};
  CHECK(run_in_sandbox(plan).out == "040755 10001 10002\n");
}

TEST_CASE("sandbox: links in the image never lead a mount out of the root", "[runner][mounts][hostile]") {
  NEEDS_SANDBOX
  const Prison prison;
  const fs::path victim = prison.make("victim");
  const fs::path source = prison.make("source");
  write_text(source / "name", "host");
  fs::create_directory_symlink(victim, prison.layer() / "absolute");
  fs::create_directory_symlink("../../../../../../../../.." + victim.string(), prison.layer() / "relative");
  fs::create_directory_symlink("/proc/self/cwd", prison.layer() / "magic");
  fs::create_directory_symlink("loop", prison.layer() / "loop");
  fs::create_directory_symlink("/proc", prison.layer() / "processes");
  fs::create_directory(prison.layer() / "proc");
  for (const char* link : {"/absolute", "/relative", "/absolute/x", "/relative/x", "/magic", "/magic/x",
                           "/loop", "/processes/self", "/processes/sys"}) {
    CAPTURE(link);
    const RunResult result = run_with(prison, {bind(source, link, false)}, {"write", "/made", "x"});
    // Either it lies inside, or it is refused: nothing of it may reach the host.
    CHECK((result.exit_code() == 0 || result.status == Status::setup_failed));
    CHECK(fs::is_empty(victim));
    CHECK_FALSE(fs::exists(source / "made"));
  }
  // What looks like /proc is the kernel's own, not the mount.
  CHECK(run_with(prison, {bind(source, "/processes/self")}, {"try-read", "/proc/self/name"}).out ==
        "ENOENT\n");
}

TEST_CASE("sandbox: an image whose /proc or /dev is a link is refused", "[runner][mounts][hostile]") {
  NEEDS_SANDBOX
  const Prison prison;
  fs::create_directories(prison.layer() / "etc");
  const std::string name = GENERATE("proc", "dev");
  fs::create_directory_symlink("/etc", prison.layer() / name);
  const RunResult result = prison.run({"exit", "0"});
  CHECK(result.status == Status::setup_failed);
  CHECK(result.code == ELOOP);
  CHECK(result.advice == "the image's /" + name + " is a link");
}

TEST_CASE("sandbox: the image's own /dev and /proc are hidden", "[runner][mounts][hostile]") {
  NEEDS_SANDBOX
  const Prison prison;
  write_text(prison.layer() / "dev/null", "from the image");
  write_text(prison.layer() / "proc/planted", "x");
  CHECK(prison.run({"cat", "/dev/null"}).out.empty());
  CHECK(prison.run({"try-read", "/proc/planted"}).out == "ENOENT\n");
  CHECK(prison.run({"ls", "/dev"}).out ==
        ".\n..\nfd\nfull\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n");
}

TEST_CASE("sandbox: mounts that cannot be are named", "[runner][mounts]") {
  NEEDS_SANDBOX
  const Prison prison;
  const fs::path source = prison.make("source");
  write_text(prison.layer() / "file", "x");
  fs::create_symlink("/nowhere", prison.layer() / "dangling");
  const auto describe = [&](RunMount mount) {
    const RunResult result = run_with(prison, {std::move(mount)}, {"exit", "0"});
    CHECK(result.status == Status::setup_failed);
    CHECK(result.exit_code() == 125);
    return result.describe();
  };
  CHECK(describe(bind(prison.folder() / "absent", "/a")) ==
        "sandbox: open mount source " + prison.folder().string() + "/absent: No such file or directory");
  CHECK(describe(bind(source, "/file")) == "sandbox: make mount target /file: Not a directory");
  CHECK(describe(bind(source, "/file/below")) == "sandbox: make mount target /file/below: Not a directory");
  CHECK(describe(bind(source, "/dangling")) == "sandbox: make mount target /dangling: File exists");
}
