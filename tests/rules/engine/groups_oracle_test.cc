// Random `inhibits` and `roll_up` over random rules, against a plain reading of the rule language:
// what the rules say of themselves is taken from an engine in which none knows of another; who is
// suppressed by whom, and what the parent says, is found by looking at everything that was said.
#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "oracle.h"
#include "support.h"

namespace tocsin::rules::test {
namespace {

/// Rules a and b may inhibit; m is the child; z its parent, by building.
struct Groups {
  std::vector<Rule> rules;  ///< a, b, m
  bool a_inhibits_b = false;
  bool a_inhibits_m = false;
  bool b_inhibits_m = false;
  std::size_t at_least = 2;
  std::int64_t within = 0;

  bool inhibits(std::size_t by, std::size_t rule) const {
    const bool on_trial = rules[by].mode == Mode::shadow;
    if (on_trial && rules[rule].mode != Mode::shadow) return false;  // it hushes its like only
    if (rule == 1) return by == 0 && a_inhibits_b;
    return rule == 2 && ((by == 0 && a_inhibits_m) || (by == 1 && b_inhibits_m));
  }
  std::uint32_t level(std::size_t rule) const {
    if (rule == 0) return 0;
    if (rule == 1) return a_inhibits_b ? 1 : 0;
    if (rule == 3) return level(2) + 1;
    return b_inhibits_m ? level(1) + 1 : a_inhibits_m ? 1 : 0;
  }
};

// --- the plain reading

/// Lines of the moment at hand, and then in the order of the output.
class Output {
 public:
  void moment(std::int64_t at, std::uint64_t position) { moment_ = {at, position}; }
  void say(std::uint32_t level, const std::string& rule, const std::string& key,
           const std::string& text) {
    all_.push_back({{moment_, level, rule, key},
                    std::to_string(moment_.first) + " " + rule + "[" + key + "]" + text});
  }
  std::vector<std::string> in_order() {
    std::ranges::stable_sort(all_, {}, &Line::place);
    std::vector<std::string> lines;
    for (const Line& line : all_) lines.push_back(line.text);
    return lines;
  }

 private:
  using Moment = std::pair<std::int64_t, std::uint64_t>;
  struct Line {
    std::tuple<Moment, std::uint32_t, std::string, std::string> place;
    std::string text;
  };
  Moment moment_;
  std::vector<Line> all_;
};

std::string text_of(std::size_t rev, const std::string& what, std::uint64_t count,
                    std::uint64_t distinct, const std::string& by) {
  return " #" + std::to_string(rev) + " " + what + " count=" + std::to_string(count) +
         " distinct=" + std::to_string(distinct) + (by.empty() ? "" : " by " + by);
}
std::string name_of(const std::string& rule, const std::string& key, std::int64_t opened_at) {
  return rule + "[" + key + "]" + std::to_string(opened_at);
}
std::string key_text(const AlertRevision& r) {
  std::string key;
  for (const NamedValue& value : r.key)
    key += (key.empty() ? "" : ",") + std::string(value.second.view().as_string());
  return key;
}

class GroupsModel {
 public:
  GroupsModel(const Groups& groups, const std::vector<TestEvent>& events)
      : groups_(groups), events_(events) {}

  /// Everything the rules say by themselves, in order.
  std::vector<std::string> read(const std::vector<AlertRevision>& all) {
    for (std::size_t begin = 0; begin < all.size();) {
      std::size_t end = begin;
      while (end < all.size() && all[end].at == all[begin].at &&
             all[end].log_position == all[begin].log_position) {
        ++end;
      }
      moment({all.begin() + static_cast<std::ptrdiff_t>(begin),
              all.begin() + static_cast<std::ptrdiff_t>(end)});
      begin = end;
    }
    return out_.in_order();
  }

 private:
  struct Alert {
    std::string key = {};
    std::string name = {};
    std::string building = {};
    std::int64_t opened_at = 0;
    std::size_t rev = 0;
    std::uint64_t count = 0;
    std::uint64_t distinct = 0;
    std::string by = {};
    bool inhibited = false;
  };
  struct Child {
    std::string key;
    std::int64_t opened_at = 0;
  };
  struct Parent {
    std::map<std::string, Child> firing;  ///< by alert_id
    bool open = false;
    Alert alert;
    std::set<std::string> keys;
  };

  void moment(const std::vector<AlertRevision>& said) {
    now_ = unix_ms(said.front().at);
    out_.moment(now_, said.front().log_position);
    std::set<std::string> open_before;
    for (const auto& [building, parent] : parents_) {
      if (parent.open) open_before.insert(building);
    }
    std::vector<std::pair<AlertRevision, std::string>> heard;  // of m, and where
    for (std::size_t rule = 0; rule < 3; ++rule) {
      for (const AlertRevision& r : said) {
        if (r.rule != groups_.rules[rule].name) continue;
        Alert& alert = open_[rule][r.alert_id];
        if (r.rev == 1) open(rule, alert, r, open_before);
        alert.count = r.count;
        alert.distinct = r.distinct;
        say(rule, alert, std::string(to_string(r.state)) + " " + std::string(to_string(r.reason)));
        if (rule == 2) heard.emplace_back(r, alert.building);
        if (r.state == AlertState::resolved) open_[rule].erase(r.alert_id);
      }
    }
    for (const auto& [r, building] : heard) gather(r, building);
    // The moment is over: who speaks for whom?
    for (auto& [id, child] : open_[2]) {
      const Parent& parent = parents_[child.building];
      const std::string by = parent.open ? parent.alert.name : "";
      if (child.inhibited || child.by == by) continue;
      child.by = by;
      say(2, child, "firing updated");
    }
  }

  void open(std::size_t rule, Alert& alert, const AlertRevision& r,
            const std::set<std::string>& open_parents) {
    const auto opener = std::ranges::find(events_, r.evidence.front().id, &TestEvent::id);
    alert = {.key = key_text(r), .name = {}, .building = opener->building, .opened_at = now_};
    alert.name = name_of(r.rule, alert.key, now_);
    for (std::size_t by = 0; by < rule && alert.by.empty(); ++by) {
      if (groups_.inhibits(by, rule)) alert.by = inhibitor(by, *opener);
    }
    alert.inhibited = !alert.by.empty();
    const bool gathered = rule == 2 && open_parents.contains(alert.building);
    if (gathered && alert.by.empty()) alert.by = parents_[alert.building].alert.name;
  }

  // An open alert of the rule whose identity the event has.
  std::string inhibitor(std::size_t rule, const TestEvent& opener) {
    std::string place;
    for (const std::string& field : groups_.rules[rule].for_each) {
      place +=
          (place.empty() ? "" : ",") + (field == "loc.building" ? opener.building : opener.zone);
    }
    for (const auto& [id, alert] : open_[rule]) {
      if (alert.key == place) return alert.name;
    }
    return {};
  }

  void say(std::size_t rule, Alert& alert, const std::string& what) {
    out_.say(groups_.level(rule), groups_.rules[rule].name, alert.key,
             text_of(++alert.rev, what, alert.count, alert.distinct, alert.by));
  }

  // The parent hears of a child.
  void gather(const AlertRevision& r, const std::string& building) {
    Parent& parent = parents_[building];
    if (r.rev == 1) {
      parent.firing[r.alert_id] = {key_text(r), now_};
      if (parent.open) {
        ++parent.alert.count;
        parent.keys.insert(key_text(r));
      } else {
        open_parent(parent, building);
      }
    }
    if (r.state != AlertState::resolved) return;
    parent.firing.erase(r.alert_id);
    if (parent.open && parent.firing.size() < groups_.at_least) close_parent(parent);
  }

  void open_parent(Parent& parent, const std::string& building) {
    std::set<std::string> keys;
    std::uint64_t count = 0;
    for (const auto& [id, child] : parent.firing) {
      if (child.opened_at < now_ - groups_.within) continue;
      ++count;
      keys.insert(child.key);
    }
    if (count < groups_.at_least) return;
    parent.open = true;
    parent.keys = keys;
    parent.alert = {.key = building, .name = name_of("z", building, now_), .building = building};
    parent.alert.count = count;
    say_parent(parent, "firing matched");
  }

  void close_parent(Parent& parent) {
    parent.open = false;
    say_parent(parent, "resolved below_threshold");
  }

  void say_parent(Parent& parent, const std::string& what) {
    out_.say(groups_.level(3), "z", parent.alert.key,
             text_of(++parent.alert.rev, what, parent.alert.count, parent.keys.size(), ""));
  }

  const Groups& groups_;
  const std::vector<TestEvent>& events_;
  std::map<std::string, Alert> open_[3];  // by alert_id
  std::map<std::string, Parent> parents_;
  std::int64_t now_ = 0;
  Output out_;
};

// --- random rules and streams

Rule random_member(Dice& dice, std::string name, const std::vector<std::uint16_t>& keys) {
  Rule rule = base_rule(std::move(name), keys);
  const Type type = dice.chance(60) ? kSmoke : kFlame;
  if (dice.chance(70)) {
    rule.form = EventForm{pattern({{type}, "e.level >= 1"}, keys)};
  } else {
    SequenceForm form;
    form.steps.push_back({"a", pattern({{type}, "e.level >= 1"}, keys)});
    form.keep = 256;  // nothing is evicted, so nothing is said of it
    form.absent.emplace();
    form.absent->pattern = pattern({{kGate}}, keys);
    form.absent->within = Duration(dice.span());
    rule.form = std::move(form);
  }
  rule.alert.resolve = {};
  if (dice.chance(50)) rule.alert.resolve.quiet_for = Duration(dice.span());
  if (dice.chance(40)) rule.alert.resolve.after = Duration(dice.span());
  if (dice.chance(60)) rule.alert.resolve.or_event = OrEvent{pattern({{kPanel}}, keys)};
  rule.alert.update_on_count = true;  // the model knows a count from the newest revision
  rule.alert.update_min_interval = Duration(0);
  if (dice.chance(20)) rule.mode = Mode::shadow;
  return rule;
}

Groups random_groups(Dice& dice) {
  using Keys = std::vector<std::uint16_t>;
  const auto place = [&] {
    return dice.chance(20) ? Keys{} : dice.chance(60) ? Keys{kBuilding} : Keys{kBuilding, kZone};
  };
  Groups groups;
  groups.rules.push_back(random_member(dice, "a", place()));
  groups.rules.push_back(random_member(dice, "b", place()));
  groups.rules.push_back(random_member(
      dice, "m", dice.chance(70) ? Keys{kBuilding, kDevice} : Keys{kBuilding, kZone}));
  groups.a_inhibits_b = dice.chance(40);
  groups.a_inhibits_m = dice.chance(40);
  groups.b_inhibits_m = dice.chance(40);
  groups.at_least = static_cast<std::size_t>(1 + dice.below(4));
  groups.within = dice.span();
  return groups;
}

std::vector<TestEvent> random_stream_of(Dice& dice) {
  std::vector<TestEvent> events;
  std::int64_t now = 1'000'000;
  const std::int64_t length = 10 + dice.below(50);
  for (std::int64_t i = 0; i < length; ++i) {
    now += dice.chance(30) ? 0 : dice.span();
    events.push_back({.type = dice.one_of({kSmoke, kSmoke, kFlame, kFlame, kPanel, kGate}),
                      .arr = now,
                      .device = name("D", dice.below(4)),
                      .id = name("m", i),
                      .building = name("B", dice.below(2)),
                      .zone = name("Z", dice.below(2)),
                      .level = dice.below(4)});
  }
  return events;
}

std::shared_ptr<RuleSet> related(const Groups& groups) {
  std::vector<Rule> rules = groups.rules;
  if (groups.a_inhibits_b) inhibit(rules[1], rules, 0);
  if (groups.a_inhibits_m) inhibit(rules[2], rules, 0);
  if (groups.b_inhibits_m) inhibit(rules[2], rules, 1);
  roll_up(rules, 2, "z", static_cast<std::uint32_t>(groups.at_least), groups.within);
  rules.back().mode = rules[2].mode;
  rules.back().level = groups.level(3);
  return levels(std::move(rules));
}

// --- one case

std::vector<std::string> lines_with_names(const std::vector<AlertRevision>& said) {
  std::map<std::string, std::string> names;
  for (const AlertRevision& r : said)
    names[r.alert_id] = name_of(r.rule, key_text(r), unix_ms(r.opened_at));
  std::vector<std::string> lines;
  for (const AlertRevision& r : said) {
    const std::string what =
        std::string(to_string(r.state)) + " " + std::string(to_string(r.reason));
    lines.push_back(std::to_string(unix_ms(r.at)) + " " + r.rule + "[" + key_text(r) + "]" +
                    text_of(r.rev, what, r.count, r.distinct,
                            r.suppressed_by.empty() ? "" : names.at(r.suppressed_by)));
  }
  return lines;
}

Story story_of_groups(std::uint64_t seed, std::map<std::string, std::size_t>& reached) {
  Dice dice(seed);
  const Groups groups = random_groups(dice);
  const std::vector<TestEvent> events = random_stream_of(dice);
  Session alone(levels(groups.rules));
  Session together(related(groups));
  for (Session* session : {&alone, &together}) {
    session->apply_all(events);
    session->run_out();
  }
  Story story;
  story.given = [seed, lines = lines_with_names(alone.said())] {
    Dice again(seed);
    const Groups of = random_groups(again);
    std::string text = "a inhibits b, a m, b m: " + std::to_string(of.a_inhibits_b) +
                       std::to_string(of.a_inhibits_m) + std::to_string(of.b_inhibits_m) +
                       ", at least " + std::to_string(of.at_least) + name(" within ", of.within) +
                       "\n";
    for (const std::string& line : lines) text += "alone  " + line + "\n";
    return text;
  };
  story.model = GroupsModel(groups, events).read(alone.said());
  story.engine = lines_with_names(together.said());
  for (const AlertRevision& r : together.said()) {
    if (!r.suppressed_by.empty()) ++reached["suppressed"];
    ++reached[r.rule + " " + std::string(to_string(r.reason))];
  }
  return story;
}

TEST(GroupsOracle, InhibitsAndRollUpSayWhatThePlainReadingSays) {
  std::map<std::string, std::size_t> reached;
  const std::uint64_t cases =
      run_oracle(10'000, [&](std::uint64_t seed) { return story_of_groups(seed, reached); });
  std::cout << cases << " cases\n";
  for (const auto& [what, times] : reached) std::cout << "  " << what << ": " << times << "\n";
  if (cases < 2'000) return;
  for (const char* const what : {"suppressed", "m updated", "z matched", "z below_threshold"}) {
    EXPECT_GT(reached[what], 100U) << "the streams no longer reach " << what;
  }
}

}  // namespace
}  // namespace tocsin::rules::test
