// Deleting files and folders that somebody else laid out.
#pragma once

#include <filesystem>
#include <string>

namespace compose {

// Removes a folder and everything in it, also what its own modes protect. Never follows links;
// any depth in bounded memory and few file descriptors. Nothing there is fine.
void remove_tree(const std::filesystem::path& folder);

// The same for one name of an open folder, be it a file or a folder.
void remove_tree_at(int folder, const std::string& name);

}  // namespace compose
