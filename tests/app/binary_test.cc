// The real binary, from its command line to its exit code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/app/support.h"

namespace tocsin::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::tocsin;

constexpr const char* kRule =
    "format: tocsin/1\nrule: smoke\nseverity: high\nfor_each: [device_id]\n"
    "match: {event: {event: smoke.alarm}}\n";
constexpr const char* kTest =
    "tests:\n  - name: one alarm\n    given: [{t: 0s, event: smoke.alarm, device_id: D1}]\n"
    "    expect: [{t: 0s, state: firing}, {t: 10m, reason: quiet}]\n";
constexpr const char* kAlarm = R"({"type":"smoke.alarm","device_id":"D1","ts":0})"
                               "\n";

TEST(Binary, the_tests_of_a_disabled_rule_say_what_they_said) {
  const testing::Folder folder;
  const std::string rule = folder.write(
      "r.yaml",
      "format: tocsin/1\nrule: r\nseverity: low\nmode: disabled\nfor_each: [device_id]\n"
      "match: {event: {event: smoke.alarm}}\ntests:\n  - name: t\n"
      "    given: [{t: 0s, event: smoke.alarm, device_id: D}]\n"
      "    expect: [{state: firing}, {state: resolved}]\n");
  const testing::Ended ended = testing::tocsin({"test", rule});
  EXPECT_EQ(ended.code, 0) << ended.out;
}

TEST(Binary, verbs_of_later_versions_are_refused_by_name) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"backtest", "--against", "x"},
        {"explain", "X"},
        {"tap"},
        {"top", "--once"},
        {"rules", "plan"},
        {"silence", "add"},
        {"alerts", "ack", "X"},
        {"alerts", "list"},
        {"bench", "engine", "--devices", "5"},
        {"bench", "ingest"}}) {
    const testing::Ended ended = tocsin(args);
    EXPECT_EQ(ended.code, 2) << args[0];
    EXPECT_THAT(ended.err, HasSubstr("is not available in this version")) << args[0];
  }
}

TEST(Binary, what_was_not_understood_gets_a_suggestion) {
  EXPECT_THAT(tocsin({"valdate"}).err, HasSubstr("did you mean 'validate'?"));
  EXPECT_THAT(tocsin({"journal", "verfy"}).err, HasSubstr("did you mean 'verify'?"));
  EXPECT_THAT(tocsin({"replay", "--ruels", "x"}).err, HasSubstr("did you mean '--rules'?"));
  EXPECT_THAT(tocsin({"sim", "--scenario", "strom"}).err, HasSubstr("did you mean 'storm'?"));
  for (const std::vector<std::string>& args : {std::vector<std::string>{},
                                               {"valdate"},
                                               {"eval"},
                                               {"replay", "--until", "10"},
                                               {"test"},
                                               {"eval", "1", "--lang", "fr"},
                                               {"replay"},
                                               {"sim", "--devices", "1"}}) {
    EXPECT_EQ(tocsin(args).code, 2);
  }
}

TEST(Binary, every_verb_has_help_that_ends_with_examples) {
  for (const char* verb : {"run", "demo", "validate", "test", "replay", "eval", "sim", "bench",
                           "journal", "alerts", "schema", "version"}) {
    const testing::Ended ended = tocsin({verb, "--help"});
    EXPECT_EQ(ended.code, 0) << verb;
    EXPECT_THAT(ended.out, HasSubstr("Examples:")) << verb;
    EXPECT_THAT(ended.out, HasSubstr(std::string("tocsin ") + verb)) << verb;
  }
  EXPECT_EQ(tocsin({"--help"}).code, 0);
}

TEST(Binary, help_is_a_verb_too) {
  EXPECT_EQ(tocsin({"help"}).out, tocsin({"--help"}).out);
  EXPECT_EQ(tocsin({"help", "run"}).out, tocsin({"run", "--help"}).out);
  EXPECT_EQ(tocsin({"help", "E2103"}).code, 0);
  EXPECT_EQ(tocsin({"help", "nothing"}).code, 2);
}

TEST(Binary, help_begins_with_what_needs_nothing_and_says_what_run_needs) {
  const std::string help = tocsin({"--help"}).out;
  EXPECT_LT(help.find("deploy/demo.sh"), help.find("tocsin run"));
  for (const std::string& text : {help, tocsin({"run", "--help"}).out}) {
    EXPECT_THAT(text, HasSubstr("needs an MQTT broker"));
    EXPECT_THAT(text, Not(HasSubstr("-c deploy/tocsin.yaml\n"))) << "it names no broker";
  }
}

TEST(Binary, eval_prints_json_and_says_how_it_ended) {
  EXPECT_EQ(tocsin({"eval", "[1, 2].exists(x, x > 1)"}).out,
            "{\"type\":\"bool\",\"value\":true}\n");
  EXPECT_EQ(tocsin({"eval", "--", "-7 % 3"}).out, "{\"type\":\"int\",\"value\":\"-1\"}\n");
  const testing::Ended failed = tocsin({"eval", "1 / 0"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_EQ(failed.out, "{\"error\":\"division_by_zero\"}\n");
  const testing::Ended refused = tocsin({"eval", "1 + naem"});
  EXPECT_EQ(refused.code, 78);
  EXPECT_THAT(refused.err, HasSubstr("^~~~"));
  EXPECT_EQ(tocsin({"eval", "e.level > 2.0", "--event",
                    R"({"type":"smoke.alarm","device_id":"D1","arr":1767225600000,"level":3})"})
                .out,
            "{\"type\":\"bool\",\"value\":true}\n");
  EXPECT_THAT(tocsin({"eval", "--json", "1 +"}).out,
              StartsWith("{\"schema\":\"tocsin.eval/1\",\"error\":"));
}

TEST(Binary, validate_shows_place_caret_suggestion_and_exits_78) {
  const testing::Folder folder;
  const std::string file = folder.write("a.yaml", "format: tocsin/1\nrule: x\nseverty: high\n");
  const testing::Ended text = tocsin({"validate", file});
  EXPECT_EQ(text.code, 78);
  EXPECT_THAT(text.out, HasSubstr(file + ":3:1: error E2103"));
  EXPECT_THAT(text.out, HasSubstr("severty: high\n  ^~~~~~~"));
  EXPECT_THAT(text.out, HasSubstr("did you mean 'severity'?"));
  const testing::Ended json = tocsin({"validate", "--json", file});
  EXPECT_EQ(json.code, 78);
  bool found = false;
  for (const std::string& line : testing::lines_of(json.out)) {
    const auto d = nlohmann::json::parse(line);
    EXPECT_EQ(d.at("schema"), "tocsin.validate/1");
    found = found || (d.at("suggestion") == "severity" && d.at("line") == 3 && d.at("col") == 1);
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(tocsin({"validate", folder.path("missing.yaml")}).code, 74);
  EXPECT_EQ(tocsin({"validate", TOCSIN_SOURCE "/deploy/tocsin.yaml"}).code, 0);
}

TEST(Binary, test_counts_and_fails_vacuous_tests) {
  const testing::Folder folder;
  const testing::Ended good = tocsin({"test", folder.write("a.yaml", std::string(kRule) + kTest)});
  EXPECT_EQ(good.code, 0);
  EXPECT_EQ(good.out, "1 passed, 0 failed\n");
  const std::string vacuous = folder.write(
      "b.yaml", std::string(kRule) +
                    "tests:\n  - name: nothing\n    given: [{t: 0s, event: smoke.alarm, "
                    "device_id: D1, level: 1.0}]\n    expect: []\n");
  const testing::Ended bad = tocsin({"test", vacuous, "--junit", folder.path("j.xml")});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(testing::lines_of(bad.out).back(), "0 passed, 1 failed");
  EXPECT_THAT(testing::slurp(folder.path("j.xml")), HasSubstr("<failure"));
  EXPECT_EQ(tocsin({"test", vacuous, "--run", "no such"}).code, 1);
  EXPECT_EQ(tocsin({"test", vacuous, "--run", "("}).code, 2);
  EXPECT_EQ(tocsin({"test", folder.write("c.yaml", "rule: x\n")}).code, 78);
}

TEST(Binary, the_tests_of_the_shipped_rules_reach_everything) {
  const testing::Ended ended =
      tocsin({"test", TOCSIN_SOURCE "/deploy/rules.d", "--coverage", "--json"});
  EXPECT_EQ(ended.code, 0);
  std::size_t rules = 0;
  for (const std::string& line : testing::lines_of(ended.out)) {
    const auto json = nlohmann::json::parse(line);
    if (!json.contains("coverage")) continue;
    ++rules;
    EXPECT_GT(json.at("tests"), 0) << line;
    EXPECT_TRUE(json.at("never").empty()) << line;
  }
  EXPECT_GE(rules, 14u);
}

TEST(Binary, rules_are_listed_and_shown_as_the_engine_reads_them) {
  const std::string folder = TOCSIN_SOURCE "/deploy/rules.d";
  const testing::Ended list = tocsin({"rules", "list", "--rules", folder});
  EXPECT_EQ(list.code, 0);
  EXPECT_THAT(list.out, HasSubstr("smoke-confirmed    live      critical  Smoke confirmed by"));
  const testing::Ended show = tocsin({"rules", "show", "smoke-confirmed", "--rules", folder});
  EXPECT_THAT(show.out, HasSubstr("by loc.building: count distinct device_id >= 2 of smoke.alarm "
                                  "where ("));
  EXPECT_THAT(show.out, HasSubstr(" within 1m\n"));
  EXPECT_THAT(show.out, HasSubstr("resolve: quiet for 10m, or panel.operation where (e.op == "
                                  "'reset')\n"));
  const testing::Ended json =
      tocsin({"rules", "show", "smoke-confirmed", "--rules", folder, "--json"});
  const auto rule = nlohmann::json::parse(json.out);
  EXPECT_EQ(rule.at("schema"), "tocsin.rules/1");
  EXPECT_GT(rule.at("state").at("bytes_per_partial"), 0);
  EXPECT_THAT(rule.at("match_hash").get<std::string>(), ::testing::StartsWith("sha256:"));
  const testing::Ended none = tocsin({"rules", "show", "smoke-confirmd", "--rules", folder});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("did you mean 'smoke-confirmed'?"));
}

TEST(Binary, replay_reads_stdin_counts_bad_lines_and_sums_up) {
  const testing::Folder folder;
  const std::string rules = folder.write("a.yaml", kRule);
  const testing::Ended ended = tocsin({"replay", "--rules", rules, "--summary", "--until", "0s"},
                                      std::string("junk\n") + kAlarm);
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.err, HasSubstr("-:1: rejected malformed"));
  const auto lines = testing::lines_of(ended.out);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(nlohmann::json::parse(lines[0]).at("rule"), "smoke");
  const auto summary = nlohmann::json::parse(lines[1]);
  EXPECT_EQ(summary.at("summary"), true);
  EXPECT_EQ(summary.at("events"), 2);
  EXPECT_EQ(summary.at("accepted"), 1);
  EXPECT_EQ(summary.at("rejected"), 1);
  EXPECT_EQ(summary.at("alerts"), 1);
  EXPECT_TRUE(summary.contains("events_per_s"));
  EXPECT_EQ(tocsin({"replay", "--rules", rules, "--strict"}, "junk\n").code, 1);
  EXPECT_EQ(tocsin({"replay", "--rules", rules, "--strict"}, kAlarm).code, 0);
}

TEST(Binary, replay_says_what_it_cannot_do) {
  const testing::Folder folder;
  const std::string rules = folder.write("a.yaml", kRule);
  EXPECT_EQ(tocsin({"replay", "--rules", rules, "--events", folder.path("missing")}).code, 74);
  EXPECT_EQ(tocsin({"replay", "--rules", folder.path("missing")}).code, 74);
  EXPECT_EQ(tocsin({"replay", "--rules", rules, "--registry", folder.path("missing")}).code, 74);
  EXPECT_EQ(tocsin({"replay", "--rules", folder.write("b.yaml", "rule: x\n")}).code, 78);
  const testing::Ended explain = tocsin({"replay", "--rules", rules, "--explain"});
  EXPECT_EQ(explain.code, 2);
  EXPECT_THAT(explain.err, HasSubstr("not available"));
}

TEST(Binary, replay_output_does_not_depend_on_shards_or_where_it_comes_from) {
  const testing::Folder folder;
  const std::string rules = folder.write("a.yaml", kRule);
  const std::string events = folder.write("e.ndjson", kAlarm);
  const std::string one = tocsin({"replay", "--rules", rules, "--events", events}).out;
  EXPECT_EQ(one, tocsin({"replay", "--rules", rules, "--events", events, "--shards", "8"}).out);
  EXPECT_EQ(one, tocsin({"replay", "--rules", rules, "--events", "-"}, kAlarm).out);
  EXPECT_EQ(
      one,
      tocsin({"replay", "-c", folder.write("t.yaml", "rules: a.yaml\n"), "--events", events}).out);
}

TEST(Binary, a_reload_path_is_relative_to_the_events_file) {
  const testing::Folder folder;
  const std::string rules = folder.write("a.yaml", kRule);
  folder.write("day/other.yaml",
               "format: tocsin/1\nrule: other\nseverity: low\nfor_each: [device_id]\n"
               "match: {event: {event: smoke.alarm}}\n");
  const std::string events = folder.write(
      "day/e.ndjson",
      std::string(R"({"engine":"reload","rules":"other.yaml","arr":0})") + "\n" + kAlarm);
  EXPECT_THAT(tocsin({"replay", "--rules", rules, "--events", events}).out,
              HasSubstr("\"rule\":\"other\""));
}

TEST(Binary, output_that_cannot_be_written_is_an_io_error) {
  const std::string command = std::string(TOCSIN_BINARY) + " version >/dev/full 2>/dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 74);
}

TEST(Binary, schemas_are_json) {
  for (const char* what : {"config", "rules", "event", "alert"}) {
    const testing::Ended ended = tocsin({"schema", what});
    EXPECT_EQ(ended.code, 0);
    EXPECT_TRUE(nlohmann::json::accept(ended.out)) << what;
  }
  EXPECT_EQ(tocsin({"schema", "nothing"}).code, 2);
}

TEST(Binary, version_says_what_it_is) {
  const auto version = nlohmann::json::parse(tocsin({"version", "--json"}).out);
  EXPECT_EQ(version.at("schema"), "tocsin.version/1");
  EXPECT_EQ(version.at("rule_format"), "tocsin/1");
  EXPECT_EQ(version.at("proto"), "tocsin.v1");
}

TEST(Binary, a_log_that_is_not_there_is_an_io_error) {
  const testing::Folder folder;
  EXPECT_EQ(tocsin({"journal", "verify", folder.path("missing")}).code, 74);
  EXPECT_EQ(tocsin({"journal", "dump", folder.path("missing")}).code, 74);
  EXPECT_EQ(tocsin({"alerts", "tail", "--data", folder.path("missing")}).code, 74);
}

TEST(Binary, a_simulated_day_has_exactly_the_alerts_it_planted) {
  const testing::Folder folder;
  const testing::Ended sim =
      tocsin({"sim", "--devices", "1000", "--for", "5m", "--scenario", "duplicates,storm", "--out",
              folder.path("day.ndjson"), "--truth", folder.path("truth.ndjson"), "--write-registry",
              folder.path("registry"), "--json"});
  ASSERT_EQ(sim.code, 0) << sim.err;
  const testing::Ended replay = tocsin({"replay", "--rules", TOCSIN_SOURCE "/deploy/rules.d",
                                        "--registry", folder.path("registry"), "--events",
                                        folder.path("day.ndjson"), "--strict", "--summary"});
  ASSERT_EQ(replay.code, 0) << replay.err;
  const auto lines = testing::lines_of(replay.out);
  std::multiset<std::string> opened;
  for (const std::string& line : lines) {
    const auto alert = nlohmann::json::parse(line);
    if (alert.value("rev", 0) == 1)
      opened.insert(alert.at("rule").get<std::string>() + alert.at("key").dump());
  }
  std::multiset<std::string> planted;
  for (const std::string& line : testing::lines_of(testing::slurp(folder.path("truth.ndjson")))) {
    const auto truth = nlohmann::json::parse(line);
    planted.insert(truth.at("rule").get<std::string>() + truth.at("key").dump());
  }
  EXPECT_FALSE(planted.empty());
  EXPECT_EQ(planted, opened);
  EXPECT_EQ(nlohmann::json::parse(lines.back()).at("balanced"), true);
}

TEST(Binary, a_demo_of_no_known_city_is_a_usage_error_and_starts_nothing) {
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{"--scenario", "nope"}, {"--rate", "abc"}, {"--devices", "3"}}) {
    const testing::Ended demo = tocsin({"demo", flags[0], flags[1]});
    EXPECT_EQ(demo.code, 2) << flags[0];
    EXPECT_EQ(demo.out, "");
  }
}

TEST(Binary, an_address_flag_is_checked_like_its_key_in_the_configuration) {
  const testing::Folder folder;
  const std::string data = folder.path("data");
  const std::vector<std::string> run{"run", "--data", data, "--broker", "tcp://127.0.0.1:1"};
  const auto with = [](std::vector<std::string> args, const std::vector<std::string>& more) {
    args.insert(args.end(), more.begin(), more.end());
    return args;
  };
  for (const std::vector<std::string>& args :
       {with(run, {"--kafka", "foo"}),
        with(run, {"--kafka", "h:1,,h:2"}),
        with(run, {"--kafka", "h:0"}),
        with(run, {"--http", "foo"}),
        {"run", "--data", data, "--broker", "127.0.0.1"},
        {"run", "--data", data, "--broker", "tcp://127.0.0.1:0"},
        {"demo", "--kafka", "foo"},
        {"demo", "--http", "foo"},
        {"sim", "--broker", "127.0.0.1"},
        {"bench", "e2e", "--kafka", "dev"},
        {"bench", "e2e", "--broker", "foo"}}) {
    const testing::Ended ended = tocsin(args);
    EXPECT_EQ(ended.code, 78) << args.back();
    EXPECT_THAT(ended.err, HasSubstr("error E5003: '" + args[args.size() - 2] +
                                     "' is not an address: " + args.back()));
    EXPECT_EQ(ended.out, "");
  }
  EXPECT_FALSE(std::filesystem::exists(data)) << "refused before anything is made";
  const testing::Ended all =
      tocsin({"run", "--broker", "x", "--kafka", "y", "--http", "z", "--lang", "zh", "--json"});
  EXPECT_EQ(all.code, 78);
  EXPECT_THAT(testing::lines_of(all.err), SizeIs(3)) << "every mistake at once";
  EXPECT_THAT(all.err, HasSubstr("不是地址"));
}

TEST(Binary, why_run_does_not_start_is_said_in_words) {
  const testing::Folder folder;
  const std::string rules = folder.write("rules/smoke.yaml", kRule);
  const auto run = [&](const std::string& http) {
    return tocsin({"run", "--data", folder.path("data"), "--rules", rules, "--broker",
                   "tcp://127.0.0.1:1", "--http", http});
  };
  const testing::Ended name = run("no-such-host:80");
  EXPECT_EQ(name.code, 78);
  EXPECT_THAT(name.err, HasSubstr("HTTP cannot listen on no-such-host:80: it is not IP:PORT"));
  const testing::Ended broker = run("127.0.0.1:0");
  EXPECT_EQ(broker.code, 69);
  EXPECT_THAT(broker.err, HasSubstr("broker tcp://127.0.0.1:1: nothing answers there"));
}

TEST(Binary, what_cannot_be_read_is_not_called_ok) {
  const testing::Ended nothing = tocsin({"validate", "/no/such/file.yaml"});
  EXPECT_EQ(nothing.code, 74);
  EXPECT_EQ(nothing.out, "");
}

}  // namespace
}  // namespace tocsin::app
