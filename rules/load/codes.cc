#include "rules/load/codes.h"

#include <array>
#include <cstddef>

namespace tocsin {
namespace {

constexpr std::size_t kCodes = static_cast<std::size_t>(Code::count_);

constexpr std::array<CodeInfo, kCodes> kTable{{
    {Code::yaml_syntax, "E1001", "not valid YAML: {0}", "YAML 语法错误：{0}",
     "put text that holds any of : ? # & * ! [ ] { } into double quotes",
     "含有 : ? # & * ! [ ] { } 的文本请用双引号括起来"},
    {Code::yaml_utf8, "E1002", "bytes that are not UTF-8", "不是合法的 UTF-8 字节",
     "save the file as UTF-8", "请将文件保存为 UTF-8 编码"},
    {Code::yaml_control, "E1003", "a control character ({0})", "出现控制字符（{0}）", "delete it",
     "请删除该字符"},
    {Code::yaml_tab, "E1004", "a tab", "出现制表符", "use spaces; inside double quotes write \\t",
     "请改用空格；双引号内可写 \\t"},
    {Code::yaml_tag, "E1005", "'{0}' is a YAML tag here, and what follows '!' would be lost",
     "此处 '{0}' 是 YAML 标签，'!' 之后的内容会丢失", "quote it: \"{0}\"", "请加引号：\"{0}\""},
    {Code::yaml_anchor, "E1006", "an anchor (&) is not allowed", "不允许使用锚点（&）",
     "write the value where it is used, or quote the text", "请直接写出该值；若是文本请加引号"},
    {Code::yaml_alias, "E1007", "an alias (*) is not allowed", "不允许使用别名（*）",
     "write the value where it is used, or quote the text", "请直接写出该值；若是文本请加引号"},
    {Code::yaml_merge, "E1008", "a merge key (<<) is not allowed", "不允许使用合并键（<<）",
     "write the keys out", "请逐一写出各个键"},
    {Code::yaml_duplicate_key, "E1009", "'{0}' is given twice; first on line {1}",
     "'{0}' 重复，首次出现在第 {1} 行", "keep one of them", "请只保留一个"},
    {Code::yaml_word_bool, "E1010", "'{0}' means a boolean to some YAML readers and text to others",
     "'{0}' 在不同的 YAML 解析器中可能是布尔值，也可能是文本", "write {1}, or \"{0}\" for the text",
     "请写 {1}；若是文本请写 \"{0}\""},
    {Code::yaml_depth, "E1011", "nested deeper than {0} levels", "嵌套超过 {0} 层", "", ""},
    {Code::yaml_size, "E1012", "the file is larger than {0} bytes", "文件超过 {0} 字节",
     "split it into several files", "请拆分为多个文件"},
    {Code::yaml_directive, "E1013", "a YAML directive (%) is not allowed",
     "不允许使用 YAML 指令（%）", "delete the line", "请删除该行"},
    {Code::yaml_key, "E1014", "a key must be a word", "键必须是一个词", "", ""},
    {Code::yaml_one_document, "E1015", "this file holds one document; here a second one begins",
     "该文件只能包含一个文档，此处开始了第二个", "", ""},
    {Code::yaml_too_many, "E1016", "more than {0} problems in this file; the rest is not listed",
     "该文件的问题超过 {0} 个，其余不再列出", "", ""},

    {Code::wrong_kind, "E2101", "'{0}' must be {1}, not {2}", "'{0}' 应为{1}，而不是{2}", "", ""},
    {Code::missing_key, "E2102", "missing field '{0}'", "缺少字段 '{0}'", "add '{0}:' ({1})",
     "请补充 '{0}:'（{1}）"},
    {Code::unknown_key, "E2103", "unknown field '{0}'", "未知字段 '{0}'", "", ""},
    {Code::empty_value, "E2104", "'{0}' has no value", "'{0}' 没有值",
     "give it a value or delete the line", "请填写值或删除该行"},
    {Code::not_available, "E2105", "'{0}' is not available in this version", "本版本尚不支持 '{0}'",
     "docs/rules.md lists what is available", "可用的写法见 docs/rules.md"},
    {Code::empty_collection, "E2106", "'{0}' is empty", "'{0}' 为空", "", ""},
    {Code::listed_twice, "E2107", "'{0}' is listed twice", "'{0}' 重复列出", "keep one of them",
     "请只保留一个"},
    {Code::bad_duration, "E2111", "'{0}' must be a duration, not '{1}'",
     "'{0}' 应为时长，而不是 '{1}'", "write a whole number and a unit: 250ms, 30s, 10m, 24h, 7d",
     "请写整数加单位：250ms、30s、10m、24h、7d"},
    {Code::bad_integer, "E2112", "'{0}' must be a whole number, not '{1}'",
     "'{0}' 应为整数，而不是 '{1}'", "", ""},
    {Code::bad_number, "E2113", "'{0}' must be a number, not '{1}'", "'{0}' 应为数字，而不是 '{1}'",
     "", ""},
    {Code::bad_boolean, "E2114", "'{0}' must be true or false, not '{1}'",
     "'{0}' 应为 true 或 false，而不是 '{1}'", "", ""},
    {Code::out_of_range, "E2115", "'{0}' must be from {1} to {2}, not {3}",
     "'{0}' 应在 {1} 到 {2} 之间，而不是 {3}", "", ""},
    {Code::unknown_word, "E2116", "'{0}' cannot be '{1}'", "'{0}' 不能是 '{1}'", "one of: {2}",
     "可选值：{2}"},
    {Code::bad_name, "E2117", "'{0}' is not a valid name", "'{0}' 不是合法的名称", "allowed: {1}",
     "允许的写法：{1}"},
    {Code::too_long, "E2118", "'{0}' is longer than {1} characters", "'{0}' 超过 {1} 个字符", "",
     ""},

    {Code::bad_format, "E2201", "format '{0}' is not known to this version",
     "本版本不支持格式 '{0}'", "write format: tocsin/1", "请写 format: tocsin/1"},
    {Code::duplicate_rule, "E2202", "rule '{0}' exists already, in {1}",
     "规则 '{0}' 已存在，见 {1}", "give one of them another name", "请为其中一个换个名称"},
    {Code::one_form, "E2203", "'match' needs exactly one of: event, count, all",
     "'match' 必须且只能包含 event、count、all 之一", "", ""},
    {Code::unknown_event_type, "E2204", "unknown event type '{0}'", "未知的事件类型 '{0}'",
     "tocsin schema event lists the types", "tocsin schema event 可列出全部类型"},
    {Code::missing_field, "E2205", "event type '{0}' has no field '{1}', which '{2}' needs",
     "事件类型 '{0}' 没有字段 '{1}'，而 '{2}' 需要它", "", ""},
    {Code::field_kinds, "E2214", "'{0}' is of type {1} in '{2}' and of type {3} in '{4}'",
     "'{0}' 在 '{2}' 中的类型是 {1}，在 '{4}' 中是 {3}", "use two rules", "请拆成两条规则"},
    {Code::identity_subset, "E2206", "'{0}' is not in for_each", "'{0}' 不在 for_each 中",
     "identity is a part of for_each: {1}", "identity 只能取自 for_each：{1}"},
    {Code::reserved_name, "E2207", "'{0}' already means something in expressions",
     "'{0}' 在表达式中已有含义", "choose another name", "请换个名称"},
    {Code::param_kind, "E2208", "parameter '{0}': '{1}' must be of the same kind as 'value' ({2})",
     "参数 '{0}'：'{1}' 应与 'value' 的类型相同（{2}）", "", ""},
    {Code::param_bounds, "E2209", "parameter '{0}' is {1}, {2} its bound of {3}",
     "参数 '{0}' 为 {1}，{2}界限 {3}", "", ""},
    {Code::param_range, "E2210", "parameter '{0}': min is above max", "参数 '{0}'：min 大于 max",
     "", ""},
    {Code::step_count, "E2211", "'all' needs from 2 to {0} steps, not {1}",
     "'all' 需要 2 到 {0} 个步骤，而不是 {1} 个", "with one step, use 'event' or 'count'",
     "只有一个步骤时请用 'event' 或 'count'"},
    {Code::fire_limit, "E2212",
     "'{0}' is {1}, below its default of {2}, and rule '{3}' protects lives (category: fire)",
     "'{0}' 为 {1}，低于默认值 {2}，而规则 '{3}' 关乎生命安全（category: fire）",
     "raise it or leave it out", "请调高或省略"},
    {Code::at_least_limit, "E2213",
     "at_least {0} can never be reached: a window keeps {1} events (max_events_per_window)",
     "at_least {0} 永远达不到：一个窗口最多保留 {1} 个事件（max_events_per_window）", "", ""},

    {Code::second_bundle, "E2301", "a second bundle.yaml; the first is {0}",
     "出现第二个 bundle.yaml，第一个是 {0}", "put everything into one", "请合并为一个"},

    {Code::template_unclosed, "E2401", "'{{' without '}}'", "'{{' 没有对应的 '}}'", "", ""},
    {Code::template_empty, "E2402", "nothing between '{{' and '}}'", "'{{' 与 '}}' 之间没有内容",
     "", ""},
    {Code::template_holes, "E2403", "more than {0} '{{...}}' in one text",
     "一段文本中的 '{{...}}' 超过 {0} 处", "", ""},

    {Code::test_step_kind, "E2501", "a step needs exactly one of: event, engine, command",
     "一个步骤必须且只能包含 event、engine、command 之一", "", ""},
    {Code::test_value_kind, "E2502", "'{0}' is of type {1}, not {2}",
     "'{0}' 的类型是 {1}，而不是 {2}", "{3}", "{4}"},
    {Code::test_order, "E2503", "t goes back: {0} after {1}", "t 倒退：{1} 之后是 {0}",
     "order the steps by t; for an event that is late, give it a ts",
     "请按 t 排序；迟到的事件请用 ts 表示"},
    {Code::test_rule, "E2504", "there is no rule '{0}' to test", "没有可测试的规则 '{0}'", "", ""},
    {Code::test_must_reach, "E2505", "must_reach cannot be '{0}' here",
     "此处 must_reach 不能是 '{0}'", "one of: {1}", "可选值：{1}"},
    {Code::test_engine, "E2506", "engine: {0} needs '{1}'", "engine: {0} 需要 '{1}'", "", ""},

    {Code::unused_param, "W2901", "parameter '{0}' is never used", "参数 '{0}' 从未使用", "", ""},
    {Code::unused_condition, "W2902", "condition '{0}' is never used", "条件 '{0}' 从未使用", "",
     ""},
    {Code::vacuous_test, "W2903", "test '{0}' expects no alert and does not say what it must reach",
     "测试 '{0}' 不期望任何警报，也没有说明必须到达哪一步",
     "add must_reach: evaluated, pending or a step's name",
     "请补充 must_reach：evaluated、pending 或步骤名"},
    {Code::idle_escalation, "W2904",
     "escalating to '{0}' changes nothing: the rule begins at '{1}', and severity never falls",
     "升级为 '{0}' 没有作用：规则从 '{1}' 开始，且级别不会降低", "", ""},
    {Code::needs_registry, "W2905",
     "rule '{0}' uses {1}, which without a registry knows only that a place adjoins itself",
     "规则 '{0}' 使用了 {1}，没有台账时它只知道同一位置", "give the registry's folder",
     "请指定台账目录"},
    {Code::no_rule, "W2906", "there is no rule in this file", "该文件中没有规则", "", ""},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kCodes; ++i) {
    if (static_cast<std::size_t>(kTable[i].id) != i || kTable[i].code.empty()) return false;
  }
  return true;
}
static_assert(in_order(), "one row per Code, in its order");

}  // namespace

const CodeInfo& info(Code code) { return kTable[static_cast<std::size_t>(code)]; }
std::span<const CodeInfo> all_codes() { return kTable; }

}  // namespace tocsin
