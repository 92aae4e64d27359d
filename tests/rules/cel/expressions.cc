#include "expressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace tocsin::cel {
namespace {

struct Field {
  std::string_view name;
  Type type;
};

constexpr Field kFields[] = {
    {"level", {ValueKind::float64}},                      // 2.5
    {"count", {ValueKind::int64}},                        // 7
    {"serial", {ValueKind::uint64}},                      // 18446744073709551615
    {"state", {ValueKind::string}},                       // "烟雾 alarm"
    {"test_mode", {ValueKind::boolean}},                  // false
    {"ts", {ValueKind::timestamp}},                       // 2026-01-01T00:00:00.250Z
    {"held", {ValueKind::duration}},                      // 90.5 s
    {"tags", {ValueKind::list, ValueKind::string}},       // ["roof", "北"]
    {"readings", {ValueKind::list, ValueKind::float64}},  // [1.5, 2.5, 3.5]
    {"many", {ValueKind::list, ValueKind::int64}},        // 65 zeros: one over the limit of macros
    {"unset_level", {ValueKind::float64}},
    {"unset_ts", {ValueKind::timestamp}},
};

constexpr Value kLimit = Value::float64(2.0);
constexpr Value kPattern = Value::string("^烟.*m$");
constexpr Value kZone = Value::string("Asia/Shanghai");

std::optional<Input> constant(const Value& value) { return Input{{value.kind()}, 0, 0, value}; }

}  // namespace

std::optional<Input> SampleScope::find(std::string_view path) const {
  if (path == "params.limit") return constant(kLimit);
  if (path == "params.pattern") return constant(kPattern);
  if (path == "params.zone") return constant(kZone);
  if (path == "key.building") return Input{{ValueKind::string}, 2, 3, {}};
  const bool step = path.starts_with("smoke.");
  if (!step && !path.starts_with("e.")) return std::nullopt;
  const std::string_view name = path.substr(step ? 6 : 2);
  const std::uint8_t frame = step ? 1 : 0;
  for (std::uint16_t slot = 0; slot < std::size(kFields); ++slot) {
    if (kFields[slot].name == name) return Input{kFields[slot].type, frame, slot, {}};
  }
  return std::nullopt;
}

std::vector<std::string> SampleScope::names() const {
  std::vector<std::string> names;
  for (const std::string_view prefix : {"e.", "smoke."}) {
    for (const Field& field : kFields) names.push_back(fmt::format("{}{}", prefix, field.name));
  }
  names.insert(names.end(), {"params.limit", "params.pattern", "params.zone", "key.building"});
  return names;
}

Value SampleHost::call(std::uint16_t index, std::span<const Value> args) const {
  if (index == 0) return Value::boolean(args[0].as_string().starts_with(args[1].as_string()));
  if (index == 2) return Value::int64(2 * static_cast<std::int64_t>(args[0].as_list().size()));
  return {};
}

SampleEvent::SampleEvent() : many_(65, Value::int64(0)) {
  tags_ = {Value::string("roof"), Value::string("北")};
  readings_ = {Value::float64(1.5), Value::float64(2.5), Value::float64(3.5)};
  event_[0] = Value::float64(2.5);
  event_[1] = Value::int64(7);
  event_[2] = Value::uint64(std::numeric_limits<std::uint64_t>::max());
  event_[3] = Value::string("烟雾 alarm");
  event_[4] = Value::boolean(false);
  event_[5] = Value::timestamp(1'767'225'600, 250'000'000);
  event_[6] = Value::duration(90, 500'000'000);
  event_[7] = Value::list(tags_);
  event_[8] = Value::list(readings_);
  event_[9] = Value::list(many_);
  key_[3] = Value::string("B7");
  frames_ = {event_.data(), step_.data(), key_.data()};
}

std::string errors(std::string_view source, std::optional<Type> expected,
                   const CompileLimits& limits) {
  std::string text;
  for (const CompileError& error : compile(source, SampleScope{}, expected, limits).errors) {
    EXPECT_FALSE(error.message_en.empty()) << source;
    EXPECT_FALSE(error.message_zh.empty()) << source;
    if (!text.empty()) text += "; ";
    text += fmt::format("{} at {}-{}", error.code, error.begin, error.end);
    if (!error.suggestion.empty()) text += fmt::format(" ({})", error.suggestion);
  }
  return text;
}

std::string outcome(std::string_view source) {
  const std::string refused = errors(source);
  if (!refused.empty()) return refused;
  const Program program = compile(source, SampleScope{}, std::nullopt).program;
  const SampleEvent event;
  const SampleHost host;
  Scratch scratch;
  const Outcome result = program.eval(event.frames(), scratch, &host);
  if (result.error) return fmt::format("error {}", to_string(*result.error));
  EXPECT_EQ(to_string(program.type().kind), to_string(result.value.kind())) << source;
  return fmt::format("{} {}", to_string(program.type()), to_text(result.value));
}

void expect_all(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(outcome(c.source), c.want) << c.source;
}

void expect_true(const std::vector<std::string>& sources) {
  for (const std::string& source : sources) EXPECT_EQ(outcome(source), "bool true") << source;
}

}  // namespace tocsin::cel
