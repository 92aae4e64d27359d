#include "alerts/kafka_record.h"

#include <gtest/gtest.h>

#include <map>

#include "alerts/alert_json.h"
#include "tests/alerts/sample_alert.h"

namespace tocsin::alerts {
namespace {

using tocsin::testing::full_alert;
using tocsin::testing::smoke_alert;

const RecordOrigin kOrigin{"engine-1", "log-1", 41};

AlertRecord record_of(AlertRevision alert) {
  AlertRecord record;
  record.position = 42;
  record.revision = std::move(alert);
  return record;
}

AlertRevision with_evidence(int count) {
  AlertRevision alert = smoke_alert();
  alert.evidence.clear();
  for (int i = 0; i < count; ++i) {
    alert.evidence.push_back({"g-" + std::to_string(i), "D", "smoke.alarm", from_unix_ms(i), {}});
  }
  return alert;
}

TEST(KafkaRecord, TheNewestEvidenceStaysAndTheRestIsCounted) {
  AlertRevision alert = with_evidence(7);
  alert.evidence_dropped = 3;
  EXPECT_TRUE(cut_alert(alert));
  EXPECT_EQ(alert.evidence.size(), 3u);
  EXPECT_EQ(alert.evidence.front().id, "g-4");
  EXPECT_EQ(alert.evidence_dropped, 7u);
}

TEST(KafkaRecord, EvidenceGoesFirstThenWhatIsAttachedThenLongTexts) {
  AlertRevision alert = full_alert();
  alert.summary.zh = std::string(300, 'a') + "烟";
  alert.summary.en = std::string(255, 'a') + "烟";
  EXPECT_TRUE(cut_alert(alert));
  EXPECT_TRUE(alert.evidence.empty());
  EXPECT_FALSE(alert.attached.empty());
  EXPECT_TRUE(cut_alert(alert));
  EXPECT_TRUE(alert.attached.empty());
  EXPECT_TRUE(cut_alert(alert));
  EXPECT_EQ(alert.summary.zh, std::string(256, 'a'));
  EXPECT_EQ(alert.summary.en, std::string(255, 'a'));  // never half a character
  EXPECT_FALSE(cut_alert(alert));
}

TEST(KafkaRecord, IsAsLargeAsItMayBe) {
  const AlertRecord record = record_of(with_evidence(64));
  const KafkaRecord whole = make_alert_record(record, AlertFormat::json, kOrigin, 1'000'000);
  EXPECT_FALSE(whole.cut);
  EXPECT_EQ(whole.value, alert_to_json(record.revision));
  const KafkaRecord cut = make_alert_record(record, AlertFormat::json, kOrigin, 3000);
  EXPECT_TRUE(cut.cut);
  EXPECT_LE(cut.value.size(), 3000u);
  EXPECT_FALSE(alert_from_json(cut.value).value().evidence.empty());
}

TEST(KafkaRecord, SaysWhereItComesFrom) {
  const KafkaRecord record =
      make_alert_record(record_of(smoke_alert()), AlertFormat::json, kOrigin, 1'000'000);
  const std::map<std::string, std::string> headers(record.headers.begin(), record.headers.end());
  EXPECT_EQ(headers.at("ce_source"), "/tocsin/engine-1");
  EXPECT_EQ(headers.at("tocsin-position"), "42");
  EXPECT_EQ(headers.at("tocsin-log"), "log-1");
  EXPECT_EQ(headers.at("tocsin-settled"), "41");
}

TEST(KafkaRecord, AHeartbeatHasAKeyEvenBeforeTheAlertLogHasAName) {
  const RecordOrigin nameless{"engine-1", "", 0};
  EXPECT_EQ(make_heartbeat_record({}, nameless).key, "engine-1");
  EXPECT_EQ(make_heartbeat_record({}, kOrigin).key, "log-1");
}

}  // namespace
}  // namespace tocsin::alerts
