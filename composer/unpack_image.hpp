// A checked image, or one stage of it, as files in a folder.
#pragma once

#include <filesystem>
#include <string>

#include "composer/oci/image_ref.hpp"
#include "composer/progress.hpp"

namespace compose {

// The folder is made, or must be empty (usage Error). `stage` "" means all layers. On an error
// nothing of it stays.
void unpack_image(const ImageRef& ref, const std::filesystem::path& folder, const std::string& stage,
                  Progress& progress);

}  // namespace compose
