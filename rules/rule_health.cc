#include "rules/rule_health.h"

#include <algorithm>
#include <array>

#include "rules/revision.h"

namespace tocsin::rules {
namespace {

// docs/rules.md, "CEL profile": 3 in 10 minutes.
constexpr std::size_t kFailuresForAlert = 3;
constexpr Duration kFailureWindow = std::chrono::minutes(10);
constexpr Duration kQuiet = std::chrono::minutes(10);

struct LimitName {
  std::string_view en;
  std::string_view zh;
};
constexpr std::array<LimitName, 7> kLimitNames{{
    {"keys per rule", "规则的键数"},
    {"events per window", "窗口内事件数"},
    {"candidates per step", "每步候选数"},
    {"pending absences per key", "每键待定的缺失判断数"},
    {"combinations per search", "单次匹配的组合数"},
    {"open alerts per rule", "规则的未结告警数"},
    {"distinct values per alert", "单个告警的不同值数"},
}};

std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

}  // namespace

void RuleHealth::announce(std::size_t mark, std::uint64_t opener, Turn& turn) {
  if (!notes_.any()) return;
  const std::size_t before = turn.out.size();
  if (notes_.failed()) {
    failures_.push_back(turn.at);
    if (failures_.size() > kFailuresForAlert) failures_.pop_front();
    if (error_ || fails_often(turn.at)) {
      raise(AlertKind::rule_error, Severity::high, 1, opener, turn);
    }
  }
  if (notes_.evictions() > 0) {
    raise(AlertKind::rule_limit, Severity::medium, notes_.evictions(), opener, turn);
  }
  notes_.clear();
  const auto first = turn.out.begin();
  std::rotate(first + static_cast<std::ptrdiff_t>(mark),
              first + static_cast<std::ptrdiff_t>(before), turn.out.end());
}

bool RuleHealth::fails_often(Timestamp now) const {
  return failures_.size() == kFailuresForAlert && now - failures_.front() <= kFailureWindow;
}

void RuleHealth::raise(AlertKind kind, Severity severity, std::uint32_t more, std::uint64_t opener,
                       Turn& turn) {
  std::unique_ptr<Episode>& episode = slot(kind);
  const bool opens = episode == nullptr;
  if (opens) {
    episode = std::make_unique<Episode>(order_);
    episode->kind = kind;
    episode->opened_at = turn.at;
    episode->severity = severity;
    episode->shadow = rule_->mode == Mode::shadow;
    episode->alert_id = make_alert_id(rule_->name, *episode, opener);
    if (kind == AlertKind::rule_error) more = kFailuresForAlert;
  }
  episode->count += more;
  episode->notice = notice(kind);
  turn.timers.set(episode->resolve_timer, turn.at + kQuiet);
  if (opens) publish(*episode, AlertState::firing, Reason::matched, turn);
}

void RuleHealth::resolve(AlertKind kind, Reason reason, Turn& turn) {
  std::unique_ptr<Episode>& episode = slot(kind);
  if (!episode) return;
  publish(*episode, AlertState::resolved, reason, turn);
  turn.timers.clear(episode->resolve_timer);
  episode.reset();
}

std::size_t RuleHealth::close(std::string_view alert_id, Turn& turn) {
  std::size_t closed = 0;
  for (const AlertKind kind : {AlertKind::rule_error, AlertKind::rule_limit}) {
    const std::unique_ptr<Episode>& episode = slot(kind);
    if (!episode || episode->alert_id != alert_id) continue;
    resolve(kind, Reason::manual, turn);
    ++closed;
  }
  return closed;
}

void RuleHealth::publish(Episode& episode, AlertState state, Reason reason, Turn& turn) {
  ++episode.rev;
  ++counters_.revisions;
  turn.out.push_back(make_revision(*rule_, episode, state, reason, turn, notes_));
}

LocalText RuleHealth::notice(AlertKind kind) const {
  if (kind == AlertKind::rule_error) {
    const std::string_view error = to_string(notes_.last_error());
    return {.en = join({"Rule ", rule_->name, " cannot be evaluated: ", error}),
            .zh = join({"规则 ", rule_->name, " 求值出错：", error})};
  }
  const LimitName& limit = kLimitNames[static_cast<std::size_t>(notes_.last_limit())];
  return {.en = join({"Rule ", rule_->name, " is over a limit and forgets the oldest: ", limit.en}),
          .zh = join({"规则 ", rule_->name, " 超出上限，最旧的被舍弃：", limit.zh})};
}

}  // namespace tocsin::rules
