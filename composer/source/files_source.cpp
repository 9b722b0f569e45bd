// Files whose text stands in the recipe: 0:0 0644, the folders above them implied.
#include "composer/source/exclude_rules.hpp"
#include "composer/source/source.hpp"

namespace compose {

namespace {

class RecipeTexts final : public ContentReader {
 public:
  std::uint64_t add(const std::string& text) {
    texts_.push_back(text);
    return texts_.size() - 1;
  }
  void read(const TreeEntry& entry, const ByteSink& sink) const override {
    const std::string& text = texts_.at(entry.content);
    if (!text.empty()) sink(bytes_of(text));
  }

 private:
  std::vector<std::string> texts_;
};

}  // namespace

SourceTree load_files(const Stage& stage, const FilesSource& source) {
  SourceTree loaded;
  ExcludeRules exclude(stage.exclude);
  const auto texts = std::make_shared<RecipeTexts>();
  for (const auto& [path, text] : source.files) {
    if (exclude.cover(path)) continue;
    TreeEntry entry;
    entry.path = path;
    entry.attributes.mode = 0644;
    entry.size = text.size();
    entry.content = texts->add(text);
    loaded.tree.entries.push_back(std::move(entry));
  }
  loaded.tree.contents = texts;
  normalise_tree(loaded.tree);
  exclude.tell_unused(loaded.notices);
  return loaded;
}

}  // namespace compose
