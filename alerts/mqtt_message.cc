#include "alerts/mqtt_message.h"

#include <fmt/format.h>

#include <algorithm>

#include "alerts/alert_json.h"
#include "alerts/kafka_record.h"
#include "alerts/utf8.h"
#include "broker/address.h"

namespace tocsin::alerts {
namespace {

constexpr std::size_t kLongestPrefix = 200;  // bytes
constexpr std::size_t kLongestLevel = 200;
constexpr std::string_view kNoCategory = "other";

bool is_control_byte(char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }
bool is_wildcard(char c) { return c == '+' || c == '#'; }

// Free text as one level of a topic.
std::string topic_level(std::string_view text) {
  std::string level = valid_utf8((text.empty() ? kNoCategory : text).substr(0, kLongestLevel));
  std::ranges::replace_if(
      level, [](char c) { return is_control_byte(c) || is_wildcard(c) || c == '/'; }, '_');
  return level;
}

std::string fitting_payload(const AlertRevision& alert, std::size_t limit, bool& cut) {
  std::string payload = alert_to_json(alert);
  if (payload.size() <= limit) return payload;
  AlertRevision smaller = alert;
  while (payload.size() > limit && cut_alert(smaller)) {
    payload = alert_to_json(smaller);
    cut = true;
  }
  return payload;
}

// `topic` itself or a topic below it.
bool is_within(std::string_view text, std::string_view topic) {
  return text == topic || (text.starts_with(topic) && text[topic.size()] == '/');
}

bool is_topic_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestPrefix && text.front() != '/' &&
         text.front() != '$' && text.back() != '/' && text.find("//") == text.npos &&
         valid_utf8(text) == text &&
         std::ranges::none_of(text, [](char c) { return is_control_byte(c) || is_wildcard(c); });
}

}  // namespace

MqttMessages make_mqtt_messages(const AlertRevision& alert, const MqttForm& form) {
  MqttMessages out;
  if (alert.shadow) return out;
  const std::string topic = fmt::format("{}/{}/{}/{}", form.prefix, topic_level(alert.category),
                                        topic_level(alert.rule), alert.alert_id);
  const bool over = alert.state == AlertState::resolved;
  out.messages.push_back(
      {topic, fitting_payload(alert, form.payload_limit, out.cut), form.retain && !over});
  if (form.retain && over) out.messages.push_back({topic, "", true});
  return out;
}

PrefixFault check_topic_prefix(std::string_view prefix) {
  if (!is_topic_name(prefix)) return PrefixFault::not_a_topic;
  // Above them a category could complete the source's topic.
  if (is_within(prefix, broker::kSourceTopics) || is_within(broker::kSourceTopics, prefix))
    return PrefixFault::sources_topics;
  return PrefixFault::none;
}

}  // namespace tocsin::alerts
