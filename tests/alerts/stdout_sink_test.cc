#include "alerts/stdout_sink.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "alerts/alert_json.h"
#include "alerts/alert_pump.h"
#include "tests/alerts/sample_alert.h"
#include "tests/support/memory_log.h"

namespace tocsin::alerts {
namespace {

using tocsin::testing::MemoryLog;
using tocsin::testing::smoke_alert;

struct Printed {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = open_memstream(&text, &size);
  ~Printed() {
    std::fclose(stream);
    std::free(text);
  }
  std::string get() const { return {text, size}; }
};

Timestamp epoch() { return Timestamp{}; }

TEST(StdoutSink, PrintsAJsonLineForEachNewRevision) {
  MemoryLog log;
  const auto alerts = AlertLog::open(log).value();
  const auto append = [&](std::uint64_t cause, std::uint32_t rev) {
    ASSERT_TRUE(
        alerts->commit(alerts->append(cause, 0, smoke_alert(smoke_alert().alert_id, rev)).value()));
  };
  append(1, 1);
  Printed printed;
  StdoutSink sink(printed.stream, alerts->durable() + 1, std::nullopt);
  AlertPump pump(*alerts, sink, epoch);
  EXPECT_EQ(pump.do_work(), AlertPump::Work::idle);
  append(2, 2);
  append(3, 3);
  EXPECT_EQ(pump.do_work(), AlertPump::Work::moved);
  EXPECT_EQ(pump.do_work(), AlertPump::Work::idle);
  EXPECT_EQ(printed.get(), alert_to_json(smoke_alert(smoke_alert().alert_id, 2)) + "\n" +
                               alert_to_json(smoke_alert(smoke_alert().alert_id, 3)) + "\n");
  EXPECT_EQ(sink.status().published_total, 2u);
  EXPECT_EQ(sink.status().published_position, 3u);
}

TEST(StdoutSink, PrintsLinesForPeopleWhereAskedTo) {
  MemoryLog log;
  const auto alerts = AlertLog::open(log).value();
  ASSERT_TRUE(alerts->commit(alerts->append(1, 0, smoke_alert()).value()));
  Printed printed;
  TextOptions text;
  text.time_zone = "UTC";
  StdoutSink sink(printed.stream, 1, text);
  AlertPump pump(*alerts, sink, epoch);
  pump.do_work();
  EXPECT_EQ(printed.get(),
            "00:00:41 CRITICAL Lakeside / B7  Smoke confirmed: 2 detectors in B7 (count 2)\n");
}

TEST(StdoutSink, AReaderThatWentAwayDoesNotStopTheEngine) {
  MemoryLog log;
  const auto alerts = AlertLog::open(log).value();
  ASSERT_TRUE(alerts->commit(alerts->append(1, 0, smoke_alert()).value()));
  std::FILE* full = std::fopen("/dev/full", "w");
  ASSERT_NE(full, nullptr);
  StdoutSink sink(full, 1, std::nullopt);
  AlertPump pump(*alerts, sink, epoch);
  EXPECT_EQ(pump.do_work(), AlertPump::Work::moved);
  EXPECT_EQ(pump.do_work(), AlertPump::Work::idle);
  EXPECT_FALSE(sink.status().connected);
  EXPECT_EQ(sink.status().published_total, 0u);
  std::fclose(full);
}

TEST(AlertPump, ALogThatCannotBeReadIsReportedAndTriedAgain) {
  MemoryLog log;
  const auto alerts = AlertLog::open(log).value();
  Printed printed;
  StdoutSink sink(printed.stream, 1, std::nullopt);
  AlertPump pump(*alerts, sink, epoch);
  log.put(RecordKind::alert, "\xFF\xFF");
  EXPECT_EQ(pump.do_work(), AlertPump::Work::waiting);
  EXPECT_EQ(pump.log_error(), LogError::corrupt);
}

}  // namespace
}  // namespace tocsin::alerts
