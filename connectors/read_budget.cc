#include "connectors/read_budget.h"

#include <algorithm>

namespace vigie {

std::uint64_t ReadBudget::reads() const {
  return cents_per_1000_reads == 0
             ? monthly_reads
             : std::min(monthly_reads, monthly_cents * 1'000 / cents_per_1000_reads);
}

void ReadLedger::turn_to(Time now) {
  std::string this_month = format_time(now).substr(0, 7);
  if (this_month > month) {  // a clock that is set back does not begin anew
    month = std::move(this_month);
    reads = 0;
  }
}

void ReadLedger::count(std::uint64_t more, Time now) {
  turn_to(now);
  reads += more;
}

std::uint64_t ReadLedger::left(const ReadBudget& budget) const {
  return budget.reads() - std::min(reads, budget.reads());
}

std::chrono::milliseconds until_next_month(Time now) {
  using namespace std::chrono;
  const year_month_day today{floor<days>(now)};
  const sys_days next = sys_days((today.year() / today.month() + months(1)) / day(1));
  return ceil<milliseconds>(next - now);
}

std::string to_string(const ReadLedger& ledger, const ReadBudget& budget) {
  std::string text = std::to_string(ledger.reads) + " of " + std::to_string(budget.reads()) +
                     " reads of " + ledger.month;
  if (budget.cents_per_1000_reads != 0) {
    const std::uint64_t cents = ledger.reads * budget.cents_per_1000_reads / 1'000;
    const std::string rest = std::to_string(cents % 100);
    text += ", " + std::to_string(cents / 100) + (rest.size() == 1 ? ".0" : ".") + rest + " €";
  }
  return text;
}

}  // namespace vigie
