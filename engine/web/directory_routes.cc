#include "engine/web/directory_routes.h"

#include <simdjson.h>
#include <sodium.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "engine/access/id_token.h"
#include "engine/access/secret.h"
#include "engine/core/form.h"
#include "engine/web/plain_page.h"

namespace vigie {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxUnderWay = 16, kMaxCodeBytes = 4096;
constexpr std::chrono::hours kProviderKept{1};
constexpr std::chrono::minutes kKeysApart{1};
constexpr std::chrono::seconds kRefusalsApart{1};

/// What the provider says of itself (OpenID Connect Discovery 1.0).
struct Provider {
  std::string authorization_endpoint, token_endpoint, jwks_uri;
  bool takes_basic = true;  ///< client_secret_basic, else client_secret_post
  ProviderKeys keys;
  Time asked_at{}, keys_renewed_at{};
};
using SharedProvider = std::shared_ptr<Provider>;

/// Why nobody was signed in: what the browser is shown, and what the audit is told.
struct Refusal {
  unsigned status;
  const char* advice;
  std::string why;
};

constexpr const char* kAgain =
    "Cette tentative de connexion n'est plus valable. Revenez à Vigie et recommencez.";
constexpr const char* kNoAnswer =
    "L'annuaire ne répond pas comme il faut. Réessayez dans quelques minutes ; si cela dure, "
    "prévenez votre service informatique.";
constexpr const char* kBusy = "Trop de connexions sont en cours. Réessayez dans un instant.";
constexpr const char* kNotSure =
    "La réponse de l'annuaire n'a pas pu être vérifiée : personne n'a été connecté. Recommencez ; "
    "si cela dure, prévenez votre service informatique.";
constexpr const char* kDenied =
    "L'annuaire n'a pas accordé la connexion. Recommencez, ou demandez l'accès à votre service "
    "informatique.";
constexpr const char* kNoRole =
    "L'annuaire vous connaît, mais aucun de vos groupes ne donne de droits dans Vigie. Demandez "
    "l'accès à l'administrateur de Vigie de votre commune.";
constexpr const char* kNameTaken =
    "Ce nom ne peut pas se connecter par l'annuaire. Si vous avez un mot de passe Vigie, "
    "utilisez-le ; sinon, adressez-vous à l'administrateur de Vigie de votre commune.";

/// Percent-encoded as RFC 6749, 2.3.1 wants it, then as HTTP does.
std::string basic(const DirectorySettings& settings) {
  std::string pair = percent_encoded(settings.client_id);
  for (std::size_t at; (at = pair.find(':')) != std::string::npos;) {
    pair.replace(at, 1, "%3A");  // the first colon ends the name
  }
  pair += ":" + percent_encoded(settings.client_secret);
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string encoded(sodium_base64_encoded_len(pair.size(), kVariant), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(),
                    reinterpret_cast<const unsigned char*>(pair.data()), pair.size(), kVariant);
  encoded.resize(encoded.find('\0'));
  return "Basic " + encoded;
}

bool takes_basic(const simdjson::dom::element& said) {
  simdjson::dom::array methods;
  if (said["token_endpoint_auth_methods_supported"].get(methods) != simdjson::SUCCESS) {
    return true;  // what it is by default
  }
  return std::any_of(methods.begin(), methods.end(), [](const simdjson::dom::element& method) {
    std::string_view name;
    return method.get(name) == simdjson::SUCCESS && name == "client_secret_basic";
  });
}

Result<SharedProvider> read_provider(const std::string& json, const std::string& issuer) {
  simdjson::dom::parser parser;
  simdjson::dom::element said;
  std::string_view its_issuer, authorization, token, keys;
  if (parser.parse(json).get(said) != simdjson::SUCCESS ||
      said["issuer"].get(its_issuer) != simdjson::SUCCESS ||
      said["authorization_endpoint"].get(authorization) != simdjson::SUCCESS ||
      said["token_endpoint"].get(token) != simdjson::SUCCESS ||
      said["jwks_uri"].get(keys) != simdjson::SUCCESS) {
    return fail(ErrorCode::kUnavailable, "the provider's description lacks an address");
  }
  if (its_issuer != issuer) {
    return fail(ErrorCode::kUnavailable, "the provider calls itself otherwise (issuer)");
  }
  if (!is_directory_url(authorization) || !is_directory_url(token) || !is_directory_url(keys)) {
    return fail(ErrorCode::kUnavailable, "the provider names an address that is not https");
  }
  auto provider = std::make_shared<Provider>();
  provider->authorization_endpoint = authorization;
  provider->token_endpoint = token;
  provider->jwks_uri = keys;
  provider->takes_basic = takes_basic(said);
  return provider;
}

Result<std::string> id_token_of(const std::string& json) {
  simdjson::dom::parser parser;
  std::string_view token;
  if (parser.parse(json)["id_token"].get(token) != simdjson::SUCCESS) {
    return fail(ErrorCode::kRefused, "the provider's answer holds no ID token");
  }
  return std::string(token);
}

/// What is seen of the provider, and the sign-ins under way.
class Directory {
 public:
  explicit Directory(const DirectoryParts& parts) : parts_(parts), door_(parts.clock) {}

  asio::awaitable<Response> begin(Request request) {
    if (under_way_ == kMaxUnderWay) {
      co_return refuse(request, {503, kBusy, "busy"});
    }
    const Turn turn(under_way_);
    const Result<SharedProvider> provider = co_await find_provider();
    if (!provider) {
      co_return refuse(request, {503, kNoAnswer, provider.error().text});
    }
    const DirectoryDoor::Begun begun = door_.begin();
    co_return go_to(authorization_url(parts_.settings, (*provider)->authorization_endpoint, begun))
        .with("Set-Cookie", cookie(begun.browser));
  }

  asio::awaitable<Response> finish(Request request) {
    const std::string browser = request.cookie(cookie_name()).value_or("");
    const std::string state = request.query_field("state").value_or("");
    const std::optional<DirectoryDoor::Begun> begun = door_.take(state, browser);
    if (!begun) {
      co_return refuse(request, {400, kAgain, "the state is unknown, used, old or another's"});
    }
    if (request.query_field("iss").value_or(parts_.settings.issuer) != parts_.settings.issuer) {
      co_return refuse(request, {403, kNotSure, "the answer is of another issuer"});  // RFC 9207
    }
    const std::string code = request.query_field("code").value_or("");
    if (code.empty() || code.size() > kMaxCodeBytes) {
      co_return refuse(request, {403, kDenied, "the provider gave no code"});
    }
    if (under_way_ == kMaxUnderWay) {
      co_return refuse(request, {503, kBusy, "busy"});
    }
    const Turn turn(under_way_);
    const Result<IdToken> token = co_await redeem(code, *begun);
    if (!token) {
      const bool is_away = token.error().code == ErrorCode::kUnavailable;
      co_return refuse(request,
                       {is_away ? 503U : 403U, is_away ? kNoAnswer : kNotSure, token.error().text});
    }
    co_return admit(request, *token);
  }

 private:
  /// Counts what is under way.
  class Turn {
   public:
    explicit Turn(std::size_t& count) : count_(count) { ++count_; }
    ~Turn() { --count_; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    std::size_t& count_;
  };

  std::string_view cookie_name() const {
    return parts_.side.secure ? "__Host-vigie-directory" : "vigie-directory";
  }

  /// Comes along when the provider sends the browser back, which is why it is Lax.
  std::string cookie(const std::string& value) const {
    const auto lifetime = std::chrono::seconds(DirectoryDoor::kLifetime).count();
    return std::string(cookie_name()) + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" +
           (parts_.side.secure ? "; Secure" : "") +
           "; Max-Age=" + std::to_string(value.empty() ? 0 : lifetime);
  }

  static Response go_to(std::string url) {
    Response response;
    response.status = 302;
    response.content_type = "text/plain; charset=utf-8";
    return response.with("Location", std::move(url));
  }

  Response refuse(const Request& request, const Refusal& refusal, const std::string& who = {}) {
    const Time now = parts_.clock.now();
    if (now >= last_refusal_ && now - last_refusal_ < kRefusalsApart) {
      ++unlisted_;
    } else {
      last_refusal_ = now;
      AuditEntry entry{who, "signInByDirectory", "", "",
                       "refused " + std::to_string(refusal.status) + ": " + refusal.why};
      entry.address = request.remote_address;
      entry.unlisted = std::exchange(unlisted_, 0);
      parts_.audit(entry);
    }
    return plain_page(refusal.status, false, "Connexion impossible", refusal.advice,
                      "<p><a href=\"/\">Revenir à Vigie</a></p>")
        .with("Set-Cookie", cookie(""));
  }

  asio::awaitable<Result<std::string>> ask(DirectoryQuestion question) {
    asio::awaitable<Result<DirectoryAnswer>> asking = parts_.ask(std::move(question));
    Result<DirectoryAnswer> answer = co_await std::move(asking);
    if (!answer) {
      co_return fail(ErrorCode::kUnavailable, "the provider does not answer");
    }
    if (answer->status != 200) {
      const bool is_its_fault = answer->status >= 500 || answer->status == 429;
      co_return fail(is_its_fault ? ErrorCode::kUnavailable : ErrorCode::kRefused,
                     "the provider answered " + std::to_string(answer->status));
    }
    co_return std::move(answer->body);
  }

  asio::awaitable<Result<void>> ask_for_keys(Provider& provider) {
    DirectoryQuestion question{provider.jwks_uri, "", ""};
    const Result<std::string> json = co_await ask(std::move(question));
    if (!json) {
      co_return fail(ErrorCode::kUnavailable, json.error().text);
    }
    Result<ProviderKeys> keys = ProviderKeys::parse(*json);
    if (!keys) {
      co_return fail(ErrorCode::kUnavailable, keys.error().text);
    }
    provider.keys = std::move(*keys);
    co_return Result<void>();
  }

  asio::awaitable<Result<SharedProvider>> find_provider() {
    const Time now = parts_.clock.now();
    if (provider_ && now >= provider_->asked_at && now - provider_->asked_at < kProviderKept) {
      co_return provider_;
    }
    std::string base = parts_.settings.issuer;
    if (base.ends_with('/')) {
      base.pop_back();
    }
    DirectoryQuestion question{base + "/.well-known/openid-configuration", "", ""};
    const Result<std::string> json = co_await ask(std::move(question));
    if (!json) {
      co_return fail(ErrorCode::kUnavailable, json.error().text);
    }
    Result<SharedProvider> provider = read_provider(*json, parts_.settings.issuer);
    if (!provider) {
      co_return provider;
    }
    (*provider)->asked_at = now;
    const Result<void> has_keys = co_await ask_for_keys(**provider);
    if (!has_keys) {
      co_return tl::make_unexpected(has_keys.error());
    }
    provider_ = *provider;
    co_return provider;
  }

  /// The code for a token, and the token checked.
  asio::awaitable<Result<IdToken>> redeem(const std::string& code,
                                          const DirectoryDoor::Begun& begun) {
    const Result<SharedProvider> found = co_await find_provider();
    if (!found) {
      co_return tl::make_unexpected(found.error());
    }
    const SharedProvider provider = *found;
    DirectoryQuestion question = token_question(*provider, code, begun);
    const Result<std::string> answer = co_await ask(std::move(question));
    if (!answer) {
      co_return tl::make_unexpected(answer.error());
    }
    const Result<std::string> token = id_token_of(*answer);
    if (!token) {
      co_return tl::make_unexpected(token.error());
    }
    const DirectorySettings& settings = parts_.settings;
    const IdTokenRules rules{settings.issuer, settings.client_id, begun.nonce, settings.name_claim,
                             settings.groups_claim};
    const Time now = parts_.clock.now();
    Result<IdToken> read = read_id_token(*token, provider->keys, rules, now);
    const bool is_key_unknown = !read && read.error().code == ErrorCode::kNotFound;
    const bool is_soon =
        now >= provider->keys_renewed_at && now - provider->keys_renewed_at < kKeysApart;
    if (is_key_unknown && !is_soon) {
      provider->keys_renewed_at = now;
      const Result<void> has_keys = co_await ask_for_keys(*provider);
      if (!has_keys) {
        co_return tl::make_unexpected(has_keys.error());
      }
      read = read_id_token(*token, provider->keys, rules, now);
    }
    co_return read;
  }

  DirectoryQuestion token_question(const Provider& provider, const std::string& code,
                                   const DirectoryDoor::Begun& begun) const {
    const DirectorySettings& settings = parts_.settings;
    std::vector<std::pair<std::string, std::string>> fields = {
        {"grant_type", "authorization_code"},
        {"code", code},
        {"redirect_uri", settings.redirect_url},
        {"code_verifier", begun.verifier}};
    DirectoryQuestion question{provider.token_endpoint, "", ""};
    if (!settings.client_secret.empty() && provider.takes_basic) {
      question.authorization = basic(settings);
    } else {
      fields.emplace_back("client_id", settings.client_id);
      if (!settings.client_secret.empty()) {
        fields.emplace_back("client_secret", settings.client_secret);
      }
    }
    question.form = form_of(fields);
    return question;
  }

  Response admit(const Request& request, const IdToken& token) {
    if (!is_account_name(token.name)) {
      return refuse(request, {403, kNameTaken, "the token's name claim is no account's name"});
    }
    if (!parts_.sign_in.is_free_for_directory(token.name)) {
      return refuse(request, {403, kNameTaken, "the name is of an account or token of Vigie"},
                    token.name);
    }
    RolesByTenant roles = parts_.settings.roles_of(token.groups);
    if (roles.empty()) {
      parts_.sign_in.sessions().end_of_directory(token.name);
      return refuse(request, {403, kNoRole, "no group gives a role"}, token.name);
    }
    const Session session =
        parts_.sign_in.sessions().start_of_directory(token.name, std::move(roles));
    AuditEntry entry{token.name, "signInByDirectory", "", ""};
    entry.address = request.remote_address;
    parts_.audit(entry);
    return go_to(parts_.settings.home_url)
        .with("Set-Cookie", Gate::cookie(parts_.side, session.id))
        .with("Set-Cookie", cookie(""));
  }

  DirectoryParts parts_;
  DirectoryDoor door_;
  SharedProvider provider_;
  std::size_t under_way_ = 0;
  Time last_refusal_{};
  std::uint64_t unlisted_ = 0;
};

}  // namespace

bool is_directory_url(std::string_view url) {
  constexpr std::string_view kSecure = "https://", kPlain = "http://";
  if (url.starts_with(kSecure)) {
    return url.size() > kSecure.size();
  }
  if (!url.starts_with(kPlain)) {
    return false;
  }
  const std::string_view rest = url.substr(kPlain.size());
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"localhost", "127.0.0.1", "[::1]"},
      [&](std::string_view host) {
        return rest.starts_with(host) &&
               (rest.size() == host.size() || rest[host.size()] == ':' ||
                rest[host.size()] == '/') &&
               rest.find('@') == std::string_view::npos;
      });
}

std::vector<Route> directory_routes(const DirectoryParts& parts) {
  const auto directory = std::make_shared<Directory>(parts);
  constexpr const char* kPage = "text/html; charset=utf-8";
  const std::string text = R"({"type":"string"})";
  return {open_get("/auth/directory",
                   [directory](Request request) { return directory->begin(std::move(request)); },
                   {"beginDirectorySignIn",
                    "Off to the town's directory (OpenID Connect, authorization code with PKCE)",
                    {},
                    "",
                    {{302, "To the provider, with a cookie for ten minutes", "", "text/plain"},
                     {503, "The provider does not answer", "", kPage}}}),
          open_get(kDirectoryCallback,
                   [directory](Request request) { return directory->finish(std::move(request)); },
                   {"finishDirectorySignIn",
                    "Back from the town's directory; the session is a cookie",
                    {{"code", text, "What the provider gave"}, {"state", text, "What we gave"}},
                    "",
                    {{302, "Signed in, to the screens", "", "text/plain"},
                     {400, "No sign-in of this browser is under way; a page", "", kPage},
                     {403, "The answer is not to be trusted, or gives no role; a page", "", kPage},
                     {503, "The provider does not answer; a page", "", kPage}}})};
}

}  // namespace vigie
