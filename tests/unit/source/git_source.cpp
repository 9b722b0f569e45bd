#include <unistd.h>

#include "source_fixture.hpp"

using namespace compose;
using namespace compose::test;

namespace {

// A repository made with git itself, under no configuration but its own.
class GitFolder : public Folder {
 public:
  GitFolder() {
    git("init -q -b main .");
    git("config user.name tester && git config user.email tester@example.com && git config core.safecrlf "
        "false");
  }
  void git(const std::string& arguments) const {
    run(
        fmt::format("cd {} && export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 "
                    "GIT_AUTHOR_DATE='1700000000 +0200' GIT_COMMITTER_DATE='1700000000 +0200' && git {}",
                    path().string(), arguments));
  }
  void commit(const std::string& message = "more") const {
    git("add -A && git commit -q --allow-empty -m " + message);
  }
  // Makes a tree object of raw lines, which git itself would not write, and a commit of it.
  void commit_raw_tree(const std::string& bytes) const {
    const TemporaryFolder scratch("compose-tree");
    std::ofstream(scratch.path() / "tree", std::ios::binary) << bytes;
    git(fmt::format(
        "update-ref refs/heads/main $(git commit-tree -m raw $(git hash-object -t tree -w --literally "
        "{}/tree))",
        scratch.path().string()));
  }
  [[nodiscard]] std::string output_of(const std::string& arguments) const {
    git(arguments + " > .git/answer");
    std::ifstream in(path() / ".git/answer");
    std::string line;
    std::getline(in, line);
    return line;
  }
  [[nodiscard]] Stage stage(std::string rev = "HEAD", std::string subdir = {}) const {
    return stage_of(GitSource{path().string(), std::move(rev), std::move(subdir)});
  }
};

std::string tree_line(const std::string& mode, const std::string& name, char id = '\x11') {
  return mode + " " + name + std::string(1, '\0') + std::string(20, id);
}

// The line of a blob that is there.
std::string blob_line(const GitFolder& repository, const std::string& mode, const std::string& name) {
  const std::string hex = repository.output_of("hash-object -w --stdin < /dev/null");
  std::string id;
  for (std::size_t i = 0; i < 40; i += 2) id += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return mode + " " + name + std::string(1, '\0') + id;
}

}  // namespace

TEST_CASE("git_source: a commit, without checkout", "[source][git]") {
  const GitFolder repository;
  repository.write("web/run", "#!/bin/sh\n", 0755);
  repository.write("web/conf", "committed\r\n");
  repository.write(".gitattributes", "*.txt export-ignore\n* text eol=lf\n");
  repository.write("notes.txt", "kept");
  fs::create_symlink("/etc/passwd", repository / "web/link");
  repository.commit();
  repository.write("web/conf", "not committed");
  repository.write("web/new", "not added");

  const SourceTree loaded = load(repository.stage());
  CHECK(paths(loaded.tree) ==
        std::vector<std::string>{".gitattributes", "notes.txt", "web", "web/conf", "web/link", "web/run"});
  CHECK(at(loaded.tree, "web/run").attributes.mode == 0755);
  CHECK(at(loaded.tree, "web/conf").attributes.mode == 0644);
  CHECK(at(loaded.tree, "web/link").link == "/etc/passwd");
  CHECK(content(loaded.tree, "notes.txt") == "kept");
  CHECK(content(loaded.tree, "web/run") == "#!/bin/sh\n");
  CHECK(loaded.commit_time == 1'700'000'000);
  CHECK(loaded.inputs.at("git") == repository.output_of("rev-parse HEAD"));

  const SourceTree web = load(repository.stage("HEAD", "web"));
  CHECK(paths(web.tree) == std::vector<std::string>{"conf", "link", "run"});
  CHECK(web.inputs.at("git-tree") == repository.output_of("rev-parse HEAD:web"));
}

TEST_CASE("git_source: bytes are the object's, not a filter's", "[source][git]") {
  const GitFolder repository;
  repository.write("crlf", "a\r\nb\r\n");
  repository.commit();
  repository.git(
      "config core.autocrlf true && git config filter.evil.smudge 'touch ran' && echo '* filter=evil' > "
      ".git/info/attributes");
  CHECK(content(load(repository.stage()).tree, "crlf") == "a\r\nb\r\n");
  CHECK_FALSE(fs::exists(repository / "ran"));
}

TEST_CASE("git_source: every way to name a revision", "[source][git]") {
  const GitFolder repository;
  repository.write("f", "one");
  repository.commit("one");
  repository.git("tag light && git tag -a v1.0 -m annotated && git branch side");
  const std::string first = repository.output_of("rev-parse HEAD");
  repository.write("f", "two");
  repository.commit("two");
  repository.git("update-ref refs/remotes/origin/theirs HEAD~1");
  for (const std::string& rev :
       {std::string("light"), std::string("v1.0"), std::string("side"), std::string("theirs"),
        std::string("refs/heads/side"), first, first.substr(0, 7)}) {
    CAPTURE(rev);
    const SourceTree loaded = load(repository.stage(rev));
    CHECK(content(loaded.tree, "f") == "one");
    CHECK(loaded.inputs.at("git") == first);
  }
  CHECK(content(load(repository.stage("HEAD")).tree, "f") == "two");
  CHECK(content(load(repository.stage("main")).tree, "f") == "two");

  const Error error = error_of([&] { static_cast<void>(load(repository.stage("v1.1"))); });
  CHECK(error.kind() == ErrorKind::usage);
  CHECK_THAT(error.what(), Catch::Matchers::Contains("no tag, branch or commit 'v1.1'"));
  CHECK_THAT(error.hint(), Catch::Matchers::Contains("v1.0"));
  for (const char* rev : {"", "HEAD~1", ":/one", "main@{1}", "..", "deadbee", "refs/heads/none", "a b"}) {
    CAPTURE(rev);
    refused([&] { static_cast<void>(load(repository.stage(rev))); }, "no tag, branch or commit");
  }
}

TEST_CASE("git_source: the revision is resolved once", "[source][git]") {
  const GitFolder repository;
  repository.write("f", "before");
  repository.commit();
  const SourceTree loaded = load(repository.stage("main"));
  repository.write("f", "after!");
  repository.commit();
  CHECK(content(loaded.tree, "f") == "before");
}

TEST_CASE("git_source: packed, bare, cloned by URL, with alternates", "[source][git]") {
  const GitFolder repository;
  for (int i = 0; i < 20; ++i) repository.write("f", fmt::format("{:>2} of many\n", i)), repository.commit();
  repository.git("tag -a v1 -m x && git gc -q --aggressive && git branch other");
  const std::string commit = repository.output_of("rev-parse HEAD");

  const Folder clones;
  const std::string bare = (clones / "bare.git").string();
  repository.git("clone -q --bare . " + bare);
  repository.git("clone -q --shared . " + (clones / "shared").string());
  for (const std::string& location :
       {repository.path().string(), bare, (clones / "shared").string(), "file://" + bare}) {
    for (const char* rev : {"HEAD", "v1", "other", commit.c_str()}) {
      CAPTURE(location, rev);
      const SourceTree loaded = load(stage_of(GitSource{location, rev, ""}));
      CHECK(content(loaded.tree, "f") == "19 of many\n");
      CHECK(loaded.inputs.at("git") == commit);
    }
  }
}

TEST_CASE("git_source: a repository of another owner is only read", "[source][git]") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can give a repository away");
    return;
  }
  const GitFolder repository;
  repository.write("f", "theirs");
  repository.commit();
  run("chown -R 54321:54321 " + repository.path().string());
  CHECK(content(load(repository.stage()).tree, "f") == "theirs");
  run("chown -R 0:0 " + repository.path().string());
}

TEST_CASE("git_source: excluded and unfetched submodules", "[source][git]") {
  const GitFolder repository;
  repository.write("f", "");
  repository.commit();
  repository.git(
      "update-index --add --cacheinfo 160000,$(git rev-parse HEAD),vendor/lib && git commit -q -m sub");
  Stage stage = repository.stage();
  const Error error = error_of([&] { static_cast<void>(load(stage)); });
  CHECK_THAT(error.what(), Catch::Matchers::Contains("'vendor/lib': a submodule"));
  CHECK_THAT(error.hint(), Catch::Matchers::Contains("exclude = [\"vendor/lib\"]"));
  stage.exclude = {"vendor"};
  CHECK(paths(load(stage).tree) == std::vector<std::string>{"f"});
}

TEST_CASE("git_source: what is not there", "[source][git]") {
  const GitFolder repository;
  refused([&] { static_cast<void>(load(repository.stage())); }, "no tag, branch or commit 'HEAD'");
  repository.write("dir/file", "");
  repository.commit();
  refused([&] { static_cast<void>(load(repository.stage("HEAD", "none"))); }, "not in this commit");
  refused([&] { static_cast<void>(load(repository.stage("HEAD", "dir/file"))); }, "is no directory");
  refused(
      [&] {
        static_cast<void>(load(stage_of(GitSource{(repository / "dir").string(), "HEAD", ""})));
      },
      "no git repository");
  refused(
      [&] {
        static_cast<void>(load(stage_of(GitSource{"file:///nonexistent/x.git", "HEAD", ""})));
      },
      "fetch");
  refused([&] { static_cast<void>(load(stage_of(GitSource{"nosuch://host/x", "HEAD", ""}))); }, "git nosuch");
}

TEST_CASE("git_source: hostile trees", "[source][git][hostile]") {
  const GitFolder repository;
  repository.commit();
  const auto refuses = [&](const std::string& tree, const std::string& part) {
    repository.commit_raw_tree(tree);
    refused([&] { static_cast<void>(load(repository.stage("main"))); }, part);
  };
  refuses(blob_line(repository, "100644", ".."), "'..'");
  refuses(blob_line(repository, "100644", "."), "'.'");
  refuses(blob_line(repository, "100644", ".git"), "'.git'");
  refuses(blob_line(repository, "100644", ".GIT"), "'.git'");
  refuses(blob_line(repository, "100644", "a/b"), "holds a '/'");
  refuses(blob_line(repository, "100644", "../x"), "holds a '/'");
  refuses(blob_line(repository, "100644", "/etc"), "holds a '/'");
  refuses(blob_line(repository, "100644", ".wh.x"), ".wh.");
  refuses(blob_line(repository, "100644", std::string(300, 'n')), "255");
  refuses(blob_line(repository, "100644", "f") + blob_line(repository, "100755", "f"), "twice");
  refuses(tree_line("100644", "gone"), "object 1111");
  refuses(tree_line("40000", "gone"), "tree 1111");
  refuses(blob_line(repository, "40000", "not-a-tree"), "tree");
  refuses("40000 cut-off", "");
}

TEST_CASE("git_source: a link and something below it", "[source][git][hostile]") {
  const GitFolder repository;
  repository.write("d/f", "");
  repository.commit();
  const std::string tree = repository.output_of("rev-parse HEAD:d");
  std::string id;
  for (std::size_t i = 0; i < 40; i += 2) id += static_cast<char>(std::stoi(tree.substr(i, 2), nullptr, 16));
  repository.commit_raw_tree(blob_line(repository, "120000", "d") + "40000 d" + std::string(1, '\0') + id);
  CHECK_THROWS_AS(load(repository.stage("main")), Error);
}

TEST_CASE("git_source: a small repository that is a huge tree", "[source][git][hostile]") {
  const GitFolder repository;
  repository.write("f0/x", "");
  repository.commit();
  std::string tree = repository.output_of("rev-parse HEAD:f0");
  for (int level = 0; level < 7; ++level) {  // 12^7 files in seven objects
    std::string lines;
    for (int i = 0; i < 12; ++i) lines += fmt::format("040000 tree {}\\td{:02}\\n", tree, i);
    tree = repository.output_of("version > /dev/null && printf '" + lines + "' | git mktree");
  }
  repository.git("update-ref refs/heads/main $(git commit-tree -m bomb " + tree + ")");
  refused([&] { static_cast<void>(load(repository.stage("main"))); }, "more than 1000000 entries");
}

TEST_CASE("git_source: a blob that is not what its id says", "[source][git][hostile]") {
  const GitFolder repository;
  repository.write("f", "right content");
  repository.write("g", "wrong content");
  repository.commit();
  const auto object = [&](const char* name) {
    const std::string id = repository.output_of(fmt::format("rev-parse HEAD:{}", name));
    return repository / (".git/objects/" + id.substr(0, 2) + "/" + id.substr(2));
  };
  const SourceTree loaded = load(repository.stage());
  fs::permissions(object("f"), fs::perms(0644));
  fs::copy_file(object("g"), object("f"), fs::copy_options::overwrite_existing);
  refused([&] { static_cast<void>(content(loaded.tree, "f")); }, "hash");
}

TEST_CASE("git_source: a commit before 1970 cannot give an epoch", "[source][git]") {
  SourceTree source;
  source.commit_time = -5;
  Recipe recipe;
  refused([&] { static_cast<void>(stage_epoch(recipe, source, std::nullopt)); }, "before 1970");
  recipe.epoch = 7;
  CHECK(stage_epoch(recipe, source, std::nullopt) == 7);
}
