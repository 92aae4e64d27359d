#pragma once
/// What a revision looks like to readers of MQTT. Pure; the sink sends it as it is.
///
///     topic    <prefix>/<category>/<rule>/<alert_id>
///     payload  the JSON line of alert_json.h
///
/// Neither category nor rule changes while an alert is open (its severity does), so that whoever
/// hears it open hears all of it, and its retained message can be taken away again: with `retain` a
/// resolve is one message for those who listen now and an empty retained one, which removes what
/// the broker kept. Thread: any.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/alert.h"

namespace tocsin::alerts {

struct MqttMessage {
  std::string topic;
  std::string payload;
  bool retained = false;
  friend bool operator==(const MqttMessage&, const MqttMessage&) = default;
};

struct MqttForm {
  std::string_view prefix;
  bool retain = false;
  std::size_t payload_limit = 0;  ///< bytes
};

struct MqttMessages {
  std::vector<MqttMessage> messages;  ///< in the order they go out; none for a shadow revision
  bool cut = false;                   ///< evidence was left out so that it fits
};
MqttMessages make_mqtt_messages(const AlertRevision& alert, const MqttForm& form);

/// Why alerts cannot go below this topic.
enum class PrefixFault : unsigned char {
  none,
  not_a_topic,     ///< empty, too long, a wildcard, an empty level, $ first, a control character
  sources_topics,  ///< the engine would hear its own alerts as events
};
PrefixFault check_topic_prefix(std::string_view prefix);

}  // namespace tocsin::alerts
