#include "holdfast/base/error.hpp"

#include "holdfast/base/result.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace holdfast {

namespace {

struct Row {
  std::string_view name;
  int http_status;
  std::string_view message;
};

// clang-format off
constexpr auto kRows = std::to_array<Row>({
#define HOLDFAST_ERROR_ROW(name, status, message) {#name, status, message},
  HOLDFAST_ERRORS(HOLDFAST_ERROR_ROW)
#undef HOLDFAST_ERROR_ROW
});
// clang-format on

const Row& row(ErrorCode code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return kRows[index < kRows.size() ? index : static_cast<std::size_t>(ErrorCode::InternalError)];
}

ErrorCode code_from_errno(int errno_value) noexcept {
  switch (errno_value) {
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::XMinioStorageFull;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return ErrorCode::SlowDown;
    default:
      return ErrorCode::InternalError;
  }
}

}  // namespace

std::string_view error_name(ErrorCode code) noexcept {
  switch (code) {  // names that no identifier can have
    case ErrorCode::KMS_InvalidCiphertextException:
      return "KMS.InvalidCiphertextException";
    case ErrorCode::KMS_NotFoundException:
      return "KMS.NotFoundException";
    default:
      return row(code).name;
  }
}
int error_http_status(ErrorCode code) noexcept { return row(code).http_status; }
std::string_view error_default_message(ErrorCode code) noexcept { return row(code).message; }

std::string_view Error::name() const noexcept { return error_name(code); }
int Error::http_status() const noexcept { return error_http_status(code); }
std::string_view Error::text() const noexcept { return message.empty() ? error_default_message(code) : std::string_view(message); }

Error error_from_errno(int errno_value, std::string_view what) {
  Error error(code_from_errno(errno_value));
  error.message = std::string(what) + ": " + std::generic_category().message(errno_value);
  error.os_error = errno_value;
  return error;
}

void throw_exception_from_error(Error const& error, boost::source_location const& where) {
  throw std::logic_error(std::string(error.name()) + ": " + std::string(error.text()) + " (" + where.to_string() + ")");
}

}  // namespace holdfast
