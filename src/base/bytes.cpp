#include "holdfast/base/bytes.hpp"

#include <utility>

namespace holdfast {

SharedBytes SharedBytes::from(std::string text) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  const ByteView bytes = as_bytes(*owner);
  return {std::move(owner), bytes};
}

}  // namespace holdfast
