#include "holdfast/http/form.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>

namespace holdfast::http {
namespace {

constexpr std::size_t kMaxBoundary = 200;  // RFC 2046 has 70
constexpr std::size_t kMaxHeadBytes = 4096;
constexpr std::size_t kMaxFieldBytes = 20 * 1024;  // as AWS
constexpr std::string_view kHeadEnd = "\r\n\r\n";

Error malformed() { return {ErrorCode::MalformedPOSTRequest}; }

// The parameters of a header's value: ; name=value, ; name="value". A backslash escapes a quote and nothing else, since
// browsers have sent Windows paths as they are.
class Parameters {
 public:
  explicit Parameters(std::string_view header) : rest_(header) {
    const auto end = std::min(rest_.find(';'), rest_.size());
    value_ = ascii_lower(trim(rest_.substr(0, end)));
    rest_.remove_prefix(end);
  }
  const std::string& value() const noexcept { return value_; }

  std::optional<std::pair<std::string, std::string>> next() {
    rest_ = trim(rest_);
    if (!rest_.starts_with(';')) return std::nullopt;
    rest_.remove_prefix(1);
    const auto equals = rest_.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    std::string name = ascii_lower(trim(rest_.substr(0, equals)));
    rest_ = trim(rest_.substr(equals + 1));
    return std::pair(std::move(name), rest_.starts_with('"') ? quoted() : token());
  }

 private:
  std::string token() {
    const auto end = std::min(rest_.find(';'), rest_.size());
    std::string text(trim(rest_.substr(0, end)));
    rest_.remove_prefix(end);
    return text;
  }
  std::string quoted() {
    std::string text;
    std::size_t at = 1;
    for (; at < rest_.size() && rest_[at] != '"'; ++at) {
      if (rest_[at] == '\\' && at + 1 < rest_.size() && rest_[at + 1] == '"') ++at;
      text += rest_[at];
    }
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    return text;
  }

  std::string value_;
  std::string_view rest_;
};

std::string without_folders(const std::string& path) { return path.substr(path.find_last_of("/\\") + 1); }

struct PartHead {
  std::optional<std::string> name;
  std::string file_name;
  std::string type;
};

PartHead parse_head(std::string_view head) {
  PartHead part;
  while (!head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto header = trim(line.substr(0, colon));
    if (equals_ignoring_case(header, "content-type")) part.type = trim(line.substr(colon + 1));
    if (!equals_ignoring_case(header, "content-disposition")) continue;
    Parameters parameters(line.substr(colon + 1));
    if (parameters.value() != "form-data") continue;
    while (auto parameter = parameters.next()) {
      if (parameter->first == "name") part.name = std::move(parameter->second);
      if (parameter->first == "filename") part.file_name = without_folders(parameter->second);
    }
  }
  return part;
}

}  // namespace

std::optional<std::string> form_boundary(std::string_view content_type) {
  Parameters parameters(content_type);
  if (parameters.value() != "multipart/form-data") return std::nullopt;
  while (auto parameter = parameters.next()) {
    if (parameter->first != "boundary") continue;
    const std::string& boundary = parameter->second;
    const bool legal = !boundary.empty() && boundary.size() <= kMaxBoundary &&
                       std::ranges::none_of(boundary, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
    return legal ? std::optional(boundary) : std::nullopt;
  }
  return std::nullopt;
}

// The line end before the first boundary is that of the header.
FormParser::FormParser(std::string_view boundary, FieldsAfterFile after)
    : delimiter_("\r\n--" + std::string(boundary)), after_(after), matched_(2) {}

Result<> FormParser::parse(ByteView bytes, std::vector<ByteView>& file) {
  std::string_view text = as_text(bytes);
  while (!text.empty()) {
    switch (state_) {
      case State::preamble:
      case State::ignored:
        take_content(text, [](std::string_view) {});
        break;
      case State::file:
        take_content(text, [&file](std::string_view piece) { file.push_back(as_bytes(piece)); });
        break;
      case State::field:
        HOLDFAST_TRY_VOID(take_field(text));
        break;
      case State::boundary_end:
        HOLDFAST_TRY_VOID(take_boundary_end(text));
        break;
      case State::head:
        HOLDFAST_TRY_VOID(take_head(text));
        break;
      case State::end:
        return {};  // an epilogue means nothing
    }
  }
  return {};
}

Result<> FormParser::finish() const {
  if (state_ != State::end) return malformed();
  return {};
}

// Hands on what comes before the delimiter, and what looked like one and wasn't. The delimiter's first character occurs
// nowhere else in it, so that a mismatch needs no looking back.
template <class Sink>
void FormParser::take_content(std::string_view& text, Sink sink) {
  std::size_t held = matched_;  // of an earlier call's bytes
  std::size_t at = 0;
  while (at < text.size() && matched_ < delimiter_.size()) {
    if (matched_ == 0) {
      at = std::min(text.find('\r', at), text.size());
      if (at < text.size()) matched_ = 1;
      ++at;
    } else if (text[at] == delimiter_[matched_]) {
      ++matched_;
      ++at;
    } else {
      if (held > 0) sink(std::string_view(delimiter_).substr(0, held));
      held = 0;
      matched_ = 0;
    }
  }
  at = std::min(at, text.size());
  const std::size_t content = at - (matched_ - held);
  if (content > 0) sink(text.substr(0, content));
  text.remove_prefix(at);
  if (matched_ < delimiter_.size()) return;
  matched_ = 0;
  line_.clear();
  state_ = State::boundary_end;
}

Result<> FormParser::take_field(std::string_view& text) {
  std::string& value = fields_.back().second;
  const std::size_t before = value.size();
  take_content(text, [&value](std::string_view piece) { value += piece; });
  return count_fields(fields_.back().second.size() - before);
}

Result<> FormParser::count_fields(std::size_t bytes) {
  field_bytes_ += bytes;
  if (field_bytes_ > kMaxFieldBytes) return Error(ErrorCode::MaxPostPreDataLengthExceededError);
  return {};
}

Result<> FormParser::take_boundary_end(std::string_view& text) {
  const char c = text.front();
  text.remove_prefix(1);
  if (line_.empty() && (c == ' ' || c == '\t')) return {};
  line_ += c;
  if (line_.size() < 2) return {};
  if (line_ != "--" && line_ != "\r\n") return malformed();
  state_ = line_ == "--" ? State::end : State::head;
  if (state_ == State::head) line_.assign("\r\n");  // so that an empty head ends like any other
  return {};
}

Result<> FormParser::take_head(std::string_view& text) {
  const std::size_t before = line_.size();
  const std::size_t take = std::min(text.size(), kMaxHeadBytes + 1 - std::min(before, kMaxHeadBytes));
  line_ += text.substr(0, take);
  const auto end = line_.find(kHeadEnd, before > kHeadEnd.size() ? before - kHeadEnd.size() : 0);
  if (end == std::string::npos) {
    if (line_.size() > kMaxHeadBytes) return malformed();
    text.remove_prefix(take);
    return {};
  }
  text.remove_prefix(end + kHeadEnd.size() - before);
  line_.resize(end);
  return begin_part();
}

Result<> FormParser::begin_part() {
  auto part = parse_head(line_);
  if (!part.name) return malformed();
  std::string name = ascii_lower(*part.name);
  if (file_begun_ && (after_ == FieldsAfterFile::ignored || name == "file")) {
    state_ = State::ignored;
    return {};
  }
  HOLDFAST_TRY_VOID(count_fields(line_.size()));
  if (name == "file") {
    file_begun_ = true;
    file_name_ = std::move(part.file_name);
    file_type_ = std::move(part.type);
    state_ = State::file;
  } else {
    fields_.emplace_back(std::move(name), std::string());
    state_ = State::field;
  }
  return {};
}

}  // namespace holdfast::http
