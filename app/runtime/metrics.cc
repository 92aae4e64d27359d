#include "app/runtime/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>

#include "app/runtime/engine_loop.h"

namespace tocsin::app {
namespace {

prometheus::ClientMetric labelled(const MetricText::Labels& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
}

double number(std::uint64_t n) { return static_cast<double>(n); }

void add_books(MetricText& out, const Books& books) {
  out.counter("tocsin_events_received_total", "Events received, in whatever column they ended.",
              number(books.received));
  out.counter("tocsin_events_accepted_total", "Events that took part in rules, in time.",
              number(books.accepted));
  out.counter("tocsin_events_duplicate_total", "Transport duplicates.", number(books.duplicate));
  out.counter("tocsin_events_late_total", "Events that took part in rules, late.",
              number(books.late));
  out.counter("tocsin_events_shed_total", "Events shed under overload.", number(books.shed));
  for (std::size_t i = 0; i < kRejectReasons; ++i) {
    out.counter("tocsin_events_rejected_total", "Events refused, by reason.",
                number(books.rejected_by[i]),
                {{"reason", std::string(to_string(static_cast<RejectReason>(i)))}});
  }
  out.counter("tocsin_events_clamped_total", "Events whose time was replaced by their arrival.",
              number(books.clamped));
  out.counter("tocsin_events_unregistered_total", "Events of devices the registry does not know.",
              number(books.unregistered));
  out.counter("tocsin_event_unknown_fields_total",
              "Fields dropped because the catalogue lacks them.", number(books.unknown_fields));
  out.gauge("tocsin_books_balanced",
            "1 if received = accepted + duplicate + late + rejected + shed.",
            books.balance() ? 1 : 0);
}

void add_rule(MetricText& out, const RuleStatus& rule) {
  const MetricText::Labels of{{"rule", rule.name}};
  const rules::RuleCounters& c = rule.counters;
  out.counter("tocsin_rule_evaluated_total", "Events a rule looked at.", number(c.evaluated), of);
  out.counter("tocsin_rule_unkeyed_total", "Events without a value for the rule's key.",
              number(c.unkeyed), of);
  out.counter("tocsin_rule_matches_total", "Matches.", number(c.matches), of);
  out.counter("tocsin_alerts_opened_total", "Alerts opened.", number(c.opened), of);
  out.counter("tocsin_alerts_resolved_total", "Alerts resolved.", number(c.resolved), of);
  out.counter("tocsin_alert_revisions_total", "Alert revisions made.", number(c.revisions), of);
  out.gauge("tocsin_alerts_open", "Alerts open now.", number(c.open_alerts), of);
  out.gauge("tocsin_rule_keys", "Keys with state.", number(c.keys), of);
  out.counter("tocsin_rule_eval_errors_total", "Evaluations that ended in an error.",
              number(c.eval_errors), of);
  const std::pair<const char*, std::uint64_t> evicted[] = {{"window_events", c.evicted_events},
                                                           {"candidates", c.evicted_candidates},
                                                           {"keys", c.evicted_keys},
                                                           {"open_alerts", c.evicted_alerts}};
  for (const auto& [limit, n] : evicted) {
    out.counter("tocsin_rule_evicted_total", "What a limit of the rule evicted.", number(n),
                {{"rule", rule.name}, {"limit", limit}});
  }
}

}  // namespace

MetricText::MetricText() = default;
MetricText::~MetricText() = default;

prometheus::MetricFamily& MetricText::family(const std::string& name, const std::string& help,
                                             int type) {
  const auto it = std::ranges::find(families_, name, &prometheus::MetricFamily::name);
  if (it != families_.end()) return *it;
  families_.push_back({name, help, static_cast<prometheus::MetricType>(type), {}});
  return families_.back();
}

void MetricText::counter(const std::string& name, const std::string& help, double value,
                         const Labels& labels) {
  prometheus::ClientMetric metric = labelled(labels);
  metric.counter.value = value;
  family(name, help, static_cast<int>(prometheus::MetricType::Counter))
      .metric.push_back(std::move(metric));
}

void MetricText::gauge(const std::string& name, const std::string& help, double value,
                       const Labels& labels) {
  prometheus::ClientMetric metric = labelled(labels);
  metric.gauge.value = value;
  family(name, help, static_cast<int>(prometheus::MetricType::Gauge))
      .metric.push_back(std::move(metric));
}

void MetricText::histogram(const std::string& name, const std::string& help, const Histogram& data,
                           const Labels& labels) {
  prometheus::ClientMetric metric = labelled(labels);
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < data.bucket_counts.size(); ++i) {
    cumulative += data.bucket_counts[i];
    const bool last = i >= data.upper_bounds.size();
    metric.histogram.bucket.push_back(
        {cumulative, last ? std::numeric_limits<double>::infinity() : data.upper_bounds[i]});
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = data.sum;
  family(name, help, static_cast<int>(prometheus::MetricType::Histogram))
      .metric.push_back(std::move(metric));
}

std::string MetricText::text() const { return prometheus::TextSerializer().Serialize(families_); }

void add_engine_metrics(MetricText& out, const EngineStatus& status) {
  add_books(out, status.books);
  for (const RuleStatus& rule : status.rules) add_rule(out, rule);
  out.gauge("tocsin_rules", "Rules in force.", number(status.rules.size()));
  out.gauge("tocsin_devices", "Devices in the registry in force.", number(status.devices));
  out.gauge("tocsin_engine_time_seconds", "Engine time: arrival of the newest record applied.",
            number(static_cast<std::uint64_t>(unix_ms(status.engine_time))) / 1000.0);
  out.gauge("tocsin_engine_applied_position", "Log position of the newest record applied.",
            number(status.applied));
  out.counter("tocsin_gateway_gaps_total",
              "Gaps in the batch numbers of a gateway that did not close.",
              number(status.gateway_gaps));
  out.counter("tocsin_gateway_missing_batches_total",
              "Batches in those gaps: lost on the way here.", number(status.missing_batches));
  out.counter("tocsin_gateway_untracked_batches_total",
              "Batches of gateways over the number whose gaps are watched.",
              number(status.untracked_batches));
  out.counter("tocsin_snapshots_total", "Snapshots of the engine's state kept by this process.",
              number(status.snapshots));
  out.counter("tocsin_snapshot_failures_total", "Snapshots that did not get onto the disk.",
              number(status.snapshot_failures));
  out.gauge("tocsin_snapshot_position", "Log position of the newest snapshot.",
            number(status.snapshot_position));
  out.gauge("tocsin_snapshot_pause_seconds", "The longest the engine stood still for a snapshot.",
            std::chrono::duration<double>(status.longest_snapshot_pause).count());
  out.counter("tocsin_engine_refused_records_total",
              "Log records this version could not put in force.", number(status.refused_records));
}

void add_log_metrics(MetricText& out, const std::string& name, const journal::LogMetrics& metrics) {
  const MetricText::Labels of{{"log", name}};
  out.counter("tocsin_log_records_total", "Records appended.", number(metrics.appended), of);
  out.counter("tocsin_log_bytes_total", "Bytes of records appended.", number(metrics.bytes), of);
  out.counter("tocsin_log_commits_total", "Groups of records written together.",
              number(metrics.batches), of);
  out.counter("tocsin_log_full_total", "Times the disk became full.",
              number(metrics.no_space_times), of);
  out.counter("tocsin_log_trimmed_segments_total", "Segments removed by retention.",
              number(metrics.trimmed_segments), of);
  out.gauge("tocsin_log_first_position", "Oldest position that is kept.", number(metrics.first),
            of);
  out.gauge("tocsin_log_size_bytes", "Bytes of the log's segments.", number(metrics.size_bytes),
            of);
  out.gauge("tocsin_log_held_bytes", "Bytes over the retention that are still needed.",
            number(metrics.held_bytes), of);
  out.gauge("tocsin_log_reserve_bytes", "Bytes set aside for a full disk; 0: in use, or none.",
            number(metrics.reserve_bytes), of);
  out.gauge("tocsin_log_queue_records", "Records accepted, not yet durable.",
            number(metrics.queue_records), of);
  out.gauge("tocsin_log_healthy", "1 if the log takes and keeps records.",
            metrics.health == journal::LogHealth::ok ? 1 : 0, of);
  MetricText::Histogram sync{{journal::kSyncBounds.begin(), journal::kSyncBounds.end()},
                             {metrics.sync_buckets.begin(), metrics.sync_buckets.end()},
                             metrics.sync_seconds};
  out.histogram("tocsin_log_fsync_seconds", "Time of one fdatasync.", sync, of);
}

void add_source_metrics(MetricText& out, const ingest::SourceStatus& status) {
  out.gauge("tocsin_source_connected", "1 if the source is connected.", status.connected ? 1 : 0);
  out.counter("tocsin_source_frames_total", "Frames put into the log.", number(status.frames));
  out.counter("tocsin_source_bytes_total", "Bytes of these frames.", number(status.bytes));
  out.counter("tocsin_source_reconnects_total", "Reconnects.", number(status.reconnects));
  out.counter("tocsin_source_log_refusals_total",
              "Frames the log did not take; left unacknowledged.", number(status.log_refusals));
}

void add_sink_metrics(MetricText& out, const std::string& name, const alerts::SinkStatus& status,
                      LogPosition newest) {
  const MetricText::Labels of{{"sink", name}};
  out.gauge("tocsin_sink_connected", "1 if the sink is connected.", status.connected ? 1 : 0, of);
  out.counter("tocsin_sink_published_total", "Alert revisions delivered by this process.",
              number(status.published_total), of);
  out.counter("tocsin_sink_delivery_errors_total",
              "Records refused after they were sent; sent again.", number(status.delivery_errors),
              of);
  out.counter("tocsin_sink_recoveries_total", "Producers given up and made again.",
              number(status.fatal_recoveries), of);
  out.counter("tocsin_sink_evidence_cut_total", "Records made smaller to fit.",
              number(status.evidence_cut), of);
  out.counter("tocsin_sink_heartbeats_total", "Heartbeats delivered.",
              number(status.heartbeats_total), of);
  const LogPosition behind =
      newest > status.published_position ? newest - status.published_position : 0;
  out.gauge("tocsin_sink_behind_records", "Alert-log records not yet delivered.", number(behind),
            of);
}

}  // namespace tocsin::app
