// Text with stars: '*' stands for any characters, also none.
#pragma once

#include <string_view>

namespace holdfast {

bool matches_wildcard(std::string_view pattern, std::string_view text) noexcept;

}  // namespace holdfast
