#include "sustained_model.h"

#include <algorithm>
#include <tuple>

namespace tocsin::model {
namespace {

constexpr std::int64_t kDay = 24LL * 3600 * 1000;
constexpr std::int64_t kNever = INT64_MAX;

}  // namespace

// --- what the samples of a key come to

SustainedModel::Story SustainedModel::read(const std::vector<Sample>& samples) const {
  Story story;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Sample& sample = samples[i];
    std::optional<Run>& run = story.run;
    story.last.reset();
    if (run && sample.ts < run->newest_ts) {
      ++run->samples;
      continue;
    }
    if (run && rule_.on_gap == SustainedRule::OnGap::ends &&
        sample.ts - run->newest_ts > rule_.max_gap) {
      run.reset();
      story.last = false;
    }
    if (sample.says == Says::breaks) {
      run.reset();
      story.last = false;
      story.broken_at = std::max(story.broken_at.value_or(sample.ts), sample.ts);
      continue;
    }
    if (run) {
      add(*run, sample);
    } else if (sample.says == Says::holds && sample.ts >= story.broken_at.value_or(sample.ts)) {
      run = Run{.start = i, .newest_held = i, .newest_ts = sample.ts};
    }
    if (run && sample.says == Says::holds) {
      run->newest_held = i;
      story.last = true;
    }
  }
  return story;
}

void SustainedModel::add(Run& run, const Sample& sample) const {
  const std::int64_t since = sample.ts - run.newest_ts;
  const bool in_full = rule_.on_gap == SustainedRule::OnGap::hold;
  if (since <= rule_.max_gap || in_full) run.counted += since;
  run.newest_ts = sample.ts;
  ++run.samples;
}

// The earliest moment from now on at which the run has lasted long enough, if nothing more comes.
std::optional<std::int64_t> SustainedModel::due_of(const Run& run) const {
  if (run.samples < rule_.min_samples) return std::nullopt;
  if (run.counted >= rule_.lasts) return now_;
  const std::int64_t at = std::max(run.newest_ts + rule_.lasts - run.counted, now_);
  if (at - run.newest_ts > rule_.max_gap) return std::nullopt;
  return at;
}

// --- an event

void SustainedModel::apply(const Reading& reading) {
  fire_until(reading.arr);
  now_ = reading.arr;
  position_ = reading.position;
  const Seen seen = see(reading);
  if (resolve_by(seen)) return;
  if (reading.building.empty() || (rule_.by_zone && reading.zone.empty())) return;
  meet({reading.building, rule_.by_zone ? reading.zone : ""}, seen);
}

SustainedModel::Seen SustainedModel::see(const Reading& reading) const {
  const std::int64_t said = reading.raw_ts.value_or(reading.arr);
  const bool believed = said - reading.arr <= 5000 && reading.arr - said <= kDay;
  const std::int64_t ts = believed ? said : reading.arr;
  return {reading, ts, reading.arr - ts > rule_.lateness};
}

bool SustainedModel::resolve_by(const Seen& seen) {
  const auto found = open_.find(seen.reading.building);
  if (found == open_.end() || !rule_.or_event.contains(seen.reading.type)) return false;
  if (seen.ts < found->second.opener_ts || seen.reading.level < rule_.or_event_from) return false;
  resolve(seen.reading.building, "or_event", now_);
  return true;
}

SustainedModel::Says SustainedModel::judge(const Reading& reading) {
  const std::int64_t level = reading.level;
  if (rule_.divides && level == 0) {
    ++errors_;
    return Says::error;
  }
  const bool holds = (rule_.divides ? 12 / level : level) > rule_.holds_over;
  const bool breaks = rule_.breaks_under ? level < *rule_.breaks_under : !holds;
  if (breaks) return Says::breaks;
  return holds ? Says::holds : Says::neither;
}

std::optional<SustainedModel::Sample> SustainedModel::sample_of(const Seen& seen, const Key& key) {
  const Reading& reading = seen.reading;
  Sample sample{.seen = seen, .ts = seen.ts, .arr = reading.arr};
  if (rule_.samples.contains(reading.type)) {
    if (reading.level == rule_.where_not) return std::nullopt;
  } else {
    if (!rule_.also_on.contains(reading.type)) return std::nullopt;
    const Sample* newest = nullptr;
    for (const Sample& other : key.samples) {
      if (other.shown_again) continue;
      if (newest == nullptr || other.seen.ts >= newest->seen.ts) newest = &other;
    }
    if (newest == nullptr || seen.ts - newest->seen.ts > rule_.max_gap) return std::nullopt;
    sample.seen = newest->seen;
    sample.shown_again = true;
  }
  sample.says = judge(sample.seen.reading);
  if (sample.says == Says::error) return std::nullopt;
  return sample;
}

void SustainedModel::meet(const KeyName& name, const Seen& seen) {
  Key& key = keys_[name];
  const auto forgotten = [&](const Sample& s) { return s.remembered_until < now_; };
  if (std::ranges::all_of(key.samples, forgotten)) key = {};
  std::optional<Sample> sample = sample_of(seen, key);
  if (!sample) return;
  const bool known = !key.samples.empty() || !rule_.also_on.empty();
  if (!known && sample->says != Says::holds) return;

  key.samples.push_back(*sample);
  const Story story = read(key.samples);
  const bool waits = story.run && rule_.on_gap != SustainedRule::OnGap::ends;
  key.samples.back().remembered_until = std::max(sample->ts, sample->arr) + rule_.lateness +
                                        (waits ? std::max(rule_.max_gap, kDay) : rule_.max_gap);
  key.due.reset();
  if (story.run && key.matched != story.run->start) {
    key.due = due_of(*story.run);
  } else if (story.run && sample->says == Says::holds && !open_.contains(name.first)) {
    key.due = now_;
  }
  follow(name, *sample, story);
}

void SustainedModel::follow(const KeyName& name, const Sample& sample, const Story& story) {
  const auto found = open_.find(name.first);
  if (found == open_.end()) return;
  Episode& episode = found->second;
  if (!sample.shown_again && sample.says == Says::holds) {
    episode.events.push_back(sample.seen);
    episode.last = now_;
  }
  if (story.last == true) {
    episode.holding.insert(name);
    episode.broken_at.reset();
  } else if (story.last == false && episode.holding.erase(name) > 0 && episode.holding.empty()) {
    episode.broken_at = now_;
  }
}

// --- timers

std::pair<std::int64_t, std::string> SustainedModel::resolve_due(const Episode& episode) const {
  std::pair<std::int64_t, std::string> due{kNever, ""};
  const auto consider = [&](std::int64_t at, const char* why) {
    if (at < due.first) due = {at, why};
  };
  if (rule_.quiet_for)
    consider(std::max(episode.opened_at, episode.last) + *rule_.quiet_for, "quiet");
  if (rule_.breaks_for && episode.broken_at)
    consider(*episode.broken_at + *rule_.breaks_for, "breaks");
  if (rule_.after) consider(episode.opened_at + *rule_.after, "after");
  return due;
}

std::optional<SustainedModel::Due> SustainedModel::next_due() const {
  std::optional<Due> next;
  const auto consider = [&](const Due& due) {
    if (due.at != kNever && (!next || due < *next)) next = due;
  };
  for (const auto& [building, episode] : open_) {
    consider({resolve_due(episode).first, {building, ""}, false});
  }
  for (const auto& [name, key] : keys_) consider({key.due.value_or(kNever), name, true});
  return next;
}

void SustainedModel::fire_until(std::int64_t now) {
  for (auto due = next_due(); due && due->at <= now; due = next_due()) {
    const std::string& building = due->key.first;
    if (due->match) {
      match(due->key, due->at);
    } else {
      resolve(building, resolve_due(open_.at(building)).second, due->at);
    }
  }
}

void SustainedModel::run_out() { fire_until(kNever - 1); }

void SustainedModel::match(const KeyName& name, std::int64_t at) {
  Key& key = keys_.at(name);
  const Run run = *read(key.samples).run;
  key.due.reset();
  key.matched = run.start;
  ++matches_;
  const std::string& building = name.first;
  if (!open_.contains(building)) {
    const auto resolved = resolved_at_.find(building);
    const bool cools = rule_.rearm && resolved != resolved_at_.end();
    if (cools && at < resolved->second + *rule_.rearm) return;
    open(name, key.samples[run.start], key.samples[run.newest_held], at);
  }
  Episode& episode = open_.at(building);
  episode.holding.insert(name);
  episode.broken_at.reset();
}

// --- alerts

void SustainedModel::open(const KeyName& name, const Sample& start, const Sample& newest,
                          std::int64_t at) {
  Episode& episode = open_[name.first];
  episode.opened_at = episode.last = at;
  episode.opener_ts = start.seen.ts;
  episode.events = {start.seen};
  if (newest.seen.reading.position != start.seen.reading.position) {
    episode.events.push_back(newest.seen);
  }
  episode.late = newest.seen.late;
  episode.historical = at - std::max(start.seen.ts, newest.seen.ts) > 600'000;
  say(name.first, episode, "firing matched", at);
}

void SustainedModel::resolve(const std::string& building, const std::string& reason,
                             std::int64_t at) {
  say(building, open_.at(building), "resolved " + reason, at);
  open_.erase(building);
  std::erase_if(keys_, [&](const auto& key) { return key.first.first == building; });
  resolved_at_[building] = at;
}

void SustainedModel::say(const std::string& building, Episode& episode, const std::string& what,
                         std::int64_t at) {
  std::set<std::string> devices;
  for (const Seen& seen : episode.events) devices.insert(seen.reading.device);
  std::vector<Seen> evidence = episode.events;
  std::ranges::sort(evidence, {},
                    [](const Seen& s) { return std::tuple(s.ts, s.reading.position); });
  std::string line = std::to_string(at) + " s[" + building + "] #" + std::to_string(++episode.rev);
  line += " " + what + " high count=" + std::to_string(episode.events.size());
  line += " distinct=" + std::to_string(devices.size());
  line += " opened=" + std::to_string(episode.opened_at);
  line += " position=" + std::to_string(position_);
  line += std::string(episode.late ? " late" : "") + (episode.historical ? " historical" : "");
  for (const Seen& seen : evidence) line += " " + std::to_string(seen.ts);
  said_.push_back(line);
}

}  // namespace tocsin::model
