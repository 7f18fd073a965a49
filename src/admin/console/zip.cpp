#include "admin/console/zip.hpp"

#include "admin/console/s3_request.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <algorithm>
#include <deque>

namespace holdfast::admin {
namespace {

constexpr std::size_t kBlockBytes = 256 * 1024;

// A name that stays inside the folder where the zip is unpacked.
std::string safe_name(std::string_view name) {
  std::string safe;
  for (const std::string_view part : split(name, '/')) {
    if (!safe.empty()) safe += '/';
    safe += part.empty() || part == "." || part == ".." ? "_" : part;
  }
  return safe;
}

class ZipSource final : public http::ContentSource {
 public:
  ZipSource(const ApiCall& call, ZipSpec spec, storage::Engine& engine, const S3Door& s3)
      : call_{call.request, body_, {}, call.request_id, call.now, call.access_key},
        spec_(std::move(spec)),
        engine_(engine),
        s3_(s3),
        waiting_(spec_.keys.begin(), spec_.keys.end()),
        zip_(archive_write_new(), archive_write_free),
        entry_(archive_entry_new(), archive_entry_free) {
    archive_write_set_format_zip(zip_.get());
    archive_write_zip_set_compression_store(zip_.get());
    archive_write_set_options(zip_.get(), "zip:hdrcharset=UTF-8");
    archive_write_set_bytes_per_block(zip_.get(), 0);
    archive_write_open2(zip_.get(), this, nullptr, take_output, nullptr, nullptr);
  }

  Task<Result<Piece>> next() override {
    while (output_.size() < kBlockBytes && !ended_) HOLDFAST_CO_TRY_VOID(co_await step());
    co_return Piece(SharedBytes::from(std::exchange(output_, {})));
  }

 private:
  static la_ssize_t take_output(archive*, void* self, const void* bytes, std::size_t size) {
    static_cast<ZipSource*>(self)->output_.append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
  }

  // One piece of the object under way, or the beginning of the next one, or a page of a folder, or the end.
  Task<Result<>> step() {
    if (content_) co_return co_await add_piece();
    if (waiting_.empty() && !folder_) {
      ended_ = true;
      co_return check(archive_write_close(zip_.get()));
    }
    if (waiting_.empty()) co_return co_await list_more();
    std::string key = std::move(waiting_.front());
    waiting_.pop_front();
    if (!key.ends_with('/')) co_return co_await begin(std::move(key));
    folder_ = std::move(key);
    outer_.swap(waiting_);
    co_return Result<>();
  }

  Task<Result<>> list_more() {
    storage::ListQuery query;
    query.bucket = spec_.bucket;
    query.prefix = *folder_;
    query.start_after = listed_to_;
    query.max_keys = limits::kListKeys;
    HOLDFAST_CO_TRY(page, co_await engine_.list(std::move(query)));
    for (storage::ListEntry& entry : page.objects) {
      if (!entry.key.ends_with('/')) waiting_.push_back(std::move(entry.key));  // folders' own markers have no content
    }
    listed_to_ = page.next;
    if (page.truncated) co_return Result<>();
    // What was waiting for this folder's end comes behind it.
    waiting_.insert(waiting_.end(), outer_.begin(), outer_.end());
    outer_.clear();
    listed_to_.clear();
    folder_.reset();
    co_return Result<>();
  }

  Task<Result<>> begin(std::string key) {
    S3Request request(call_, "GET", spec_.bucket, key);
    auto response = co_await s3_.call(call_.access_key, call_.request_id, request.request(), body_);
    if (!response && response.error().code == ErrorCode::NoSuchKey) co_return Result<>();
    if (!response) co_return response.error();
    std::string_view name = key;
    if (name.starts_with(spec_.prefix)) name.remove_prefix(spec_.prefix.size());
    archive_entry_clear(entry_.get());
    archive_entry_update_pathname_utf8(entry_.get(), safe_name(name).c_str());
    archive_entry_set_filetype(entry_.get(), AE_IFREG);
    archive_entry_set_perm(entry_.get(), 0644);
    archive_entry_set_size(entry_.get(), static_cast<la_int64_t>(response->content_length.value_or(0)));
    if (const auto modified = parse_http_date(response_header(*response, "last-modified"))) {
      archive_entry_set_mtime(entry_.get(), std::chrono::duration_cast<std::chrono::seconds>(modified->time_since_epoch()).count(), 0);
    }
    content_ = std::move(response->source);
    co_return check(archive_write_header(zip_.get(), entry_.get()));
  }

  Task<Result<>> add_piece() {
    HOLDFAST_CO_TRY(piece, co_await content_->next());
    if (const auto* bytes = std::get_if<SharedBytes>(&piece)) {
      if (!bytes->bytes.empty()) co_return add(bytes->bytes);
      content_.reset();
      co_return check(archive_write_finish_entry(zip_.get()));
    }
    co_return add_range(std::get<FileRange>(piece));
  }

  Result<> add(ByteView bytes) {
    const auto written = archive_write_data(zip_.get(), bytes.data(), bytes.size());
    return check(written < 0 ? ARCHIVE_FATAL : ARCHIVE_OK);
  }

  Result<> add_range(const FileRange& range) {
    std::vector<std::byte> buffer(kBlockBytes);
    for (std::uint64_t done = 0; done < range.length;) {
      const auto want = std::min<std::uint64_t>(buffer.size(), range.length - done);
      const auto got = pread(range.descriptor, buffer.data(), want, static_cast<off_t>(range.offset + done));
      if (got <= 0) return Error(ErrorCode::InternalError, "an object's file could not be read");
      HOLDFAST_TRY_VOID(add(ByteView(buffer).first(static_cast<std::size_t>(got))));
      done += static_cast<std::uint64_t>(got);
    }
    return {};
  }

  Result<> check(int outcome) const {
    if (outcome >= ARCHIVE_WARN) return {};
    return Error(ErrorCode::InternalError, std::string("zip: ") + archive_error_string(zip_.get()));
  }

  NoBody body_;
  const ApiCall call_;
  const ZipSpec spec_;
  storage::Engine& engine_;
  const S3Door& s3_;
  std::deque<std::string> waiting_;
  std::deque<std::string> outer_;  // while a folder is gone through
  std::optional<std::string> folder_;
  std::string listed_to_;
  std::unique_ptr<http::ContentSource> content_;
  std::string output_;
  bool ended_ = false;
  std::unique_ptr<archive, int (*)(archive*)> zip_;
  std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry_;
};

std::string zip_name(const ZipSpec& spec) {
  const std::string& only = spec.keys.front();
  if (spec.keys.size() > 1) return (spec.prefix.empty() ? spec.bucket : spec.prefix.substr(0, spec.prefix.size() - 1)) + ".zip";
  return (only.ends_with('/') ? only.substr(0, only.size() - 1) : only) + ".zip";
}

}  // namespace

Result<http::Response> zip_objects(const ApiCall& call, ZipSpec spec, storage::Engine& engine, const S3Door& s3) {
  if (spec.bucket.empty() || spec.keys.empty()) return Error(ErrorCode::InvalidArgument, "Name a bucket and at least one key.");
  HOLDFAST_TRY(bucket, engine.bucket(spec.bucket));
  (void)bucket;
  http::Request request = call.request;
  request.query = {};
  for (const std::string& key : spec.keys) {
    const bool folder = key.ends_with('/');
    HOLDFAST_TRY_VOID(s3.authorize(call.access_key, request, folder ? "s3:ListBucket" : "s3:GetObject", spec.bucket, folder ? "" : key));
  }
  http::Response response;
  response.set("Content-Type", "application/zip");
  response.set("Content-Disposition", content_disposition("attachment", zip_name(spec)));
  response.source = std::make_unique<ZipSource>(call, std::move(spec), engine, s3);
  return response;
}

}  // namespace holdfast::admin
