#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/diagnostic.h"
#include "ingest/catalogue_builder.h"
#include "rules/load/loader.h"
#include "rules/load/strict_yaml.h"
#include "tests/fuzz/campaign.h"

/// Rule files, bundles and templates: whatever the text, it loads or every mistake has a place and
/// words in both languages.

namespace tocsin::fuzz {
namespace {

// As large as a file may be; less where every step costs tens of times more.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kFileBytes = yaml::kMaxYamlBytes / 16;
#else
constexpr std::size_t kFileBytes = yaml::kMaxYamlBytes;
#endif

const Catalogue& catalogue() {
  static const Catalogue made = ingest::builtin_catalogue();
  return made;
}

void load(const std::vector<SourceFile>& files) {
  const rules::Loaded loaded = rules::load(files, catalogue());
  EXPECT_EQ(loaded.rules == nullptr, has_errors(loaded.diagnostics));
  for (const Diagnostic& d : loaded.diagnostics) {
    EXPECT_FALSE(d.code.empty() || d.message_en.empty() || d.message_zh.empty());
    EXPECT_GE(d.line, 1U);
    EXPECT_GE(d.col, 1U);
    EXPECT_GE(d.end_col, d.col);
    EXPECT_FALSE(render(d, Language::zh, false).empty());
  }
}

void load_rule(std::string_view text) { load({{"r.yaml", std::string(text)}}); }

std::vector<std::string> shipped() { return files_of(TOCSIN_SOURCE "/deploy/rules.d", ".yaml"); }

std::vector<std::string> yaml_words() {
  return {"\n---\n",
          "\n...\n",
          "%YAML 1.2\n",
          "!tag ",
          "&a ",
          "*a",
          "<<: ",
          "\t",
          "{",
          "}",
          "[",
          "]",
          ": ",
          "- ",
          "? ",
          "|\n",
          ">-\n",
          "'",
          "\"",
          "\\u0000",
          "yes",
          "null",
          "~",
          "# ",
          "\xEF\xBB\xBF",
          "\r\n",
          "format: tocsin/1\n",
          "match:",
          "count:",
          "sequence:",
          "all:",
          "steps:",
          "where: ",
          "within: ",
          "10m",
          "-1s",
          "limits:",
          "tests:",
          "given:",
          "expect: []",
          "params.",
          "{{",
          "}}",
          "for_each: []",
          "absent:",
          "summary: "};
}

Target rule_target() {
  return {.name = "rule files",
          .run = load_rule,
          .corpus = shipped(),
          .dictionary = yaml_words(),
          .max_bytes = 30'000,
          .rounds = 1100,
          .memory = 32 << 20,
          .memory_per_byte = 320};
}

TEST(Fuzz, RuleFiles) { run_campaign(rule_target()); }

TEST(Fuzz, Bundles) {
  Target target = rule_target();
  const std::vector<std::string> rules = shipped();
  target.name = "bundle.yaml";
  target.run = [](std::string_view text) {
    load({{"bundle.yaml", std::string(text)},
          {"r.yaml",
           "format: tocsin/1\nrule: r\nseverity: high\nfor_each: [device_id]\n"
           "match: {event: {event: smoke.alarm, where: in_service && in_calendar('night')}}\n"}});
  };
  target.corpus = {rules.front(),
                   "format: tocsin/1\nconditions: {in_service: 'e.level > 1.0'}\n"
                   "calendars: {night: [{from: 22:00, to: 06:00, zone: Asia/Shanghai}]}\n"
                   "limits: {max_keys: 10}\nhistorical_after: 10m\n"};
  target.dictionary = yaml_words();
  run_campaign(target);
}

TEST(Fuzz, Templates) {
  Target target;
  target.name = "templates";
  target.run = [](std::string_view text) {
    std::string quoted;
    for (const char c : text) {
      if (c == '\'') quoted += c;
      quoted += c;
    }
    load_rule(
        fmt::format("format: tocsin/1\nrule: r\nseverity: high\nfor_each: [device_id]\n"
                    "match: {{event: {{event: smoke.alarm}}}}\nalert:\n  summary: '{}'\n",
                    quoted));
  };
  target.corpus = {"{{count}} in {{loc.building}}", "烟 {{e.level}} %/m",
                   "{{string(e.level) + '}}'}}", "{{ e.ts.getHours('Asia/Shanghai') }}h",
                   "{{key.device_id}}{{at}}{{opened_at}}"};
  target.dictionary = {"{{", "}}", "{", "}", "'", "\"", "\\", "e.level", "count", "severity", "\n"};
  target.memory_per_byte = 2048;
  target.rounds = 3000;
  run_campaign(target);
}

// Inputs as large as a file may be, made of one thing.
TEST(Fuzz, LargeRuleFiles) {
  const Target target = rule_target();
  for (const std::string_view piece :
       {"[",     "]",      "{",         "}",           "- ",      "-\n",
        "? ",    ": ",     "a: ",       "a: 1\n",      "- a\n",   "'",
        "\"",    "|\n",    "---\n",     "---\na: 1\n", "&a ",     "*a ",
        "!a ",   "%a\n",   "# a\n",     "\n",          " ",       "\t",
        "\r",    "a",      "\\",        "a\n",         "a:\n ",   "[a, ",
        "{a: ",  "[a], ",  "<<: a\n",   "yes\n",       "- yes\n", "\xe7\x83\x9f",
        "\x80",  "? a\n",  "a: &b c\n", "- [",         ">\n",     "'a' ",
        "\"\\x", "a: 'b\n"}) {
    run_once(target, fmt::format("{} again and again", piece), repeated(piece, kFileBytes));
  }
}

TEST(Fuzz, LargeFilesOfManyKeys) {
  const Target target = rule_target();
  std::string lines;
  std::string flow = "{";
  for (int i = 0; lines.size() < kFileBytes - 20; ++i) lines += fmt::format("k{}: 1\n", i);
  for (int i = 0; flow.size() < kFileBytes - 20; ++i) flow += fmt::format("k{}: 1, ", i);
  run_once(target, "many keys", lines);
  run_once(target, "many keys in a line", flow + "z: 1}");
  std::string rules;
  for (int i = 0; rules.size() < kFileBytes / 4; ++i) {
    rules += fmt::format(
        "---\nformat: tocsin/1\nrule: r{}\nseverity: high\nfor_each: [device_id]\n"
        "match: {{event: {{event: smoke.alarm}}}}\n",
        i);
  }
  run_once(target, "many rules", rules);
}

constexpr std::string_view kHead =
    "format: tocsin/1\nrule: r\nseverity: high\nfor_each: [device_id]\n";

TEST(Fuzz, LargeValues) {
  const Target target = rule_target();
  for (const std::string_view piece :
       {"a", "a ", "latest.x ", "e.level + ", "in_calendar('x') ", "in_calendar(", "(", "'", "e.",
        "adjacent(", "true && ", "e.levl + ", "x", "{{", "{{e.level}}", "{{x}}", "}}"}) {
    const std::string value = repeated(piece, kFileBytes - 1000);
    run_once(target, fmt::format("where: {} again and again", piece),
             fmt::format("{}match:\n  event:\n    event: smoke.alarm\n    where: >-\n      {}\n",
                         kHead, value));
    run_once(target, fmt::format("summary: {} again and again", piece),
             fmt::format("{}match: {{event: {{event: smoke.alarm}}}}\nalert:\n  summary: >-\n"
                         "    {}\n",
                         kHead, value));
    run_once(target, fmt::format("names: {} again and again", piece),
             fmt::format("rule: >-\n  {0}\nfor_each:\n  - >-\n    {0}\n",
                         value.substr(0, kFileBytes / 3)));
  }
}

// kHead, `before`, and `part` with its number again and again, up to the size of a file.
std::string many(std::string_view before, fmt::string_view part) {
  std::string text = fmt::format("{}{}", kHead, before);
  for (int i = 0; text.size() < kFileBytes - 200; ++i) text += fmt::format(fmt::runtime(part), i);
  return text;
}

TEST(Fuzz, ManyParts) {
  const Target target = rule_target();
  const auto run = [&](std::string_view what, std::string_view before, fmt::string_view part) {
    run_once(target, what, many(before, part));
  };
  const std::string match = "match: {event: {event: smoke.alarm}}\n";
  run("steps", "match:\n  all:\n    within: 1s\n    steps:\n",
      "      s{}: {{event: smoke.alarm}}\n");
  run("steps in order", "match:\n  sequence:\n    within: 1s\n    steps:\n",
      "      - s{}: {{event: smoke.alarm}}\n");
  run("event types", "match:\n  event:\n    event:\n", "      - smoke.alarm{}\n");
  run("one event type again and again", "match:\n  event:\n    where: e.levl > 1\n    event:\n",
      "      - smoke.alarm\n");
  run("params", match + "params:\n", "  p{}: {{value: 1}}\n");
  run("escalations", match + "alert:\n  escalate:\n",
      "    - {{when: count >= {}, severity: critical}}\n");
  run("attachments", match + "alert:\n  attach:\n", "    - e.level + {}.0\n");
  run("tests", match + "tests:\n",
      "  - {{name: t{}, given: [{{t: 0s, event: smoke.alarm}}], expect: []}}\n");
  run("test steps", match + "tests:\n  - name: t\n    expect: []\n    given:\n",
      "      - {{t: {}s, event: smoke.alarm, device_id: D}}\n");
  for (const char* pattern : {"x", "[a-z]{{200}}", "\\pL{{4}}", "(.{{10}}){{5}}"}) {
    run("regular expressions", match + "alert:\n  attach:\n",
        fmt::format("    - e.device_id.matches('{{}}{}')\n", pattern));
  }
  run_once(target, "key fields",
           fmt::format("format: tocsin/1\nrule: r\nseverity: high\n{}for_each:\n{}", match,
                       repeated("  - k\n", kFileBytes - 200)));
}

TEST(Fuzz, NamedConditionsPutInAgainAndAgain) {
  Target target = rule_target();
  target.run = [](std::string_view where) {
    load({{"bundle.yaml", fmt::format("format: tocsin/1\nconditions:\n  c: >-\n    {}\n",
                                      repeated("true && ", kFileBytes / 2))},
          {"r.yaml", fmt::format("{}match:\n  event:\n    event: smoke.alarm\n    where: >-\n"
                                 "      {}\n",
                                 kHead, where)}});
  };
  run_once(target, "c", repeated("c && ", kFileBytes / 2));
}

}  // namespace
}  // namespace tocsin::fuzz
