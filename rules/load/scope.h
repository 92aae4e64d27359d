#pragma once
/// What names mean in a rule's expressions:
///
///     e.F  loc.P  device.P     the event (e.loc.P and e.device.P as well)
///     STEP.F                   the event bound to a step of `all`
///     key.F                    a field of for_each
///     params.P                 a constant
///     latest.NAME.F                            of the event that a cell of `latest` holds
///     count distinct severity opened_at at    of the alert, in templates and `escalate`
///     value                                   as well, of `aggregate`
///
/// Where several event types are possible, a field counts if all of them have it in the same slot.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue.h"
#include "rules/cel/cel.h"
#include "rules/load/collected.h"

namespace tocsin::rules {

using EventTypes = std::vector<const EventType*>;

/// The field if all types have it alike (kind, element, slot).
const FieldSpec* common_field(const EventTypes& types, std::string_view field);

struct KeyField {
  std::string name;
  cel::Type type;
};

class RuleScope final : public cel::Scope {
 public:
  struct Step {
    std::string_view name;
    const EventTypes* types = nullptr;
  };
  struct Latest {
    const LatestText* text = nullptr;
    EventTypes types;
  };
  /// The cells of a rule, and which of their fields its expressions read.
  struct LatestScope {
    std::vector<Latest> cells;
    std::vector<LatestRead> reads;
  };
  const EventTypes* event = nullptr;  ///< null: no `e` here
  LatestScope* latest = nullptr;      ///< null: none here
  std::vector<Step> steps;
  std::span<const KeyField> keys;
  std::span<const Param> params;
  bool alert = false;
  bool measures = false;  ///< `value` is one of the alert's names

  std::optional<cel::Input> find(std::string_view path) const override;
  std::vector<std::string> names() const override;
  std::span<const cel::HostFunction> functions() const override;

  /// A field that some, not all, of the possible event types have (alike).
  bool is_partial(std::string_view path) const;

 private:
  struct Field {
    const EventTypes* types = nullptr;
    std::uint8_t frame = 0;
    std::string_view name;
    std::uint16_t cell = 0;
  };
  std::optional<Field> field_of(std::string_view path) const;
  /// Its index in the frame of `latest`.
  std::uint16_t read_latest(std::uint16_t cell, std::uint16_t slot) const;
};

}  // namespace tocsin::rules
