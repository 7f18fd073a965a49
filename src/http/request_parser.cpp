#include "http/request_parser.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstring>

namespace holdfast::http {

namespace {

namespace beast = boost::beast;
using beast::http::field;
using BeastError = boost::system::error_code;
using BeastView = beast::string_view;

std::string_view to_view(BeastView text) noexcept { return {text.data(), text.size()}; }

bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }

Error bad_request(std::string text) { return {ErrorCode::BadRequest, std::move(text)}; }

Error parse_error(const BeastError& failure) {
  using Code = beast::http::error;
  if (failure == Code::bad_target) return {ErrorCode::InvalidURI, ""};
  if (failure == Code::bad_version) return bad_request("The HTTP version is not supported.");
  if (failure == Code::bad_content_length || failure == Code::multiple_content_length)
    return bad_request("The Content-Length header is not valid.");
  if (failure == Code::bad_transfer_encoding) return bad_request("The Transfer-Encoding header is not valid.");
  if (failure == Code::header_limit) return {ErrorCode::RequestHeaderSectionTooLarge, ""};
  return bad_request("The request is not valid HTTP.");
}

}  // namespace

HeaderScanner::Outcome HeaderScanner::check_first_byte(std::string_view bytes) {
  // RFC 9112, 2.2: empty lines before a request line are ignored; old clients send one after a form's body.
  while (bytes.substr(skipped_).starts_with("\r\n")) skipped_ += 2;
  line_start_ = searched_ = skipped_;
  const std::string_view rest = bytes.substr(skipped_);
  if (rest.empty() || rest == "\r") return Outcome::need_more;
  const auto first = static_cast<unsigned char>(rest.front());
  return first <= ' ' || first >= 0x7F ? Outcome::malformed : Outcome::complete;
}

HeaderScanner::Outcome HeaderScanner::scan(std::string_view bytes) {
  if (searched_ == skipped_) {
    const Outcome first = check_first_byte(bytes);
    if (first == Outcome::need_more && bytes.size() > limits::kHeaderBytes) return Outcome::too_large;
    if (first != Outcome::complete) return first;
  }
  while (searched_ < bytes.size()) {
    const auto* feed = static_cast<const char*>(std::memchr(bytes.data() + searched_, '\n', bytes.size() - searched_));
    if (!feed) break;
    const auto at = static_cast<std::size_t>(feed - bytes.data());
    if (at == line_start_ || bytes[at - 1] != '\r') return Outcome::malformed;
    if (bytes[line_start_] == ' ' || bytes[line_start_] == '\t') return Outcome::malformed;  // a folded line
    searched_ = at + 1;
    if (at - line_start_ == 1) {
      end_ = at + 1;
      return end_ > limits::kHeaderBytes ? Outcome::too_large : Outcome::complete;
    }
    line_start_ = at + 1;
  }
  searched_ = bytes.size();
  return bytes.size() >= limits::kHeaderBytes ? Outcome::too_large : Outcome::need_more;
}

namespace {

class HeaderParser final : public beast::http::basic_parser<true> {
 public:
  HeaderParser(std::span<char> header, Request& request) : header_(header), request_(request) {
    header_limit(static_cast<std::uint32_t>(header.size() + 1));
    body_limit(boost::none);
  }

  holdfast::Result<RequestFraming> parse() {
    BeastError error;
    const std::size_t consumed = put(boost::asio::const_buffer(header_.data(), header_.size()), error);
    if (failure_) return std::move(*failure_);
    if (error) return parse_error(error);
    if (consumed != header_.size() || !is_header_done()) return bad_request("The request is not valid HTTP.");
    HOLDFAST_TRY_VOID(check());
    framing_.keep_alive = keep_alive();
    framing_.chunked = chunked();
    if (const auto length = content_length()) framing_.content_length = *length;
    return framing_;
  }

 private:
  void on_request_impl(beast::http::verb, BeastView method, BeastView target, int version, BeastError&) override {
    request_.method = to_view(method);
    request_.target = to_view(target);
    request_.version = version;
  }

  void on_field_impl(field id, BeastView name, BeastView value, BeastError& error) override {
    if (!inside(value)) return refuse(error, bad_request("Folded header lines are not supported."));
    for (char& c : header_.subspan(static_cast<std::size_t>(name.data() - header_.data()), name.size())) {
      if (is_upper(c)) c = static_cast<char>(c + ('a' - 'A'));
    }
    request_.headers.emplace_back(to_view(name), to_view(value));
    if (id == field::host && ++hosts_ > 1) return refuse(error, bad_request("There is more than one Host header."));
    if (id == field::content_length) check_content_length(to_view(value), error);
    if (id == field::transfer_encoding) check_transfer_encoding(to_view(value), error);
    if (id == field::expect && equals_ignoring_case(to_view(value), "100-continue")) framing_.expects_continue = request_.version >= 11;
  }

  // Beast takes "5, 5" and a repeated header with the same number; another server on the way may not.
  void check_content_length(std::string_view value, BeastError& error) {
    if (++lengths_ > 1 || !parse_u64(value)) refuse(error, bad_request("The Content-Length header is not valid."));
  }

  // Beast looks for "chunked" at the end of the list and leaves what stands before it to the caller.
  void check_transfer_encoding(std::string_view value, BeastError& error) {
    if (request_.version < 11) return refuse(error, bad_request("Transfer-Encoding needs HTTP/1.1."));
    if (!equals_ignoring_case(value, "chunked"))
      refuse(error, Error(ErrorCode::NotImplemented, "This Transfer-Encoding is not supported."));
  }

  holdfast::Result<> check() {
    if (request_.version >= 11 && hosts_ == 0) return bad_request("The Host header is missing.");
    return split_target();
  }

  holdfast::Result<> split_target() {
    std::string_view rest = request_.target;
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (rest.size() < scheme.size() || !equals_ignoring_case(rest.substr(0, scheme.size()), scheme)) continue;
      rest.remove_prefix(scheme.size());
      rest.remove_prefix(std::min(rest.find_first_of("/?"), rest.size()));
      break;
    }
    const std::size_t mark = rest.find('?');
    request_.path = rest.substr(0, mark);
    request_.query = mark == std::string_view::npos ? std::string_view() : rest.substr(mark + 1);
    if (request_.path.empty() && rest.size() < request_.target.size()) request_.path = "/";
    const bool other_form = request_.method == "CONNECT" || (request_.method == "OPTIONS" && request_.target == "*");
    if (!request_.path.starts_with('/') && !other_form) return Error(ErrorCode::InvalidURI);
    return {};
  }

  bool inside(BeastView value) const noexcept {
    return value.empty() || (value.data() >= header_.data() && value.data() + value.size() <= header_.data() + header_.size());
  }

  void refuse(BeastError& error, Error failure) {
    if (!failure_) failure_ = std::move(failure);
    error = beast::http::error::bad_field;
  }

  void on_response_impl(int, BeastView, int, BeastError&) override {}
  void on_header_impl(BeastError&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, BeastError&) override {}
  std::size_t on_body_impl(BeastView, BeastError&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, BeastView, BeastError&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView, BeastError&) override { return 0; }
  void on_finish_impl(BeastError&) override {}

  std::span<char> header_;
  Request& request_;
  RequestFraming framing_;
  std::optional<Error> failure_;
  int hosts_ = 0;
  int lengths_ = 0;
};

}  // namespace

holdfast::Result<RequestFraming> parse_request_header(std::span<char> header, Request& request) {
  request.method = request.target = request.path = request.query = {};
  request.headers.clear();
  return HeaderParser(header, request).parse();
}

// Beast's parser decodes chunks once it has seen a header that announces them.
class ChunkedDecoder::Parser final : public beast::http::basic_parser<true> {
 public:
  Parser() {
    static constexpr std::string_view kPrelude = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    body_limit(boost::none);
    header_limit(limits::kChunkHeaderBytes);
    BeastError error;
    put(boost::asio::const_buffer(kPrelude.data(), kPrelude.size()), error);
    in_prelude_ = false;
  }

  holdfast::Result<Step> decode(ByteView input, ByteSpan output) {
    Step total;
    output_ = output;
    while (!is_done() && total.consumed < input.size() && (content_ahead_ == 0 || !output_.empty())) {
      BeastError error;
      const std::size_t room = output_.size();
      const ByteView rest = input.subspan(total.consumed);
      if (content_ahead_ == 0 && rest.size() < kShortestEnd) break;
      const std::size_t consumed = put(boost::asio::const_buffer(rest.data(), rest.size()), error);
      total.consumed += consumed;
      total.produced += room - output_.size();
      if (error == beast::http::error::need_more) {
        if (rest.size() - consumed > limits::kChunkHeaderBytes) return too_long();
        break;
      }
      if (error) return bad_request("The chunked transfer coding of the body is not valid.");
    }
    return total;
  }

  void skip_content(ByteView content) {
    BeastError error;
    in_place_ = true;
    put(boost::asio::const_buffer(content.data(), content.size()), error);
    in_place_ = false;
  }

  std::uint64_t content_ahead() const noexcept { return content_ahead_; }

 private:
  // "0 CRLF CRLF". Between chunks no less can follow, and Beast asserts that it doesn't look at a part of it twice.
  static constexpr std::size_t kShortestEnd = 5;

  static Error too_long() { return {ErrorCode::MaxMessageLengthExceeded, "A chunk header or the trailers are too long."}; }

  void on_chunk_header_impl(std::uint64_t size, BeastView extensions, BeastError& error) override {
    if (extensions.size() > limits::kChunkHeaderBytes) error = beast::http::error::bad_chunk_extension;
    content_ahead_ = size;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, BeastError&) override {
    std::size_t taken = body.size();
    if (!in_place_) {
      taken = std::min(taken, output_.size());
      std::memcpy(output_.data(), body.data(), taken);
      output_ = output_.subspan(taken);
    }
    content_ahead_ -= taken;
    return taken;
  }

  void on_field_impl(field, BeastView name, BeastView value, BeastError& error) override {
    if (in_prelude_) return;
    trailer_bytes_ += name.size() + value.size();
    if (trailer_bytes_ > limits::kChunkHeaderBytes) error = beast::http::error::header_limit;
  }

  void on_request_impl(beast::http::verb, BeastView, BeastView, int, BeastError&) override {}
  void on_response_impl(int, BeastView, int, BeastError&) override {}
  void on_header_impl(BeastError&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, BeastError&) override {}
  std::size_t on_body_impl(BeastView, BeastError&) override { return 0; }
  void on_finish_impl(BeastError&) override {}

  ByteSpan output_;
  std::uint64_t content_ahead_ = 0;
  std::size_t trailer_bytes_ = 0;
  bool in_place_ = false;
  bool in_prelude_ = true;
};

ChunkedDecoder::ChunkedDecoder() : parser_(std::make_unique<Parser>()) {}
ChunkedDecoder::~ChunkedDecoder() = default;
ChunkedDecoder::ChunkedDecoder(ChunkedDecoder&&) noexcept = default;
ChunkedDecoder& ChunkedDecoder::operator=(ChunkedDecoder&&) noexcept = default;

holdfast::Result<ChunkedDecoder::Step> ChunkedDecoder::decode(ByteView input, ByteSpan output) { return parser_->decode(input, output); }
bool ChunkedDecoder::finished() const noexcept { return parser_->is_done(); }
std::uint64_t ChunkedDecoder::content_ahead() const noexcept { return parser_->content_ahead(); }
void ChunkedDecoder::skip_content(ByteView content) { parser_->skip_content(content); }

}  // namespace holdfast::http
