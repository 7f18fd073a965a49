// The console's pages, as they are embedded in the binary.
#pragma once

#include "admin/console/api.hpp"

#include <string>
#include <string_view>

namespace holdfast::admin {

// False: this build has no pages.
bool has_pages() noexcept;

// GET and HEAD of anything that is not the API. `s3_origin` is where links are tried: the pages may connect there.
http::Response answer_page(const http::Request& request, std::string_view path, std::string_view s3_origin);

}  // namespace holdfast::admin
