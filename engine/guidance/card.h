#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/catalogue.h"
#include "engine/core/settings.h"
#include "engine/core/tenant.h"
#include "engine/core/time.h"

namespace vigie {

/// An argument card ("fiche d'argumentaire"): what a town has to say about something people speak
/// of. Its texts are ready to be shown: the town's variables stand in them.
struct Card {
  struct Link {
    std::string title, url;  ///< http or https
  };
  std::string id, title;
  /// What it answers: rule ids, or "menace.*" for all that begin so; topics.
  std::vector<std::string> rules, topics;
  std::vector<std::string> first;  ///< internal: what to do before anything is answered
  std::vector<std::string> facts;  ///< sentences that may be said in public
  std::vector<std::string> avoid;  ///< internal: what not to say
  std::vector<Link> links;         ///< for the public; the first goes into replies
  std::string reply;  ///< how a public reply opens; empty: it is not answered in public
  std::optional<Day> valid_until;  ///< the last day, by the town's calendar

  bool is_valid_on(Day day) const { return !valid_until || day <= *valid_until; }
};

/// One town's cards, in the order of their files.
struct TownCards {
  std::vector<Card> cards;
  std::map<std::string, std::string, std::less<>> greetings;  ///< by network; "default"
  std::string signature;

  const Card* find(std::string_view id) const;  ///< null: there is none
};

/// The cards of all towns. Read with the rules, replaced as a whole by a reload.
class CardBook {
 public:
  CardBook() = default;
  explicit CardBook(std::vector<TownCards> towns) : towns_(std::move(towns)) {}
  const TownCards& of(TenantId tenant) const;
  /// What should be looked after: cards whose last day has passed, files of unknown towns. Not
  /// faults: a town goes on without them.
  std::vector<Problem> doubts(Day today) const;

  struct Kept {
    std::string id, file;
    int line = 0;
    std::optional<Day> valid_until;
  };
  std::vector<Kept> kept;                ///< all cards, where they stand
  std::vector<Problem> unknown_tenants;  ///< files that are nobody's here

 private:
  std::vector<TownCards> towns_;  // by TenantId
};

/// What the rules in force know, which cards may name.
struct KnownNames {
  std::set<std::string, std::less<>> rules, topics;
};

/// Reads `directory`/*.yaml: a file says whose it is by `pack` (for all towns that use that pack)
/// or by `tenant` (its own: fields given there take the place of the pack's card of that id, `off:
/// true` takes it away, a new id adds one). Every {name} in a text is a variable of the file, which
/// the town's file may set, or {commune}, the town's name; a sentence or link with one that is
/// empty is not shown. All problems with file:line. No directory: no cards.
CardBook read_cards(const std::string& directory, const std::vector<Tenant>& tenants,
                    const KnownNames& known, std::vector<Problem>& problems);

/// The cards for what was found under these rules and topics, best first: those of which more rules
/// were found, then more topics, then as they stand in the file. None whose last day is before
/// `today`, and none of which nothing was found.
std::vector<const Card*> fitting_cards(const TownCards& town,
                                       const std::set<std::string_view>& rules,
                                       const std::set<std::string_view>& topics, Day today);

}  // namespace vigie
