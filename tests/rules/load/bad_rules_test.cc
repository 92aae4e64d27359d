// What is wrong with a rule, where, and which word was probably meant: one row per mistake.
#include <gmock/gmock.h>

#include "support.h"

namespace tocsin::rules {
namespace {

using test::brief;
using test::kHead;
using test::kRule;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct Bad {
  const char* name;
  std::string text;
  std::vector<std::string> expected;  ///< "code line:col suggestion"
};

std::string rule(const std::string& more) { return kRule + more; }  // from line 6
std::string head(const std::string& more) { return kHead + more; }  // from line 5
std::string alert(const std::string& more) {
  return kRule + "alert:\n  " + more + "\n";
}  // line 7, col 3
std::string where(const std::string& text) {  // the text begins at 7:12
  return kHead + "match:\n  event:\n    where: " + text + "\n    event: smoke.alarm\n";
}
std::string count(const std::string& more) {  // line 7
  return kHead + "match:\n  count:\n    " + more + "\n    event: smoke.alarm\n";
}
std::string all(const std::string& more) {  // line 10
  return kHead +
         "match:\n  all:\n    steps:\n      smoke: {event: smoke.alarm}\n      cam: {event: "
         "camera.detection}\n    " +
         more + "\n";
}
std::string silence(const std::string& more) {  // more: line 5
  return "format: tocsin/1\nrule: r\nseverity: low\nfor_each: [device_id]\n"
         "match: {silence: {population: {kind: k}, any_of: [smoke.alarm], missed: 3, " +
         more + "}}\n";
}
std::string sequence(const std::string& more) {  // line 10
  return kHead +
         "match:\n  sequence:\n    steps:\n      - smoke: {event: smoke.alarm}\n"
         "      - cam: {event: camera.detection}\n    " +
         more + "\n";
}
std::string sustained(const std::string& more) {  // line 5, col 21
  return kHead + "match: {sustained: {" + more + "}}\n";
}
std::string aggregate(const std::string& more) {  // line 5, col 21
  return kHead + "match: {aggregate: {" + more + "}}\n";
}
std::string steps(const std::string& list) {  // the list begins at 5:27
  return kHead + "match: {sequence: {steps: " + list + "}}\n";
}
std::string absent(const std::string& more) {  // line 8, col 15
  return kHead + "match:\n  sequence:\n    steps: [{smoke: {event: smoke.alarm}}]\n    absent: {" +
         more + "}\n";
}
std::string param(const std::string& text) {
  return kRule + "params: {p: " + text + "}\n";
}  // 6:10
std::string given(const std::string& step) {  // line 8, col 9
  return kRule + "tests:\n  - name: t\n    given: [" +
         "{t: 0s, event: smoke.alarm, device_id: D}, " + step + "]\n    expect: [{t: 0s}]\n";
}
std::string expect(const std::string& line) {  // line 9, col 14
  return kRule +
         "tests:\n  - name: t\n    given: [{t: 0s, event: smoke.alarm, device_id: D}]\n    expect: "
         "[" +
         line + "]\n";
}

const Bad kBad[] = {
    // The document.
    {"misspelt key", rule("treshold: 3\n"), {"E2103 6:1"}},
    {"misspelt known key", rule("severty: low\n"), {"E2103 6:1 severity"}},
    {"nothing but a list", "- a\n- b\n", {"E2101 1:1"}},
    {"text only", "hello\n", {"E2101 1:1"}},
    {"no format",
     "rule: r\nseverity: high\nfor_each: []\nmatch: {event: {event: smoke.alarm}}\n",
     {"E2102 1:1"}},
    {"missing three", "format: tocsin/1\nrule: r\n", {"E2102 1:1", "E2102 1:1", "E2102 1:1"}},
    {"other format",
     "format: tocsin/2\nrule: r\nseverity: low\nfor_each: []\nmatch: {event: {event: "
     "smoke.alarm}}\n",
     {"E2201 1:9 tocsin/1"}},
    {"name with capitals",
     "format: tocsin/1\nrule: Smoke\nseverity: low\nfor_each: []\nmatch: {event: {event: "
     "smoke.alarm}}\n",
     {"E2117 2:7"}},
    {"severity word",
     "format: tocsin/1\nrule: r\nseverity: hihg\nfor_each: []\nmatch: {event: {event: "
     "smoke.alarm}}\n",
     {"E2116 3:11 high"}},
    {"mode word", rule("mode: shadwo\n"), {"E2116 6:7 shadow"}},
    {"title in a third language", rule("title: {en: A, fr: B}\n"), {"E2103 6:16"}},
    {"empty title", rule("title: \"\"\n"), {"E2104 6:8"}},
    {"title is a list", rule("title: [a]\n"), {"E2101 6:8"}},
    {"value missing", rule("owner:\n"), {"E2104 6:1"}},
    {"duplicate key", rule("owner: a\nowner: b\n"), {"E1009 7:1"}},
    {"for_each is text",
     "format: tocsin/1\nrule: r\nseverity: low\nfor_each: device_id\nmatch: {event: {event: "
     "smoke.alarm}}\n",
     {"E2101 4:11"}},
    {"for_each twice the same",
     "format: tocsin/1\nrule: r\nseverity: low\nfor_each: [device_id, device_id]\nmatch: {event: "
     "{event: smoke.alarm}}\n",
     {"E2107 4:23"}},
    {"for_each of no such field",
     "format: tocsin/1\nrule: r\nseverity: low\nfor_each: [loc.bulding]\nmatch: {event: {event: "
     "smoke.alarm}}\n",
     {"E2205 4:12 loc.building"}},
    {"for_each with e.",
     "format: tocsin/1\nrule: r\nseverity: low\nfor_each: [e.loc.zone]\nmatch: {event: {event: "
     "smoke.alarm}}\n",
     {"E2205 4:12 loc.zone"}},
    {"for_each field of one type only",
     "format: tocsin/1\nrule: r\nseverity: low\nfor_each: [label]\nmatch: {event: {event: "
     "[camera.detection, smoke.clear]}}\n",
     {"E2205 4:12 late"}},
    {"key of two types",
     "format: tocsin/1\nrule: r\nseverity: low\nfor_each: [state]\nmatch: {event: {event: "
     "[gate.state, gate.count]}}\n",
     {"E2214 4:12"}},

    // What this version does not have.
    {"inhibits outside of alert", rule("inhibits: [other]\n"), {"E2103 6:1"}},
    {"inhibits an unknown rule", alert("inhibits: [other]"), {"E2261 7:14"}},
    {"inhibits itself", alert("inhibits: [r]"), {"E2262 7:14"}},
    {"inhibits nobody", alert("inhibits: []"), {"E2106 7:13"}},
    {"roll_up without the rest", alert("roll_up: {by: loc.site}"), {"E2102 7:3", "E2102 7:3"}},
    {"roll_up without a threshold",
     alert("roll_up: {by: loc.site, when: {within: 5m}, as: many}"),
     {"E2266 7:27"}},
    {"roll_up with two thresholds",
     alert("roll_up: {by: loc.site, when: {within: 5m, at_least: 2, share: 0.5}, as: many}"),
     {"E2266 7:27"}},
    {"roll_up by a share above one",
     alert("roll_up: {by: loc.site, when: {within: 5m, share: 1.5}, as: many}"),
     {"E2115 7:53"}},
    {"roll_up by what is no share",
     alert("roll_up: {by: loc.site, when: {within: 5m, share: half}, as: many}"),
     {"E2113 7:53"}},
    {"roll_up by an unknown field",
     alert("roll_up: {by: loc.sit, when: {within: 5m, at_least: 2}, as: many}"),
     {"E2205 7:17 loc.site"}},
    {"roll_up that is no name",
     alert("roll_up: {by: loc.site, when: {within: 5m, at_least: 2}, as: Too Many}"),
     {"E2117 7:64"}},
    {"roll_up with the name of a rule",
     alert("roll_up: {by: loc.site, when: {within: 5m, at_least: 2}, as: r}"),
     {"E2202 7:64"}},
    {"a share of nothing the registry knows",
     alert("roll_up: {by: device_id, when: {within: 5m, share: 0.5}, as: many}"),
     {"E2267 7:54"}},
    {"carry of what is not there", rule("carry: all\n"), {"E2116 6:8"}},
    {"quiet_hours without an action", alert("quiet_hours: {calendar: c}"), {"E2102 7:3"}},
    {"latest in a condition", where("\"latest.fan.on\""), {"E3101 7:13"}},
    {"latest that is nothing", rule("latest: {}\n"), {"E2106 6:9"}},
    {"a cell without an age", rule("latest: {cam: {event: camera.detection}}\n"), {"E2102 6:10"}},
    {"a cell's misspelt key",
     rule("latest: {cam: {event: camera.detection, maxage: 5s}}\n"),
     {"E2102 6:10", "E2103 6:41 max_age"}},
    {"a cell's unknown field",
     kHead + "latest: {cam: {event: camera.detection, max_age: 5s}}\n"
             "match: {event: {event: smoke.alarm, where: latest.cam.lable == 'flame'}}\n",
     {"E3101 6:44 latest.cam.label"}},
    {"a cell's default of another kind",
     rule("latest: {cam: {event: camera.detection, max_age: 5s, if_missing: {label: 3}}}\n"),
     {"E2101 6:74"}},
    {"a cell's default for no field",
     rule("latest: {cam: {event: camera.detection, max_age: 5s, if_missing: {lable: x}}}\n"),
     {"E2205 6:67 label"}},
    {"a cell's if_missing word",
     rule("latest: {cam: {event: camera.detection, max_age: 5s, if_missing: eror}}\n"),
     {"E2116 6:66 error"}},
    {"a cell that reads a cell",
     rule("latest:\n  a: {event: meter, max_age: 5s}\n"
          "  b: {event: meter, where: latest.a.value > 1, max_age: 5s}\n"),
     {"E3101 8:28 e.value"}},
    {"latest in or_event",
     kRule + "latest: {a: {event: meter, max_age: 5s}}\n"
             "alert: {resolve: {or_event: {event: smoke.clear, where: latest.a.value > 1}}}\n",
     {"E3101 7:57"}},
    {"alerts of an unknown rule",
     head("match: {event: {event: alert.smoke-alarm}}\n"),
     {"E2204 5:24"}},
    {"its own alerts", head("match: {event: {event: alert.r}}\n"), {"E2262 5:24"}},
    {"an alert in a test", given("{t: 1s, event: alert.r, device_id: D}"), {"E2561 8:71"}},
    {"calendar in a condition", where("\"e.level > 1.0 && in_calendar('night')\""), {"E2305 7:42"}},

    // The form.
    {"no form", head("match: {}\n"), {"E2203 5:1"}},
    {"two forms",
     head("match:\n  event: {event: smoke.alarm}\n  count: {event: smoke.alarm, at_least: 2, "
          "within: 5s}\n"),
     {"E2203 7:3"}},
    {"misspelt form", head("match: {cuont: {}}\n"), {"E2103 5:9 count"}},
    {"event without event", head("match: {event: {where: \"true\"}}\n"), {"E2102 5:9"}},
    {"unknown type", head("match: {event: {event: smoke.alram}}\n"), {"E2204 5:24 smoke.alarm"}},
    {"unknown type in a list",
     head("match: {event: {event: [smoke.clear, smok.alarm]}}\n"),
     {"E2204 5:38 smoke.alarm"}},
    {"no type in the list", head("match: {event: {event: []}}\n"), {"E2106 5:24"}},
    {"type twice", head("match: {event: {event: [smoke.clear, smoke.clear]}}\n"), {"E2107 5:38"}},
    {"count without window", count("at_least: 2"), {"E2102 6:3"}},
    {"window without unit", count("at_least: 2\n    within: 60"), {"E2111 8:13 60s"}},
    {"window of words", count("at_least: 2\n    within: soon"), {"E2111 8:13"}},
    {"at_least nothing", count("at_least: 0\n    within: 5s"), {"E2115 7:15"}},
    {"at_least a half", count("at_least: 1.5\n    within: 5s"), {"E2112 7:15"}},
    {"at_least beyond memory", count("at_least: 10001\n    within: 5s"), {"E2213 7:15"}},
    {"distinct of no such field",
     count("at_least: 2\n    within: 5s\n    distinct: [devce_id]"),
     {"E2205 9:16 device_id"}},
    {"one step",
     head("match: {all: {steps: {a: {event: smoke.alarm}}, within: 5s}}\n"),
     {"E2211 5:15"}},
    {"step name reserved",
     head(
         "match: {all: {steps: {e: {event: smoke.alarm}, b: {event: smoke.clear}}, within: 5s}}\n"),
     {"E2207 5:23"}},
    {"step name with a dash",
     head("match: {all: {steps: {a-b: {event: smoke.alarm}, b: {event: smoke.clear}}, within: "
          "5s}}\n"),
     {"E2117 5:23"}},
    {"step empty",
     head("match: {all: {steps: {a: , b: {event: smoke.clear}}, within: 5s}}\n"),
     {"E2104 5:23"}},
    {"keep too many", all("within: 5s\n    keep: 1000"), {"E2115 11:11"}},
    {"same_event a word", all("within: 5s\n    same_event: ture"), {"E2114 11:17 true"}},
    // silence
    {"silence of nothing",
     head("match: {silence: {}}\n"),
     {"E2102 5:9", "E2102 5:9", "E2102 5:9", "E2241 5:9"}},
    {"silence with two intervals",
     silence("interval: 1h, interval_field: device.heartbeat_interval_s"),
     {"E2241 5:90"}},
    {"an interval_field that the registry has not",
     silence("interval_field: device.interval"),
     {"E2116 5:92"}},
    {"a jitter above all", silence("interval: 1h, jitter: 2"), {"E2115 5:98"}},
    {"on_first_event without silence", alert("resolve: {on_first_event: true}"), {"E2243 7:29"}},

    // sequence
    {"sequence without steps", steps("[]"), {"E2221 5:20"}},
    {"sequence of one step", steps("[{a: {event: smoke.alarm}}]"), {"E2221 5:20"}},
    {"steps of a sequence as a map",
     steps("{a: {event: smoke.alarm}, b: {event: smoke.clear}}"),
     {"E2222 5:27"}},
    {"two steps behind one dash",
     steps("[{a: {event: smoke.alarm}, b: {event: smoke.clear}}, {c: {event: meter}}]"),
     {"E2222 5:28"}},
    {"a word for a step", steps("[a, {b: {event: smoke.clear}}]"), {"E2222 5:28"}},
    {"a step twice",
     steps("[{a: {event: smoke.alarm}}, {a: {event: smoke.clear}}]"),
     {"E2107 5:56"}},
    {"absent as a step",
     steps("[{a: {event: smoke.alarm}}, {absent: {event: smoke.clear, within: 5s}}]"),
     {"E2223 5:56"}},
    {"a step's misspelt key",
     steps("[{a: {event: smoke.alarm}}, {b: {evnt: smoke.clear}}]"),
     {"E2102 5:56", "E2103 5:60 event"}},
    {"a step of a sequence empty", steps("[{a: {event: smoke.alarm}}, {b: }]"), {"E2104 5:56"}},
    {"a step's reserved name",
     steps("[{e: {event: smoke.alarm}}, {b: {event: smoke.clear}}]"),
     {"E2207 5:29"}},
    {"a sequence's misspelt key", sequence("untill: {event: smoke.clear}"), {"E2103 10:5 until"}},
    {"until without an event", sequence("until: {where: \"true\"}"), {"E2102 10:5"}},
    {"until is a word", sequence("until: smoke.clear"), {"E2101 10:12"}},
    {"until of an unknown type",
     sequence("until: {event: smoke.cleer}"),
     {"E2204 10:20 smoke.clear"}},
    {"within and max_wait", sequence("within: 5s\n    max_wait: 1h"), {"E2224 11:5"}},
    {"after_match word", sequence("after_match: keep_ancor"), {"E2116 10:18 keep_anchor"}},
    {"a join of an unknown step",
     sequence("join: smoke.level > came.confidence"),
     {"E3101 10:25 cam.confidence"}},
    {"keep of a sequence", sequence("keep: 0"), {"E2115 10:11"}},
    {"absent without a window", absent("event: smoke.clear"), {"E2102 8:5"}},
    {"absent's misspelt key",
     absent("event: smoke.clear, within: 5s, lookback: 5s"),
     {"E2103 8:46 look_back"}},
    {"absent's window without a unit",
     absent("event: smoke.clear, within: 60"),
     {"E2111 8:42 60s"}},
    {"absent's unknown field",
     absent("event: smoke.alarm, where: e.levl > 1.0, within: 5s"),
     {"E3101 8:41 e.level"}},
    {"if_source_down word",
     absent("event: smoke.clear, within: 5s, if_source_down: hlod"),
     {"E2116 8:62 hold"}},
    {"hold_max that holds nothing",
     absent("event: smoke.clear, within: 5s, if_source_down: fire, hold_max: 1m"),
     {"E2225 8:68"}},
    {"absent of a type without the key",
     "format: tocsin/1\nrule: r\nseverity: high\nfor_each: [label]\nmatch:\n  sequence:\n    "
     "steps: [{a: {event: camera.detection}}]\n    absent: {event: smoke.clear, within: 5s}\n",
     {"E2205 4:12 late"}},
    // sustained
    {"sustained without its times",
     sustained("event: meter, holds: e.value > 3"),
     {"E2102 5:9", "E2102 5:9"}},
    {"sustained's condition is a number",
     sustained("event: meter, holds: e.value, for: 1m, max_gap: 1m"),
     {"E3105 5:42"}},
    {"sustained breaks on an unknown field",
     sustained("event: meter, holds: e.value > 3, breaks: e.valu < 1, for: 1m, max_gap: 1m"),
     {"E3101 5:63 e.value"}},
    {"on_gap word",
     sustained("event: meter, holds: e.value > 3, for: 1m, max_gap: 1m, on_gap: pouse"),
     {"E2116 5:85 pause"}},
    {"also_on a sample",
     sustained("event: meter, holds: e.value > 3, for: 1m, max_gap: 1m, also_on: [meter]"),
     {"E2232 5:87"}},
    {"also_on an unknown type",
     sustained("event: meter, holds: e.value > 3, for: 1m, max_gap: 1m, also_on: metre"),
     {"E2204 5:86 meter"}},
    {"sustained's misspelt key",
     sustained("event: meter, holds: e.value > 3, for: 1m, max_gap: 1m, breask: e.value < 1"),
     {"E2103 5:77 breaks"}},
    // aggregate
    {"aggregate without a threshold",
     aggregate("event: meter, value: e.value, fn: avg, window: 1m"),
     {"E2226 5:9"}},
    {"aggregate with two thresholds",
     aggregate("event: meter, value: e.value, fn: avg, window: 1m, over: 3, under: 1"),
     {"E2226 5:81"}},
    {"aggregate of text",
     aggregate("event: meter, value: e.unit, fn: avg, window: 1m, over: 3"),
     {"E2229 5:42"}},
    {"aggregate without a value",
     aggregate("event: meter, fn: avg, window: 1m, over: 3"),
     {"E2230 5:9"}},
    {"aggregate counts values",
     aggregate("event: meter, value: e.value, fn: count, window: 1m, over: 3"),
     {"E2230 5:35"}},
    {"aggregate's function",
     aggregate("event: meter, value: e.value, fn: mean, window: 1m, over: 3"),
     {"E2116 5:55"}},
    {"aggregate over no time",
     aggregate("event: meter, value: e.value, fn: avg, window: 0s, over: 3"),
     {"E2228 5:68"}},
    {"aggregate's threshold is text",
     aggregate("event: meter, value: e.value, fn: avg, window: 1m, over: \"'3'\""),
     {"E2229 5:78"}},
    {"aggregate's threshold reads the event",
     aggregate("event: meter, value: e.value, fn: avg, window: 1m, over: e.value"),
     {"E3101 5:78"}},
    {"aggregate clears above over",
     aggregate("event: meter, value: e.value, fn: avg, window: 1m, over: 3, clear: 4"),
     {"E2227 5:88"}},
    {"aggregate clears below under",
     aggregate("event: meter, value: e.value, fn: avg, window: 1m, under: 3, clear: 2"),
     {"E2227 5:89"}},
    {"aggregate wants more samples than are kept",
     aggregate("event: meter, value: e.value, fn: avg, window: 1m, over: 3, min_samples: 20000"),
     {"E2213 5:94"}},
    {"breaks_for without a condition",
     kRule + "alert: {resolve: {breaks_for: 1m}}\n",
     {"E2231 6:31"}},
    {"value of a form that measures nothing",
     kRule + "alert: {summary: \"{{value}}\"}\n",
     {"E3101 6:21"}},
    {"same_event yes", all("within: 5s\n    same_event: yes"), {"E1010 11:17 true"}},

    // Conditions.
    {"empty condition", where("\"\""), {"E2104 7:12"}},
    {"blank condition", where("\"  \""), {"E2104 7:12"}},
    {"tag trap", where("!e.test_mode"), {"E1005 7:12"}},
    {"unknown field", where("\"e.levle > 1.0\""), {"E3101 7:13 e.level"}},
    {"unknown field after wide characters",
     where("\"e.device_id == '烟雾' && e.levle > 1.0\""),
     {"E3101 7:36 e.level"}},
    {"unknown field, plain", where("e.test_mode || e.levle > 1.0"), {"E3101 7:27 e.level"}},
    {"unknown field, plain over two lines",
     where("e.test_mode ||\n      e.levle > 1.0"),
     {"E3101 8:7 e.level"}},
    {"unknown field, literal block",
     where("|\n      e.test_mode\n      || e.levle > 1.0"),
     {"E3101 9:10 e.level"}},
    {"unknown field, folded block",
     where(">-\n      e.test_mode\n      || e.levle > 1.0"),
     {"E3101 9:10 e.level"}},
    {"unknown field behind escapes",
     where("\"e.device_id == \\\"a\\\" && e.levle > 1.0\""),
     {"E3101 7:37 e.level"}},
    {"unknown parameter",
     where("\"e.level > params.mn\"") + "params: {min: {value: 1}}\n",
     {"E3101 7:23 params.min"}},
    {"no boolean", where("\"e.level\""), {"E3105 7:13"}},
    {"syntax", where("\"e.level > \""), {"E3006 7:23"}},
    {"two mistakes in two places",
     where("\"e.levle > 1.0 && e.temprature > 2.0\""),
     {"E3101 7:13 e.level", "E3101 7:30 e.temperature"}},
    {"text compared with a number", where("\"e.level > 'high'\""), {"E3104 7:13"}},
    {"a step in a step's condition",
     head("match: {all: {steps: {a: {event: smoke.alarm, where: \"b.level > 1.0\"}, b: {event: "
          "smoke.alarm}}, within: 5s}}\n"),
     {"E3101 5:55 e.level"}},
    {"field of one listed type only",
     head("match: {event: {event: [smoke.alarm, smoke.clear], where: \"e.level > 1.0\"}}\n"),
     {"E3101 5:60"}},
    {"join of no step",
     all("within: 5s\n    join: \"smoke.loc.zone == cam.loc.zoen\""),
     {"E3101 11:30 cam.loc.zone"}},
    {"join function's argument",
     all("within: 5s\n    join: \"adjacent(smoke.loc.zone, 3)\""),
     {"E3103 11:12"}},

    // Parameters.
    {"parameter not a map", param("3"), {"E2101 6:13"}},
    {"parameter without value", param("{unit: m}"), {"E2102 6:10"}},
    {"parameter's key", param("{value: 3, mx: 4}"), {"E2103 6:24 max"}},
    {"parameter above", param("{value: 30, max: 10}"), {"E2209 6:21"}},
    {"parameter below", param("{value: 0.1, min: 0.5}"), {"E2209 6:21"}},
    {"bounds crossed", param("{value: 3, min: 9, max: 1}"), {"E2210 6:10"}},
    {"bound of another kind", param("{value: 3, min: 5s}"), {"E2208 6:29"}},
    {"list of two kinds", param("{value: [1, a]}"), {"E2208 6:25"}},
    {"parameter's name", kRule + "params: {Max: {value: 1}}\n", {"E2117 6:10"}},

    // The alert.
    {"identity beyond the key", alert("identity: [loc.building]"), {"E2206 7:14"}},
    {"template not closed", alert("summary: \"a {{count\""), {"E2401 7:15"}},
    {"template empty", alert("summary: \"a {{ }}\""), {"E2402 7:15"}},
    {"template's name",
     alert("summary: {en: \"{{cuont}}\", zh: \"烟 {{coun}}\"}"),
     {"E3101 7:20 count", "E3101 7:39 count"}},
    {"attach name", alert("attach: [e.level, e.temp]"), {"E3101 7:21"}},
    {"update_on word", alert("update_on: [cuont]"), {"E2116 7:15 count"}},
    {"escalate not a list",
     alert("escalate: {when: \"count > 2\", severity: critical}"),
     {"E2101 7:13"}},
    {"escalate without severity", alert("escalate: [{when: \"count > 2\"}]"), {"E2102 7:15"}},
    {"escalate on a step",
     kRule + "alert: {escalate: [{when: \"smoke.level > 1.0\", severity: critical}]}\n",
     {"E3101 6:28 e.level"}},
    {"resolve never", alert("resolve: {}"), {"E2106 7:3"}},
    {"resolve unknown", alert("resolve: {quiet: 5m}"), {"E2103 7:13"}},
    {"resolve without unit", alert("resolve: {quiet_for: 600}"), {"E2111 7:24 600s"}},
    {"or_event has no identity",
     kHead.substr(0, kHead.find("for_each")) +
         "for_each: [label]\nmatch: {event: {event: camera.detection}}\nalert: {resolve: "
         "{or_event: {event: panel.operation}}}\n",
     {"E2205 6:37"}},
    {"or_event's condition",
     alert("resolve: {or_event: {event: panel.operation, where: \"e.opp == 'reset'\"}}"),
     {"E3101 7:56 e.op"}},
    {"rearm word", alert("rearm: after_resovle"), {"E2116 7:10 after_resolve"}},
    {"rearm key", alert("rearm: {afer: 30m}"), {"E2103 7:11 after", "E2102 7:11"}},

    // Limits.
    {"fire with little memory",
     rule("category: fire\nlimits: {max_evidence: 10}\n"),
     {"E2212 7:24"}},
    {"fire with few candidates",
     all("within: 5s\n    keep: 4") + "category: fire\n",
     {"E2212 11:11"}},
    {"no such limit", rule("limits: {max_key: 10}\n"), {"E2103 6:10 max_keys"}},

    // Tests.
    {"test without name",
     rule("tests:\n  - given: []\n    expect: []\n    must_reach: evaluated\n"),
     {"E2102 7:5", "E2106 7:12"}},
    {"tests not a list", rule("tests: {name: a}\n"), {"E2101 6:8"}},
    {"step without t", given("{event: smoke.alarm, device_id: D}"), {"E2102 8:57"}},
    {"step without t after others", given("{t: 5s, engine: tick}, {engine: tick}"), {"E2102 8:80"}},
    {"step of no kind", given("{t: 1s, device_id: D}"), {"E2501 8:57"}},
    {"step with a map as its event", given("{t: 1s, event: {type: smoke.alarm}}"), {"E2101 8:71"}},
    {"step of two kinds", given("{t: 1s, event: smoke.alarm, engine: restart}"), {"E2501 8:57"}},
    {"step of unknown type",
     given("{t: 1s, event: smoke.alrm, device_id: D}"),
     {"E2204 8:71 smoke.alarm"}},
    {"step with unknown field",
     given("{t: 1s, event: smoke.alarm, device_id: D, levle: 3}"),
     {"E2103 8:98 level"}},
    {"step with a number as id",
     given("{t: 1s, event: smoke.alarm, device_id: 12}"),
     {"E2502 8:95"}},
    {"step with text as level",
     given("{t: 1s, event: smoke.alarm, device_id: D, level: high}"),
     {"E2502 8:105"}},
    {"step with a negative count",
     given("{t: 1s, event: meter, device_id: D, total: -1}"),
     {"E2502 8:99"}},
    {"step with a word the type lacks",
     given("{t: 1s, event: gate.state, device_id: D, state: opne}"),
     {"E2116 8:104 open"}},
    {"step with a boolean in words",
     given("{t: 1s, event: smoke.alarm, device_id: D, test_mode: yes}"),
     {"E1010 8:109 true"}},
    {"step without device", given("{t: 1s, event: smoke.alarm}"), {"E2102 8:64"}},
    {"steps out of order", given("{t: 5s, engine: tick}, {t: 4s, engine: tick}"), {"E2503 8:83"}},
    {"a command there is not",
     given("{t: 1s, command: {verb: ack, key: {device_id: D}}}"),
     {"E2116 8:80"}},
    {"a command without its key", given("{t: 1s, command: {verb: close}}"), {"E2102 8:64"}},
    {"engine word", given("{t: 5s, engine: restrat}"), {"E2116 8:72 restart"}},
    {"gateway without state", given("{t: 5s, engine: gateway, id: g1}"), {"E2506 8:72"}},
    {"tick with a stray key", given("{t: 5s, engine: tick, rules: x}"), {"E2103 8:78"}},
    {"expected field", expect("{t: 0s, stat: firing}"), {"E2103 9:22 state"}},
    {"expected state", expect("{state: fired}"), {"E2116 9:22"}},
    {"expected reason", expect("{reason: quite}"), {"E2116 9:23 quiet"}},
    {"expected severity", expect("{severity: hgih}"), {"E2116 9:25 high"}},
    {"expected count in words", expect("{count: two}"), {"E2112 9:22"}},
    {"expected flag", expect("{late: 1}"), {"E2114 9:21"}},
    {"must_reach a step that is none",
     kRule +
         "tests: [{name: a, given: [{t: 0s, engine: tick}], expect: [], must_reach: evalated}]\n",
     {"E2505 6:75 evaluated"}},
};

class BadRule : public ::testing::TestWithParam<Bad> {};

TEST_P(BadRule, IsRefusedAtItsPlace) {
  const Loaded loaded = test::load_text(GetParam().text);
  EXPECT_EQ(loaded.rules, nullptr);
  EXPECT_THAT(brief(loaded.diagnostics), ElementsAreArray(GetParam().expected)) << GetParam().text;
  for (const Diagnostic& d : loaded.diagnostics) {
    EXPECT_FALSE(d.message_en.empty()) << d.code;
    EXPECT_FALSE(d.message_zh.empty()) << d.code;
    EXPECT_EQ(d.file, "r.yaml");
    EXPECT_GE(d.end_col, d.col) << d.code;
    EXPECT_FALSE(d.source_line.empty()) << d.code;
  }
}

std::string test_name(const ::testing::TestParamInfo<Bad>& info) {
  std::string name;
  for (const char c : std::string(info.param.name)) {
    name += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
  }
  return name;
}
INSTANTIATE_TEST_SUITE_P(Table, BadRule, ::testing::ValuesIn(kBad), test_name);

TEST(BadRules, TheContractsExampleReadsAsPromised) {
  const Loaded loaded = test::load_text(kRule + "treshold: 3\n", "rules.d/smoke.yaml");
  ASSERT_THAT(loaded.diagnostics, SizeIs(1));
  EXPECT_EQ(
      render(loaded.diagnostics[0], Language::en, false),
      "rules.d/smoke.yaml:6:1: error E2103: unknown field 'treshold'\n  treshold: 3\n  ^~~~~~~~\n"
      "  next: known here: format, rule, title, owner, severity, category, mode, for_each, params, "
      "latest, match, alert, limits, tests, carry\n");
}

TEST(BadRules, AllFaultsOfAllFilesComeInOneRun) {
  const Loaded loaded =
      load({{"a.yaml", kRule + "onwer: x\nmodus: y\n"},
            {"b.yaml", "rule: b\n---\nformat: tocsin/1\n  bad: 1\n---\nformat: tocsin/3\n"}},
           test::catalogue());
  std::vector<std::string> lines;
  for (const Diagnostic& d : loaded.diagnostics) lines.push_back(d.file + " " + brief({d})[0]);
  EXPECT_THAT(lines,
              ElementsAre("a.yaml E2103 6:1 owner", "a.yaml E2103 7:1 mode", "b.yaml E2102 1:1",
                          "b.yaml E2102 1:1", "b.yaml E2102 1:1", "b.yaml E2102 1:1",
                          "b.yaml E1001 4:6", "b.yaml E2102 6:1", "b.yaml E2102 6:1",
                          "b.yaml E2102 6:1", "b.yaml E2102 6:1", "b.yaml E2201 6:9 tocsin/1"));
}

TEST(BadRules, TwoRulesOfOneNameAreRefusedWithThePlaceOfTheFirst) {
  const Loaded loaded = load({{"a.yaml", kRule}, {"b.yaml", kRule}}, test::catalogue());
  ASSERT_THAT(brief(loaded.diagnostics), ElementsAre("E2202 2:7"));
  EXPECT_EQ(loaded.diagnostics[0].file, "b.yaml");
  EXPECT_THAT(loaded.diagnostics[0].message_en, HasSubstr("a.yaml:2"));
}

TEST(BadRules, AFaultForSeveralTypesIsToldOnce) {
  const Loaded loaded = test::load_text(kHead +
                                        "match: {event: {event: [smoke.alarm, smoke.clear, "
                                        "camera.detection], where: \"e.nothing == 1\"}}\n");
  ASSERT_THAT(brief(loaded.diagnostics), SizeIs(1));
  EXPECT_THAT(loaded.diagnostics[0].next_step_en, HasSubstr("smoke.alarm"));
}

TEST(BadRules, AFieldThatOnlySomeTypesHaveIsExplainedInTemplates) {
  const Loaded loaded = test::load_text(
      kHead +
      "match: {event: {event: [smoke.alarm, smoke.clear]}}\nalert: {summary: \"{{e.level}}\"}\n");
  ASSERT_THAT(brief(loaded.diagnostics), ElementsAre("E3101 6:21"));
  EXPECT_THAT(loaded.diagnostics[0].next_step_en, HasSubstr("not every event type"));
}

TEST(BadBundles, FaultsOfTheBundleFile) {
  const auto faults = [](const std::string& bundle) {
    return brief(test::load_bundle(bundle, kRule).diagnostics);
  };
  EXPECT_THAT(faults("event_type: {}\n"), ElementsAre("E2103 1:1 event_types"));
  EXPECT_THAT(faults("event_types: {smoke.alrm: {lateness: 5s}}\n"),
              ElementsAre("E2204 1:15 smoke.alarm"));
  EXPECT_THAT(faults("event_types: {smoke.alarm: {latenes: 5s}}\n"),
              ElementsAre("E2103 1:29 lateness"));
  EXPECT_THAT(faults("event_types: {smoke.alarm: {lateness: 5}}\n"), ElementsAre("E2111 1:39 5s"));
  EXPECT_THAT(faults("event_types: {smoke.alarm: {repeat: {within: 5s}}}\n"),
              ElementsAre("E2102 1:29"));
  EXPECT_THAT(faults("event_types: {smoke.alarm: {repeat: {by: [lvel], within: 5s}}}\n"),
              ElementsAre("E2205 1:43 level"));
  EXPECT_THAT(faults("conditions: {count: \"true\"}\n"), ElementsAre("E2207 1:14"));
  EXPECT_THAT(faults("conditions: {a-b: \"true\"}\n"), ElementsAre("E2117 1:14"));
  EXPECT_THAT(faults("conditions: {a: \"\"}\n"), ElementsAre("E2104 1:17"));
  EXPECT_THAT(faults("limits: {max_keys: 0}\n"), ElementsAre("E2115 1:20"));
  EXPECT_THAT(faults("format: tocsin/9\n"), ElementsAre("E2201 1:9 tocsin/1"));
  EXPECT_THAT(faults("limits: {}\n---\nlimits: {}\n"), ElementsAre("E1015 3:1"));
}

TEST(BadBundles, AFireRuleIsNotLeftWithLessByTheBundle) {
  const Loaded loaded = test::load_bundle("limits: {max_keys: 5000}\n", kRule + "category: fire\n");
  ASSERT_THAT(brief(loaded.diagnostics), ElementsAre("E2212 1:20"));
  EXPECT_EQ(loaded.diagnostics[0].file, "rules.d/bundle.yaml");
  EXPECT_EQ(brief(test::load_bundle("limits: {max_keys: 5000}\n", kRule).diagnostics).size(), 0U);
}

TEST(BadBundles, ASecondBundleFileIsRefused) {
  const Loaded loaded = load({{"a/bundle.yaml", "limits: {}\n"}, {"b/bundle.yaml", "limits: {}\n"}},
                             test::catalogue());
  EXPECT_THAT(brief(loaded.diagnostics), ElementsAre("E2301 1:1"));
}

TEST(BadBundles, AnErrorInAConditionIsShownWhereItIsUsed) {
  const Loaded loaded = test::load_bundle(
      "conditions: {hot: \"e.levle > 1.0\"}\n",
      kHead + "match: {event: {event: smoke.alarm, where: \"!e.test_mode && hot\"}}\n");
  ASSERT_THAT(brief(loaded.diagnostics), ElementsAre("E3101 5:61 e.level"));
  EXPECT_EQ(loaded.diagnostics[0].end_col, 64U);
  EXPECT_THAT(loaded.diagnostics[0].next_step_en, HasSubstr("condition 'hot'"));
}

TEST(BadTestFiles, TheRuleMustExist) {
  const Loaded loaded =
      load({{"r.yaml", kRule}, {"r.test.yaml", "rule: s\ntests: []\n---\nrule: rr\ntests: []\n"}},
           test::catalogue());
  EXPECT_THAT(brief(loaded.diagnostics), ElementsAre("E2504 1:7 r", "E2504 4:7 r"));
}

}  // namespace
}  // namespace tocsin::rules
