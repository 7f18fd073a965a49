#include "server/import/xml.hpp"

#include <pugixml.hpp>

namespace holdfast::server::import {

storage::Versioning read_versioning(const std::string& document) {
  pugi::xml_document xml;
  xml.load_buffer(document.data(), document.size());
  const std::string status = xml.child("VersioningConfiguration").child_value("Status");
  if (status == "Enabled") return storage::Versioning::enabled;
  return status == "Suspended" ? storage::Versioning::suspended : storage::Versioning::unversioned;
}

std::string read_lock_rule(const std::string& document) {
  pugi::xml_document xml;
  xml.load_buffer(document.data(), document.size());
  const auto rule = xml.child("ObjectLockConfiguration").child("Rule").child("DefaultRetention");
  const std::string mode = rule.child_value("Mode");
  const std::string days = rule.child_value("Days");
  const std::string years = rule.child_value("Years");
  if (mode.empty() || (days.empty() && years.empty())) return {};
  return mode + " " + (days.empty() ? years + " YEARS" : days + " DAYS");
}

}  // namespace holdfast::server::import
