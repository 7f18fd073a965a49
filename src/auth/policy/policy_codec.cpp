// Policy documents from JSON, and the canned ones to JSON.
#include "policy/statement.hpp"
#include "policy/vocabulary.hpp"

#include "holdfast/auth/policy.hpp"
#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

namespace holdfast::auth {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

// Document, statement list, statement, condition block, operator, value list.
constexpr int kNesting = 8;
constexpr std::string_view kS3Arn = "arn:aws:s3:::";
constexpr std::string_view kS3Action = "s3:";

Error malformed(std::string_view what) { return {ErrorCode::MalformedPolicy, std::string(what)}; }

Error malformed(std::string_view what, std::string_view name) {
  std::string message(what);
  return {ErrorCode::MalformedPolicy, message.append(": ").append(name)};
}

// Json converts to anything, which a Result can't bear.
struct ParsedJson {
  Json value;
};

Result<ParsedJson> parse_json(std::string_view text) {
  if (text.size() > limits::kPolicyBytes) return malformed("Policy exceeds the maximum allowed document size.");
  std::vector<std::set<std::string, std::less<>>> keys;
  std::string duplicate;
  bool too_deep = false;
  const Json::parser_callback_t watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    too_deep = too_deep || depth > kNesting;
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) duplicate = parsed.get<std::string>();
    return true;
  };
  Json document = Json::parse(text, watch, false);
  if (too_deep) return malformed("Policy is nested too deeply.");
  // The parser takes a zero byte for the end.
  const bool is_whole = text.find('\0') == std::string_view::npos;
  if (!is_whole || document.is_discarded() || !document.is_object())
    return malformed("Policies must be valid JSON and the first byte must be '{'");
  if (!duplicate.empty()) return malformed("Policy has a duplicate element", duplicate);
  return ParsedJson{std::move(document)};
}

Result<> check_fields(const Json& object, std::initializer_list<std::string_view> known) {
  for (const auto& item : object.items()) {
    if (std::find(known.begin(), known.end(), item.key()) == known.end()) return malformed("Unknown field", item.key());
  }
  return {};
}

const Json* find(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::optional<std::string> scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  return std::nullopt;
}

// One text, or a list of them with at least one. `scalars`: numbers and booleans count too.
Result<std::vector<std::string>> text_list(const Json& value, std::string_view element, bool scalars = false) {
  std::vector<std::string> out;
  const auto add = [&out, scalars](const Json& item) {
    auto text = item.is_string() || scalars ? scalar_text(item) : std::nullopt;
    if (text) out.push_back(std::move(*text));
    return text.has_value();
  };
  const bool is_right = value.is_array() ? !value.empty() && std::all_of(value.begin(), value.end(), add) : add(value);
  if (!is_right) return malformed("Policy has an invalid value for", element);
  return out;
}

// What a document's parser has to know beside the JSON.
struct Grammar {
  std::optional<std::string_view> bucket;  // bucket policies
  bool variables = false;                  // Version 2012-10-17
};

struct Choice {
  const Json* value;
  bool negated;
};

// Exactly one of `name` and its Not form, or none.
Result<std::optional<Choice>> choose(const Json& statement, const char* name, const char* negated_name) {
  const Json* plain = find(statement, name);
  const Json* negated = find(statement, negated_name);
  if (plain != nullptr && negated != nullptr) {
    return malformed("Statement has both elements", std::string(name).append(" and ").append(negated_name));
  }
  if (plain != nullptr) return std::optional(Choice{plain, false});
  if (negated != nullptr) return std::optional(Choice{negated, true});
  return std::optional<Choice>();
}

Result<> check_bucket_action(std::string_view action) {
  if (action == "*") return {};
  if (action.size() <= kS3Action.size() || !equals_ignoring_case(action.substr(0, kS3Action.size()), kS3Action)) {
    return malformed("Policy has invalid action", action);
  }
  const std::string_view name = action.substr(kS3Action.size());
  const bool is_pattern = name.find_first_of("*?") != std::string_view::npos;
  const bool is_known = is_pattern ? matches_some_action(name) : find_action(name) != nullptr;
  return is_known ? Result<>() : malformed("Policy has invalid action", action);
}

Result<> check_identity_action(std::string_view action) {
  const auto colon = action.find(':');
  const bool is_right = action == "*" || (colon != std::string_view::npos && colon > 0 && colon + 1 < action.size());
  return is_right ? Result<>() : malformed("Policy has invalid action", action);
}

Result<> add_actions(PolicyDocument::Statement& out, const std::vector<std::string>& actions, const Grammar& grammar) {
  for (const std::string& action : actions) {
    HOLDFAST_TRY_VOID(grammar.bucket ? check_bucket_action(action) : check_identity_action(action));
    HOLDFAST_TRY(pattern, Pattern::compile(action, {.wildcards = true, .variables = false, .ignore_case = true}));
    out.actions.push_back(std::move(pattern));
  }
  return {};
}

// A bucket policy speaks of its bucket and what is in it, by name.
bool belongs_to(std::string_view resource, std::string_view bucket) noexcept {
  if (!resource.starts_with(kS3Arn)) return false;
  resource.remove_prefix(kS3Arn.size());
  if (!resource.starts_with(bucket)) return false;
  resource.remove_prefix(bucket.size());
  return resource.empty() || resource.front() == '/' || resource.front() == '*' || resource.front() == '?';
}

Result<> add_resources(PolicyDocument::Statement& out, const std::vector<std::string>& resources, const Grammar& grammar) {
  for (const std::string& resource : resources) {
    const bool is_right = grammar.bucket ? belongs_to(resource, *grammar.bucket) : resource == "*" || resource.starts_with("arn:");
    if (!is_right) return malformed("Policy has invalid resource", resource);
    HOLDFAST_TRY(pattern, Pattern::compile(resource, {.wildcards = true, .variables = grammar.variables, .ignore_case = false}));
    out.resources.push_back(std::move(pattern));
  }
  return {};
}

bool is_action_without_resource(std::string_view action) {
  const std::string lower = ascii_lower(action);
  return lower.starts_with("admin:") || lower.starts_with("kms:") || lower.starts_with("sts:");
}

bool could_be_the_bucket(std::string_view resource, std::string_view bucket_arn) {
  return resource.size() == bucket_arn.size() || resource[bucket_arn.size()] != '/';
}

bool could_be_an_object(std::string_view resource) { return resource.find_first_of("/*?", kS3Arn.size()) != std::string_view::npos; }

// "s3:GetObject" on a bucket, or "s3:ListBucket" on objects: says something other than what it does.
Result<> check_levels(const std::vector<std::string>& actions, const std::vector<std::string>& resources, std::string_view bucket) {
  const std::string bucket_arn = std::string(kS3Arn).append(bucket);
  const bool has_bucket = std::any_of(resources.begin(), resources.end(),
                                      [&](const std::string& resource) { return could_be_the_bucket(resource, bucket_arn); });
  const bool has_object =
      std::any_of(resources.begin(), resources.end(), [](const std::string& resource) { return could_be_an_object(resource); });
  for (const std::string& action : actions) {
    const KnownAction* known = action == "*" ? nullptr : find_action(std::string_view(action).substr(kS3Action.size()));
    if (known == nullptr) continue;
    const bool fits = known->level == ActionLevel::bucket ? has_bucket : has_object;
    if (!fits) return malformed("Action does not apply to any resource(s) in statement", action);
  }
  return {};
}

Result<> add_principal_names(Principals& out, std::string_view type, const std::vector<std::string>& names) {
  // These speak of callers that this server does not have.
  if (type == "Federated" || type == "Service") return {};
  if (type != "AWS" && type != "CanonicalUser") return malformed("Invalid principal in policy", type);
  for (const std::string& name : names) {
    if (type == "AWS" && name == "*") {
      out.everyone = true;
      continue;
    }
    if (name.empty() || name.find_first_of("*?") != std::string::npos) return malformed("Invalid principal in policy", name);
    out.names.push_back(name);
  }
  return {};
}

Result<Principals> parse_principals(const Json& value) {
  Principals principals;
  if (value.is_string()) {
    principals.everyone = value.get<std::string>() == "*";
    if (!principals.everyone) return malformed("Invalid principal in policy", value.get<std::string>());
    return principals;
  }
  if (!value.is_object() || value.empty()) return malformed("Invalid principal in policy");
  for (const auto& item : value.items()) {
    HOLDFAST_TRY(names, text_list(item.value(), "Principal"));
    HOLDFAST_TRY_VOID(add_principal_names(principals, item.key(), names));
  }
  return principals;
}

Result<> set_principals(PolicyDocument::Statement& out, const Json& statement, const Grammar& grammar) {
  HOLDFAST_TRY(choice, choose(statement, "Principal", "NotPrincipal"));
  if (!grammar.bucket) return choice ? malformed("Policy document should not specify a principal.") : Result<>();
  if (!choice) return malformed("Missing required field Principal");
  HOLDFAST_TRY(principals, parse_principals(*choice->value));
  out.principals = std::move(principals);
  out.speaks =
      choice->negated ? PolicyDocument::Statement::Speaks::to_all_but_principals : PolicyDocument::Statement::Speaks::to_principals;
  return {};
}

Result<> check_condition_key(std::string_view key, const Grammar& grammar) {
  const auto colon = key.find(':');
  const bool has_shape = colon != std::string_view::npos && colon > 0 && colon + 1 < key.size();
  const bool is_right = has_shape && (!grammar.bucket || is_known_condition_key(ascii_lower(key)));
  return is_right ? Result<>() : malformed("Policy has an invalid condition key", key);
}

Result<> add_conditions(PolicyDocument::Statement& out, const Json& block, const Grammar& grammar) {
  if (!block.is_object()) return malformed("Policy has an invalid value for", "Condition");
  for (const auto& by_operator : block.items()) {
    if (!by_operator.value().is_object()) return malformed("Policy has an invalid value for", by_operator.key());
    for (const auto& by_key : by_operator.value().items()) {
      HOLDFAST_TRY_VOID(check_condition_key(by_key.key(), grammar));
      HOLDFAST_TRY(values, text_list(by_key.value(), by_key.key(), true));
      HOLDFAST_TRY(condition, Condition::make(by_operator.key(), by_key.key(), values, grammar.variables));
      out.conditions.push_back(std::move(condition));
    }
  }
  return {};
}

Result<> set_effect(PolicyDocument::Statement& out, const Json& statement) {
  const Json* effect = find(statement, "Effect");
  if (effect == nullptr) return malformed("Missing required field Effect");
  const auto text = scalar_text(*effect).value_or("");
  if (text != "Allow" && text != "Deny") return malformed("Invalid effect", text);
  out.allow = text == "Allow";
  return {};
}

Result<> set_actions_and_resources(PolicyDocument::Statement& out, const Json& statement, const Grammar& grammar) {
  HOLDFAST_TRY(action, choose(statement, "Action", "NotAction"));
  if (!action) return malformed("Missing required field Action");
  HOLDFAST_TRY(actions, text_list(*action->value, "Action"));
  out.not_action = action->negated;
  HOLDFAST_TRY_VOID(add_actions(out, actions, grammar));

  HOLDFAST_TRY(resource, choose(statement, "Resource", "NotResource"));
  if (!resource) {
    const bool may_be_missing = !grammar.bucket && std::all_of(actions.begin(), actions.end(), is_action_without_resource);
    return may_be_missing ? Result<>() : malformed("Missing required field Resource");
  }
  HOLDFAST_TRY(resources, text_list(*resource->value, "Resource"));
  out.not_resource = resource->negated;
  HOLDFAST_TRY_VOID(add_resources(out, resources, grammar));
  const bool has_levels = grammar.bucket && !action->negated && !resource->negated;
  return has_levels ? check_levels(actions, resources, *grammar.bucket) : Result<>();
}

Result<PolicyDocument::Statement> parse_statement(const Json& statement, const Grammar& grammar) {
  if (!statement.is_object()) return malformed("Policy has an invalid value for", "Statement");
  HOLDFAST_TRY_VOID(check_fields(
      statement, {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}));
  PolicyDocument::Statement out;
  HOLDFAST_TRY_VOID(set_effect(out, statement));
  HOLDFAST_TRY_VOID(set_principals(out, statement, grammar));
  HOLDFAST_TRY_VOID(set_actions_and_resources(out, statement, grammar));
  if (const Json* conditions = find(statement, "Condition")) HOLDFAST_TRY_VOID(add_conditions(out, *conditions, grammar));
  return out;
}

// An empty Sid, which mc sends, names nothing.
Result<> check_sid(const Json& statement, std::set<std::string>& seen) {
  const Json* sid = statement.is_object() ? find(statement, "Sid") : nullptr;
  if (sid == nullptr) return {};
  if (!sid->is_string()) return malformed("Policy has an invalid value for", "Sid");
  const std::string text = sid->get<std::string>();
  if (!text.empty() && !seen.insert(text).second) return malformed("Statement IDs (SID) in a single policy must be unique", text);
  return {};
}

Result<bool> parse_version(const Json& document) {
  const Json* version = find(document, "Version");
  if (version == nullptr) return false;
  const std::string text = scalar_text(*version).value_or("");
  if (text != "2012-10-17" && text != "2008-10-17") return malformed("The policy must contain a valid version string", text);
  return text == "2012-10-17";
}

Result<std::vector<PolicyDocument::Statement>> parse_document(std::string_view text, Grammar grammar) {
  HOLDFAST_TRY(parsed, parse_json(text));
  const Json& document = parsed.value;
  // MinIO spells Id its own way.
  HOLDFAST_TRY_VOID(check_fields(document, {"Version", "Id", "ID", "Statement"}));
  for (const char* name : {"Id", "ID"}) {
    const Json* id = find(document, name);
    if (id != nullptr && !id->is_string()) return malformed("Policy has an invalid value for", name);
  }
  HOLDFAST_TRY(variables, parse_version(document));
  grammar.variables = variables;
  const Json* listed = find(document, "Statement");
  if (listed == nullptr) return malformed("Missing required field Statement");
  const Json list = listed->is_array() ? *listed : Json::array({*listed});
  if (list.empty()) return malformed("Could not parse the policy: Statement is empty!");
  std::vector<PolicyDocument::Statement> statements;
  std::set<std::string> sids;
  for (const Json& item : list) {
    HOLDFAST_TRY_VOID(check_sid(item, sids));
    HOLDFAST_TRY(statement, parse_statement(item, grammar));
    statements.push_back(std::move(statement));
  }
  return statements;
}

OrderedJson anonymous_statement(std::initializer_list<const char*> actions, const std::string& resource) {
  return {{"Effect", "Allow"},
          {"Principal", {{"AWS", OrderedJson::array({"*"})}}},
          {"Action", OrderedJson(actions)},
          {"Resource", OrderedJson::array({resource})}};
}

OrderedJson canned_statements(std::string_view name, std::string_view bucket) {
  const std::string bucket_arn = std::string(kS3Arn).append(bucket);
  const std::string objects_arn = bucket_arn + "/*";
  if (name == "download") {
    return OrderedJson::array(
        {anonymous_statement({"s3:GetBucketLocation", "s3:ListBucket"}, bucket_arn), anonymous_statement({"s3:GetObject"}, objects_arn)});
  }
  if (name == "upload") {
    return OrderedJson::array(
        {anonymous_statement({"s3:GetBucketLocation", "s3:ListBucketMultipartUploads"}, bucket_arn),
         anonymous_statement({"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject"}, objects_arn)});
  }
  return OrderedJson::array(
      {anonymous_statement({"s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"}, bucket_arn),
       anonymous_statement({"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"},
                           objects_arn)});
}

}  // namespace

Result<PolicyDocument> PolicyDocument::parse(std::string_view json) {
  HOLDFAST_TRY(statements, parse_document(json, {}));
  return from(std::move(statements));
}

Result<PolicyDocument> PolicyDocument::parse_bucket_policy(std::string_view json, std::string_view bucket) {
  HOLDFAST_TRY(statements, parse_document(json, {bucket, false}));
  return from(std::move(statements));
}

Result<std::string> canned_bucket_policy(std::string_view name, std::string_view bucket) {
  if (name == "none" || name == "private") return std::string();
  if (name != "download" && name != "upload" && name != "public") {
    std::string text = "unknown bucket policy '";
    return Error(ErrorCode::InvalidArgument, text.append(name).append("': use none, download, upload or public"));
  }
  const OrderedJson document = {{"Version", "2012-10-17"}, {"Statement", canned_statements(name, bucket)}};
  return document.dump();
}

}  // namespace holdfast::auth
