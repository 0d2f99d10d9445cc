#include "engine/access/access_file.h"

#include <algorithm>
#include <filesystem>

#include "engine/core/private_file.h"
#include "engine/core/settings.h"

namespace vigie {
namespace {

constexpr int kFormat = 2, kFirstFormat = 1;
constexpr const char* kFirstAccount = "admin";
constexpr const char* kFirstToken = "api";

using Problems = std::vector<Problem>;

bool is_hash(std::string_view text) { return text.starts_with("$argon2id$"); }

std::optional<Time> read_time(const Settings& map, const char* key, Problems& problems) {
  const std::string text = map.text(key, problems, "");
  const std::optional<Time> time = parse_time(text);
  if (!text.empty() && !time) {
    map.complain(std::string(key) + " is no time", problems);
  }
  return time;
}

Account read_account(const Settings& map, Problems& problems) {
  Account account;
  account.name = map.text("name", problems);
  account.password_hash = map.text("password", problems);
  account.disabled = map.boolean("disabled", problems, false);
  account.must_change_password = map.boolean("must_change_password", problems, false);
  account.totp_secret = map.text("totp", problems, "");
  account.totp_step =
      static_cast<std::uint64_t>(map.integer("totp_step", 0, std::int64_t{1} << 50, problems, 0));
  account.recovery_codes = map.texts("recovery_codes", problems);
  const Settings* const roles = map.find("roles");
  if (!roles || roles->type() != Settings::Type::kMap) {
    map.complain("there are no roles", problems);
    return account;
  }
  for (const auto& [tenant, held] : roles->fields()) {
    for (const std::string& name : roles->texts(tenant, problems)) {
      const std::optional<Role> role = parse_role(name);
      role ? (void)account.roles[tenant].insert(*role)
           : held.complain("there is no role '" + name + "'", problems);
    }
  }
  return account;
}

ApiToken read_token(const Settings& map, Problems& problems) {
  ApiToken token;
  token.name = map.text("name", problems);
  token.token_hash = map.text("hash", problems);
  token.made_by = map.text("made_by", problems, "");
  token.made_at = read_time(map, "made_at", problems).value_or(Time{});
  token.expires_at = read_time(map, "expires_at", problems);
  token.used_at = read_time(map, "used_at", problems);
  for (const std::string& tenant : map.texts("tenants", problems)) {
    token.tenants.insert(tenant);
  }
  for (const std::string& name : map.texts("rights", problems)) {
    const std::optional<Right> right = parse_right(name);
    right ? (void)token.rights.insert(*right)
          : map.complain("there is no right '" + name + "'", problems);
  }
  return token;
}

template <class Record>
std::vector<Record> read_list(const Settings& file, const char* key,
                              Record (*read)(const Settings&, Problems&), Problems& problems) {
  std::vector<Record> records;
  const Settings* const list = file.find(key);
  if (!list || list->type() != Settings::Type::kList) {
    file.complain(std::string("there are no ") + key, problems);
    return records;
  }
  for (const Settings& item : list->items()) {
    records.push_back(read(item, problems));
  }
  return records;
}

AccessRecords read_records(const Settings& file, Problems& problems) {
  const std::int64_t format = file.integer("format", kFirstFormat, kFormat, problems);
  if (format == kFirstFormat) {
    return first_records(file.text("password", problems), file.text("api_token", problems), Time{});
  }
  return {read_list(file, "accounts", &read_account, problems),
          read_list(file, "tokens", &read_token, problems)};
}

void write_account(const Account& account, JsonWriter& json) {
  json.begin_object().key("name").value(account.name);
  json.key("password").value(account.password_hash);
  json.key("disabled").value(account.disabled);
  json.key("must_change_password").value(account.must_change_password);
  json.key("roles").begin_object();
  for (const auto& [tenant, roles] : account.roles) {
    json.key(tenant).begin_array();
    for (const Role role : roles) {
      json.value(to_string(role));
    }
    json.end_array();
  }
  json.end_object().key("totp").value(account.totp_secret);
  json.key("totp_step").value(account.totp_step);
  json.key("recovery_codes").begin_array();
  for (const std::string& code : account.recovery_codes) {
    json.value(code);
  }
  json.end_array().end_object();
}

void write_token(const ApiToken& token, JsonWriter& json) {
  json.begin_object();
  write_token_scope(token, json);
  json.key("hash").value(token.token_hash);
  json.key("made_at").value(format_time(token.made_at));
  for (const auto& [name, time] :
       {std::pair("expires_at", token.expires_at), std::pair("used_at", token.used_at)}) {
    if (time) {
      json.key(name).value(format_time(*time));
    }
  }
  json.end_object();
}

}  // namespace

Grants ApiToken::grants() const {
  Rights held;
  for (const Right right : rights) {
    held = held | Rights{right};
  }
  return {held, tenants};
}

void write_token_scope(const ApiToken& token, JsonWriter& json) {
  json.key("name").value(token.name).key("rights").begin_array();
  for (const Right right : token.rights) {
    json.value(to_string(right));
  }
  json.end_array().key("tenants").begin_array();
  for (const std::string& tenant : token.tenants) {
    json.value(tenant);
  }
  json.end_array().key("made_by").value(token.made_by);
}

AccessRecords first_records(std::string password_hash, std::string token_hash, Time now) {
  AccessRecords records;
  Account& admin = records.accounts.emplace_back();
  admin.name = kFirstAccount;
  admin.password_hash = std::move(password_hash);
  admin.roles = {{std::string(kEveryTenant), {Role::kOperator, Role::kTenantAdmin}}};
  ApiToken& token = records.tokens.emplace_back();
  token.name = kFirstToken;
  token.token_hash = std::move(token_hash);
  for (std::size_t i = 0; i < kRightCount; ++i) {
    token.rights.insert(static_cast<Right>(i));
  }
  token.tenants = {std::string(kEveryTenant)};
  token.made_by = kFirstAccount;
  token.made_at = now;
  return records;
}

Result<std::optional<AccessRecords>> read_access_file(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return std::optional<AccessRecords>();
  }
  Problems problems;  // JSON is YAML, too
  const std::optional<Settings> file = Settings::read_file(path, problems);
  if (file && file->type() != Settings::Type::kMap) {
    file->complain("this is no object", problems);
  }
  AccessRecords records;
  if (problems.empty()) {
    records = read_records(*file, problems);
  }
  const bool is_whole =
      std::ranges::all_of(records.accounts,
                          [](const Account& account) { return is_hash(account.password_hash); }) &&
      std::ranges::none_of(records.tokens,
                           [](const ApiToken& token) { return token.token_hash.empty(); });
  if (!problems.empty() || !is_whole) {
    return fail(ErrorCode::kCorrupt, path +
                                         " is damaged; put it back from a backup, or delete it " +
                                         "and start anew\n" + to_string(problems));
  }
  return std::optional(std::move(records));
}

Result<void> write_access_file(const std::string& path, const AccessRecords& records) {
  std::string content;
  JsonWriter json(content);
  json.begin_object().key("format").value(kFormat).key("accounts").begin_array();
  for (const Account& account : records.accounts) {
    write_account(account, json);
  }
  json.end_array().key("tokens").begin_array();
  for (const ApiToken& token : records.tokens) {
    write_token(token, json);
  }
  json.end_array().end_object().line();
  return write_private_file(path, content);
}

}  // namespace vigie
