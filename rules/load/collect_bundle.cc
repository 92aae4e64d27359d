// bundle.yaml -> BundleText.
#include "rules/load/collected.h"

namespace tocsin::rules {
namespace {

using yaml::Node;
using yaml::NodeKind;
using yaml::value_of;

class BundleCollector {
 public:
  BundleCollector(RuleFile& file, BundleText& bundle) : report_(file.report), bundle_(bundle) {
    bundle.file = &file;
  }

  void collect(const Node& root) {
    if (!yaml::expect_map(root, bundle_keys(), "bundle.yaml", report_)) return;
    check_format(root, report_);
    if (const Node* node = value_of(root, "event_types")) read_types(*node);
    if (const Node* node = value_of(root, "conditions")) read_conditions(*node);
    if (const Node* node = value_of(root, "calendars")) collect_calendars(*node, bundle_);
    if (const Node* node = value_of(root, "limits"))
      bundle_.limits = collect_limits(*node, report_);
    bundle_.historical_after = yaml::duration_at(root, "historical_after", report_);
  }

 private:
  void read_types(const Node& node) {
    if (!yaml::expect_named(node, "event_types", report_)) return;
    for (const yaml::Entry& entry : node.entries) {
      if (entry.value.kind == NodeKind::null) continue;
      if (!yaml::expect_map(entry.value, event_type_keys(), entry.key.text, report_,
                            entry.key.span))
        continue;
      TypeText type{&entry.key,
                    yaml::duration_at(entry.value, "lateness", report_),
                    yaml::duration_at(entry.value, "max_age", report_),
                    {}};
      if (const yaml::Entry* repeat = entry.value.find("repeat")) read_repeat(*repeat, type);
      bundle_.types.push_back(std::move(type));
    }
  }

  void read_repeat(const yaml::Entry& entry, TypeText& type) {
    if (entry.value.kind == NodeKind::null) return;
    if (!yaml::expect_map(entry.value, repeat_keys(), "repeat", report_, entry.key.span)) return;
    RepeatText repeat;
    if (const Node* by = value_of(entry.value, "by"))
      repeat.by = yaml::read_scalars(*by, "by", report_);
    repeat.within = yaml::duration_at(entry.value, "within", report_);
    type.repeat = std::move(repeat);
  }

  void read_conditions(const Node& node) {
    if (!yaml::expect_named(node, "conditions", report_)) return;
    for (const yaml::Entry& entry : node.entries) {
      const std::string& name = entry.key.text;
      if (!yaml::is_name(name, yaml::kIdentifierName)) {
        report_.add(Code::bad_name, entry.key.span, {name, yaml::kIdentifierName.allowed});
      } else if (is_reserved(name)) {
        report_.add(Code::reserved_name, entry.key.span, {name});
      } else if (entry.value.kind != NodeKind::null &&
                 yaml::read_text(entry.value, name, report_)) {
        bundle_.conditions.emplace(name, Condition{bundle_.file, &entry.key, &entry.value});
      }
    }
  }

  yaml::Report& report_;
  BundleText& bundle_;
};

}  // namespace

void collect_bundle(RuleFile& file, BundleText& bundle) {
  for (std::size_t i = 1; i < file.documents.size(); ++i) {
    const std::size_t at = file.documents[i].root.span.begin;
    file.report.add(Code::yaml_one_document, {at, at + 1});
  }
  BundleCollector collector(file, bundle);
  if (!file.documents.empty()) collector.collect(file.documents.front().root);
}

}  // namespace tocsin::rules
