#include "holdfast/storage/types.hpp"

#include <algorithm>

namespace holdfast::storage {

const std::string* find_attribute(const Attributes& attributes, std::string_view name) noexcept {
  const auto found = std::ranges::find(attributes, name, &Attributes::value_type::first);
  return found == attributes.end() ? nullptr : &found->second;
}

void set_attribute(Attributes& attributes, std::string_view name, std::string value) {
  const auto found = std::ranges::find(attributes, name, &Attributes::value_type::first);
  if (found == attributes.end()) {
    attributes.emplace_back(name, std::move(value));
  } else {
    found->second = std::move(value);
  }
}

void remove_attribute(Attributes& attributes, std::string_view name) {
  std::erase_if(attributes, [&](const auto& attribute) { return attribute.first == name; });
}

}  // namespace holdfast::storage
