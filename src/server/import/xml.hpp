// What an import reads of a bucket's documents itself; the others are kept as they are.
#pragma once

#include "holdfast/storage/types.hpp"

#include <string>

namespace holdfast::server::import {

// Unversioned for no document.
storage::Versioning read_versioning(const std::string& document);
// The retention rule of an object lock configuration, in the words in which buckets keep it ("GOVERNANCE 30 DAYS"); empty: none.
std::string read_lock_rule(const std::string& document);

}  // namespace holdfast::server::import
