#include "rules/load/code_help.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 5> kSmallRule{"format: tocsin/1", "rule: demo",
                                                     "severity: high", "for_each: [device_id]",
                                                     "match: {event: {event: smoke.alarm}}"};

// Whether the example has a line of its own for the key of `line`.
bool replaces(std::string_view example, std::string_view line) {
  const std::string_view key = line.substr(0, line.find(':') + 1);
  return example.starts_with(key) || example.find(std::string("\n").append(key)) != example.npos;
}

}  // namespace

// One row per code; new codes come here.
// clang-format off
std::span<const CodeHelp> all_code_help() {
  using enum ExampleKind;
  static constexpr CodeHelp kHelp[] = {
    {"E1001", "YAML could not be read here. Most often a text holds ': ' or a bracket and has no quotes.", "此处无法按 YAML 读取，多半是文本中含有 ': ' 或括号而没有加引号。", rule, "owner: fire: ops", "owner: \"fire: ops\""},
    {"E1002", "Rule files are UTF-8. Bytes of another encoding would turn into other words.", "规则文件必须是 UTF-8 编码，否则文字会变成乱码。"},
    {"E1003", "A control character cannot be seen in an editor and is never meant.", "控制字符在编辑器中不可见，不会是有意写入的。"},
    {"E1004", "A tab has no fixed width, so indentation with tabs says nothing certain.", "制表符宽度不定，无法表示确定的缩进。", rule, "owner:\tops", "owner: ops"},
    {"E1005", "A leading '!' is a tag in YAML: the condition would be lost and always be true.", "YAML 中行首的 '!' 是标签，条件会丢失并恒为真。", rule, "match: {event: {event: smoke.alarm, where: !e.test_mode}}", "match: {event: {event: smoke.alarm, where: \"!e.test_mode\"}}"},
    {"E1006", "Anchors make one line change others far away; rules say everything where it is used.", "锚点会让一处修改影响别处，规则要求在使用处直接写明。", rule, "owner: &o ops", "owner: ops"},
    {"E1007", "An alias takes its value from elsewhere; rules say everything where it is used.", "别名的值来自别处，规则要求在使用处直接写明。", rule, "owner: *o", "owner: ops"},
    {"E1008", "A merge key copies keys from elsewhere; write them out.", "合并键会从别处复制内容，请逐一写出。", rule, "params: {p: {<<: {max: 9}, value: 1}}", "params: {p: {value: 1}}"},
    {"E1009", "Of two values of one key only one could hold.", "同一个键写了两次，只能有一个生效。", rule, "owner: a\nowner: b", "owner: a"},
    {"E1010", "yes, no, on and off are booleans to some YAML readers and text to others.", "yes、no、on、off 在不同解析器中含义不同。", rule, "owner: yes", "owner: \"yes\""},
    {"E1011", "Nesting is bounded, so that no file can exhaust the reader.", "嵌套层数有上限，防止文件耗尽解析器资源。"},
    {"E1012", "The size of a file is bounded, so that no file can exhaust the reader.", "文件大小有上限，防止文件耗尽解析器资源。"},
    {"E1013", "Directives such as %YAML change how the rest is read.", "%YAML 之类的指令会改变其余内容的读法。", file, "%YAML 1.2\n---\nrule: r\n", "format: tocsin/1\nrule: r\nseverity: high\nfor_each: [device_id]\nmatch: {event: {event: smoke.alarm}}\n"},
    {"E1014", "A key is one word, never a list or a map.", "键必须是一个词，不能是列表或映射。", rule, "params: {[a]: {value: 2}, b: {value: 1}}", "params: {a: {value: 1}}"},
    {"E1015", "A bundle.yaml and a tocsin.yaml hold one document.", "bundle.yaml 和 tocsin.yaml 只能包含一个文档。", bundle, "limits: {}\n---\nlimits: {}\n", "limits: {max_keys: 200000}\n"},
    {"E1016", "The list of problems of one file is cut; correct the first ones and run again.", "单个文件的问题列表已截断，请先改正前面的再重试。"},
    {"E2101", "A value has the wrong shape: text, a list or a map was needed.", "值的形式不对：需要文本、列表或映射。", rule, "for_each: device_id", "for_each: [device_id]"},
    {"E2102", "A field without a default is missing.", "缺少没有默认值的字段。", rule, "match: {count: {event: smoke.alarm, at_least: 2}}", "match: {count: {event: smoke.alarm, at_least: 2, within: 60s}}"},
    {"E2103", "No field has this name here. Unknown fields are refused, because a misspelt one would silently do nothing.", "此处没有这个字段。未知字段会被拒绝，否则拼错的字段会悄悄失效。", rule, "severty: low", "severity: low"},
    {"E2104", "A key without a value says nothing.", "没有值的键没有意义。", rule, "owner:", "owner: ops"},
    {"E2105", "The word belongs to the language but this version does not do it yet; it is refused rather than ignored.", "该写法属于规则语言，但本版本尚未实现，因此拒绝而不是忽略。"},
    {"E2106", "An empty list or map here would mean nothing.", "此处的空列表或空映射没有意义。", rule, "match: {event: {event: []}}", "match: {event: {event: [smoke.alarm]}}"},
    {"E2107", "Listed twice has no effect and hides what was meant.", "重复列出没有作用，并可能掩盖本意。", rule, "for_each: [device_id, device_id]", "for_each: [device_id]"},
    {"E2111", "A duration carries its unit, so that 60 is never read as minutes.", "时长必须带单位，避免 60 被误读。", rule, "alert: {resolve: {quiet_for: 600}}", "alert: {resolve: {quiet_for: 600s}}"},
    {"E2112", "A whole number is needed.", "此处需要整数。", rule, "match: {count: {event: smoke.alarm, at_least: 1.5, within: 5s}}", "match: {count: {event: smoke.alarm, at_least: 2, within: 5s}}"},
    {"E2113", "A number is needed.", "此处需要数字。"},
    {"E2114", "Only true and false are booleans.", "布尔值只能写 true 或 false。", rule, "match: {all: {steps: {a: {event: smoke.alarm}, b: {event: smoke.clear}}, within: 5s, same_event: ture}}", "match: {all: {steps: {a: {event: smoke.alarm}, b: {event: smoke.clear}}, within: 5s, same_event: true}}"},
    {"E2115", "The number is outside what the engine accepts here.", "数值超出此处允许的范围。", rule, "match: {count: {event: smoke.alarm, at_least: 0, within: 5s}}", "match: {count: {event: smoke.alarm, at_least: 2, within: 5s}}"},
    {"E2116", "The field takes one of a fixed set of words.", "该字段只能取固定的几个词。", rule, "severity: hihg", "severity: high"},
    {"E2117", "Names go into keys, metrics and expressions and keep to a small alphabet.", "名称会用于键、指标和表达式，只能使用有限的字符。", rule, "rule: Smoke", "rule: smoke"},
    {"E2118", "Texts are bounded, so that alerts stay small.", "文本长度有上限，以保证警报简短。"},
    {"E2201", "The format line says which version of the language the file is written in.", "format 行说明文件使用的语言版本。", rule, "format: tocsin/2", "format: tocsin/1"},
    {"E2202", "A rule's name is unique in its bundle: alerts and state are kept under it.", "规则名在同一规则包内必须唯一，警报和状态都以它为名。", file, "format: tocsin/1\nrule: r\nseverity: high\nfor_each: [device_id]\nmatch: {event: {event: smoke.alarm}}\n---\nformat: tocsin/1\nrule: r\nseverity: low\nfor_each: [device_id]\nmatch: {event: {event: smoke.clear}}\n", "format: tocsin/1\nrule: r\nseverity: high\nfor_each: [device_id]\nmatch: {event: {event: smoke.alarm}}\n---\nformat: tocsin/1\nrule: s\nseverity: low\nfor_each: [device_id]\nmatch: {event: {event: smoke.clear}}\n"},
    {"E2203", "A rule has exactly one temporal form.", "一条规则必须且只能有一种时间形式。", rule, "match: {}", "match: {event: {event: smoke.alarm}}"},
    {"E2204", "No event type of this name is in the catalogue.", "目录中没有这个事件类型。", rule, "match: {event: {event: smoke.alram}}", "match: {event: {event: smoke.alarm}}"},
    {"E2205", "The event type cannot have the field, so the rule could never group by it.", "该事件类型不可能有这个字段，规则无法据此分组。", rule, "for_each: [loc.bulding]", "for_each: [loc.building]"},
    {"E2206", "identity names the alert and can only use what the rule counts by.", "identity 用于标识警报，只能取自规则的分组键。", rule, "alert: {identity: [loc.building]}", "alert: {identity: [device_id]}"},
    {"E2207", "The name already means something in expressions.", "该名称在表达式中已有含义。", rule, "match: {all: {steps: {e: {event: smoke.alarm}, b: {event: smoke.clear}}, within: 5s}}", "match: {all: {steps: {a: {event: smoke.alarm}, b: {event: smoke.clear}}, within: 5s}}"},
    {"E2208", "A parameter, its bounds and all items of its list are of one kind.", "参数、界限及其列表项的类型必须一致。", rule, "params: {p: {value: 3, min: 5s}}", "params: {p: {value: 3, min: 1}}"},
    {"E2209", "The value lies outside the bounds that the rule's author set.", "参数值超出规则作者设定的界限。", rule, "params: {p: {value: 30, max: 10}}", "params: {p: {value: 3, max: 10}}"},
    {"E2210", "No value can be above max and below min.", "min 大于 max 时没有合法的取值。", rule, "params: {p: {value: 3, min: 9, max: 1}}", "params: {p: {value: 3, min: 1, max: 9}}"},
    {"E2211", "'all' joins several steps.", "'all' 用于组合多个步骤。", rule, "match: {all: {steps: {a: {event: smoke.alarm}}, within: 5s}}", "match: {all: {steps: {a: {event: smoke.alarm}, b: {event: smoke.clear}}, within: 5s}}"},
    {"E2212", "A rule that protects lives may raise limits but never fall below their defaults.", "关乎生命安全的规则可以调高上限，但不得低于默认值。", rule, "category: fire\nlimits: {max_evidence: 10}", "category: fire\nlimits: {max_evidence: 100}"},
    {"E2213", "The window forgets its oldest events before the count is reached.", "在达到次数之前，窗口已丢弃最早的事件。", rule, "match: {count: {event: smoke.alarm, at_least: 10001, within: 5s}}", "match: {count: {event: smoke.alarm, at_least: 100, within: 5s}}"},
    {"E2214", "One key cannot be a text for one event type and a number for another.", "同一个键不能在一种事件中是文本，在另一种中是数字。"},
    {"E2215", "What all conditions of a rule may cost together is bounded, so that no rule can slow the others down.", "一条规则的全部表达式开销有上限，避免拖慢其他规则。"},
    {"E2221", "A sequence needs something to follow something.", "sequence 至少需要先后两个步骤。", rule, "match: {sequence: {steps: [{a: {event: smoke.alarm}}]}}", "match: {sequence: {steps: [{a: {event: smoke.alarm}}, {b: {event: smoke.clear}}]}}"},
    {"E2222", "Steps of a sequence are a list, because their order counts.", "sequence 的步骤是列表，因为顺序有意义。", rule, "match: {sequence: {steps: {a: {event: smoke.alarm}, b: {event: smoke.clear}}}}", "match: {sequence: {steps: [{a: {event: smoke.alarm}}, {b: {event: smoke.clear}}]}}"},
    {"E2223", "'absent' stands beside the steps: nothing can follow what did not happen.", "'absent' 与 steps 并列：未发生的事件之后不能再有步骤。", rule, "match: {sequence: {steps: [{a: {event: smoke.alarm}}, {absent: {event: smoke.clear, within: 5s}}]}}", "match: {sequence: {steps: [{a: {event: smoke.alarm}}], absent: {event: smoke.clear, within: 5s}}}"},
    {"E2224", "max_wait bounds a sequence that has no 'within'.", "max_wait 只用于没有 'within' 的 sequence。", rule, "match: {sequence: {steps: [{a: {event: smoke.alarm}}, {b: {event: smoke.clear}}], within: 5s, max_wait: 1h}}", "match: {sequence: {steps: [{a: {event: smoke.alarm}}, {b: {event: smoke.clear}}], within: 5s}}"},
    {"E2225", "hold_max bounds a wait that only if_source_down: hold has.", "hold_max 只对 if_source_down: hold 有意义。", rule, "match: {sequence: {steps: [{a: {event: smoke.alarm}}], absent: {event: smoke.clear, within: 5s, if_source_down: fire, hold_max: 1m}}}", "match: {sequence: {steps: [{a: {event: smoke.alarm}}], absent: {event: smoke.clear, within: 5s, if_source_down: hold, hold_max: 1m}}}"},
    {"E2226", "An aggregate is compared with one threshold: a match is above it (over) or below it (under).", "aggregate 只与一个阈值比较：高于（over）或低于（under）。", rule, "match: {aggregate: {event: fume.reading, value: e.mg_m3, fn: avg, window: 10m, over: 2, under: 1}}", "match: {aggregate: {event: fume.reading, value: e.mg_m3, fn: avg, window: 10m, over: 2}}"},
    {"E2227", "The way back from too much ends at the threshold or below it, that from too little at it or above.", "从超限恢复的阈值应不高于 over，从不足恢复的阈值应不低于 under。", rule, "match: {aggregate: {event: fume.reading, value: e.mg_m3, fn: avg, window: 10m, over: 2, clear: 3}}", "match: {aggregate: {event: fume.reading, value: e.mg_m3, fn: avg, window: 10m, over: 2, clear: 1.5}}"},
    {"E2228", "A window is open at its start, so one without length holds no event.", "窗口不含起点，长度为零的窗口没有事件。", rule, "match: {aggregate: {event: fume.reading, value: e.mg_m3, fn: avg, window: 0s, over: 2}}", "match: {aggregate: {event: fume.reading, value: e.mg_m3, fn: avg, window: 10m, over: 2}}"},
    {"E2229", "Here a number is compared or summed up; the expression is of another type.", "此处需要数字，而表达式是其他类型。", rule, "match: {aggregate: {event: fume.reading, value: e.flag, fn: avg, window: 10m, over: 2}}", "match: {aggregate: {event: fume.reading, value: e.mg_m3, fn: avg, window: 10m, over: 2}}"},
    {"E2230", "Every function but count is made of the values of events; count is made of the events.", "除 count 外，函数都基于事件的值；count 只数事件。", rule, "match: {aggregate: {event: fume.reading, fn: avg, window: 10m, over: 2}}", "match: {aggregate: {event: fume.reading, fn: count, window: 10m, over: 2}}"},
    {"E2231", "breaks_for counts from the sample that broke a condition; this form has none that lasts.", "breaks_for 从条件中断的采样算起，而该形式没有持续的条件。", rule, "alert: {resolve: {breaks_for: 5m}}", "match: {sustained: {event: fume.reading, holds: e.mg_m3 > 2.0, for: 10m, max_gap: 2m}}\nalert: {resolve: {breaks_for: 5m}}"},
    {"E2232", "also_on names events that are no samples themselves and make the newest sample be judged again.", "also_on 列出本身不是采样、但会促使重新判断最近采样的事件。", rule, "match: {sustained: {event: fume.reading, holds: e.mg_m3 > 2.0, for: 10m, max_gap: 2m, also_on: [fume.reading]}}", "match: {sustained: {event: fume.reading, holds: e.mg_m3 > 2.0, for: 10m, max_gap: 2m, also_on: [hood.status]}}"},
    {"E2241", "How often a device is to be heard is said once: in the rule, or by the registry.", "设备的上报周期只写一处：写在规则里，或取自台账。", rule, "match: {silence: {population: {kind: smoke_detector}, any_of: [device.heartbeat], interval: 1h, missed: 3, interval_field: device.heartbeat_interval_s}}", "match: {silence: {population: {kind: smoke_detector}, any_of: [device.heartbeat], interval: 1h, missed: 3}}"},
    {"E2242", "Of a silent device only what the registry knows can be said.", "对失联设备只能使用台账中的信息。", rule, "for_each: [level]\nmatch: {silence: {population: {kind: smoke_detector}, any_of: [device.heartbeat], interval: 1h, missed: 3}}", "match: {silence: {population: {kind: smoke_detector}, any_of: [device.heartbeat], interval: 1h, missed: 3}}"},
    {"E2243", "A first sign of life ends the silence of a device; other alerts have no such event.", "首次上报只能结束设备失联，其他警报没有这一事件。", rule, "alert: {resolve: {on_first_event: true}}", "match: {silence: {population: {kind: smoke_detector}, any_of: [device.heartbeat], interval: 1h, missed: 3}}\nalert: {resolve: {on_first_event: true}}"},
    {"E2261", "inhibits names rules of this bundle.", "inhibits 应列出本规则包中的规则。", rule, "alert: {inhibits: [smoke]}", "alert: {plan_id: P1}"},
    {"E2262", "Rules that speak of each other in a circle could never be decided.", "规则互相引用成环，无法得出结论。", rule, "match: {event: {event: alert.demo}}", "match: {event: {event: smoke.alarm}}"},
    {"E2263", "Levels are bounded, because each of them is decided within the same moment.", "层级数有上限，因为各层都在同一时刻判定。"},
    {"E2264", "An identity field with this name would hide what every alert event says.", "该标识字段会遮盖警报事件自带的字段。"},
    {"E2265", "A first alarm of fire is never suppressed: only a fire rule about the same building may do it.", "首次火警绝不能被抑制：只有针对同一建筑的火警规则才可以。"},
    {"E2266", "A roll-up opens at a number of alerts or at a share of what is registered.", "汇总警报按数量或按登记总数的比例触发，二者取一。", rule, "alert: {roll_up: {by: loc.site, when: {within: 5m}, as: many}}", "alert: {roll_up: {by: loc.site, when: {within: 5m, at_least: 2}, as: many}}"},
    {"E2267", "A share needs something that the registry can count at the place.", "比例需要台账能够在该位置计数的对象。", rule, "alert: {roll_up: {by: device_id, when: {within: 5m, share: 0.5}, as: many}}", "alert: {roll_up: {by: loc.site, when: {within: 5m, share: 0.5}, as: many}}"},
    {"E2301", "A bundle has one bundle.yaml.", "一个规则包只能有一个 bundle.yaml。"},
    {"E2302", "A calendar's span begins and ends at a time of day.", "日历时段的起止必须是一天中的时刻。", bundle, "calendars: {night: [{from: 9pm, to: \"06:00\", zone: Asia/Shanghai}]}", "calendars: {night: [{from: \"21:00\", to: \"06:00\", zone: Asia/Shanghai}]}"},
    {"E2303", "The time zone is in no tz database.", "tz 数据库中没有这个时区。", bundle, "calendars: {night: [{from: \"21:00\", to: \"06:00\", zone: Asia/Shanghia}]}", "calendars: {night: [{from: \"21:00\", to: \"06:00\", zone: Asia/Shanghai}]}"},
    {"E2304", "A span from a moment to the same moment could be nothing or a whole day.", "起止相同的时段可能是零长，也可能是全天。", bundle, "calendars: {night: [{from: \"21:00\", to: \"21:00\", zone: Asia/Shanghai}]}", "calendars: {night: [{from: \"21:00\", to: \"06:00\", zone: Asia/Shanghai}]}"},
    {"E2305", "Calendars are declared in bundle.yaml; this one is not.", "日历须在 bundle.yaml 中声明，此日历未声明。", rule, "match: {event: {event: smoke.alarm, where: \"in_calendar('night')\"}}", "match: {event: {event: smoke.alarm, where: \"e.level > 1.0\"}}"},
    {"E2306", "Which calendar is asked must be known when the rule is loaded.", "使用哪个日历必须在加载时确定。", rule, "match: {event: {event: smoke.alarm, where: \"in_calendar(e.device_id)\"}}", "match: {event: {event: smoke.alarm, where: \"e.level > 1.0\"}}"},
    {"E2307", "An alarm of fire is never held back for the hour.", "火警不因时段而被压低或隐藏。"},
    {"E2361", "Alerts as events are made by the engine: they have no lateness and no repetition to set.", "警报事件由引擎产生，没有可设置的迟到和重复。"},
    {"E2401", "What stands between '{{' and '}}' is an expression; the end is missing.", "'{{' 与 '}}' 之间是表达式，此处缺少结尾。", rule, "alert: {summary: \"{{count\"}", "alert: {summary: \"{{count}}\"}"},
    {"E2402", "An expression is needed between '{{' and '}}'.", "'{{' 与 '}}' 之间需要表达式。", rule, "alert: {summary: \"{{ }}\"}", "alert: {summary: \"{{count}}\"}"},
    {"E2403", "Expressions in one text are bounded, so that an alert costs little.", "一段文本中的表达式数量有上限。"},
    {"E2501", "A step of a test is one event, one engine record or one command.", "测试的一个步骤是一个事件、一条引擎记录或一条命令。", rule, "tests: [{name: t, given: [{t: 1s, device_id: D}], expect: [{t: 1s}]}]", "tests: [{name: t, given: [{t: 1s, event: smoke.alarm, device_id: D}], expect: [{t: 1s}]}]"},
    {"E2502", "The value does not fit the field of the event type.", "该值与事件字段的类型不符。", rule, "tests: [{name: t, given: [{t: 1s, event: smoke.alarm, device_id: 12}], expect: [{t: 1s}]}]", "tests: [{name: t, given: [{t: 1s, event: smoke.alarm, device_id: D12}], expect: [{t: 1s}]}]"},
    {"E2503", "t is when a step arrives, and arrival never goes back.", "t 是到达时间，不会倒退。", rule, "tests: [{name: t, given: [{t: 5s, event: smoke.alarm, device_id: D}, {t: 4s, engine: tick}], expect: [{t: 5s}]}]", "tests: [{name: t, given: [{t: 4s, event: smoke.alarm, device_id: D}, {t: 5s, engine: tick}], expect: [{t: 4s}]}]"},
    {"E2504", "A *.test.yaml names the rule it tests; the bundle has no such rule.", "*.test.yaml 所测试的规则不在规则包中。"},
    {"E2505", "must_reach names how far an event must get: evaluated, pending or a step.", "must_reach 说明事件必须到达哪一步：evaluated、pending 或步骤名。", rule, "tests: [{name: a, given: [{t: 0s, engine: tick}], expect: [], must_reach: evalated}]", "tests: [{name: a, given: [{t: 0s, engine: tick}], expect: [], must_reach: evaluated}]"},
    {"E2506", "The engine record lacks a field it cannot do without.", "该引擎记录缺少必需的字段。", rule, "tests: [{name: a, given: [{t: 0s, engine: gateway, id: g1}], expect: [{t: 0s}]}]", "tests: [{name: a, given: [{t: 0s, engine: gateway, id: g1, state: down}], expect: [{t: 0s}]}]"},
    {"E2561", "A test gives what devices say; alerts come from the rules beneath.", "测试只给出设备的事件，警报由下层规则产生。"},
    {"W2901", "The parameter changes nothing: no expression reads it. Often its name is misspelt where it should be read.", "没有表达式使用该参数，多半是使用处的名称拼错。", rule, "params: {p: {value: 3.0}}", "params: {p: {value: 3.0}}\nmatch: {event: {event: smoke.alarm, where: \"e.level > params.p\"}}"},
    {"W2902", "No rule of the bundle uses the condition.", "规则包中没有规则使用该条件。", bundle, "conditions: {hot: \"e.level > 1.0\"}", "limits: {max_keys: 200000}"},
    {"W2907", "No rule of the bundle uses the calendar.", "规则包中没有规则使用该日历。", bundle, "calendars: {night: [{from: \"21:00\", to: \"06:00\", zone: Asia/Shanghai}]}", "limits: {max_keys: 200000}"},
    {"W2908", "No expression of the rule reads the cell.", "规则中没有表达式读取该值。", rule, "latest: {hood: {event: hood.status, max_age: 1h}}", "latest: {hood: {event: hood.status, max_age: 1h}}\nmatch: {event: {event: smoke.alarm, where: \"latest.hood.state == 'off'\"}}"},
    {"W2903", "A test that expects nothing passes even if no event ever gets to the rule.", "不期望任何警报的测试，即使事件根本没有到达规则也会通过。", rule, "tests: [{name: a, given: [{t: 0s, engine: tick}], expect: []}]", "tests: [{name: a, given: [{t: 0s, engine: tick}], expect: [], must_reach: evaluated}]"},
    {"W2904", "Severity only rises, and the rule begins at least as high.", "级别只升不降，而规则的初始级别已不低于它。", rule, "alert: {escalate: [{when: \"count > 2\", severity: low}]}", "alert: {escalate: [{when: \"count > 2\", severity: critical}]}"},
    {"W2905", "Without a registry the engine does not know which places adjoin.", "没有台账时，引擎不知道哪些位置相邻。"},
    {"W2909", "Which devices there are is in the registry; without it nobody is missed.", "应有哪些设备由台账给出，没有台账就不会发现失联。"},
    {"W2906", "The file was read, but it holds no rule: perhaps all of it is a comment.", "文件中没有规则，可能全部是注释。", file, "# nothing\n", "format: tocsin/1\nrule: r\nseverity: high\nfor_each: [device_id]\nmatch: {event: {event: smoke.alarm}}\n"},
    {"W2941", "Alerts of a shadow or disabled rule are not heard by a live one.", "影子或停用规则的警报不会被正式规则接收。"},
    {"W2942", "Without a registry nobody knows what a share is of.", "没有台账就无法得知比例的总数。"},
    {"W2910", "The condition cannot be true, whatever the event says, so this part of the rule never matches.", "无论事件内容如何，该条件都不可能成立，因此规则的这一部分永远不会匹配。", rule, "match: {event: {event: smoke.alarm, where: \"e.level > 5.0 && e.level < 3.0\"}}", "match: {event: {event: smoke.alarm, where: \"e.level > 3.0 && e.level < 5.0\"}}"},
    {"W2911", "What is to end the alerts cannot come about, so the first of them stays open for good.", "结束警报的条件不可能出现，因此第一次警报会一直未结。", rule, "alert: {resolve: {or_event: {event: smoke.clear, where: \"false\"}}}", "alert: {resolve: {or_event: {event: smoke.clear}}}"},
    {"W2912", "Two rules with the same match make two alerts of every incident.", "匹配条件相同的两条规则会对每个事件各发一次警报。", file, "format: tocsin/1\nrule: one\nseverity: high\nfor_each: [device_id]\nmatch: {event: {event: smoke.alarm}}\n---\nformat: tocsin/1\nrule: two\nseverity: low\nfor_each: [device_id]\nmatch: {event: {event: smoke.alarm}}\n", "format: tocsin/1\nrule: one\nseverity: high\nfor_each: [device_id]\nmatch: {event: {event: smoke.alarm}}\n"},
    {"W2913", "A rule without a test is a rule nobody has seen at work.", "没有测试的规则，没有人见过它如何工作。", rule, "match: {event: {event: smoke.alarm}}", "tests: [{name: a, given: [{t: 0s, event: smoke.alarm, device_id: D}], expect: [{t: 0s, state: firing}]}]"},
    {"E3001", "The condition holds bytes that are not UTF-8.", "条件中含有非 UTF-8 的字节。"},
    {"E3002", "The character means nothing in a condition; often it is '=' for '==' or '&' for '&&'.", "该字符在条件中没有意义，常见的是把 '==' 写成 '='、'&&' 写成 '&'。", rule, "match: {event: {event: smoke.alarm, where: \"e.level = 1.0\"}}", "match: {event: {event: smoke.alarm, where: \"e.level == 1.0\"}}"},
    {"E3003", "A text in quotes does not end.", "引号中的文本没有结束。", rule, "match: {event: {event: smoke.alarm, where: \"e.device_id == 'D1\"}}", "match: {event: {event: smoke.alarm, where: \"e.device_id == 'D1'\"}}"},
    {"E3004", "The text holds an escape that the language does not have.", "文本中有语言不支持的转义。", rule, "match: {event: {event: smoke.alarm, where: \"e.device_id == '\\\\q'\"}}", "match: {event: {event: smoke.alarm, where: \"e.device_id == 'q'\"}}"},
    {"E3005", "The number cannot be read or does not fit.", "数字无法读取或超出范围。", rule, "match: {event: {event: smoke.alarm, where: \"e.level > 99999999999999999999\"}}", "match: {event: {event: smoke.alarm, where: \"e.level > 99.0\"}}"},
    {"E3006", "Something is missing or too much in the condition.", "条件中缺少或多出了内容。", rule, "match: {event: {event: smoke.alarm, where: \"e.level > \"}}", "match: {event: {event: smoke.alarm, where: \"e.level > 1.0\"}}"},
    {"E3007", "There is no expression here.", "此处没有表达式。"},
    {"E3008", "This is CEL, but not in the profile that rules use.", "这是 CEL 写法，但规则不支持。", rule, "match: {event: {event: smoke.alarm, where: \"e.device_id == {'a': 1}\"}}", "match: {event: {event: smoke.alarm, where: \"e.level > 1.0\"}}"},
    {"E3101", "No field, parameter or step has this name here.", "此处没有这个字段、参数或步骤。", rule, "match: {event: {event: smoke.alarm, where: \"e.levle > 1.0\"}}", "match: {event: {event: smoke.alarm, where: \"e.level > 1.0\"}}"},
    {"E3102", "There is no such function.", "没有这个函数。", rule, "match: {event: {event: smoke.alarm, where: \"sise(e.device_id) > 2\"}}", "match: {event: {event: smoke.alarm, where: \"size(e.device_id) > 2\"}}"},
    {"E3103", "The function does not take these arguments.", "函数不接受这样的参数。", rule, "match: {event: {event: smoke.alarm, where: \"size(e.level) > 2\"}}", "match: {event: {event: smoke.alarm, where: \"size(e.device_id) > 2\"}}"},
    {"E3104", "The operator does not take these types.", "运算符不支持这些类型。", rule, "match: {event: {event: smoke.alarm, where: \"e.level > 'high'\"}}", "match: {event: {event: smoke.alarm, where: \"e.level > 1.0\"}}"},
    {"E3105", "The whole expression must be of another type; a condition is true or false.", "整个表达式的类型不对；条件必须为真或假。", rule, "match: {event: {event: smoke.alarm, where: \"e.level\"}}", "match: {event: {event: smoke.alarm, where: \"e.level > 1.0\"}}"},
    {"E3106", "All items of a list are of one type.", "列表各项的类型必须一致。", rule, "match: {event: {event: smoke.alarm, where: \"e.level in [1.0, 'a']\"}}", "match: {event: {event: smoke.alarm, where: \"e.level in [1.0, 2.0]\"}}"},
    {"E3107", "has() asks whether a field of an event is set.", "has() 用于判断事件字段是否已设置。", rule, "match: {event: {event: smoke.alarm, where: \"has(1)\"}}", "match: {event: {event: smoke.alarm, where: \"has(e.level)\"}}"},
    {"E3108", "exists() and all() take a name and a condition.", "exists() 和 all() 需要一个名称和一个条件。", rule, "match: {event: {event: smoke.alarm, where: \"[1, 2].exists(1, true)\"}}", "match: {event: {event: smoke.alarm, where: \"[1, 2].exists(x, x > 1)\"}}"},
    {"E3109", "A pattern is compiled when the rule is loaded, so it must be written out.", "正则在加载规则时编译，必须直接写出。", rule, "match: {event: {event: smoke.alarm, where: \"e.device_id.matches(e.device_id)\"}}", "match: {event: {event: smoke.alarm, where: \"e.device_id.matches('^D')\"}}"},
    {"E3110", "The pattern is no RE2 regular expression.", "不是合法的 RE2 正则表达式。", rule, "match: {event: {event: smoke.alarm, where: \"e.device_id.matches('(')\"}}", "match: {event: {event: smoke.alarm, where: \"e.device_id.matches('^D')\"}}"},
    {"E3111", "A time zone is looked up when the rule is loaded, so it must be written out.", "时区在加载规则时查找，必须直接写出。"},
    {"E3201", "The length of a condition is bounded.", "条件的长度有上限。"},
    {"E3202", "The nesting of a condition is bounded.", "条件的嵌套层数有上限。"},
    {"E3203", "The cost of a condition is bounded, so that no rule can slow the others.", "条件的计算开销有上限，避免拖慢其他规则。"},
    {"E3204", "The lists that exists() and all() walk are bounded.", "exists() 和 all() 遍历的列表长度有上限。"},
    {"E3205", "The length of a pattern is bounded.", "正则的长度有上限。"},
    {"E3206", "The condition needs more working memory than an evaluation has.", "条件所需的工作内存超出上限。"},
    {"E3301", "The event given to eval is none: it is not JSON, or its type does not have what it says.", "提供给 eval 的不是有效事件：不是 JSON，或字段与类型不符。"},
    {"E5001", "A size in tocsin.yaml is a whole number with a unit.", "tocsin.yaml 中的大小应写整数加单位。"},
    {"E5002", "The value in tocsin.yaml is outside its range.", "tocsin.yaml 中的值超出范围。"},
    {"E5003", "An address in tocsin.yaml is HOST:PORT, for a broker with tcp:// or ssl://.", "tocsin.yaml 中的地址应为 HOST:PORT，broker 需加 tcp:// 或 ssl://。"},
    {"E5004", "Kafka takes only some characters in the name of a topic.", "Kafka 主题名只允许部分字符。", config, "kafka: {topic: \"a b\"}", "kafka: {topic: a.b}"},
  };
  return kHelp;
}
// clang-format on

const CodeHelp* find_code_help(std::string_view code) {
  const auto same = [](char a, char b) {
    return std::toupper(static_cast<unsigned char>(a)) ==
           std::toupper(static_cast<unsigned char>(b));
  };
  const std::span<const CodeHelp> all = all_code_help();
  const auto row = std::ranges::find_if(
      all, [&](const CodeHelp& help) { return std::ranges::equal(help.code, code, same); });
  return row == all.end() ? nullptr : &*row;
}

std::string example_file(ExampleKind kind, std::string_view example) {
  std::string file;
  for (const std::string_view line : kSmallRule) {
    if (kind == ExampleKind::rule && !replaces(example, line)) file.append(line).append("\n");
  }
  file += example;
  if (!file.ends_with('\n')) file += '\n';
  return file;
}

}  // namespace tocsin
