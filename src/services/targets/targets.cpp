#include "services/targets/targets.hpp"

namespace holdfast::services {
namespace targets {
namespace {

using Make = Result<std::unique_ptr<Target>> (*)(const TargetSettings&, const HttpPosterFactory&);

constexpr std::pair<std::string_view, Make> kTypes[] = {
    {"webhook", webhook},
};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

}  // namespace

Error bad_setting(const TargetSettings& settings, std::string_view name, std::string_view why) {
  std::string variable = "MINIO_NOTIFY_" + upper(settings.type) + "_" + std::string(name);
  if (settings.id != "_") variable += "_" + settings.id;
  return {ErrorCode::InvalidArgument, variable + ": " + std::string(why)};
}

}  // namespace targets

Result<std::unique_ptr<Target>> make_target(const TargetSettings& settings, const HttpPosterFactory& http) {
  for (const auto& [type, make] : targets::kTypes) {
    if (type == settings.type) return make(settings, http);
  }
  return Error(ErrorCode::InvalidArgument, "There is no notification target of type " + settings.type);
}

}  // namespace holdfast::services
