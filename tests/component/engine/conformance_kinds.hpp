// The engines that all engine tests run against.
#pragma once

#include "conformance_local.hpp"

namespace holdfast::storage::conformance {

inline std::vector<Kind> kinds() { return {memory_kind(), settling_kind(), journaling_kind()}; }
// Those that a restart makes sense for.
inline std::vector<Kind> durable_kinds() { return {settling_kind(), journaling_kind()}; }

}  // namespace holdfast::storage::conformance
