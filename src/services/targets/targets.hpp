// Every kind of target, one file each. To add one: write targets/<type>.cpp, declare it here, name it in targets.cpp's
// table and its variables in target_settings.cpp's.
#pragma once

#include "holdfast/services/notifications.hpp"

namespace holdfast::services::targets {

Result<std::unique_ptr<Target>> webhook(const TargetSettings& settings, const HttpPosterFactory& http);

// InvalidArgument: what MINIO_NOTIFY_<TYPE>_<NAME>_<ID> lacks or gets wrong.
Error bad_setting(const TargetSettings& settings, std::string_view name, std::string_view why);

}  // namespace holdfast::services::targets
