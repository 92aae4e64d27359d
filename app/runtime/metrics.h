#pragma once
/// Prometheus text from snapshots: nothing is counted here, everything is collected at scrape time.
/// Names follow the Prometheus conventions (base units, _total). No label is a device or a gateway.
#include <string>
#include <vector>

#include "alerts/sink.h"
#include "ingest/source.h"
#include "journal/metrics.h"

namespace prometheus {
struct MetricFamily;
}

namespace tocsin::app {

struct EngineStatus;

/// Collects families one sample at a time and prints them in text format 0.0.4.
class MetricText {
 public:
  MetricText();
  ~MetricText();
  using Labels = std::vector<std::pair<std::string, std::string>>;
  struct Histogram {
    std::vector<double> upper_bounds;          ///< seconds
    std::vector<std::uint64_t> bucket_counts;  ///< not cumulative; one more than bounds
    double sum = 0;
  };

  void counter(const std::string& name, const std::string& help, double value,
               const Labels& labels = {});
  void gauge(const std::string& name, const std::string& help, double value,
             const Labels& labels = {});
  void histogram(const std::string& name, const std::string& help, const Histogram& data,
                 const Labels& labels = {});
  std::string text() const;

 private:
  prometheus::MetricFamily& family(const std::string& name, const std::string& help, int type);
  std::vector<prometheus::MetricFamily> families_;
};

/// The engine's part: books, rules, times.
void add_engine_metrics(MetricText& out, const EngineStatus& status);
/// One log's part; `name` is its label: "events", "alerts".
void add_log_metrics(MetricText& out, const std::string& name, const journal::LogMetrics& metrics);
void add_source_metrics(MetricText& out, const ingest::SourceStatus& status);
/// `newest`: position of the newest alert in the alert log.
void add_sink_metrics(MetricText& out, const std::string& name, const alerts::SinkStatus& status,
                      LogPosition newest);

}  // namespace tocsin::app
