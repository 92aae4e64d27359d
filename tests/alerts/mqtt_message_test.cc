#include "alerts/mqtt_message.h"

#include <gtest/gtest.h>

#include "alerts/alert_json.h"
#include "tests/alerts/sample_alert.h"

namespace tocsin::alerts {
namespace {

using tocsin::testing::full_alert;
using tocsin::testing::smoke_alert;

constexpr const char* kTopic = "a/v1/fire/smoke-confirmed/0123456789abcdef0123456789abcdef";

MqttForm form(bool retain) { return {"a/v1", retain, 1 << 18}; }

AlertRevision resolved_alert() {
  AlertRevision alert = smoke_alert();
  alert.rev = 2;
  alert.state = AlertState::resolved;
  return alert;
}

TEST(MqttMessage, IsTheJsonLineUnderItsCategoryRuleAndAlert) {
  const AlertRevision alert = smoke_alert();
  const MqttMessages out = make_mqtt_messages(alert, form(false));
  EXPECT_EQ(out.messages, (std::vector<MqttMessage>{{kTopic, alert_to_json(alert), false}}));
  EXPECT_FALSE(out.cut);
}

TEST(MqttMessage, TheTopicStaysTheSameWhileTheSeverityChanges) {
  AlertRevision escalated = smoke_alert();
  escalated.severity = Severity::low;
  escalated.reason = Reason::escalated;
  EXPECT_EQ(make_mqtt_messages(escalated, form(false)).messages.front().topic, kTopic);
}

TEST(MqttMessage, AShadowRevisionIsNone) {
  AlertRevision shadow = smoke_alert();
  shadow.shadow = true;
  EXPECT_TRUE(make_mqtt_messages(shadow, form(true)).messages.empty());
}

TEST(MqttMessage, RetainedUntilAResolveWhichIsHeardAndThenTakesItAway) {
  const AlertRevision open = smoke_alert();
  EXPECT_EQ(make_mqtt_messages(open, form(true)).messages,
            (std::vector<MqttMessage>{{kTopic, alert_to_json(open), true}}));
  const AlertRevision over = resolved_alert();
  EXPECT_EQ(make_mqtt_messages(over, form(true)).messages,
            (std::vector<MqttMessage>{{kTopic, alert_to_json(over), false}, {kTopic, "", true}}));
  EXPECT_EQ(make_mqtt_messages(over, form(false)).messages.size(), 1u);
}

TEST(MqttMessage, FreeTextCannotAddLevelsOrWildcardsToATopic) {
  AlertRevision alert = smoke_alert();
  const auto topic_of = [&](const std::string& category) {
    alert.category = category;
    const std::string topic = make_mqtt_messages(alert, form(false)).messages.front().topic;
    return topic.substr(5, topic.find("/smoke") - 5);
  };
  EXPECT_EQ(topic_of(""), "other");
  EXPECT_EQ(topic_of("消防"), "消防");
  EXPECT_EQ(topic_of("a/b+c#d\ne"), "a_b_c_d_e");
  EXPECT_LT(topic_of(std::string(100'000, 'x')).size(), 300u);
}

TEST(MqttMessage, EvidenceIsCutToTheLimitAndTheAlertIsStillWhole) {
  AlertRevision alert = full_alert();
  alert.shadow = false;
  for (int i = 0; i < 63; ++i) alert.evidence.push_back(alert.evidence.front());
  MqttForm small = form(false);
  small.payload_limit = 4000;
  const MqttMessages out = make_mqtt_messages(alert, small);
  EXPECT_TRUE(out.cut);
  EXPECT_LE(out.messages.front().payload.size(), small.payload_limit);
  const auto back = alert_from_json(out.messages.front().payload);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->alert_id, alert.alert_id);
  EXPECT_GT(back->evidence_dropped, alert.evidence_dropped);
}

TEST(MqttTopicPrefix, OfTheSourceAndWhatIsNoTopicAreRefused) {
  for (const char* prefix : {"tocsin/v1", "tocsin/v1/alerts", "tocsin"})
    EXPECT_EQ(check_topic_prefix(prefix), PrefixFault::sources_topics) << prefix;
  for (const char* prefix : {"", "/", "/a", "a/", "a//b", "a/+", "#", "$share/a", "a\nb", "a\xFF"})
    EXPECT_EQ(check_topic_prefix(prefix), PrefixFault::not_a_topic) << prefix;
  EXPECT_EQ(check_topic_prefix(std::string(201, 'a')), PrefixFault::not_a_topic);
  for (const char* prefix : {"tocsin/v10", "tocsin/alerts/v1", "tocsi", "a", "报警", "a b"})
    EXPECT_EQ(check_topic_prefix(prefix), PrefixFault::none) << prefix;
}

}  // namespace
}  // namespace tocsin::alerts
