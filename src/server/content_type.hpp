// What a file holds, by the end of its name.
#pragma once

#include <filesystem>
#include <string>

namespace holdfast::server {

std::string content_type_of(const std::filesystem::path& file);  // application/octet-stream where it isn't known

}  // namespace holdfast::server
