#pragma once
/// What the simulated devices say, before any encoding. One struct per event type; `visit_fields`
/// names each field with its protobuf number, so that both encoders read one table. A test compares
/// the table with the descriptors of proto/tocsin/v1/event.proto.
#include <cstdint>
#include <string_view>
#include <variant>

namespace tocsin::sim {

/// An opaque credential hash; printed in letters, so that it never looks like a number of anybody.
struct Credential {
  std::uint64_t token = 0;
};

struct SmokeAlarm {
  static constexpr std::string_view kType = "smoke.alarm";
  double level = 0;
  double temperature = 0;
  bool test_mode = false;
};
struct SmokeClear {
  static constexpr std::string_view kType = "smoke.clear";
};
struct SmokeFault {
  static constexpr std::string_view kType = "smoke.fault";
  std::string_view code;
};
struct SmokeRemoved {
  static constexpr std::string_view kType = "smoke.removed";
};
struct Heartbeat {
  static constexpr std::string_view kType = "device.heartbeat";
  double battery = 0;
  double rssi = 0;
};
struct LowBattery {
  static constexpr std::string_view kType = "device.low_battery";
  double battery = 0;
};
struct FumeReading {
  static constexpr std::string_view kType = "fume.reading";
  double mg_m3 = 0;
  bool fan_on = false;
  bool purifier_on = false;
  std::string_view flag;
};
struct CameraDetection {
  static constexpr std::string_view kType = "camera.detection";
  std::string_view label;
  double confidence = 0;
};
struct GateState {
  static constexpr std::string_view kType = "gate.state";
  std::string_view state;
};
struct GateAccess {
  static constexpr std::string_view kType = "gate.access";
  std::string_view result;
  Credential credential;
  std::string_view direction;
};
struct ChargingStatus {
  static constexpr std::string_view kType = "charging.status";
  std::string_view state;
  double temperature = 0;
  double current = 0;
};
struct ComponentStatus {
  static constexpr std::string_view kType = "component.status";
  std::string_view state;
  double value = 0;
};
struct PanelOperation {
  static constexpr std::string_view kType = "panel.operation";
  std::string_view op;
};

using Payload = std::variant<Heartbeat, SmokeAlarm, SmokeClear, SmokeFault, SmokeRemoved,
                             LowBattery, FumeReading, CameraDetection, GateState, GateAccess,
                             ChargingStatus, ComponentStatus, PanelOperation>;

// visit_fields(payload, f): calls f(number, name, value) for each field, in order of number.
template <class F>
void visit_fields(const SmokeClear&, F&&) {}
template <class F>
void visit_fields(const SmokeRemoved&, F&&) {}
template <class F>
void visit_fields(const SmokeAlarm& p, F&& f) {
  f(1, "level", p.level);
  f(2, "temperature", p.temperature);
  f(3, "test_mode", p.test_mode);
}
template <class F>
void visit_fields(const SmokeFault& p, F&& f) {
  f(1, "code", p.code);
}
template <class F>
void visit_fields(const Heartbeat& p, F&& f) {
  f(1, "battery", p.battery);
  f(2, "rssi", p.rssi);
}
template <class F>
void visit_fields(const LowBattery& p, F&& f) {
  f(1, "battery", p.battery);
}
template <class F>
void visit_fields(const FumeReading& p, F&& f) {
  f(1, "mg_m3", p.mg_m3);
  f(4, "fan_on", p.fan_on);
  f(5, "purifier_on", p.purifier_on);
  f(6, "flag", p.flag);
}
template <class F>
void visit_fields(const CameraDetection& p, F&& f) {
  f(1, "label", p.label);
  f(2, "confidence", p.confidence);
}
template <class F>
void visit_fields(const GateState& p, F&& f) {
  f(1, "state", p.state);
}
template <class F>
void visit_fields(const GateAccess& p, F&& f) {
  f(1, "result", p.result);
  f(2, "credential", p.credential);
  f(3, "direction", p.direction);
}
template <class F>
void visit_fields(const ChargingStatus& p, F&& f) {
  f(1, "state", p.state);
  f(2, "temperature", p.temperature);
  f(3, "current", p.current);
}
template <class F>
void visit_fields(const ComponentStatus& p, F&& f) {
  f(1, "state", p.state);
  f(2, "value", p.value);
}
template <class F>
void visit_fields(const PanelOperation& p, F&& f) {
  f(1, "op", p.op);
}

std::string_view type_of(const Payload& payload);

/// Milliseconds since the start of the simulation.
using SimTime = std::int64_t;
inline constexpr SimTime kSecond = 1000;
inline constexpr SimTime kMinute = 60 * kSecond;

struct SimEvent {
  SimTime due = 0;  ///< when its gateway sends it: the intended send time
  SimTime ts = 0;   ///< what the device's clock says; may lie before the start
  std::uint32_t device = 0;
  std::uint32_t gateway = 0;
  std::uint32_t seq = 0;  ///< counts the device's events from 1; a copy keeps its original's
  bool urgent = false;    ///< alarms are not held back to fill a batch
  bool echo = false;      ///< a copy that another gateway heard
  Payload payload;
};

}  // namespace tocsin::sim
