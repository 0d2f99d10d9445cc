#include "tests/simulation/engine_world.h"

#include <algorithm>
#include <charconv>
#include <functional>

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 8> kWords = {
    "eau coupée", "route barrée", "incendie", "explosion",
    "c'est nul",  "c'est bien",   "robinet",  ""};
constexpr std::array<std::string_view, 2> kReceivers = {"mail", "chat"};

/// "… version 3": what is in force is told by the words themselves.
std::uint32_t version_of(std::string_view text) {
  const std::size_t at = text.rfind(' ') + 1;
  std::uint32_t version = 0;
  std::from_chars(text.data() + at, text.data() + text.size(), version);
  return version;
}

bool is_urgent_post(std::string_view words) {
  return words.find("incendie") != words.npos || words.find("explosion") != words.npos;
}

const std::shared_ptr<const Knowledge>& rules_of(std::size_t edition) {
  static const std::array<std::shared_ptr<const Knowledge>, 2> both = {
      knowledge(),
      knowledge(std::string(kRouenRules) + "  - {id: rouen.nuit, topic: nuit, any: [nul]}\n",
                "second")};
  return both[edition % both.size()];
}

class Notified final : public Notifier {
 public:
  using Deliver = std::function<Attempt(const Message&)>;
  explicit Notified(Deliver deliver) : deliver_(std::move(deliver)) {}
  Attempt deliver(const Message& message) override { return deliver_(message); }

 private:
  Deliver deliver_;
};

}  // namespace

/// One life: pipeline and alerter over what the disk holds.
class EngineWorld::Machine : public PipelineUnderTest {
 public:
  Machine(EngineWorld& world, std::size_t workers)
      : PipelineUnderTest(world.disk_.open(), {.tenants = two_towns(),
                                               .knowledge = rules_of(world.edition_),
                                               .keys = {TenantKey{1}, TenantKey{2}},
                                               .connectors = {"wall", "desk"},
                                               .receivers = {"mail", "chat"},
                                               .now = world.now_,
                                               .workers = workers,
                                               .ring_capacity_envelopes = 4,
                                               .mentions_per_pack = 4}) {
    std::vector<Alerter::Receiver> receivers;
    for (std::size_t i = 0; i < kReceivers.size(); ++i) {
      receivers.push_back({std::string(kReceivers[i]),
                           std::make_unique<Notified>([&world, i](const Message& message) {
                             return world.deliver(i, message);
                           })});
    }
    alerter = std::make_unique<Alerter>(*store, std::move(receivers), Alerter::Rules{}, clock,
                                        metrics, world.any(1U << 20));
    for (const std::size_t connector : {kWall, kDesk}) {
      auto origin = std::make_shared<Origin>();
      origin->connector = static_cast<std::uint16_t>(connector);
      origin->connector_id = connector == kWall ? "wall" : "desk";
      origin->format = "canonical";
      origin->network = "mastodon";
      if (connector == kDesk) {
        origin->owned_by = {kRouen};
      }
      origins_.push_back(std::move(origin));
    }
  }
  /// Its sequence, 0: the ring is full.
  std::uint64_t offer(std::size_t connector, const std::string& lines, std::string cursor,
                      std::shared_ptr<Receipt> receipt = nullptr) {
    Envelope envelope;
    envelope.origin = origins_[connector];
    envelope.bytes = Payload(lines);
    envelope.received_at = clock.now();
    envelope.cursor = std::move(cursor);
    envelope.receipt = std::move(receipt);
    return pipeline->inlet().offer(envelope);
  }

  std::unique_ptr<Alerter> alerter;

 private:
  std::vector<std::shared_ptr<const Origin>> origins_;
};

void EngineWorld::Tally::add(const Tally& other) {
  lives += other.lives;
  cuts += other.cuts;
  mentions += other.mentions;
  acknowledged += other.acknowledged;
  refused += other.refused;
  alerts += other.alerts;
  deliveries += other.deliveries;
  doubled += other.doubled;
  dead += other.dead;
  reloads += other.reloads;
}

EngineWorld::EngineWorld(std::uint64_t seed) : random_(seed) {}
EngineWorld::~EngineWorld() = default;

std::string EngineWorld::line_of(const std::string& id, const Post& post) const {
  std::string more = R"(,"created_at":"2026-10-14T06:00:00Z","author":{"id":"a)" +
                     std::to_string(std::hash<std::string>()(id) % 5) + R"("})";
  if (post.version > 0) {
    more += R"(,"edited_at":")" + format_time(at("2026-10-14T06:00:00Z") + minutes(post.version)) +
            "\"";
  }
  if (!post.parent.empty()) {
    more += R"(,"in_reply_to":")" + post.parent + "\"";
  }
  return vigie::post(id, post.words + " version " + std::to_string(post.version), more);
}

std::string EngineWorld::new_post(const std::string& id, bool at_desk) {
  Post post;
  if (!one_in(6)) {
    post.words += "Rouen ";
    post.towns.insert(kRouen);
  }
  if (one_in(3)) {
    post.words += "Caen ";
    post.towns.insert(kCaen);
  }
  if (at_desk) {
    post.towns.insert(kRouen);  // its own desk
  }
  post.words += std::string(kWords[any(kWords.size())]) + " quartier " + std::to_string(any(9));
  ++tally_.mentions;
  return line_of(id, posts_.emplace(id, std::move(post)).first->second);
}

/// The source has one more envelope: new posts, edits, deletions, what it has told before, and what
/// nobody can read.
void EngineWorld::write_on_wall() {
  std::string lines;
  std::vector<std::pair<std::string, std::uint32_t>> told;
  for (std::uint64_t left = any(4); left > 0; --left) {
    const std::uint64_t what = any(10);
    if (what == 0) {
      lines += "{\"torn\n";
      ++torn_;
    } else if (what < 6 || of_wall_.empty()) {
      const std::string id = "w" + std::to_string(of_wall_.size());
      of_wall_.push_back(id);
      lines += new_post(id, false);
      told.emplace_back(id, 0);
    } else {
      const std::string& id = of_wall_[any(of_wall_.size())];
      Post& post = posts_.at(id);
      if (what == 6) {
        post.is_deleted = true;
        lines += deletion(id);
      } else {
        post.version += what == 9 ? 0 : 1;  // else told once more
        lines += line_of(id, post);
        told.emplace_back(id, post.version);
      }
    }
  }
  wall_.push_back(std::move(lines));
  told_.push_back(std::move(told));
}

void EngineWorld::push_from_desk() {
  const std::string id = "d" + std::to_string(posts_.size());
  waiting_.push_back({id, new_post(id, true)});
}

void EngineWorld::read_wall() {
  for (std::uint64_t burst = one_in(10) ? 200 : 1 + any(3); burst > 0 && read_to_ < wall_.size();
       --burst) {
    if (machine_->offer(kWall, wall_[read_to_], std::to_string(read_to_ + 1)) == 0) {
      ++tally_.refused;  // it waits
      return;
    }
    ++read_to_;
  }
}

/// Who pushes repeats until it is answered.
void EngineWorld::hear_desk() {
  for (Push& push : waiting_) {
    if (push.sequence == 0) {
      auto receipt = std::make_shared<Receipt>();
      push.receipt = receipt;
      push.sequence = machine_->offer(kDesk, push.line, {}, receipt);
      tally_.refused += push.sequence == 0;
    }
  }
}

/// What the engine says is committed is acknowledged, now and for ever.
void EngineWorld::note_acknowledged() {
  const std::size_t committed = resumed_at_ + machine_->pipeline->ledger().committed(kWall);
  for (; safe_to_ < committed; ++safe_to_) {
    for (const auto& [id, version] : told_[safe_to_]) {
      Post& post = posts_.at(id);
      post.is_safe = true;
      post.safe_version = std::max(post.safe_version, version);
      ++tally_.acknowledged;
    }
  }
  std::erase_if(waiting_, [&](const Push& push) {
    if (push.sequence == 0 || push.sequence > machine_->pipeline->ledger().committed(kDesk)) {
      return false;
    }
    EXPECT_EQ(push.receipt->kept + push.receipt->duplicates, 1U) << push.line;
    posts_.at(push.id).is_safe = true;
    ++tally_.acknowledged;
    return true;
  });
}

void EngineWorld::run_engine() {
  for (std::uint64_t steps = 1 + any(4); steps > 0; --steps) {
    machine_->pipeline->step();
  }
  note_acknowledged();
}

void EngineWorld::notify() { machine_->alerter->step(); }

Attempt EngineWorld::deliver(std::size_t receiver, const Message& message) {
  Receiving& at = receivers_[receiver];
  const std::string& key = message.idempotency_key;
  if (at.mood == Receiving::Mood::kDown) {
    return one_in(2) ? Attempt::retry("503", seconds(any(100))) : Attempt::retry("no answer");
  }
  if (at.mood == Receiving::Mood::kRefusing) {
    return Attempt::refused("400");
  }
  if (std::exchange(at.synced_at, disk_.syncs()) != disk_.syncs()) {
    at.unsynced.clear();
  }
  ++tally_.deliveries;
  const std::uint32_t taken = ++at.taken[key];
  tally_.doubled += taken > 1;
  EXPECT_LE(taken, 1 + at.may_be_doubled[key]) << key << ": nothing explains one more";
  if (at.mood == Receiving::Mood::kForgetful && one_in(2)) {
    ++at.may_be_doubled[key];
    return Attempt::retry("the answer was lost");
  }
  at.unsynced.insert(key);
  return Attempt::delivered();
}

void EngineWorld::pass_time() {
  now_ += seconds(any(90));
  if (one_in(40)) {
    now_ += hours(any(3)) - hours(1);  // somebody sets the clock
  }
  machine_->clock.set(now_);
}

void EngineWorld::something_happens() {
  switch (any(16)) {
    case 0:
      disk_.fail_in(any(24));
      break;
    case 1:
      crash(one_in(2));
      break;
    case 2:
    case 3:
      receivers_[any(2)].mood = static_cast<Receiving::Mood>(any(4));
      break;
    case 4:
      machine_->shelf.replace(rules_of(++edition_));
      ++tally_.reloads;
      break;
    case 5:
      machine_->pipeline->rest();
      break;
    case 6:
    case 7:
      write_on_wall();
      break;
    case 8:
      push_from_desk();
      break;
    case 9:
    case 10:
      read_wall();
      break;
    case 11:
      hear_desk();
      break;
    case 12:
      notify();
      break;
    case 13:
      pass_time();
      break;
    default:
      run_engine();
  }
}

void EngineWorld::start() {
  ++tally_.lives;
  machine_ = std::make_unique<Machine>(*this, 1 + any(3));
  const auto cursor = machine_->store->cursor("wall").value();
  resumed_at_ = read_to_ = cursor ? std::stoul(*cursor) : 0;
  EXPECT_GE(resumed_at_, safe_to_) << "an acknowledged cursor went back";
  for (Push& push : waiting_) {
    push.sequence = 0;  // not answered: it is repeated
  }
  check_acknowledged();
}

void EngineWorld::crash(bool keeps_written) {
  disk_.switch_off(true);
  machine_.reset();
  disk_.switch_off(keeps_written);
  for (Receiving& receiver : receivers_) {
    for (const std::string& key : receiver.unsynced) {
      ++receiver.may_be_doubled[key];  // once a crash
    }
    receiver.unsynced.clear();
  }
  start();
}

/// (a), at any time: what was acknowledged is there, in that version or a later one, unless its
/// source has taken it back.
void EngineWorld::check_acknowledged() {
  std::array<std::map<std::string, std::uint32_t>, 2> found;
  for (const TenantId tenant : {kRouen, kCaen}) {
    EXPECT_TRUE(machine_->store->scan(tenant, {}, 0, [&](const StoredMention& stored) {
      const Mention& mention = stored.record.mention;
      const bool is_new = found[tenant].emplace(mention.id, version_of(mention.text)).second;
      EXPECT_TRUE(is_new) << mention.id << " is visible twice";
      return true;
    }));
  }
  for (const auto& [id, post] : posts_) {
    for (const TenantId tenant : post.towns) {
      const auto there = found[tenant].find(id);
      if (post.is_safe && !post.is_deleted) {
        ASSERT_NE(there, found[tenant].end()) << id << " was acknowledged and is lost";
        EXPECT_GE(there->second, post.safe_version) << id << " went back to an earlier version";
      }
    }
  }
}

/// (a), at rest: exactly what was said, once, in its last version; statistics as counted anew.
void EngineWorld::check_at_rest() {
  const Store& store = *machine_->store;
  for (const TenantId tenant : {kRouen, kCaen}) {
    std::map<std::string, std::string> expected, found;
    std::vector<std::string> urgent;
    for (const auto& [id, post] : posts_) {
      if (!post.is_deleted && post.towns.contains(tenant)) {
        expected[id] = post.words + " version " + std::to_string(post.version);
        if (is_urgent_post(post.words)) {
          urgent.push_back(id);
        }
      }
    }
    EXPECT_TRUE(store.scan(tenant, {}, 0, [&](const StoredMention& stored) {
      const Mention& mention = stored.record.mention;
      EXPECT_TRUE(found.emplace(mention.id, mention.text).second) << mention.id << " twice";
      return true;
    }));
    EXPECT_EQ(found, expected);
    std::ranges::sort(urgent);
    EXPECT_EQ(urgent_ids(store, tenant), urgent);
    EXPECT_EQ(rolled_up(store, tenant), recounted(store, tenant));
  }
  const auto letters = store.dead_letters(100).value();
  for (const auto& letter : letters) {
    std::fprintf(stderr, "%s %s %s [%s] %s\n", letter.connector.c_str(), letter.reason.c_str(),
                 letter.detail.c_str(), letter.bytes.c_str(),
                 format_time(letter.received_at).c_str());
  }
  EXPECT_EQ(store.dead_letters(100'000).value().size(), torn_) << "what cannot be read is listed";
  EXPECT_TRUE(waiting_.empty()) << "who pushes is answered in the end";
}

/// (b): each alert reached each receiver of its town, or is listed as dead; nothing else did.
void EngineWorld::check_alerts() {
  const Store& store = *machine_->store;
  EXPECT_TRUE(store.deliveries(false, now_ + hours(24 * 365), 1000).value().empty())
      << "something is owed still";
  std::array<std::size_t, 2> owed{}, dead{};
  const std::vector<Tenant> tenants = two_towns();
  for (const TenantId tenant : {kRouen, kCaen}) {
    const auto alerts = store.alerts(tenant, 0, 100'000).value();
    tally_.alerts += alerts.size();
    const bool has_urgent = std::ranges::any_of(posts_, [&](const auto& entry) {
      return entry.second.towns.contains(tenant) && !entry.second.is_deleted &&
             is_urgent_post(entry.second.words);
    });
    EXPECT_TRUE(!has_urgent || !alerts.empty()) << "nobody was told of what is urgent";
    for (const Store::StoredAlert& stored : alerts) {
      const Alert alert = parse_alert(stored.body).value();
      const auto ref = parse_mention_ref(tenant, alert.mention);
      EXPECT_TRUE(!ref || store.mention(*ref).value() ||
                  alert.quote.find("version") == std::string::npos)
          << "words that their author has taken back stand in alert " << stored.number;
    }
    for (std::size_t i = 0; i < kReceivers.size(); ++i) {
      const auto& told = tenants[tenant].receivers;
      owed[i] += std::ranges::find(told, kReceivers[i]) == told.end() ? 0 : alerts.size();
    }
  }
  const std::vector<Delivery> given_up = store.deliveries(true, now_, 100'000).value();
  for (const Delivery& delivery : given_up) {
    ++dead[delivery.receiver == kReceivers[0] ? 0 : 1];
    ++tally_.dead;
  }
  for (std::size_t i = 0; i < kReceivers.size(); ++i) {
    EXPECT_GE(receivers_[i].taken.size() + dead[i], owed[i]) << "an alert reached nobody";
    EXPECT_LE(receivers_[i].taken.size(), owed[i]) << "one was told that nobody raised";
  }
}

/// Everything is mended and has its time.
void EngineWorld::settle() {
  disk_.switch_off(true);
  machine_.reset();
  start();
  for (Receiving& receiver : receivers_) {
    receiver.mood = Receiving::Mood::kWell;
  }
  constexpr int kPatience = 10'000;
  for (int i = 0; i < kPatience; ++i) {
    read_wall();
    hear_desk();
    const bool worked = machine_->pipeline->step();
    note_acknowledged();
    const bool told = machine_->alerter->step();
    if (!worked && !told) {
      const bool owes =
          !machine_->store->deliveries(false, now_ + hours(24 * 365), 1).value().empty();
      if (!owes && waiting_.empty() && safe_to_ == wall_.size()) {
        return;
      }
      now_ += minutes(1);
      machine_->clock.set(now_);
    }
  }
  ADD_FAILURE() << "the world does not come to rest";
}

void EngineWorld::live() {
  start();
  for (std::uint64_t left = 100 + any(150); left > 0 && !testing::Test::HasFailure(); --left) {
    try {
      something_happens();
    } catch (const PowerCut&) {
      ++tally_.cuts;
      crash(one_in(2));
    }
  }
  settle();
  check_acknowledged();
  check_at_rest();
  check_alerts();
}

}  // namespace vigie
