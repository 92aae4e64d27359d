#pragma once
/// The event catalogue: which types exist and which typed fields each has. Built from protobuf
/// descriptors in ingest/ (a new event type needs a message and nothing else); here it is plain
/// data, so that rules/ can check names and types without knowing protobuf.
///
/// Lifetime: built at start and with each rule bundle, then const and shared. Limits: kMaxTypes,
/// kMaxTypeFields.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace tocsin {

/// Index into Catalogue::types().
enum class EventTypeId : std::uint16_t {};
inline constexpr EventTypeId kNoEventType{0xffff};

inline constexpr std::size_t kMaxTypes = 1024;
inline constexpr std::size_t kMaxTypeFields = 32;

/// Slots every event has, in this order, before the fields of its type. Expressions read them as
/// `e.id`, `loc.building`, `device.kind` and so on (slot_name).
enum class CommonSlot : std::uint8_t {
  id,
  type,
  device_id,
  ts,   ///< timestamp, after clamping
  arr,  ///< timestamp
  seq,  ///< uint
  gateway,
  late,  ///< bool
  city,
  town,
  village,
  grid,
  site,
  building,
  floor,
  zone,
  unit,  // loc.*
  kind,
  place_id,
  gateway_id,
  heartbeat_interval_s,
  state,
  tags,  // device.*
  count_,
};
inline constexpr std::size_t kCommonSlots = static_cast<std::size_t>(CommonSlot::count_);
inline constexpr std::size_t kFirstLoc = static_cast<std::size_t>(CommonSlot::city);
inline constexpr std::size_t kLocKinds = 9;
inline constexpr std::size_t kFirstDevice = static_cast<std::size_t>(CommonSlot::kind);
inline constexpr std::size_t kMaxSlots = kCommonSlots + kMaxTypeFields;

/// How protobuf writes a field of a type. JSON obeys the same ranges, so that one fact has one
/// value whichever way it came.
enum class WireForm : std::uint8_t {
  none,  ///< not from a message: no range beyond the kind's
  boolean,
  int32,
  int64,
  uint32,
  uint64,
  sint32,
  sint64,  // zigzag
  fixed32,
  fixed64,
  sfixed32,
  sfixed64,
  float32,
  float64,
  string,
  enumeration,
  message,  ///< Timestamp or Duration
};

struct FieldSpec {
  std::string name;  ///< as rules and JSON write it: "mg_m3", "loc.building", "device.kind"
  ValueKind kind = ValueKind::unset;
  ValueKind element = ValueKind::unset;  ///< of a list
  std::uint16_t slot = 0;                ///< index into Event::slots
  std::uint32_t number = 0;              ///< protobuf field number; 0 for common slots
  std::vector<std::string> words;        ///< an enum's words, by number; its slot holds a string
  std::string word_prefix;               ///< what was cut from them: "GATE_STATE_"
  WireForm wire = WireForm::none;        ///< of one element, if a list
  std::string json_name;                 ///< in proto3 JSON: "mgM3"
  bool never_unset = false;              ///< no presence in protobuf: absent is its zero value
};

/// Name, kind and slot of every common slot ("id", ..., "loc.city", ..., "device.kind", ...).
const std::vector<FieldSpec>& common_fields();

struct EventType {
  EventTypeId id{};
  std::string name;               ///< "smoke.alarm"
  std::vector<FieldSpec> fields;  ///< the type's own, slots kCommonSlots...
  std::uint32_t lacks = 0;        ///< bits of common slots that no event of the type has
  std::string definition = {};    ///< of a deployment's own type: digest of its fields

  const FieldSpec* find(std::string_view field) const;  ///< own or common; nullptr if neither
};

class Catalogue {
 public:
  /// Requires: name not yet present, within the limits above. Sets ids and slots itself.
  EventTypeId add(std::string name, std::vector<FieldSpec> fields, std::string definition = {});
  /// A number that stays taken, without a name: its type is gone or has another definition now.
  void retire_next();

  const EventType* find(std::string_view name) const;  ///< nullptr: unknown
  const EventType& type(EventTypeId id) const { return types_[static_cast<std::size_t>(id)]; }
  const std::vector<EventType>& types() const { return types_; }

 private:
  std::vector<EventType> types_;
  boost::unordered_flat_map<std::string, EventTypeId> by_name_;
};

}  // namespace tocsin
