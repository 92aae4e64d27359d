// The service without a broker and without Kafka: its logs, its engine, its HTTP server, its
// refusals.
#include "app/runtime/engine_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>

#include "app/runtime/engine_loop.h"
#include "journal/inspect.h"
#include "tests/app/runtime/http_client.h"
#include "tests/app/runtime/records.h"
#include "tests/journal/log_folder.h"

namespace tocsin::app {
namespace {

using journal::read_bytes;
using journal::write_bytes;
using ::testing::HasSubstr;
using testing::HttpClient;
using ::testing::Not;

constexpr int kUnavailable = 69, kIo = 74, kConfig = 78;

class EngineServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write_rules(kSmokeRule);
    options_.data = folder_.path() + "/data";
    options_.rules = {rules_};
    options_.http = "127.0.0.1:0";
    options_.journal.sync = false;
    options_.version = "test";
  }

  void write_rules(std::string_view text) { write_bytes(rules_, text); }
  std::string events() const { return options_.data + "/events"; }
  std::string alert_folder() const { return options_.data + "/alerts"; }

  // Frames as an earlier run left them in the log.
  void leave_frames(const std::vector<std::string>& payloads) {
    journal::FakeClock clock;
    clock.ms = kStart;
    journal::FileLogOptions file = journal::options_for(folder_, clock);
    file.folder = events();
    const auto log = journal::open_log(file);
    ASSERT_TRUE(log->append(RecordKind::bundle, rules_body({kSmokeRule})));
    for (const std::string& payload : payloads) {
      ASSERT_TRUE(log->append(RecordKind::frame, frame_body(payload)));
    }
  }

  std::uint64_t count(const std::string& folder, RecordKind kind) {
    return journal::inspect(folder)->records_by_kind[static_cast<std::size_t>(kind)];
  }

  journal::TempFolder folder_;
  std::string rules_ = folder_.path() + "/smoke.yaml";
  ServiceOptions options_;
};

TEST_F(EngineServiceTest, AnswersOverHttpWhileItRuns) {
  EngineService service(options_);
  ASSERT_FALSE(service.start().has_value());
  HttpClient client(service.ready().http);
  EXPECT_EQ(client.get("/livez").status, 200);
  const auto ready = client.get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(nlohmann::json::parse(ready.body)["ready"], true);
  const auto metrics = client.get("/metrics");
  EXPECT_THAT(metrics.head, HasSubstr("text/plain; version=0.0.4"));
  for (const char* line :
       {"tocsin_books_balanced 1\n", "tocsin_rules 1\n", "tocsin_events_received_total 0\n",
        "tocsin_rule_matches_total{rule=\"smoke\"} 0\n",
        "# TYPE tocsin_log_fsync_seconds histogram"}) {
    EXPECT_THAT(metrics.body, HasSubstr(line));
  }
  EXPECT_THAT(client.get("/").body, HasSubstr("/readyz"));
  EXPECT_EQ(nlohmann::json::parse(client.get("/api/v1/alerts").body)["alerts"].size(), 0u);
  EXPECT_EQ(nlohmann::json::parse(client.get("/api/v1/rejected").body)["rejected"].size(), 0u);
}

TEST_F(EngineServiceTest, WhatTheLogHoldsIsAppliedAtStartAndSaidOnce) {
  leave_frames({smoke("D1", kStart), "{broken", smoke("D2", kStart)});
  for (const std::size_t newly_said : {2u, 0u}) {
    std::atomic<std::size_t> fired{0};
    EngineService service(options_);
    service.on_alert([&](const AlertRevision& revision) {
      fired += revision.state == AlertState::firing ? 1 : 0;
    });
    ASSERT_FALSE(service.start().has_value());
    EXPECT_EQ(service.status()->books.received, 3u);
    HttpClient client(service.ready().http);
    const auto rejected = nlohmann::json::parse(client.get("/api/v1/rejected").body);
    EXPECT_EQ(rejected["rejected"][0]["reason"], "malformed");
    service.drain_and_stop(Duration{20'000});
    EXPECT_EQ(fired, newly_said);
  }
  std::size_t opened = 0;
  ASSERT_TRUE(
      journal::inspect(alert_folder(), [&](const LogRecord& record, const auto&, std::uint64_t) {
        v1::LogAlert alert;
        if (record.kind != RecordKind::alert) return;
        ASSERT_TRUE(alert.ParseFromArray(record.body.data(), static_cast<int>(record.body.size())));
        opened += alert.alert().state() == "firing" ? 1 : 0;
      }));
  EXPECT_EQ(opened, 2u);
}

TEST_F(EngineServiceTest, ARestartWithTheSameRulesLogsThemOnce) {
  for (int i = 0; i < 3; ++i) {
    EngineService service(options_);
    ASSERT_FALSE(service.start().has_value());
  }
  EXPECT_EQ(count(events(), RecordKind::bundle), 1u);
  write_rules(kRepeatedRule);
  EngineService service(options_);
  ASSERT_FALSE(service.start().has_value());
  service.drain_and_stop(Duration{0});
  EXPECT_EQ(count(events(), RecordKind::bundle), 2u) << "changed on disk between the runs";
}

TEST_F(EngineServiceTest, AReloadPutsGoodRulesInForceAndABadBundleChangesNothing) {
  EngineService service(options_);
  ASSERT_FALSE(service.start().has_value());
  HttpClient client(service.ready().http);
  const std::string before = service.status()->bundle_version;
  const ReloadOutcome same = service.reload();
  EXPECT_TRUE(same.ok);
  EXPECT_FALSE(same.changed);

  write_rules("rule: smoke\nseverity: purple\n");
  const ReloadOutcome bad = service.reload();
  EXPECT_FALSE(bad.ok);
  EXPECT_TRUE(has_errors(bad.diagnostics));
  EXPECT_EQ(service.status()->bundle_version, before);
  const auto ready = client.get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("reload"));

  write_rules(kRepeatedRule);
  const ReloadOutcome good = service.reload();
  EXPECT_TRUE(good.ok && good.changed) << good.message;
  EXPECT_NE(service.status()->bundle_version, before);
  ASSERT_EQ(service.status()->rules.size(), 1u);
  EXPECT_EQ(service.status()->rules[0].name, "thrice");
  EXPECT_EQ(client.get("/readyz").status, 200);
}

TEST_F(EngineServiceTest, ASecondEngineOnTheSameDataFolderIsRefused) {
  EngineService first(options_);
  ASSERT_FALSE(first.start().has_value());
  EngineService second(options_);
  const auto refusal = second.start();
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->exit_code, kIo);
  EXPECT_THAT(refusal->message, HasSubstr(options_.data));
  EXPECT_THAT(refusal->message, HasSubstr("another process writes this log"));
  EXPECT_THAT(refusal->message, Not(HasSubstr("locked")));
  EXPECT_EQ(refusal->message.find('\n'), std::string::npos);
}

TEST_F(EngineServiceTest, BadRulesAtStartAreToldWithEveryDiagnostic) {
  write_rules("rule: smoke\nseverity: purple\nfor_eech: [device_id]\n");
  EngineService service(options_);
  const auto refusal = service.start();
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->exit_code, kConfig);
  EXPECT_GE(refusal->diagnostics.size(), 2u);
}

TEST_F(EngineServiceTest, ABadRowInTheRegistryCostsThatRowOnly) {
  options_.registry = folder_.path();
  write_bytes(
      folder_.path() + "/places.csv",
      "place_id,parent_id,kind,name_zh,name_en,lat,lon,adjacent,tags\nB7,,building,,,,,,\n");
  write_bytes(folder_.path() + "/devices.csv",
              "device_id,kind,place_id,gateway_id,heartbeat_interval_s,state,tags\n"
              "D1,smoke,B7,g1,,commissioned,\nD2,smoke,B7,g1,soon,commissioned,\nD3,smoke,B7,g1,60,"
              "test,\n");
  EngineService service(options_);
  ASSERT_FALSE(service.start().has_value());
  EXPECT_EQ(service.status()->devices, 2u);
  EXPECT_TRUE(service.reload().ok);
  write_bytes(folder_.path() + "/devices.csv",
              "device_id,kind,place_id,gateway_id,heartbeat_interval_s,state,tags\n"
              "D1,smoke,NOWHERE,g1,,commissioned,\n");
  const ReloadOutcome reload = service.reload();
  EXPECT_TRUE(reload.ok);
  EXPECT_EQ(reload.diagnostics.size(), 1u);
  service.drain_and_stop(Duration{0});
  EXPECT_EQ(count(events(), RecordKind::registry), 2u);
}

TEST_F(EngineServiceTest, APortThatIsTakenIsOneClearLine) {
  EngineService first(options_);
  ASSERT_FALSE(first.start().has_value());
  ServiceOptions other = options_;
  other.data = folder_.path() + "/other";
  other.http = first.ready().http;
  EngineService second(other);
  const auto refusal = second.start();
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->exit_code, kUnavailable);
  EXPECT_THAT(refusal->message, HasSubstr(other.http));
  EXPECT_THAT(refusal->message, HasSubstr("the address is in use"));
  EXPECT_TRUE(refusal->http_in_use);
}

TEST_F(EngineServiceTest, ABrokerThatIsNotThereIsOneClearLine) {
  options_.broker.emplace();
  options_.broker->uri = "tcp://127.0.0.1:1";
  EngineService service(options_);
  const auto refusal = service.start();
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->exit_code, kUnavailable);
  EXPECT_THAT(refusal->message, HasSubstr("tcp://127.0.0.1:1"));
}

TEST_F(EngineServiceTest, ADataFolderThatIsAFileIsRefused) {
  write_bytes(options_.data, "a file");
  EngineService service(options_);
  const auto refusal = service.start();
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->exit_code, kIo);
}

TEST_F(EngineServiceTest, DamageInTheLogIsRefusedAndNothingIsChanged) {
  leave_frames({smoke("D1", kStart), smoke("D2", kStart)});
  {
    EngineService once(options_);
    ASSERT_FALSE(once.start().has_value());
  }
  const auto segment = journal::segment_files(events()).front();
  std::string bytes = read_bytes(segment);
  bytes[200] = static_cast<char>(bytes[200] ^ 1);
  write_bytes(segment, bytes);
  EngineService service(options_);
  const auto refusal = service.start();
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->exit_code, kIo);
  EXPECT_THAT(refusal->message, HasSubstr("corrupt"));
  EXPECT_EQ(read_bytes(segment), bytes);
}

TEST_F(EngineServiceTest, AnEventLogThatLostItsEndIsRefusedBecauseAlertsSayMore) {
  leave_frames({smoke("D1", kStart), smoke("D2", kStart)});
  const auto segment = journal::segment_files(events()).front();
  {
    EngineService once(options_);
    ASSERT_FALSE(once.start().has_value());
  }
  // Only the first record is left, as if the disk had lost the rest.
  std::uint64_t second_record = 0;
  ASSERT_TRUE(
      journal::inspect(events(), [&](const LogRecord& record, const auto&, std::uint64_t offset) {
        if (record.position == 2) second_record = offset;
      }));
  write_bytes(segment, read_bytes(segment).substr(0, second_record));
  EngineService service(options_);
  const auto refusal = service.start();
  ASSERT_TRUE(refusal.has_value()) << "new records would take positions that alerts already name";
  EXPECT_EQ(refusal->exit_code, kIo);
  EXPECT_THAT(refusal->message, HasSubstr("alert"));
}

}  // namespace
}  // namespace tocsin::app
