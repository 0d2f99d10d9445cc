#include "connectors/mail_notifier.h"

#include <curl/curl.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "connectors/signature.h"

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

class MailNotifier final : public Notifier {
 public:
  explicit MailNotifier(MailSettings settings) : settings_(std::move(settings)) {}

  Attempt deliver(const Message& message) override {
    const Easy easy(curl_easy_init());
    CURL* curl = easy.get();
    List recipients;
    std::string to;
    for (const std::string& address : settings_.to) {
      append(recipients, "<" + address + ">");
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
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_MIMEPOST, whole.get());
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(kTimeout.count()));
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     static_cast<long>(settings_.starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (!settings_.user.empty()) {
      curl_easy_setopt(curl, CURLOPT_USERNAME, settings_.user.c_str());
      curl_easy_setopt(curl, CURLOPT_PASSWORD, settings_.password.c_str());
    }
    const CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) {
      return Attempt::delivered();
    }
    long reply = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
    std::string error = curl_easy_strerror(code);
    if (reply != 0) {
      error += " (the mail server answered " + std::to_string(reply) + ")";
    }
    // 5xx after the greeting is the server's last word on this message; everything else may pass.
    return reply >= 500 && code != CURLE_LOGIN_DENIED ? Attempt::refused(std::move(error))
                                                      : Attempt::retry(std::move(error));
  }

 private:
  MailSettings settings_;
};

bool is_address(const std::string& text) {
  const std::size_t at = text.find('@');
  return at != std::string::npos && at != 0 && at + 1 < text.size() && text.size() <= 254 &&
         std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; }) &&
         text.find_first_of("<>,;\"") == std::string::npos;
}

}  // namespace

Result<std::unique_ptr<Notifier>> make_mail_notifier(const Settings& settings) {
  std::vector<Problem> problems;
  settings.allow_only({"id", "type", "url", "from", "to", "starttls", "user", "password_file"},
                      problems);
  MailSettings mail;
  mail.url = settings.text("url", problems);
  mail.from = settings.text("from", problems);
  mail.to = settings.texts("to", problems);
  mail.starttls = settings.boolean("starttls", problems, false);
  mail.user = settings.text("user", problems, "");
  const std::string password_file = settings.text("password_file", problems, "");
  if (!mail.url.empty() && !mail.url.starts_with("smtp://") && !mail.url.starts_with("smtps://")) {
    settings.find("url")->complain("'url' begins with smtp:// or smtps://", problems);
  }
  if (!mail.from.empty() && !is_address(mail.from)) {
    settings.find("from")->complain("'from' is not a mail address", problems);
  }
  if (mail.to.empty() || mail.to.size() > 100 || !std::ranges::all_of(mail.to, is_address)) {
    settings.complain("'to' must be 1 to 100 mail addresses", problems);
  }
  if (!password_file.empty()) {
    Result<std::string> password = read_secret_file(settings.resolved(password_file));
    if (!password) {
      settings.find("password_file")->complain(password.error().text, problems);
    } else {
      mail.password = std::move(*password);
    }
  }
  if (!problems.empty()) {
    return fail(ErrorCode::kInvalidInput, to_string(problems));
  }
  return std::make_unique<MailNotifier>(std::move(mail));
}

}  // namespace vigie
