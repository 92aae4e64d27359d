#include "rules/cel/overload.h"

/// size, startsWith, endsWith, contains, matches.

namespace tocsin::cel {
namespace {

constexpr ValueKind kString = ValueKind::string;

// Every byte of valid UTF-8 that does not continue a character starts one.
std::int64_t code_points(std::string_view text) {
  std::int64_t count = 0;
  for (const char c : text) count += (c & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

Status size_of_string(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::int64(code_points(args[0].as_string()));
  return kOk;
}
Status size_of_list(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::int64(static_cast<std::int64_t>(args[0].as_list().size()));
  return kOk;
}
Status starts_with(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::boolean(args[0].as_string().starts_with(args[1].as_string()));
  return kOk;
}
Status ends_with(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::boolean(args[0].as_string().ends_with(args[1].as_string()));
  return kOk;
}
Status contains(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::boolean(args[0].as_string().find(args[1].as_string()) != std::string_view::npos);
  return kOk;
}
Status matches(Value* args, Runtime& runtime, std::uint32_t pattern) {
  args[0] = Value::boolean(runtime.code.patterns[pattern].found_in(args[0].as_string()));
  return kOk;
}

constexpr std::uint16_t kScanCost = 4;  // steps of a walk over a string
constexpr std::uint16_t kRegexCost = 20;

constexpr Overload size(CallStyle style, ValueKind of, Builtin run, std::uint16_t cost) {
  return {.name = "size",
          .style = style,
          .parameters = {of},
          .result = ValueKind::int64,
          .run = run,
          .cost = cost};
}
constexpr Overload test(std::string_view name, Builtin run) {
  return {.name = name,
          .style = CallStyle::method,
          .parameters = {kString, kString},
          .result = ValueKind::boolean,
          .run = run,
          .cost = kScanCost};
}
constexpr Overload regex(CallStyle style) {
  return {.name = "matches",
          .style = style,
          .parameters = {kString, kString},
          .result = ValueKind::boolean,
          .run = matches,
          .cost = kRegexCost,
          .prepared = Prepared::pattern};
}

constexpr Overload kOverloads[] = {
    size(CallStyle::function, kString, size_of_string, kScanCost),
    size(CallStyle::function, ValueKind::list, size_of_list, 1),
    size(CallStyle::method, kString, size_of_string, kScanCost),
    size(CallStyle::method, ValueKind::list, size_of_list, 1),
    test("startsWith", starts_with),
    test("endsWith", ends_with),
    test("contains", contains),
    regex(CallStyle::function),
    regex(CallStyle::method),
};

}  // namespace

std::span<const Overload> string_overloads() { return kOverloads; }

}  // namespace tocsin::cel
