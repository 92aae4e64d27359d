// Random rules of the form `silence` over random registries, signs of life, gateways, outages and
// edits of the registry, against a plain reading of the rule language: every question is answered
// by looking at every device. The engine is told to advance at random moments, the model is not.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include "oracle.h"
#include "support.h"

namespace tocsin::rules::test {
namespace {

// --- what a case is made of

struct Watched {
  std::string id;
  std::string building;  ///< empty: none
  std::string gateway;
  std::int64_t interval_s = 0;  ///< 0: the registry does not say
  bool other_kind = false;
  bool decommissioned = false;
};
using Rows = std::vector<Watched>;

struct SilenceRule {
  bool by_building = false;
  std::optional<std::int64_t> interval;  ///< else that of the registry
  std::int64_t missed = 1;
  double jitter = 0;
  std::int64_t grace = 0;
  bool on_first_event = false;
  std::optional<std::int64_t> quiet_for;
  std::optional<std::int64_t> after;
  std::set<Type> or_event;
  std::optional<std::int64_t> rearm;
  bool on_count = false;
};

struct Moment {
  enum class Kind { event, tick, gateway, outage, registry } kind = Kind::tick;
  std::int64_t at = 0;
  TestEvent event = {};
  std::string gateway = {};
  bool up = false;
  std::int64_t until = 0;  ///< of an outage
  Rows rows = {};
};

// --- the plain reading

class SilenceModel {
 public:
  explicit SilenceModel(const SilenceRule& rule) : rule_(rule) {}

  void take(const Moment& moment) {
    pass(moment.at);
    switch (moment.kind) {
      case Moment::Kind::event: hear(moment.event); break;
      case Moment::Kind::gateway: gateway(moment); break;
      case Moment::Kind::outage: outage(moment.until - moment.at); break;
      case Moment::Kind::registry: watch(moment.rows, moment.at); break;
      case Moment::Kind::tick: break;
    }
  }
  void pass(std::int64_t now) { pass(now, true); }
  /// Nothing can be heard any more: what is silent stays unsaid.
  void run_out() { pass(INT64_MAX, false); }

  std::vector<std::string> said;
  std::uint64_t matches = 0;

  void watch(const Rows& rows, std::int64_t now) {
    const std::vector<Device> before = std::exchange(devices_, {});
    for (const Watched& row : rows) {
      if (!is_watched(row)) continue;
      Device device{.row = row, .anchor = now};
      for (const Device& old : before) {
        if (old.row.id != row.id) continue;
        device.heard = old.heard;
        if (key_of(old.row) != key_of(row)) continue;
        device.anchor = old.anchor;
        device.silent = old.silent;
        device.alert = old.alert;
        device.unknown = old.unknown;
      }
      if (device.unknown && !down_.contains(row.gateway)) {
        device.unknown = false;
        device.anchor = now;
      }
      devices_.push_back(device);
    }
    for (const Device& old : before) {
      const bool stays = std::ranges::any_of(devices_, [&](const Device& device) {
        return device.row.id == old.row.id && key_of(device.row) == key_of(old.row);
      });
      if (!stays && old.alert != 0) leave(old, now, "decommissioned");
    }
    not_before_ = now;
  }

 private:
  struct Device {
    Watched row;
    std::int64_t anchor = 0;
    std::optional<std::int64_t> heard = {};
    bool silent = false;
    bool unknown = false;
    int alert = 0;  ///< of which it is one of the silent devices; 0: none
  };
  struct Alert {
    int number = 0;
    std::int64_t opened_at = 0;
    std::int64_t opener_ts = 0;
    std::int64_t last = 0;
    std::size_t rev = 0;
    std::size_t count = 0;
    std::set<std::string> devices;
  };

  std::string key_of(const Watched& row) const { return rule_.by_building ? row.building : row.id; }
  bool is_watched(const Watched& row) const {
    if (row.decommissioned || row.other_kind || key_of(row).empty()) return false;
    return rule_.interval || row.interval_s > 0;
  }
  std::int64_t due(const Device& device) const {
    const std::int64_t wait = rule_.interval.value_or(device.row.interval_s * kS) * rule_.missed;
    const auto jitter = std::llround(static_cast<double>(wait) * rule_.jitter);
    return std::max<std::int64_t>(device.anchor + (device.heard ? 0 : rule_.grace) + wait + jitter,
                                  not_before_);
  }

  // Everything due up to `limit`: by time, key, resolve before match, order in the registry.
  void pass(std::int64_t limit, bool with_silence) {
    for (;;) {
      std::optional<std::tuple<std::int64_t, std::string, int>> next;
      const auto consider = [&](std::int64_t at, const std::string& key, int what) {
        const std::tuple one(at, key, what);
        if (at <= limit && (!next || one < *next)) next = one;
      };
      for (const auto& [key, alert] : alerts_) {
        if (const auto at = end_of(alert)) consider(at->first, key, -1);
      }
      for (std::size_t i = 0; with_silence && i < devices_.size(); ++i) {
        const Device& device = devices_[i];
        if (device.silent || device.unknown) continue;
        consider(due(device), key_of(device.row), static_cast<int>(i));
      }
      if (!next) return;
      const auto& [at, key, what] = *next;
      if (what < 0) {
        resolve(key, at, end_of(alerts_.at(key))->second);
      } else {
        decide(devices_[static_cast<std::size_t>(what)], at);
      }
    }
  }
  std::optional<std::pair<std::int64_t, std::string>> end_of(const Alert& alert) const {
    std::optional<std::pair<std::int64_t, std::string>> end;
    if (rule_.quiet_for) end = {std::max(alert.opened_at, alert.last) + *rule_.quiet_for, "quiet"};
    if (rule_.after && (!end || alert.opened_at + *rule_.after < end->first))
      end = {alert.opened_at + *rule_.after, "after"};
    return end;
  }

  void decide(Device& device, std::int64_t now) {
    if (down_.contains(device.row.gateway)) {
      device.unknown = true;
      return;
    }
    ++matches;
    device.silent = true;
    const std::string key = key_of(device.row);
    const auto open = alerts_.find(key);
    if (open == alerts_.end()) {
      const auto ended = ended_.find(key);
      if (rule_.rearm && ended != ended_.end() && now < ended->second + *rule_.rearm) return;
      Alert alert;
      alert.number = ++numbers_;
      alert.opened_at = now;
      alert.opener_ts = device.heard.value_or(device.anchor);
      alert.last = now;
      alert.count = 1;
      alert.devices = {device.row.id};
      device.alert = alert.number;
      say(key, alerts_[key] = alert, now, "firing matched");
      return;
    }
    Alert& alert = open->second;
    device.alert = alert.number;
    alert.last = now;
    ++alert.count;
    alert.devices.insert(device.row.id);
    if (rule_.on_count) say(key, alert, now, "firing updated");
  }

  void hear(const TestEvent& event) {
    if (rule_.or_event.contains(event.type)) {
      const std::string key = rule_.by_building ? event.building : event.device;
      const auto open = alerts_.find(key);
      const std::int64_t ts = event.ts.value_or(event.arr);
      if (open != alerts_.end() && ts >= open->second.opener_ts)
        resolve(key, event.arr, "or_event");
    }
    if (event.type != kSmoke && event.type != kGate) return;
    for (Device& device : devices_) {
      if (device.row.id != event.device) continue;
      device.heard = device.anchor = event.arr;
      device.silent = device.unknown = false;
      const Device was = device;
      device.alert = 0;
      if (was.alert != 0) leave(was, event.arr, "on_first_event");
    }
  }

  // The device, no longer in `devices_` as one of them, was one of its alert's silent devices.
  void leave(const Device& device, std::int64_t now, const std::string& reason) {
    const auto open = alerts_.find(key_of(device.row));
    if (open == alerts_.end() || open->second.number != device.alert) return;
    const bool last = std::ranges::none_of(
        devices_, [&](const Device& other) { return other.alert == device.alert; });
    if (!last) return;
    if (reason == "on_first_event" && !rule_.on_first_event) return;
    resolve(open->first, now, reason);
  }

  void gateway(const Moment& moment) {
    if (!moment.up) {
      down_.insert(moment.gateway);
      return;
    }
    if (down_.erase(moment.gateway) == 0) return;
    for (Device& device : devices_) {
      if (device.row.gateway != moment.gateway || device.silent) continue;
      device.unknown = false;
      device.anchor = moment.at;
    }
  }

  void outage(std::int64_t length) {
    for (Device& device : devices_) device.anchor += length;
  }

  // The key by value: it may be that of the alert.
  void resolve(std::string key, std::int64_t now, const std::string& reason) {
    say(key, alerts_.at(key), now, "resolved " + reason);
    alerts_.erase(key);
    ended_[key] = now;
  }
  void say(const std::string& key, Alert& alert, std::int64_t now, const std::string& what) {
    std::string line = std::to_string(now) + " lost[" + key + "] #" + std::to_string(++alert.rev);
    line += " " + what + " high count=" + std::to_string(alert.count);
    said.push_back(line + " distinct=" + std::to_string(alert.devices.size()));
  }

  const SilenceRule rule_;
  std::vector<Device> devices_;  // in order of the registry
  std::map<std::string, Alert> alerts_;
  std::map<std::string, std::int64_t> ended_;
  std::set<std::string> down_;
  std::int64_t not_before_ = 0;  // what an edit makes past is due at the edit
  int numbers_ = 0;
};

// --- random rules and streams

SilenceRule random_silence(Dice& dice) {
  SilenceRule rule;
  rule.by_building = dice.chance(50);
  if (dice.chance(70)) rule.interval = dice.one_of<std::int64_t>({1'000, 5'000, 10'000});
  rule.missed = 1 + dice.below(3);
  rule.jitter = dice.one_of({0.0, 0.1, 0.333});
  rule.grace = dice.one_of<std::int64_t>({0, 1, 20'000});
  rule.on_first_event = dice.chance(70);
  if (dice.chance(30)) rule.quiet_for = dice.span();
  if (dice.chance(30)) rule.after = dice.span();
  if (dice.chance(40)) rule.or_event.insert(kPanel);
  if (dice.chance(15)) rule.or_event.insert(kGate);
  if (dice.chance(25)) rule.rearm = dice.span();
  rule.on_count = dice.chance(50);
  return rule;
}

Watched random_row(Dice& dice, std::int64_t device) {
  return {.id = name("D", device),
          .building = dice.one_of<std::string>({"B1", "B1", "B2", ""}),
          .gateway = dice.one_of<std::string>({"", "g1", "g1", "g2"}),
          .interval_s = dice.one_of<std::int64_t>({0, 1, 5, 10}),
          .other_kind = dice.chance(10),
          .decommissioned = dice.chance(10)};
}

// One or two devices changed, come or gone.
void edit(Dice& dice, Rows& rows) {
  for (std::int64_t i = dice.below(2); i >= 0; --i) {
    const std::int64_t device = dice.below(6);
    const auto known = std::ranges::find(rows, name("D", device), &Watched::id);
    if (known == rows.end()) {
      rows.push_back(random_row(dice, device));
    } else if (dice.chance(30)) {
      rows.erase(known);
    } else if (dice.chance(50)) {
      *known = random_row(dice, device);
    } else {
      known->gateway = dice.one_of<std::string>({"", "g1", "g2"});
    }
  }
}

Moment random_moment(Dice& dice, std::int64_t at, std::int64_t number, Rows& rows) {
  Moment moment{.at = at};
  const std::int64_t draw = dice.below(100);
  if (draw < 62) {
    moment.kind = Moment::Kind::event;
    moment.event = {.type = dice.one_of({kSmoke, kGate, kGate, kPanel, kFlame}),
                    .arr = at,
                    .device = name("D", dice.below(6)),
                    .id = name("m", number),
                    .building = dice.one_of<std::string>({"B1", "B2", ""})};
    if (dice.chance(20)) moment.event.ts = at - dice.span();
  } else if (draw < 80) {
    moment.kind = Moment::Kind::gateway;
    moment.gateway = dice.one_of({"g1", "g1", "g2"});
    moment.up = dice.chance(60);
  } else if (draw < 84) {
    moment.kind = Moment::Kind::outage;
    moment.until = at + dice.span();
  } else if (draw < 92) {
    moment.kind = Moment::Kind::registry;
    edit(dice, rows);
    moment.rows = rows;
  }
  return moment;
}

// --- the same for the engine

std::shared_ptr<const Registry> registry_of(const Rows& rows) {
  auto made = std::make_shared<Registry>();
  for (const Watched& row : rows) {
    Device device;
    device.device_id = row.id;
    device.kind = row.other_kind ? "camera" : "smoke";
    device.gateway_id = row.gateway;
    device.heartbeat_interval_s = row.interval_s;
    if (row.decommissioned) device.state = DeviceState::decommissioned;
    if (!row.building.empty()) {
      device.place = made->find_place(row.building);
      if (device.place == kNoIndex) {
        Place place;
        place.place_id = row.building;
        place.kind = PlaceKind::building;
        device.place = made->add_place(std::move(place));
      }
    }
    made->add_device(std::move(device));
  }
  return made;
}

Rule engine_silence(const SilenceRule& from) {
  const std::vector<std::uint16_t> keys{from.by_building ? kBuilding : kDevice};
  Rule rule = base_rule("lost", keys);
  SilenceForm form;
  form.kinds = {"smoke"};
  form.signs = pattern({.types = {kSmoke, kGate}}, keys);
  form.sign_names = {"smoke.alarm", "gate.state"};
  form.by_registry = !from.interval;
  form.interval = Duration(from.interval.value_or(0));
  form.missed = static_cast<std::uint32_t>(from.missed);
  form.jitter = from.jitter;
  form.startup_grace = Duration(from.grace);
  rule.form = std::move(form);
  rule.alert.resolve = {};
  rule.alert.resolve.on_first_event = from.on_first_event;
  rule.alert.resolve.quiet_for = optional_duration(from.quiet_for);
  rule.alert.resolve.after = optional_duration(from.after);
  rule.alert.rearm_after = optional_duration(from.rearm);
  rule.alert.update_on_count = from.on_count;
  rule.alert.update_min_interval = Duration(0);
  if (!from.or_event.empty()) {
    Pattern ends;
    for (const Type type : from.or_event)
      ends.alternatives.push_back(pattern({{type}}, keys).alternatives[0]);
    rule.alert.resolve.or_event = OrEvent{std::move(ends)};
  }
  return rule;
}

void take(const Moment& moment, Session& session) {
  switch (moment.kind) {
    case Moment::Kind::event: session.apply(moment.event); break;
    case Moment::Kind::gateway: session.gateway(moment.gateway, moment.up, moment.at); break;
    case Moment::Kind::outage: session.outage(moment.at, moment.until); break;
    case Moment::Kind::registry: session.set_registry(registry_of(moment.rows), moment.at); break;
    case Moment::Kind::tick: session.advance(moment.at); break;
  }
}

// --- one case

std::string to_text(const Rows& rows) {
  std::string text;
  for (const Watched& row : rows) {
    text += " " + row.id + "@" + row.building + "/" + row.gateway + "/" +
            std::to_string(row.interval_s) + (row.other_kind ? "/camera" : "") +
            (row.decommissioned ? "/gone" : "");
  }
  return text;
}

std::string to_text(const SilenceRule& rule) {
  const auto number = [](const char* what, std::optional<std::int64_t> value) {
    return value ? " " + std::string(what) + "=" + std::to_string(*value) : std::string();
  };
  return std::string("lost by ") + (rule.by_building ? "building" : "device") +
         number("interval", rule.interval) + number("missed", rule.missed) +
         " jitter=" + std::to_string(rule.jitter) + number("grace", rule.grace) +
         (rule.on_first_event ? " on_first_event" : "") + number("quiet_for", rule.quiet_for) +
         number("after", rule.after) + (rule.or_event.contains(kPanel) ? " or panel" : "") +
         (rule.or_event.contains(kGate) ? " or gate" : "") + number("rearm", rule.rearm) +
         (rule.on_count ? " on_count" : "");
}

std::string to_text(const Moment& moment) {
  const std::string at = std::to_string(moment.at);
  switch (moment.kind) {
    case Moment::Kind::event:
      return at + " " + std::string(type_name(moment.event.type)) + " " + moment.event.device +
             " " + moment.event.building + (moment.event.ts ? name(" ts=", *moment.event.ts) : "");
    case Moment::Kind::gateway: return at + " " + moment.gateway + (moment.up ? " up" : " down");
    case Moment::Kind::outage: return at + name(" outage to ", moment.until);
    case Moment::Kind::registry: return at + " registry" + to_text(moment.rows);
    case Moment::Kind::tick: return at + " tick";
  }
  return {};
}

Story story_of_silence(std::uint64_t seed, std::map<std::string, std::size_t>& reached) {
  Dice dice(seed);
  const SilenceRule rule = random_silence(dice);
  Rows rows;
  for (std::int64_t i = 0; i < 6; ++i) {
    if (dice.chance(70)) rows.push_back(random_row(dice, i));
  }
  SilenceModel model(rule);
  Session session(bundle({engine_silence(rule)}), registry_of(rows));
  std::string given = to_text(rule) + "\n" + to_text(rows) + "\n";
  std::int64_t now = 1'000'000'000;
  model.watch(rows, now);
  for (std::int64_t i = 0; i < 60; ++i) {
    const Moment moment = random_moment(dice, now, i, rows);
    if (moment.kind != Moment::Kind::tick) model.take(moment);
    take(moment, session);
    given += to_text(moment) + "\n";
    now = std::max(moment.at, moment.until) + (dice.chance(20) ? 0 : dice.span());
  }
  model.pass(now);
  session.advance(now);
  model.run_out();
  session.run_out();

  Story story;
  story.given = [given] { return given; };
  story.model = model.said;
  story.model.push_back(counts_line(model.matches, 0));
  for (const AlertRevision& revision : session.said()) {
    story.engine.push_back(line_of(revision));
    ++reached[std::string(to_string(revision.reason))];
  }
  story.engine.push_back(counts_line(session.counters().matches, 0));
  return story;
}

TEST(SilenceOracle, TheEngineSaysWhatThePlainReadingSays) {
  std::map<std::string, std::size_t> reached;
  const std::uint64_t cases =
      run_oracle(10'000, [&](std::uint64_t seed) { return story_of_silence(seed, reached); });
  std::cout << cases << " cases\n";
  for (const auto& [what, times] : reached) std::cout << "  " << what << ": " << times << "\n";
  if (cases < 2'000) return;
  for (const char* const what :
       {"matched", "updated", "on_first_event", "quiet", "after", "or_event", "decommissioned"}) {
    EXPECT_GT(reached[what], 100U) << "the streams no longer reach " << what;
  }
}

}  // namespace
}  // namespace tocsin::rules::test
