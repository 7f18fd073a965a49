// Answers that many operations give.
#pragma once

#include "holdfast/http/message.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3 {

inline http::Response xml_response(XmlWriter& xml) {
  http::Response response;
  response.set("Content-Type", "application/xml");
  response.body = xml.finish();
  return response;
}

inline http::Response empty_response(int status) {
  http::Response response;
  response.status = status;
  return response;
}

}  // namespace holdfast::s3
