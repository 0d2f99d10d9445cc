#include "engine/alert/occasion.h"

#include "engine/alert/town_time.h"

namespace vigie {

std::vector<std::string> remarks_on(const Occasion& occasion, const Alert& alert) {
  const bool is_english = !alert.language.starts_with("fr");
  const auto say = [&](std::string french, std::string english) {
    return is_english ? std::move(english) : std::move(french);
  };
  std::vector<std::string> remarks;
  if (occasion.was_held) {
    const std::string at = clock_of(alert.time_zone, alert.raised_at);
    remarks.push_back(say("Retenue depuis " + at + " (silence, heures calmes ou budget).",
                          "Held since " + at + " (silence, quiet hours or budget)."));
  }
  if (occasion.repeat != 0) {
    const std::string count = std::to_string(occasion.repeat);
    remarks.push_back(say("Rappel n° " + count + " : personne n'a encore pris en charge.",
                          "Reminder " + count + ": nobody has taken charge yet."));
  }
  if (occasion.untaken_for.count() > 0) {
    const std::string minutes = std::to_string(occasion.untaken_for.count());
    remarks.push_back(say("Personne n'a pris en charge depuis " + minutes + " min.",
                          "Nobody has taken charge for " + minutes + " min."));
  }
  if (occasion.budget_reached != 0) {
    const std::string count = std::to_string(occasion.budget_reached);
    remarks.push_back(say(
        "Budget d'alertes du jour atteint (" + count + ") : les suivantes attendent le bilan de " +
            occasion.rest_at + ", sauf les critiques.",
        "The day's alert budget (" + count + ") is spent: what follows waits for the brief at " +
            occasion.rest_at + ", but for critical ones."));
  }
  return remarks;
}

}  // namespace vigie
