#include "server/mc/transfer.hpp"

#include "server/content_type.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace holdfast::server::mc {
namespace {

namespace fs = std::filesystem;

// Keys are others' text: none may lead out of the folder.
bool stays_inside(const std::string& key) {
  return !key.starts_with('/') && std::ranges::none_of(fs::path(key), [](const fs::path& part) { return part == ".."; });
}

class Copy {
 public:
  Copy(const Aliases& aliases, const CopyArguments& arguments, Place target)
      : aliases_(aliases), arguments_(arguments), target_(std::move(target)) {}

  Result<> from(const Place& source) const {
    if (source.alias.empty() == target_.alias.empty()) {
      return Error(ErrorCode::NotImplemented,
                   "cp copies between files and objects; the full client does more: go install github.com/minio/mc@latest");
    }
    return source.alias.empty() ? upload(source) : download(source);
  }

 private:
  Result<> upload(const Place& source) const {
    std::error_code error;
    const fs::path path(source.text);
    if (!fs::exists(path, error)) return Error(ErrorCode::InvalidArgument, source.text + ": no such file");
    if (!fs::is_directory(path, error)) return put(path, target_key(path.filename().string()));
    if (!arguments_.recursive) return Error(ErrorCode::InvalidArgument, source.text + " is a folder: use --recursive");
    // As with rsync: `media` is copied as media/..., of `media/` what lies in it.
    const fs::path base = source.text.ends_with('/') ? path : path.parent_path();
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      if (!entry.is_regular_file(error)) continue;
      const std::string folder = target_.key.empty() || target_.key.ends_with('/') ? target_.key : target_.key + "/";
      HOLDFAST_TRY_VOID(put(entry.path(), folder + entry.path().lexically_relative(base.empty() ? "." : base).generic_string()));
    }
    if (error) return Error(ErrorCode::InvalidArgument, source.text + ": " + error.message());
    return {};
  }

  std::string target_key(const std::string& name) const {
    const bool folder = target_.key.empty() || target_.key.ends_with('/') || arguments_.paths.size() > 2;
    return folder ? target_.key + (target_.key.empty() || target_.key.ends_with('/') ? "" : "/") + name : target_.key;
  }

  Result<> put(const fs::path& file, const std::string& key) const {
    HOLDFAST_TRY(alias, aliases_.find(target_.alias));
    HOLDFAST_TRY_VOID(Client(alias, arguments_.insecure).upload(file.string(), target_.bucket, key, content_type_of(file)));
    std::cout << "`" << file.string() << "` -> `" << target_.alias << "/" << target_.bucket << "/" << key << "`\n";
    return {};
  }

  Result<> download(const Place& source) const {
    HOLDFAST_TRY(alias, aliases_.find(source.alias));
    const Client client(alias, arguments_.insecure);
    if (!arguments_.recursive) return get(client, source.bucket, source.key, fs::path(source.key).filename().string());
    const auto slash = source.key.rfind('/');
    const std::size_t base = slash == std::string::npos ? 0 : slash + 1;
    HOLDFAST_TRY(entries, client.list(source.bucket, source.key, true));
    for (const Entry& entry : entries) {
      if (entry.key.ends_with('/')) continue;
      HOLDFAST_TRY_VOID(get(client, source.bucket, entry.key, entry.key.substr(base)));
    }
    return {};
  }

  Result<> get(const Client& client, const std::string& bucket, const std::string& key, const std::string& name) const {
    if (!stays_inside(name)) return Error(ErrorCode::InvalidArgument, key + " would be written outside of " + target_.text);
    std::error_code error;
    const bool folder = arguments_.recursive || target_.text.ends_with('/') || fs::is_directory(target_.text, error);
    const fs::path file = folder ? fs::path(target_.text) / name : fs::path(target_.text);
    HOLDFAST_TRY_VOID(client.download(bucket, key, file.string()));
    std::cout << "`" << bucket << "/" << key << "` -> `" << file.string() << "`\n";
    return {};
  }

  const Aliases& aliases_;
  const CopyArguments& arguments_;
  const Place target_;
};

}  // namespace

Place parse_place(const Aliases& aliases, const std::string& text) {
  Place place;
  place.text = text;
  const auto slash = std::min(text.find('/'), text.size());
  const std::string first = text.substr(0, slash);
  if (first.empty() || first == "." || first == ".." || !aliases.find(first)) return place;
  place.alias = first;
  const std::string rest = slash == text.size() ? "" : text.substr(slash + 1);
  const auto second = std::min(rest.find('/'), rest.size());
  place.bucket = rest.substr(0, second);
  place.key = second == rest.size() ? "" : rest.substr(second + 1);
  return place;
}

Result<> copy(const Aliases& aliases, const CopyArguments& arguments) {
  const Copy copy(aliases, arguments, parse_place(aliases, arguments.paths.back()));
  for (auto source = arguments.paths.begin(); source + 1 != arguments.paths.end(); ++source) {
    HOLDFAST_TRY_VOID(copy.from(parse_place(aliases, *source)));
  }
  return {};
}

}  // namespace holdfast::server::mc
