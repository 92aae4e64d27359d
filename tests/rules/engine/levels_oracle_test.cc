// Random rules about the alerts of random rules, against a plain reading of the rule language: what
// the rules below say is taken from an engine that has only them; what the rule above must say of
// it is found by looking at everything that ever happened.
#include <algorithm>
#include <map>
#include <tuple>

#include "oracle.h"
#include "support.h"

namespace tocsin::rules::test {
namespace {

enum class States { firing, resolved, any };
constexpr std::string_view kWheres[] = {"e.state == 'firing'", "e.state == 'resolved'", ""};

/// `{event: alert.<rules[of]>, where: its state}`
struct Hears {
  std::size_t of = 0;
  States states{};
};
struct Above {
  bool absence = false;
  bool by_building = true;
  Hears what;  ///< the events counted, or the step
  Hears absent;
  std::int64_t at_least = 1;
  std::int64_t within = 0;
  std::int64_t look_back = 0;
  std::int64_t quiet_for = 0;
};

/// An alert of a rule below, as the rule above hears it.
struct Heard {
  std::int64_t at = 0;
  std::uint64_t position = 0;
  bool by_timer = false;  ///< before what is due at its moment above; else after it
  std::size_t rule = 0;
  std::string building;
  bool firing = true;
};

/// What the rule above said, in moments: those of one are in order of key.
class Lines {
 public:
  /// A record at `at` is the moment from now on.
  void record(std::int64_t at, std::uint64_t position) { record_ = {at, position}; }
  void say(std::int64_t at, const std::string& key, std::string line) {
    const std::uint64_t position = record_.first == at ? record_.second : 0;
    all_.push_back({{at, position, key}, std::move(line)});
  }
  std::vector<std::string> in_order() {
    std::ranges::stable_sort(all_, {}, &Line::place);
    std::vector<std::string> lines;
    for (const Line& line : all_) lines.push_back(line.text);
    return lines;
  }

 private:
  struct Line {
    std::tuple<std::int64_t, std::uint64_t, std::string> place;
    std::string text;
  };
  std::pair<std::int64_t, std::uint64_t> record_{-1, 0};
  std::vector<Line> all_;
};

bool fits(const Hears& hears, const Heard& heard) {
  return hears.of == heard.rule &&
         (hears.states == States::any || (hears.states == States::firing) == heard.firing);
}

/// The rule above, for one key.
class Reader {
 public:
  Reader(const Above& rule, std::string key, Lines& said)
      : rule_(rule), key_(std::move(key)), said_(said) {}

  std::optional<std::int64_t> next() const {
    std::optional<std::int64_t> next;
    if (open_) next = quiet();
    for (const std::int64_t t : pending_) {
      if (!next || t + rule_.within < *next) next = t + rule_.within;
    }
    return next;
  }

  // One thing that is due: resolve before match.
  void fire(std::int64_t now) {
    if (open_ && quiet() == now) return resolve(now, "quiet");
    const std::int64_t t = pending_.front();
    pending_.erase(pending_.begin());
    if (!open_) open(now, 1);
    matches_.push_back(t);
    last_ = std::max(last_, now);
  }

  void hear(const Heard& heard) { rule_.absence ? hear_absence(heard) : hear_count(heard); }

 private:
  std::int64_t quiet() const { return last_ + rule_.quiet_for; }

  void hear_count(const Heard& heard) {
    if (!fits(rule_.what, heard)) return;
    events_.push_back(heard.at);
    const auto recent = std::ranges::count_if(
        events_, [&](std::int64_t ts) { return ts >= heard.at - rule_.within; });
    if (open_) {
      contribute(heard.at);
    } else if (recent >= rule_.at_least) {
      open(heard.at, recent);
    }
  }

  void hear_absence(const Heard& heard) {
    const auto prevents = [&](std::int64_t t) {
      return heard.at >= t - rule_.look_back && heard.at <= t + rule_.within;
    };
    const bool cancels = fits(rule_.absent, heard);
    if (cancels) {
      std::erase_if(pending_, prevents);
      if (open_ && std::erase_if(matches_, prevents) > 0 && matches_.empty()) {
        resolve(heard.at, "retracted_late");
      }
    }
    if (fits(rule_.what, heard)) {
      const bool before = std::ranges::any_of(
          absents_, [&](std::int64_t ts) { return ts >= heard.at - rule_.look_back; });
      if (!before) pending_.push_back(heard.at);
      if (open_) contribute(heard.at);
    }
    if (cancels) absents_.push_back(heard.at);
  }

  void open(std::int64_t now, std::int64_t count) {
    open_ = true;
    rev_ = 0;
    count_ = count;
    last_ = now;
    say(now, "firing matched");
  }
  void contribute(std::int64_t now) {
    ++count_;
    last_ = now;
  }
  void resolve(std::int64_t now, const std::string& reason) {
    say(now, "resolved " + reason);
    open_ = false;
    events_.clear();
    matches_.clear();
  }
  void say(std::int64_t now, const std::string& what) {
    std::string line = std::to_string(now);
    line += " z[" + key_;
    line += "] #" + std::to_string(++rev_);
    line += " " + what;
    line += " high count=" + std::to_string(count_);
    said_.say(now, key_, line + " distinct=0");
  }

  const Above& rule_;
  std::string key_;
  Lines& said_;
  std::vector<std::int64_t> events_;   // counted
  std::vector<std::int64_t> absents_;  // what would have cancelled
  std::vector<std::int64_t> pending_;  // completions, oldest first
  std::vector<std::int64_t> matches_;
  bool open_ = false;
  std::int64_t last_ = 0;
  std::int64_t count_ = 0;
  int rev_ = 0;
};

std::vector<std::string> what_it_must_say(const Above& rule, const std::vector<Heard>& all) {
  Lines said;
  std::map<std::string, Reader> readers;
  const auto reader = [&](const std::string& key) -> Reader& {
    return readers.try_emplace(key, rule, key, said).first->second;
  };
  // Everything due before `limit`, or at it as well.
  const auto pass = [&](std::int64_t limit, bool at_it) {
    for (;;) {
      std::optional<std::int64_t> due;
      for (const auto& [key, one] : readers) {
        const auto next = one.next();
        if (next && (!due || *next < *due)) due = next;
      }
      if (!due || *due > limit || (*due == limit && !at_it)) return;
      for (auto& [key, one] : readers) {
        while (one.next() == due) one.fire(*due);
      }
    }
  };
  const Heard* before = nullptr;
  for (const Heard& heard : all) {
    // What one moment says is heard before anything that is due at it.
    const bool new_moment =
        before == nullptr || before->at != heard.at || before->position != heard.position;
    if (new_moment) pass(heard.at, !heard.by_timer);
    if (!heard.by_timer) said.record(heard.at, heard.position);
    before = &heard;
    reader(rule.by_building ? heard.building : "").hear(heard);
  }
  pass(INT64_MAX, true);
  return said.in_order();
}

// --- random rules and streams

Rule random_below(Dice& dice, std::string name) {
  Rule rule = event_rule(std::move(name), {{dice.chance(60) ? kSmoke : kFlame}, "e.level >= 1"});
  rule.alert.resolve.quiet_for.reset();
  if (dice.chance(80)) rule.alert.resolve.quiet_for = Duration(dice.span());
  if (dice.chance(50)) rule.alert.resolve.after = Duration(dice.span());
  if (dice.chance(50)) resolve_on(rule, {{kPanel}});
  return rule;
}

Above random_above(Dice& dice, std::size_t below) {
  const auto hears = [&] {
    return Hears{static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(below))),
                 static_cast<States>(dice.below(3))};
  };
  Above rule;
  rule.absence = dice.chance(60);
  rule.by_building = dice.chance(70);
  rule.what = hears();
  rule.absent = hears();
  rule.at_least = 1 + dice.below(4);
  rule.within = dice.span();
  rule.look_back = dice.chance(50) ? 0 : dice.span();
  rule.quiet_for = dice.span();
  return rule;
}

Rule engine_rule_of(const Above& from) {
  const auto keys = from.by_building ? std::vector{kBuilding} : std::vector<std::uint16_t>{};
  const auto heard = [&](const Hears& hears) {
    return pattern({{alerts_of(hears.of)}, kWheres[static_cast<std::size_t>(hears.states)]}, keys);
  };
  Rule rule = base_rule("z", keys);
  rule.alert.resolve.quiet_for = Duration(from.quiet_for);
  if (from.absence) {
    SequenceForm form;
    form.steps.push_back({"a", heard(from.what)});
    form.keep = 256;
    form.absent.emplace();
    form.absent->pattern = heard(from.absent);
    form.absent->within = Duration(from.within);
    form.absent->look_back = Duration(from.look_back);
    rule.form = std::move(form);
  } else {
    CountForm form;
    form.pattern = heard(from.what);
    form.at_least = static_cast<std::uint32_t>(from.at_least);
    form.within = Duration(from.within);
    rule.form = std::move(form);
  }
  return rule;
}

std::vector<TestEvent> random_events(Dice& dice) {
  std::vector<TestEvent> events;
  std::int64_t now = 1'000'000;
  const std::int64_t length = 10 + dice.below(40);
  for (std::int64_t i = 0; i < length; ++i) {
    now += dice.chance(30) ? 0 : dice.span();
    constexpr Type kOf[] = {kSmoke, kSmoke, kFlame, kPanel};
    events.push_back({.type = kOf[dice.below(4)],
                      .arr = now,
                      .id = name("m", i),
                      .building = name("B", dice.below(2)),
                      .level = dice.below(3)});
  }
  return events;
}

std::vector<Heard> heard_of(const std::vector<AlertRevision>& said,
                            const std::vector<TestEvent>& events) {
  std::vector<Heard> all;
  for (const AlertRevision& r : said) {
    const std::int64_t at = unix_ms(r.at);
    all.push_back({at, r.log_position, events[r.log_position - 1].arr != at,
                   static_cast<std::size_t>(r.rule[0] - 'p'),
                   std::string(r.key[0].second.view().as_string()), r.state == AlertState::firing});
  }
  // One moment is heard by rule, then key.
  std::ranges::stable_sort(
      all, {}, [](const Heard& h) { return std::tuple(h.at, h.position, h.rule, h.building); });
  return all;
}

Story story_above(std::uint64_t seed) {
  Dice dice(seed);
  std::vector<Rule> below;
  const std::int64_t rules = 1 + dice.below(3);
  for (std::int64_t i = 0; i < rules; ++i) {
    below.push_back(random_below(dice, std::string(1, static_cast<char>('p' + i))));
  }
  const Above above = random_above(dice, below.size());
  const std::vector<TestEvent> events = random_events(dice);

  Session low(levels(below));
  below.push_back(engine_rule_of(above));
  Session both(levels(below));
  for (Session* session : {&low, &both}) {
    session->apply_all(events);
    session->run_out();
  }
  Story story;
  story.given = [lines = low.lines()] {
    std::string text;
    for (const std::string& line : lines) text += "below  " + line + "\n";
    return text;
  };
  story.model = what_it_must_say(above, heard_of(low.said(), events));
  for (const AlertRevision& r : both.said()) {
    if (r.rule == "z") story.engine.push_back(line_of(r));
  }
  return story;
}

TEST(LevelsOracle, RulesAboveSayWhatThePlainReadingSays) {
  std::size_t lines = 0;
  const std::uint64_t cases = run_oracle(10'000, [&](std::uint64_t seed) {
    Story story = story_above(seed);
    lines += story.engine.size();
    return story;
  });
  std::cout << cases << " cases, " << lines << " revisions above\n";
  EXPECT_GE(lines, cases * 2) << "the streams no longer reach anything";
}

}  // namespace
}  // namespace tocsin::rules::test
