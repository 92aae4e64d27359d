// Names of event types and fields -> the catalogue's.
#include "rules/load/compiler.h"
#include "rules/load/rule_graph.h"

namespace tocsin::rules {
namespace {

std::vector<std::string> field_names(const EventType& type) {
  std::vector<std::string> names;
  for (const FieldSpec& field : type.fields) names.push_back(field.name);
  for (const FieldSpec& field : common_fields()) {
    if (type.find(field.name) != nullptr) names.push_back(field.name);
  }
  return names;
}

// Says that no type has this name. The one that was meant, perhaps: what is written of it may be
// wrong as well, and one run tells everything.
const EventType* guess_type(const yaml::Node& name, std::vector<std::string> names,
                            const Catalogue& catalogue, yaml::Report& report) {
  for (const EventType& known : catalogue.types()) names.push_back(known.name);
  const std::string meant = nearest(name.text, names);
  report.add(Code::unknown_event_type, name.span, {name.text}, meant);
  return catalogue.find(meant);
}

}  // namespace

const EventType* resolve_type(const yaml::Node& name, const Catalogue& catalogue,
                              yaml::Report& report) {
  const EventType* const type = catalogue.find(name.text);
  return type != nullptr ? type : guess_type(name, {}, catalogue, report);
}

const EventType* resolve_type(const yaml::Node& name, const Catalogue& catalogue,
                              AlertTypes& alerts, yaml::Report& report) {
  if (const EventType* const type = catalogue.find(name.text)) return type;
  const std::string_view rule = alert_rule_of(name.text);
  if (alerts.is_declared(rule)) {
    const AlertTypes::Definition* const alert = alerts.use(rule, catalogue.types().size());
    if (alert == nullptr) return nullptr;  // what is wrong was said at the rule
    if (alert->clash.empty()) return &alert->type;
    report.add(Code::alert_word, name.span, {rule, alert->clash});
    return nullptr;
  }
  return guess_type(name, alerts.names(), catalogue, report);
}

const FieldSpec* resolve_field(const yaml::Node& field, const EventType& type,
                               std::string_view needed_by, yaml::Report& report) {
  const FieldSpec* const spec = type.find(field.text);
  if (spec == nullptr) {
    report.add(Code::missing_field, field.span, {type.name, field.text, needed_by},
               nearest(field.text, field_names(type)));
  }
  return spec;
}

std::optional<std::uint32_t> BundleText::use_calendar(std::string_view name, yaml::Span where,
                                                      yaml::Report& report) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < calendars.size(); ++i) {
    if (calendars[i].calendar.name == name) {
      calendars[i].used = true;
      return i;
    }
    names.push_back(calendars[i].calendar.name);
  }
  report.add(Code::unknown_calendar, where, {name}, nearest(name, names));
  return std::nullopt;
}

std::vector<TypeSettings> compile_types(const BundleText& bundle, const Catalogue& catalogue) {
  std::vector<TypeSettings> settings(catalogue.types().size());
  for (const TypeText& text : bundle.types) {
    yaml::Report& report = bundle.file->report;
    if (bundle.alerts.is_declared(alert_rule_of(text.name->text))) {
      report.add(Code::alert_settings, text.name->span, {text.name->text});
      continue;
    }
    const EventType* const type = resolve_type(*text.name, catalogue, report);
    if (type == nullptr) continue;
    TypeSettings& one = settings[static_cast<std::size_t>(type->id)];
    one.lateness = text.lateness.value_or(one.lateness);
    one.max_age = text.max_age.value_or(one.max_age);
    if (!text.repeat) continue;
    TypeSettings::Repeat repeat{.by_slots = {}, .within = text.repeat->within.value_or(Duration{})};
    for (const yaml::Node* field : text.repeat->by) {
      const FieldSpec* const spec = resolve_field(*field, *type, "repeat", report);
      if (spec != nullptr) repeat.by_slots.push_back(spec->slot);
    }
    one.repeat = std::move(repeat);
  }
  return settings;
}

}  // namespace tocsin::rules
