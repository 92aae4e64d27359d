// The `alert` block -> RuleText.
#include "rules/load/collected.h"

namespace tocsin::rules {
namespace {

using yaml::Node;
using yaml::NodeKind;
using yaml::value_of;

class AlertCollector {
 public:
  AlertCollector(const Node& alert, RuleText& rule)
      : node_(alert), text_(rule), spec_(rule.rule.alert), report_(rule.file->report) {}

  void collect() {
    if (!yaml::expect_map(node_, alert_keys(), "alert", report_)) return;
    if (const Node* node = value_of(node_, "identity")) {
      text_.identity = yaml::read_scalars(*node, "identity", report_, {.may_be_empty = true});
    }
    if (const Node* node = value_of(node_, "summary")) read_summary(*node);
    if (const Node* node = value_of(node_, "attach")) {
      text_.attach = yaml::read_scalars(*node, "attach", report_, {.may_be_empty = true});
    }
    read_updates();
    if (const Node* node = value_of(node_, "escalate")) read_escalate(*node);
    if (const yaml::Entry* entry = node_.find("resolve")) read_resolve(*entry);
    if (const Node* node = value_of(node_, "rearm")) read_rearm(*node);
    if (const yaml::Entry* entry = node_.find("quiet_hours")) read_quiet_hours(*entry);
    if (const Node* node = value_of(node_, "inhibits")) {
      text_.inhibits = yaml::read_scalars(*node, "inhibits", report_);
    }
    if (const yaml::Entry* entry = node_.find("roll_up")) read_roll_up(*entry);
    if (const Node* node = value_of(node_, "plan_id")) {
      spec_.plan_id = yaml::read_text(*node, "plan_id", report_).value_or("");
    }
    if (const Node* node = value_of(node_, "department")) {
      spec_.department = yaml::read_text(*node, "department", report_).value_or("");
    }
  }

 private:
  // Read for its faults; the compiler needs the nodes themselves.
  void read_summary(const Node& node) {
    if (!yaml::read_local_text(node, "summary", report_)) return;
    if (node.kind == NodeKind::scalar) {
      text_.summary = {&node, &node};
      return;
    }
    const auto scalar = [&](std::string_view key) {
      const Node* const text = value_of(node, key);
      return text != nullptr && text->kind == NodeKind::scalar ? text : nullptr;
    };
    const Node* const en = scalar("en");
    const Node* const zh = scalar("zh");
    text_.summary = {en != nullptr ? en : zh, zh != nullptr ? zh : en};
  }

  void read_updates() {
    if (const Node* node = value_of(node_, "update_on")) {
      for (const Node* item :
           yaml::read_scalars(*node, "update_on", report_, {.may_be_empty = true})) {
        const auto word = yaml::read_word(*item, kUpdateWords, "update_on", report_);
        if (word == "count") spec_.update_on_count = true;
        if (word == "distinct") spec_.update_on_distinct = true;
        if (word == "severity") spec_.update_on_severity = true;
        if (word == "every") spec_.update_on_every = true;
      }
    }
    if (const Node* node = value_of(node_, "update_min_interval")) {
      const auto interval = yaml::read_duration(*node, "update_min_interval", report_);
      spec_.update_min_interval = interval.value_or(spec_.update_min_interval);
    }
  }

  void read_escalate(const Node& node) {
    if (node.kind != NodeKind::sequence) {
      if (node.kind != NodeKind::invalid) {
        report_.add(Code::wrong_kind, node.span,
                    {"escalate", kind_words(NodeKind::sequence), kind_words(node.kind)});
      }
      return;
    }
    for (const Node& item : node.items) {
      if (!yaml::expect_map(item, escalate_keys(), "escalate", report_)) continue;
      EscalationText step;
      const Node* const when = value_of(item, "when");
      if (when != nullptr && yaml::read_text(*when, "when", report_)) step.when = when;
      const Node* const severity = value_of(item, "severity");
      if (severity == nullptr) continue;
      const auto word = yaml::read_word(*severity, kSeverityWords, "severity", report_);
      if (!word) continue;
      step.severity = *severity_from(*word);
      step.severity_node = severity;
      text_.escalations.push_back(step);
    }
  }

  void read_resolve(const yaml::Entry& entry) {
    const Node& node = entry.value;
    if (node.kind == NodeKind::null || !yaml::expect_map(node, resolve_keys(), "resolve", report_))
      return;
    if (node.entries.empty()) report_.add(Code::empty_collection, entry.key.span, {"resolve"});
    spec_.resolve.quiet_for = yaml::duration_at(node, "quiet_for", report_);
    spec_.resolve.after = yaml::duration_at(node, "after", report_);
    spec_.resolve.breaks_for = yaml::duration_at(node, "breaks_for", report_);
    text_.breaks_for = value_of(node, "breaks_for");
    if (const Node* first = value_of(node, "on_first_event")) {
      spec_.resolve.on_first_event =
          yaml::read_boolean(*first, "on_first_event", report_).value_or(false);
      if (spec_.resolve.on_first_event) text_.first_event = first;
    }
    const yaml::Entry* const by = node.find("or_event");
    if (by != nullptr && by->value.kind != NodeKind::null &&
        yaml::expect_map(by->value, event_keys(), "or_event", report_, by->key.span)) {
      text_.or_event = collect_pattern(by->value, report_);
    }
  }

  void read_rearm(const Node& node) {
    static constexpr std::string_view kWord = "after_resolve";
    if (node.kind == NodeKind::scalar) {
      if (node.text == kWord) return;
      report_.add(Code::unknown_word, node.span, {"rearm", node.text, "after_resolve, {after: 30m}"},
                  nearest(node.text, {std::string(kWord)}));
    } else if (yaml::expect_map(node, rearm_keys(), "rearm", report_)) {
      spec_.rearm_after = yaml::duration_at(node, "after", report_);
    }
  }

  void read_quiet_hours(const yaml::Entry& entry) {
    const Node& node = entry.value;
    if (node.kind == NodeKind::null ||
        !yaml::expect_map(node, quiet_hours_keys(), "quiet_hours", report_, entry.key.span))
      return;
    if (text_.rule.category == "fire")
      report_.add(Code::quiet_fire, entry.key.span, {text_.rule.name});
    const Node* const calendar = value_of(node, "calendar");
    const Node* const action = value_of(node, "action");
    if (calendar == nullptr || action == nullptr) return;
    const auto word = yaml::read_word(*action, kQuietWords, "action", report_);
    if (!yaml::read_text(*calendar, "calendar", report_) || !word) return;
    text_.quiet_calendar = calendar;
    spec_.quiet_hours =
        QuietHours{0, *word == "shadow" ? QuietHours::Action::shadow : QuietHours::Action::lower};
  }

  void read_roll_up(const yaml::Entry& entry) {
    const Node& node = entry.value;
    if (node.kind == NodeKind::null ||
        !yaml::expect_map(node, roll_up_keys(), "roll_up", report_, entry.key.span))
      return;
    RollUpText text;
    const auto named = [&](std::string_view key) {
      const Node* const name = value_of(node, key);
      return name != nullptr && yaml::read_text(*name, key, report_) ? name : nullptr;
    };
    text.by = named("by");
    text.as = named("as");
    if (text.as != nullptr && !yaml::is_name(text.as->text, yaml::kDashedName)) {
      report_.add(Code::bad_name, text.as->span, {text.as->text, yaml::kDashedName.allowed});
      text.as = nullptr;
    }
    if (const Node* severity = value_of(node, "severity")) {
      const auto word = yaml::read_word(*severity, kSeverityWords, "severity", report_);
      if (word) text.severity = severity_from(*word);
    }
    const yaml::Entry* const when = node.find("when");
    const bool whole = when != nullptr && read_threshold(*when, text);
    if (whole && text.by != nullptr && text.as != nullptr) text_.roll_up = text;
  }

  bool read_threshold(const yaml::Entry& entry, RollUpText& text) {
    const Node& node = entry.value;
    if (node.kind == NodeKind::null ||
        !yaml::expect_map(node, roll_up_when_keys(), "when", report_, entry.key.span))
      return false;
    const Node* const at_least = value_of(node, "at_least");
    text.share_node = value_of(node, "share");
    if ((at_least == nullptr) == (text.share_node == nullptr)) {
      report_.add(Code::roll_up_threshold, entry.key.span);
      return false;
    }
    text.within = yaml::duration_at(node, "within", report_).value_or(Duration{});
    if (at_least != nullptr) {
      const auto n = yaml::read_integer(*at_least, 1, 10'000'000, "at_least", report_);
      text.at_least = static_cast<std::uint32_t>(n.value_or(1));
      return n.has_value();
    }
    return read_share(*text.share_node, text);
  }

  bool read_share(const Node& node, RollUpText& text) {
    if (!yaml::read_text(node, "share", report_)) return false;
    const auto share = yaml::parse_number(node.text);
    if (!share) {
      report_.add(Code::bad_number, node.span, {"share", node.text});
    } else if (*share <= 0 || *share > 1) {
      report_.add(Code::out_of_range, node.span, {"share", "0.0001", "1", node.text});
    }
    text.share = share.value_or(0);
    return text.share > 0 && text.share <= 1;
  }

  const Node& node_;
  RuleText& text_;
  AlertSpec& spec_;
  yaml::Report& report_;
};

}  // namespace

void collect_alert(const yaml::Node& alert, RuleText& rule) {
  AlertCollector(alert, rule).collect();
}

}  // namespace tocsin::rules
