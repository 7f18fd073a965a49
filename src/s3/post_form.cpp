#include "s3/post_form.hpp"

#include "s3/metadata.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>
#include <array>

namespace holdfast::s3 {
namespace {

constexpr std::string_view kFileName = "${filename}";

// Fields that say what headers of a PUT say, beside x-amz-*.
constexpr std::array<std::string_view, 6> kHeaderFields{"content-type",     "cache-control",    "content-disposition",
                                                        "content-encoding", "content-language", "expires"};
// Of the upload's own request: facts for policies, and where it was sent.
constexpr std::array<std::string_view, 3> kKeptHeaders{"host", "referer", "user-agent"};

Error invalid_argument(std::string text, std::string_view name, std::string_view value) {
  Error error(ErrorCode::InvalidArgument, std::move(text));
  error.details = {{"ArgumentName", std::string(name)}, {"ArgumentValue", std::string(value)}};
  return error;
}

// Once, from left to right: what a file's name brings along is not looked at again.
std::string with_file_name(std::string_view text, std::string_view file_name) {
  std::string out;
  for (auto at = text.find(kFileName); at != std::string_view::npos; at = text.find(kFileName)) {
    out.append(text.substr(0, at)).append(file_name);
    text.remove_prefix(at + kFileName.size());
  }
  return out.append(text);
}

Result<> check_key(std::string_view key) {
  if (key.empty()) return invalid_argument("User key must have a length greater than 0.", "key", key);
  if (key.size() > limits::kKeyBytes) return Error(ErrorCode::KeyTooLongError);
  if (!is_valid_utf8(key) || key.find('\0') != std::string_view::npos) return invalid_argument("The key isn't UTF-8 text.", "key", {});
  return {};
}

}  // namespace

Result<PostForm> PostForm::make(const http::FormParser& parser, std::string bucket) {
  PostForm form;
  for (const auto& [name, value] : parser.fields()) {
    const auto same = [&given = name](const auto& field) { return field.first == given; };
    if (std::ranges::any_of(form.fields_, same)) return invalid_argument("A form field was given more than once.", name, value);
    std::string filled = with_file_name(value, parser.file_name());
    if (!is_header_text(name) || (name != "key" && name != "tagging" && !is_header_text(filled))) {
      return invalid_argument("A form field has a character that isn't allowed there.", name, {});
    }
    form.fields_.emplace_back(name, std::move(filled));
  }
  const auto key = std::ranges::find(form.fields_, "key", &std::pair<std::string, std::string>::first);
  if (key == form.fields_.end()) {
    return invalid_argument("Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
                            "key", {});
  }
  HOLDFAST_TRY_VOID(check_key(key->second));
  form.key_ = key->second;
  std::erase_if(form.fields_, [](const auto& field) { return field.first == "bucket"; });  // the address names it
  form.fields_.emplace_back("bucket", std::move(bucket));
  return form;
}

std::string_view PostForm::get(std::string_view name) const noexcept {
  const auto found = std::ranges::find(fields_, name, &std::pair<std::string, std::string>::first);
  return found == fields_.end() ? std::string_view{} : std::string_view(found->second);
}

std::vector<auth::HeaderView> PostForm::fields() const { return {fields_.begin(), fields_.end()}; }

http::Request PostForm::as_request(const http::Request& original) const {
  http::Request request = original;
  std::erase_if(request.headers, [](const auto& header) { return std::ranges::find(kKeptHeaders, header.first) == kKeptHeaders.end(); });
  for (const auto& [name, value] : fields_) {
    const bool header = name.starts_with("x-amz-") || std::ranges::find(kHeaderFields, name) != kHeaderFields.end();
    if (header) request.headers.emplace_back(name, value);
    if (name == "acl") request.headers.emplace_back("x-amz-acl", value);
  }
  return request;
}

Result<std::optional<auth::PostPolicy>> check_post_policy(const PostForm& form, TimePoint now) {
  const auto text = form.get("policy");
  if (text.empty()) return std::optional<auth::PostPolicy>();
  HOLDFAST_TRY(policy, auth::PostPolicy::parse(text));
  HOLDFAST_TRY_VOID(policy.check(form.fields(), now));
  return std::optional(std::move(policy));
}

}  // namespace holdfast::s3
