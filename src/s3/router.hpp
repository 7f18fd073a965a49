// Finds the row of the route table that a request asks for.
#pragma once

#include "s3/address.hpp"
#include "s3/query.hpp"
#include "s3/route_table.hpp"

#include "holdfast/http/message.hpp"

namespace holdfast::s3 {

Method parse_method(std::string_view method) noexcept;

// MethodNotAllowed if no operation has this method here, or if the query names a subresource that doesn't take it:
// DELETE /bucket?acl must never become DeleteBucket. Query parameters that no operation knows are ignored.
Result<const Route*> find_route(const http::Request& request, const Address& address, const Query& query);

}  // namespace holdfast::s3
