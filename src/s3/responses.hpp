// Answers that many operations give.
#pragma once

#include "holdfast/http/message.hpp"
#include "s3/xml.hpp"

#include <string>
#include <utility>

namespace holdfast::s3 {

// A whole document, as it is.
inline http::Response xml_document(std::string document) {
  http::Response response;
  response.set("Content-Type", "application/xml");
  response.body = std::move(document);
  return response;
}

inline http::Response xml_response(XmlWriter& xml) { return xml_document(xml.finish()); }

inline http::Response empty_response(int status) {
  http::Response response;
  response.status = status;
  return response;
}

}  // namespace holdfast::s3
