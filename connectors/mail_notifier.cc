#include "connectors/mail_notifier.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/http_delivery.h"
#include "connectors/transfer.h"
#include "engine/core/mail_address.h"

namespace vigie {
namespace {

struct MailSettings {
  std::string url, from, user, password;
  std::vector<std::string> to;
  bool starttls = false;
};

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMime {
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Mime = std::unique_ptr<curl_mime, FreeMime>;
using List = std::unique_ptr<curl_slist, FreeList>;

void append(List& list, const std::string& line) {
  list.reset(curl_slist_append(list.release(), line.c_str()));
}

/// One header value with any letters, as RFC 2047 encoded words of at most 75 characters each.
std::string encode_header(std::string_view text) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static constexpr std::size_t kMaxBytesPerWord = 42;  // 56 digits and "=?UTF-8?B?" "?="
  std::string out;
  while (!text.empty()) {
    std::size_t length = std::min(kMaxBytesPerWord, text.size());
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
      --length;  // a character is not cut
    }
    out += out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?";
    for (std::size_t i = 0; i < length; i += 3) {
      unsigned int group = 0;
      for (std::size_t j = 0; j < 3; ++j) {
        group = group << 8 | (i + j < length ? static_cast<unsigned char>(text[i + j]) : 0U);
      }
      out += kDigits[group >> 18 & 63];
      out += kDigits[group >> 12 & 63];
      out += i + 1 < length ? kDigits[group >> 6 & 63] : '=';
      out += i + 2 < length ? kDigits[group & 63] : '=';
    }
    out += "?=";
    text.remove_prefix(length);
  }
  return out;
}

std::string date_header() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[64];
  // The engine never sets a locale: names of days and months are the English ones RFC 5322 asks
  // for.
  std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S +0000", &utc);
  return text;
}

void add_part(curl_mime* mime, const std::string& bytes, const char* type) {
  curl_mimepart* part = curl_mime_addpart(mime);
  curl_mime_data(part, bytes.data(), bytes.size());
  curl_mime_type(part, type);
  curl_mime_encoder(part, "base64");
}

bool is_final(int reply) { return reply >= 500 && reply != 530 && reply != 535; }

/// What the mail server said, as curl lets us listen. curl itself tells only the last reply, and of
/// that not to what: a 554 may mean "not now" (greeting) or "never" (content).
class Conversation {
 public:
  void listen_to(CURL* curl) {
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, &hear);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, this);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
  }

  const std::vector<int>& recipients() const { return recipients_; }  ///< one reply per RCPT
  int last_reply() const { return last_reply_; }                      ///< 0: there was none
  bool refused_for_good() const {
    return (stage_ == Stage::kContent && is_final(last_reply_)) ||
           (stage_ == Stage::kRecipients && std::ranges::all_of(recipients_, is_final));
  }

 private:
  enum class Stage : std::uint8_t { kGreeting, kRecipients, kContent };

  static int hear(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
    auto& conversation = *static_cast<Conversation*>(self);
    if (type == CURLINFO_HEADER_OUT) {
      conversation.sent({data, size});
    } else if (type == CURLINFO_HEADER_IN) {
      conversation.received({data, size});
    }
    return 0;
  }

  void sent(std::string_view command) {
    if (command.starts_with("RCPT TO:")) {
      stage_ = Stage::kRecipients;
    } else if (command.starts_with("DATA")) {
      stage_ = Stage::kContent;
    } else if (command.starts_with("QUIT")) {
      is_over_ = true;
    }
  }

  void received(std::string_view line) {
    int reply = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), reply);
    const bool is_last_line = end == line.data() + 3 && (line.size() == 3 || line[3] != '-');
    if (error != std::errc{} || !is_last_line || is_over_) {
      return;
    }
    last_reply_ = reply;
    if (stage_ == Stage::kRecipients) {
      recipients_.push_back(reply);
    }
  }

  Stage stage_ = Stage::kGreeting;
  bool is_over_ = false;
  std::vector<int> recipients_;
  int last_reply_ = 0;
};

class MailNotifier final : public Notifier {
 public:
  MailNotifier(MailSettings settings, std::stop_token stop)
      : settings_(std::move(settings)), stop_(std::move(stop)) {}

  Attempt deliver(const Message& message) override {
    const auto partly = partly_delivered_.find(message.idempotency_key);
    const std::vector<std::string> recipients =
        partly == partly_delivered_.end() ? settings_.to : partly->second;
    Conversation conversation;
    const CURLcode code = send(message, recipients, conversation);
    return judge(message.idempotency_key, recipients, conversation, code);
  }

 private:
  static constexpr std::size_t kMaxPartlyDelivered = 1000;

  CURLcode send(const Message& message, const std::vector<std::string>& addresses,
                Conversation& conversation) const {
    const Easy easy(curl_easy_init());
    CURL* curl = easy.get();
    conversation.listen_to(curl);
    List recipients;
    for (const std::string& address : addresses) {
      append(recipients, "<" + address + ">");
    }
    std::string to;
    for (const std::string& address : settings_.to) {
      to += (to.empty() ? "" : ", ") + address;
    }
    const std::string domain = settings_.from.substr(settings_.from.find('@') + 1);
    List headers;
    append(headers, date_header());
    append(headers, "From: Vigie <" + settings_.from + ">");
    append(headers, "To: " + to);
    append(headers, "Subject: " + encode_header(message.subject));
    append(headers, "Message-ID: <" + message.idempotency_key + "@" + domain + ">");
    append(headers, "Auto-Submitted: auto-generated");
    if (!message.thread.empty()) {  // a message that nobody has may head a thread (RFC 5322, 3.6.4)
      const std::string head = "<" + message.thread + "@" + domain + ">";
      append(headers, "References: " + head);
      append(headers, "In-Reply-To: " + head);
    }

    const Mime whole(curl_mime_init(curl));
    curl_mime* alternatives = curl_mime_init(curl);
    add_part(alternatives, message.text, "text/plain; charset=utf-8");
    add_part(alternatives, message.html, "text/html; charset=utf-8");
    curl_mimepart* body = curl_mime_addpart(whole.get());
    curl_mime_subparts(body, alternatives);  // `whole` owns it from here
    curl_mime_type(body, "multipart/alternative");
    const std::string from = "<" + settings_.from + ">";

    curl_easy_setopt(curl, CURLOPT_URL, settings_.url.c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_MIMEPOST, whole.get());
    bound_transfer(curl, kTimeout, stop_);
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     static_cast<long>(settings_.starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (!settings_.user.empty()) {
      curl_easy_setopt(curl, CURLOPT_USERNAME, settings_.user.c_str());
      curl_easy_setopt(curl, CURLOPT_PASSWORD, settings_.password.c_str());
    }
    return curl_easy_perform(curl);
  }

  /// One bad address costs the others nothing. Only a final no to every address, or to the content,
  /// is the server's last word; everything else may pass.
  Attempt judge(const std::string& key, const std::vector<std::string>& recipients,
                const Conversation& conversation, CURLcode code) {
    std::vector<std::string> deferred;
    std::string refusals;
    for (std::size_t i = 0; i < std::min(recipients.size(), conversation.recipients().size());
         ++i) {
      const int reply = conversation.recipients()[i];
      if (reply / 100 == 2) {
        continue;
      }
      refusals += (refusals.empty() ? "" : ", ") + recipients[i] + ": " + std::to_string(reply);
      if (!is_final(reply)) {
        deferred.push_back(recipients[i]);
      }
    }
    if (code != CURLE_OK && !conversation.refused_for_good()) {
      return Attempt::retry(describe(code, conversation, refusals));
    }
    if (code == CURLE_OK && !deferred.empty()) {
      remember(key, std::move(deferred));
      return Attempt::retry("not all addresses were accepted (" + refusals + ")");
    }
    const bool somebody_has_it = code == CURLE_OK || partly_delivered_.contains(key);
    partly_delivered_.erase(key);
    return somebody_has_it ? Attempt::delivered(std::move(refusals))
                           : Attempt::refused(describe(code, conversation, refusals));
  }

  static std::string describe(CURLcode code, const Conversation& conversation,
                              const std::string& refusals) {
    std::string error = curl_easy_strerror(code);
    if (!refusals.empty()) {
      error += " (" + refusals + ")";
    } else if (conversation.last_reply() != 0) {
      error += " (the mail server answered " + std::to_string(conversation.last_reply()) + ")";
    }
    return error;
  }

  void remember(const std::string& key, std::vector<std::string> deferred) {
    partly_delivered_[key] = std::move(deferred);
    if (partly_delivered_.size() > kMaxPartlyDelivered) {
      partly_delivered_.erase(partly_delivered_.begin());
    }
  }

  MailSettings settings_;
  std::stop_token stop_;
  /// Who is still owed a message that others have. What is forgotten here (restart, bound) goes to
  /// all again, under the same Message-ID.
  std::map<std::string, std::vector<std::string>> partly_delivered_;
};

/// Of smtp://host:port/…; an IPv6 address without its brackets.
std::string_view host_of(std::string_view url) {
  url.remove_prefix(std::min(url.find("://") + 3, url.size()));
  url = url.substr(0, url.find('/'));
  return url.starts_with('[') ? url.substr(1, url.find(']') - 1) : url.substr(0, url.find(':'));
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// All but whom it is for. `fallback`: of what need not be said.
MailSettings read_mail(const Settings& settings, const std::optional<MailRelay>& fallback,
                       std::vector<Problem>& problems) {
  MailSettings mail;
  const auto or_none = [&fallback](std::string MailRelay::*field) {
    return fallback ? std::optional((*fallback).*field) : std::nullopt;
  };
  mail.url = settings.text("url", problems, or_none(&MailRelay::url));
  mail.from = settings.text("from", problems, or_none(&MailRelay::from));
  mail.starttls = settings.boolean("starttls", problems, false);
  mail.user = settings.text("user", problems, "");
  mail.password = read_receiver_secret(settings, "password_file", problems);
  if (!mail.url.empty() && !mail.url.starts_with("smtp://") && !mail.url.starts_with("smtps://")) {
    settings.find("url")->complain("'url' begins with smtp:// or smtps://", problems);
  }
  if (!mail.user.empty() && !mail.starttls && mail.url.starts_with("smtp://") &&
      !is_this_machine(host_of(mail.url))) {
    settings.find("user")->complain(
        "'user' would send the password in the clear: use smtps:// or 'starttls: true'", problems);
  }
  if (!mail.from.empty() && !is_mail_address(mail.from)) {
    (settings.find("from") != nullptr ? *settings.find("from") : settings)
        .complain("'from' is not a mail address", problems);
  }
  return mail;
}

Result<std::unique_ptr<Notifier>> make(const Settings& settings, MailSettings mail,
                                       std::stop_token stop, std::vector<Problem> problems) {
  if (mail.to.empty() || mail.to.size() > 100 || !std::ranges::all_of(mail.to, is_mail_address)) {
    settings.complain("'to' must be 1 to 100 mail addresses", problems);
  }
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<MailNotifier>(std::move(mail), std::move(stop));
}

}  // namespace

Result<std::unique_ptr<Notifier>> make_mail_notifier(const Settings& settings,
                                                     std::stop_token stop) {
  std::vector<Problem> problems;
  allow_receiver_fields(settings, {"url", "from", "to", "starttls", "user", "password_file"},
                        problems);
  MailSettings mail = read_mail(settings, std::nullopt, problems);
  mail.to = settings.texts("to", problems);
  return make(settings, std::move(mail), std::move(stop), std::move(problems));
}

Result<std::unique_ptr<Notifier>> make_mail_to(const Settings& how, const MailRelay& fallback,
                                               const std::vector<std::string>& to,
                                               std::stop_token stop) {
  std::vector<Problem> problems;
  how.allow_only({"url", "from", "starttls", "user", "password_file"}, problems);
  MailSettings mail = read_mail(how, fallback, problems);
  mail.to = to;
  return make(how, std::move(mail), std::move(stop), std::move(problems));
}

}  // namespace vigie
