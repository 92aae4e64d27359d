#pragma once
/// Pipeline: what one log record does. Decodes frames, keeps the books, drives the engine, collects
/// the alert revisions. A deterministic function of the records it is given: it reads no clock and
/// is the same for recovery and for live operation.
///
/// Path: log -> Pipeline (decode -> dedup -> rules) -> alert log.
/// Thread: one thread owns a Pipeline. Limits: kKeptSamples refused samples, oldest dropped first.
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/alert.h"
#include "core/books.h"
#include "core/catalogue.h"
#include "core/log.h"
#include "ingest/decoder.h"
#include "ingest/gateway_gaps.h"
#include "rules/engine.h"

namespace tocsin::app {

inline constexpr std::size_t kKeptSamples = 100;

struct RejectedSample {
  RejectReason reason{};
  std::string detail;
  std::string sample;
  Timestamp arr{};
  std::uint64_t log_position = 0;

  template <class A>
  void archive(A& a) {
    a(reason, detail, sample, arr, log_position);
  }
};

class Pipeline final : private ingest::EventSink {
 public:
  explicit Pipeline(rules::EngineOptions options = {});

  /// Applies the next record. Appends what the engine says to `out`, in output order.
  /// Requires: records in order of position.
  void apply(const LogRecord& record, std::vector<AlertRevision>& out);

  /// All that the pipeline knows after the newest record, as bytes; bundle and registry included.
  std::string state() const;
  /// Goes on where state() was taken. Requires: a new pipeline. False: it is no such state, or of
  /// a version that reads these rules otherwise; the pipeline is of no use then.
  bool restore(std::string_view state);

  std::optional<Timestamp> next_deadline() const;
  const rules::Engine& engine() const { return engine_; }
  const Books& books() const { return books_; }
  const ingest::GatewayGaps& gaps() const { return gaps_; }
  const std::deque<RejectedSample>& samples() const { return samples_; }
  const std::shared_ptr<const Registry>& registry() const { return registry_; }

  // What is in force, as the log says it; empty before the first.
  const std::string& bundle_version() const { return bundle_version_; }
  const std::string& registry_version() const { return registry_version_; }
  LogPosition applied() const { return applied_; }
  /// Records this program could not put in force, for example a bundle of another version. 0 is
  /// normal.
  std::uint64_t refused_records() const { return refused_records_; }
  const std::string& last_refusal() const { return last_refusal_; }

 private:
  void on_event(Event& event) override;
  void on_rejected(const ingest::Rejection& rejection) override;
  void on_gateway_seq(std::uint64_t seq) override { batch_seq_ = seq; }

  void advance(Timestamp now);
  void report(const ingest::GatewayGap& gap, Timestamp at);
  void stamp_from(std::size_t index);
  void apply_frame(const LogRecord& record);
  void apply_bundle(const LogRecord& record);
  void apply_registry(const LogRecord& record);
  bool nobody_was_there(const LogRecord& record) const;
  void sit_out(Timestamp until);
  void apply_gateway(const LogRecord& record);
  void refuse(const LogRecord& record, std::string why);
  template <class A>
  void archive(A& a);
  bool take_bundle(const Catalogue& numbering);
  void take_registry();

  rules::EngineOptions options_;
  std::shared_ptr<const Catalogue> catalogue_;  // of the bundle in force
  ingest::Decoder decoder_;
  rules::Engine engine_;
  std::shared_ptr<const Registry> registry_;
  ingest::GatewayGaps gaps_;
  std::optional<std::uint64_t> batch_seq_;  // of the frame being applied
  Books books_;
  ingest::DecoderRemarks remarks_before_;  // what the decoder's predecessors remarked
  std::deque<RejectedSample> samples_;
  std::string bundle_body_;  // of the record in force, for state()
  std::string registry_body_;
  std::string bundle_version_;
  std::string registry_version_;
  LogPosition applied_ = 0;
  std::uint64_t refused_records_ = 0;
  std::string last_refusal_;
  Duration beat_{};  // promised after so long without a record; zero: it is not
  Timestamp arr_{};  // of the record being applied
  std::vector<AlertRevision>* out_ = nullptr;  // of the record being applied
};

}  // namespace tocsin::app
