#include "composer/tag.hpp"

#include <algorithm>

namespace compose {

namespace {

std::string annotation(const Descriptor& listed, std::string_view key) {
  const auto found = listed.annotations.find(std::string(key));
  return found == listed.annotations.end() ? std::string() : found->second;
}

// An untagged entry says nothing if the same manifest is listed elsewhere.
void drop_idle_duplicates(Index& index) {
  for (std::size_t i = 0; i < index.manifests.size();) {
    const Descriptor& listed = index.manifests[i];
    const bool elsewhere =
        std::ranges::count_if(index.manifests, [&](const auto& o) { return o.digest == listed.digest; }) > 1;
    if (tag_of(listed).empty() && elsewhere) {
      index.manifests.erase(index.manifests.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

}  // namespace

std::string tag_of(const Descriptor& listed) { return annotation(listed, ref_name_annotation); }

std::string name_of(const Descriptor& listed) { return annotation(listed, image_name_annotation); }

void point_tag(Index& index, const Descriptor& image, const std::string& tag) {
  Descriptor named = image;
  named.annotations[std::string(ref_name_annotation)] = tag;
  if (std::ranges::find(index.manifests, named) != index.manifests.end()) return;
  for (auto& listed : index.manifests) {
    if (tag_of(listed) == tag) listed.annotations.erase(std::string(ref_name_annotation));
  }
  index.manifests.push_back(std::move(named));
  drop_idle_duplicates(index);
}

}  // namespace compose
