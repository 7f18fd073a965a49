// The engines that all engine tests run against.
#pragma once

#include "conformance.hpp"

namespace holdfast::storage::conformance {

inline std::vector<Kind> kinds() { return {memory_kind()}; }

}  // namespace holdfast::storage::conformance
