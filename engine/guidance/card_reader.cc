#include <algorithm>
#include <filesystem>
#include <utility>

#include "engine/core/web_link.h"
#include "engine/guidance/card.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxCardsPerFile = 200, kMaxLines = 20;
constexpr std::size_t kMaxTextBytes = 500, kMaxTitleBytes = 100;
constexpr std::string_view kTown = "commune";  ///< the variable that every town has

using Variables = std::map<std::string, std::string, std::less<>>;

/// A card as it was written: what was not said is null.
struct Written {
  const Settings* item = nullptr;
  std::string id;
};

/// One file, its values still as they were written.
struct CardFile {
  Settings root;
  std::string pack, tenant;  ///< one of them
  Variables variables;
  std::vector<Written> cards;
};

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 100 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

/// `text` with every {name} replaced. Nothing if one of them is empty, or, with a complaint at
/// `place`, unknown.
std::optional<std::string> filled(const std::string& text, const Variables& variables,
                                  const Settings& place, std::vector<Problem>& problems) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('{', at);
    out += text.substr(at, open - at);
    if (open == std::string::npos) {
      break;
    }
    const std::size_t close = text.find('}', open);
    const std::string name =
        close == std::string::npos ? "" : text.substr(open + 1, close - open - 1);
    const auto value = variables.find(name);
    if (value == variables.end()) {
      place.complain("'" + text + "': {" + name + "} is none of this file's variables", problems);
      return std::nullopt;
    }
    if (value->second.empty()) {
      return std::nullopt;
    }
    out += value->second;
    at = close + 1;
  }
  return out;
}

class Reader {
 public:
  Reader(const KnownNames& known, std::vector<Problem>& problems)
      : known_(known), problems_(problems) {}

  std::optional<CardFile> read_file(const std::string& path) {
    std::optional<Settings> root = Settings::read_file(path, problems_);
    if (!root) {
      return std::nullopt;
    }
    CardFile file;
    file.root = std::move(*root);
    const Settings& top = file.root;
    top.allow_only({"pack", "tenant", "variables", "greetings", "signature", "cards"}, problems_);
    file.pack = top.text("pack", problems_, "");
    file.tenant = top.text("tenant", problems_, "");
    if (file.pack.empty() == file.tenant.empty()) {
      top.complain("either 'pack' or 'tenant' says whose cards these are", problems_);
    }
    if (const Settings* variables = map_of(top, "variables")) {
      for (const auto& [name, value] : variables->fields()) {
        file.variables[name] = text_of(*variables, name, kMaxTextBytes);
        if (name == kTown) {
          value.complain("{commune} is the town's name: nothing else can be", problems_);
        }
      }
    }
    if (const Settings* greetings = map_of(top, "greetings")) {
      for (const auto& field : greetings->fields()) {
        text_of(*greetings, field.first, kMaxTitleBytes);
      }
    }
    read_items(file);
    return file;
  }

  /// Complains of what is wrong in a pack's card by itself, whatever towns make of it.
  void check(const Written& card, Variables variables) {
    variables.emplace(kTown, "Techniville");
    const Card read = fill(*card.item, {}, variables);
    if (read.title.empty()) {
      card.item->text("title", problems_);
    }
    if (read.rules.empty() && read.topics.empty()) {
      card.item->complain("a card answers something: 'rules' or 'topics' say what", problems_);
    }
  }

  /// `card` with all that `item` says in its place.
  Card fill(const Settings& item, Card card, const Variables& variables) {
    card.id = item.text("id", problems_, "");
    if (item.find("title") != nullptr) {
      card.title = text_of(item, "title", kMaxTitleBytes);
    }
    if (item.find("rules") != nullptr) {
      card.rules = item.texts("rules", problems_);
      check_names(item, "rules", card.rules, known_.rules, "rule");
    }
    if (item.find("topics") != nullptr) {
      card.topics = item.texts("topics", problems_);
      check_names(item, "topics", card.topics, known_.topics, "topic");
    }
    for (const auto& [field, lines] :
         {std::pair{"first", &card.first}, {"facts", &card.facts}, {"avoid", &card.avoid}}) {
      if (item.find(field) != nullptr) {
        *lines = read_lines(item, field, variables);
      }
    }
    if (const Settings* reply = item.find("reply")) {
      card.reply =
          filled(text_of(item, "reply", kMaxTextBytes), variables, *reply, problems_).value_or("");
    }
    if (const Settings* links = item.find("links")) {
      card.links = read_links(*links, variables);
    }
    if (item.find("valid_until") != nullptr) {
      card.valid_until = read_date(item);
    }
    return card;
  }

  std::string text_of(const Settings& map, std::string_view field, std::size_t most_bytes) {
    const Settings& place = *map.find(field);
    std::string text = map.text(field, problems_);
    const bool has_controls = std::ranges::any_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (text.size() > most_bytes || has_controls) {
      place.complain("'" + std::string(field) + "' is one line of at most " +
                         std::to_string(most_bytes) + " bytes",
                     problems_);
    }
    return text;
  }

  std::optional<Day> read_date(const Settings& item) {
    if (item.find("valid_until") == nullptr) {
      return std::nullopt;
    }
    const std::string text = item.text("valid_until", problems_);
    const auto midnight = text.size() == 10 ? parse_time(text + "T00:00:00Z") : std::nullopt;
    if (!midnight) {
      item.find("valid_until")->complain("'" + text + "' is no date; one is 2027-06-30", problems_);
      return std::nullopt;
    }
    return day_of(*midnight);
  }

 private:
  const Settings* map_of(const Settings& map, std::string_view field) {
    const Settings* found = map.find(field);
    if (found != nullptr && found->type() != Settings::Type::kMap) {
      found->complain("'" + std::string(field) + "' is a map: each name with its text", problems_);
      return nullptr;
    }
    return found;
  }

  void read_items(CardFile& file) {
    const Settings* cards = file.root.find("cards");
    if (cards == nullptr) {
      return;  // a town may change nothing but words
    }
    if (cards->type() != Settings::Type::kList || cards->items().size() > kMaxCardsPerFile) {
      cards->complain("'cards' is a list of at most " + std::to_string(kMaxCardsPerFile) + " cards",
                      problems_);
      return;
    }
    std::map<std::string, int> seen;
    for (const Settings& item : cards->items()) {
      item.allow_only({"id", "title", "rules", "topics", "first", "facts", "avoid", "links",
                       "reply", "valid_until", "off"},
                      problems_);
      const std::string id = item.text("id", problems_);
      const auto [first, is_new] = seen.emplace(id, item.line());
      if (!is_new) {
        item.complain("the card '" + id + "' is already at line " + std::to_string(first->second),
                      problems_);
      } else if (item.find("id") != nullptr && !is_id(id)) {
        item.complain("'" + id + "': an id is made of small letters, digits, '.', '_' and '-'",
                      problems_);
      }
      if (item.find("off") != nullptr && file.tenant.empty()) {
        item.find("off")->complain("'off' is for a town's own file: it takes a pack's card away",
                                   problems_);
      }
      file.cards.push_back({&item, id});
    }
  }

  void check_names(const Settings& item, std::string_view field,
                   const std::vector<std::string>& names,
                   const std::set<std::string, std::less<>>& known, const std::string& what) {
    for (const std::string& name : names) {
      const std::string_view stem = name.ends_with(".*")
                                        ? std::string_view(name).substr(0, name.size() - 1)
                                        : std::string_view(name);
      const auto at = known.lower_bound(stem);
      const bool is_known =
          at != known.end() && (name.ends_with(".*") ? at->starts_with(stem) : *at == name);
      if (!is_known) {
        item.find(field)->complain("there is no " + what + " '" + name + "' in the packs in force",
                                   problems_);
      }
    }
  }

  std::vector<std::string> read_lines(const Settings& item, std::string_view field,
                                      const Variables& variables) {
    const Settings& place = *item.find(field);
    std::vector<std::string> lines;
    for (const std::string& text : item.texts(field, problems_)) {
      if (text.empty() || text.size() > kMaxTextBytes || text.find('\n') != std::string::npos) {
        place.complain("each of '" + std::string(field) + "' is one line of at most " +
                           std::to_string(kMaxTextBytes) + " bytes",
                       problems_);
      } else if (auto line = filled(text, variables, place, problems_)) {
        lines.push_back(std::move(*line));
      }
    }
    if (lines.size() > kMaxLines) {
      place.complain("more than " + std::to_string(kMaxLines) + " lines: make two cards of it",
                     problems_);
    }
    return lines;
  }

  std::vector<Card::Link> read_links(const Settings& links, const Variables& variables) {
    std::vector<Card::Link> read;
    if (links.type() != Settings::Type::kList) {
      links.complain("'links' is a list: each with its title and url", problems_);
    }
    for (const Settings& item : links.items()) {
      if (item.type() != Settings::Type::kMap) {
        item.complain("a link is a map of title and url", problems_);
        continue;
      }
      item.allow_only({"title", "url"}, problems_);
      Card::Link link;
      link.title = item.text("title", problems_);
      const std::string written = item.text("url", problems_);
      const std::size_t before = problems_.size();
      const auto url = filled(written, variables, item, problems_);
      if (!url || problems_.size() != before) {
        continue;
      }
      link.url = *url;
      const bool is_odd = std::ranges::any_of(*url, [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '<' || c == '>';
      });
      if (!is_web_link(*url) || is_odd) {
        item.complain("'" + *url + "' is no web address: it begins with https:// or http://",
                      problems_);
      }
      read.push_back(std::move(link));
    }
    return read;
  }

  const KnownNames& known_;
  std::vector<Problem>& problems_;
};

/// The cards of one town: its packs', then what its own file says otherwise.
class TownReader {
 public:
  TownReader(Reader& reader, const Tenant& town, std::vector<Problem>& problems)
      : reader_(reader), town_(town), problems_(problems) {
    variables_.emplace(kTown, town.name);
  }

  TownCards read(const std::vector<const CardFile*>& packs, const CardFile* own) {
    for (const CardFile* file : packs) {
      for (const auto& [name, value] : file->variables) {
        variables_.insert_or_assign(name, value);
      }
    }
    if (own != nullptr) {
      for (const auto& [name, value] : own->variables) {
        if (!variables_.contains(name)) {
          own->root.find("variables")
              ->find(name)
              ->complain("no pack of '" + town_.id + "' has cards with a variable {" + name + "}",
                         problems_);
        }
        variables_.insert_or_assign(name, value);
      }
    }
    TownCards cards;
    for (const CardFile* file : packs) {
      read_words(*file, cards);
      for (const Written& card : file->cards) {
        cards.cards.push_back(reader_.fill(*card.item, {}, variables_));
      }
    }
    if (own != nullptr) {
      read_words(*own, cards);
      for (const Written& card : own->cards) {
        change(card, cards);
      }
    }
    return cards;
  }

 private:
  void read_words(const CardFile& file, TownCards& cards) {
    if (const Settings* greetings = file.root.find("greetings")) {
      for (const auto& [network, place] : greetings->fields()) {
        cards.greetings[network] =
            filled(place.scalar(), variables_, place, problems_).value_or("");
      }
    }
    if (const Settings* signature = file.root.find("signature")) {
      cards.signature = filled(signature->scalar(), variables_, *signature, problems_).value_or("");
    }
  }

  void change(const Written& card, TownCards& cards) {
    const auto known = std::ranges::find(cards.cards, card.id, &Card::id);
    if (card.item->boolean("off", problems_, false)) {
      if (known == cards.cards.end()) {
        card.item->complain("there is no card '" + card.id + "' to take away", problems_);
      } else {
        cards.cards.erase(known);
      }
      return;
    }
    if (known != cards.cards.end()) {
      *known = reader_.fill(*card.item, std::move(*known), variables_);
      return;
    }
    Card added = reader_.fill(*card.item, {}, variables_);
    if (added.title.empty() || (added.rules.empty() && added.topics.empty())) {
      card.item->complain("no pack of '" + town_.id + "' has a card '" + card.id +
                              "': a new one needs a title, and rules or topics",
                          problems_);
    }
    cards.cards.push_back(std::move(added));
  }

  Reader& reader_;
  const Tenant& town_;
  std::vector<Problem>& problems_;
  Variables variables_;
};

std::vector<std::string> yaml_files(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".yaml") {
      paths.push_back(entry.path().string());
    }
  }
  std::ranges::sort(paths);
  return paths;
}

/// The same fault is told once, though several towns meet it.
void tell_once(std::vector<Problem>& problems, std::size_t before) {
  std::set<std::string> told;
  const auto from = problems.begin() + static_cast<std::ptrdiff_t>(before);
  problems.erase(std::remove_if(from, problems.end(),
                                [&](const Problem& problem) {
                                  return !told.insert(to_string({problem})).second;
                                }),
                 problems.end());
}

}  // namespace

CardBook read_cards(const std::string& directory, const std::vector<Tenant>& tenants,
                    const KnownNames& known, std::vector<Problem>& problems) {
  const std::size_t before = problems.size();
  Reader reader(known, problems);
  std::vector<CardFile> files;
  for (const std::string& path : yaml_files(directory)) {
    if (auto file = reader.read_file(path)) {
      files.push_back(std::move(*file));
    }
  }
  CardBook none;
  if (problems.size() != before) {
    return none;
  }
  std::map<std::string, const CardFile*> by_pack, by_tenant;
  CardBook book;
  for (CardFile& file : files) {
    // The items are pointed to where they stand now: the file itself was moved.
    for (std::size_t i = 0; i < file.cards.size(); ++i) {
      file.cards[i].item = &file.root.find("cards")->items()[i];
    }
    auto& owners = file.pack.empty() ? by_tenant : by_pack;
    const std::string& owner = file.pack.empty() ? file.tenant : file.pack;
    const auto [first, is_new] = owners.emplace(owner, &file);
    if (!is_new) {
      file.root.complain("'" + owner + "' has its cards in " + first->second->root.file(),
                         problems);
    }
    if (file.pack.empty() && std::ranges::find(tenants, owner, &Tenant::id) == tenants.end()) {
      book.unknown_tenants.push_back(
          {file.root.file(), file.root.line(), 0, "there is no tenant '" + owner + "'"});
    }
    for (const Written& card : file.cards) {
      if (!file.pack.empty()) {
        reader.check(card, file.variables);
      }
      book.kept.push_back(
          {card.id, file.root.file(), card.item->line(), reader.read_date(*card.item)});
    }
  }
  std::vector<TownCards> towns;
  for (const Tenant& town : tenants) {
    std::vector<const CardFile*> packs;
    for (const std::string& pack : town.packs) {
      if (const auto its = by_pack.find(pack); its != by_pack.end()) {
        packs.push_back(its->second);
      }
    }
    const auto own = by_tenant.find(town.id);
    towns.push_back(TownReader(reader, town, problems)
                        .read(packs, own == by_tenant.end() ? nullptr : own->second));
  }
  tell_once(problems, before);
  if (problems.size() != before) {
    return none;
  }
  CardBook full(std::move(towns));
  full.kept = std::move(book.kept);
  full.unknown_tenants = std::move(book.unknown_tenants);
  return full;
}

}  // namespace vigie
