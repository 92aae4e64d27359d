// The `params` of a rule: typed, with bounds of the same kind.
#include <re2/re2.h>

#include <algorithm>

#include "rules/load/collected.h"
#include "rules/load/scalars.h"

namespace tocsin::rules {
namespace {

using yaml::Node;
using yaml::NodeKind;
using yaml::value_of;
using yaml::Words;

bool is_number(ValueKind kind) { return kind == ValueKind::int64 || kind == ValueKind::float64; }

// Requires: both numbers, or both durations.
bool less(const Value& a, const Value& b) {
  if (a.kind() == ValueKind::duration) return a.millis() < b.millis();
  if (a.kind() == ValueKind::int64 && b.kind() == ValueKind::int64) return a.as_int() < b.as_int();
  return number_of(a) < number_of(b);
}

// "-5m", "1.5h", "5min": a text, if it is one, stands in quotes.
bool is_nearly_duration(const Node& node) {
  static const RE2 kShape(R"([-+]?[0-9][0-9.]*(ms|s|sec|m|min|h|d|w)[a-z]*)");
  return node.is_plain() && RE2::FullMatch(node.text, kShape) && !yaml::parse_duration(node.text);
}

class ParamReader {
 public:
  ParamReader(const yaml::Entry& entry, yaml::Report& report) : entry_(entry), report_(report) {}

  std::optional<Param> read() {
    const std::string& name = entry_.key.text;
    if (!yaml::is_name(name, yaml::kIdentifierName)) {
      report_.add(Code::bad_name, entry_.key.span, {name, yaml::kIdentifierName.allowed});
    }
    if (entry_.value.kind == NodeKind::null ||
        !yaml::expect_map(entry_.value, param_keys(), name, report_, entry_.key.span)) {
      return std::nullopt;
    }
    if (const Node* unit = value_of(entry_.value, "unit"))
      (void)yaml::read_text(*unit, "unit", report_);
    const Node* const node = value_of(entry_.value, "value");
    if (node == nullptr || node->kind == NodeKind::invalid) return std::nullopt;
    OwnedValue value = node->kind == NodeKind::sequence ? list(*node) : scalar(*node, "value");
    if (!value.view().is_set()) return std::nullopt;
    check_bounds(*node, value);
    return Param{name, &entry_.key, std::move(value)};
  }

 private:
  OwnedValue scalar(const Node& node, std::string_view what) {
    if (node.kind == NodeKind::scalar) {
      if (!is_nearly_duration(node)) return typed_scalar(node, DurationIs::duration);
      (void)yaml::read_duration(node, what, report_);
      return {};
    }
    if (node.kind != NodeKind::invalid) {
      report_.add(Code::wrong_kind, node.span,
                  {what, Words{"one value", "单个值"}, kind_words(node.kind)});
    }
    return {};
  }

  OwnedValue list(const Node& node) {
    std::vector<OwnedValue> items;
    for (const Node& item : node.items) {
      items.push_back(scalar(item, "value"));
      const ValueKind kind = items.back().view().kind();
      if (kind == ValueKind::unset) return {};
      if (kind == items.front().view().kind()) continue;
      report_.add(Code::param_kind, item.span,
                  {entry_.key.text, item.text, kind_name(items.front())});
      return {};
    }
    if (items.empty()) report_.add(Code::empty_collection, node.span, {"value"});
    std::vector<Value> views;
    for (const OwnedValue& item : items) views.push_back(item.view());
    return items.empty() ? OwnedValue() : OwnedValue(Value::list(views));
  }

  static Words kind_name(const OwnedValue& value) { return Words(to_string(value.view().kind())); }

  // A bound written with a point makes the value a double as well.
  void check_bounds(const Node& node, OwnedValue& value) {
    const OwnedValue min = bound("min", value);
    const OwnedValue max = bound("max", value);
    const auto is_double = [](const OwnedValue& v) {
      return v.view().kind() == ValueKind::float64;
    };
    if (value.view().kind() == ValueKind::int64 && (is_double(min) || is_double(max))) {
      value = OwnedValue(Value::float64(number_of(value.view())));
    }
    if (min.view().is_set() && max.view().is_set() && less(max.view(), min.view())) {
      report_.add(Code::param_range, entry_.key.span, {entry_.key.text});
      return;
    }
    if (min.view().is_set() && less(value.view(), min.view())) refuse(node, min, {"below", "低于"});
    if (max.view().is_set() && less(max.view(), value.view())) refuse(node, max, {"above", "高于"});
  }

  OwnedValue bound(std::string_view which, const OwnedValue& value) {
    const Node* const node = value_of(entry_.value, which);
    if (node == nullptr) return {};
    OwnedValue bound = scalar(*node, which);
    if (!bound.view().is_set()) return {};
    const ValueKind kind = value.view().kind();
    const ValueKind its = bound.view().kind();
    const bool comparable =
        (is_number(kind) && is_number(its)) || (kind == its && kind == ValueKind::duration);
    if (comparable) return bound;
    report_.add(Code::param_kind, node->span, {entry_.key.text, which, kind_name(value)});
    return {};
  }

  void refuse(const Node& node, const OwnedValue& bound, const Words& side) {
    report_.add(Code::param_bounds, node.span,
                {entry_.key.text, node.text, side, to_text(bound.view())});
  }

  const yaml::Entry& entry_;
  yaml::Report& report_;
};

}  // namespace

std::vector<Param> collect_params(const yaml::Node& params, yaml::Report& report) {
  std::vector<Param> found;
  if (!yaml::expect_named(params, "params", report)) return found;
  for (const yaml::Entry& entry : params.entries) {
    if (auto param = ParamReader(entry, report).read()) found.push_back(std::move(*param));
  }
  return found;
}

}  // namespace tocsin::rules
