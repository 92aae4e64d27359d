#include "alerts/kafka_publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "alerts/kafka_session.h"

namespace tocsin::alerts {
namespace {

constexpr int kSilentIntervals = 2;  // heartbeat intervals without an acknowledgement: degraded
constexpr Duration kFlushStep{50};
constexpr Duration kLastReports{1000};
constexpr Duration kCommitStep{200};  // how long one poll waits for a commit
// Then a new session ends the transaction, makes a topic that was deleted, and reads back what
// arrived; librdkafka alone would try until the transaction times out.
constexpr Duration kCommitPatience{5000};

}  // namespace

class KafkaPublisher::Impl {
 public:
  Impl(const AlertLog& log, KafkaOptions options, ClockFn clock)
      : log_(log), options_(std::move(options)), clock_(std::move(clock)) {}

  void poll() {
    if (session_ && state_.is_broken()) disconnect();
    if (state_.is_fenced()) return;
    if (!session_) connect();
    if (!session_) return;
    if (session_->producer().is_open()) commit();
    if (may_begin()) heartbeat();
  }

  std::optional<LogPosition> next() const {
    if (!may_begin()) return std::nullopt;
    return session_->next();
  }

  std::size_t publish(std::span<const AlertRecord> batch) {
    std::size_t taken = 0;
    const std::string log_id = this->log_id();
    opened_at_ = clock_();
    while (taken < batch.size() && !state_.is_broken() && session_->take(batch[taken], log_id))
      ++taken;
    commit();
    return taken;
  }

  bool flush(Duration at_most) {
    const Timestamp deadline = clock_() + at_most;
    for (;;) {
      poll();
      if (!next()) return false;
      if (state_.window().outstanding() == 0) return true;
      const Duration left = deadline - clock_();
      if (left <= Duration{0}) return false;
      session_->producer().flush(std::min(left, kFlushStep));
    }
  }

  SinkStatus status() const { return state_.status(); }
  bool wait_ready(Duration at_most) { return state_.wait_ready(at_most); }
  rd_kafka_s* native_handle() const { return session_ ? session_->producer().client() : nullptr; }

 private:
  // Something may be sent: no transaction is under way, and the last one is over for a while.
  bool may_begin() const {
    return session_ && !state_.is_broken() && !session_->producer().is_open() &&
           clock_() >= paced_until_;
  }

  // Ends the transaction, or begins to.
  void commit() {
    if (!options_.transactions) return;
    const CommitResult result = session_->producer().commit(kCommitStep);
    if (result == CommitResult::done) {
      opened_at_.reset();
      paced_until_ = clock_() + options_.transaction_pace;
    } else if (result == CommitResult::pending && clock_() - *opened_at_ > kCommitPatience) {
      state_.broken("kafka: a transaction does not end", ProducerFault::failed);
    }
  }

  void connect() {
    if (clock_() < retry_at_) return;
    auto session = KafkaSession::open(options_, log_id(), state_);
    retry_at_ = clock_() + options_.retry;
    if (!session) {
      state_.unreachable(fmt::format("{} ({})", session.error().text, options_.brokers));
      return;
    }
    session_ = std::move(*session);
    heartbeat_at_ = clock_();
  }

  // A fatal error can come before the report of the record that caused it, and that report says
  // what to do about the record (DeliveryState::too_large).
  void disconnect() {
    // A transaction that was open for so long was ended by the broker, which says the same of it.
    if (opened_at_ && clock_() - *opened_at_ >= options_.transaction_timeout) state_.not_fenced();
    opened_at_.reset();
    session_->producer().abandon(kLastReports);
    session_.reset();
    state_.end_session();
  }

  void heartbeat() {
    const Timestamp now = clock_();
    if (state_.heartbeat_pending()) {
      const Duration limit = options_.heartbeat_interval * kSilentIntervals;
      if (now - heartbeat_sent_ > limit) {
        state_.unreachable(fmt::format("kafka: no acknowledgement for {} ms", limit.count()));
      }
      return;
    }
    if (now < heartbeat_at_) return;
    opened_at_ = now;
    session_->send_heartbeat({now, log_.last_position(), state_.status().published_total},
                             log_id());
    heartbeat_sent_ = now;
    commit();
    heartbeat_at_ = clock_() + options_.heartbeat_interval;  // records have had their turn by then
  }

  std::string log_id() const { return options_.log_id.empty() ? log_.id() : options_.log_id; }

  const AlertLog& log_;
  const KafkaOptions options_;
  ClockFn clock_;
  DeliveryState state_;                    // shared with the producer's poll thread
  std::unique_ptr<KafkaSession> session_;  // null: not connected; gone before state_
  Timestamp retry_at_{};
  std::optional<Timestamp> opened_at_;  // of the transaction under way
  Timestamp paced_until_{};             // none begins before
  Timestamp heartbeat_at_{};            // the next one is due
  Timestamp heartbeat_sent_{};          // the newest one
};

KafkaPublisher::KafkaPublisher(const AlertLog& log, KafkaOptions options, ClockFn clock)
    : impl_(std::make_unique<Impl>(log, std::move(options), std::move(clock))) {}
KafkaPublisher::~KafkaPublisher() = default;

void KafkaPublisher::poll() { impl_->poll(); }
std::optional<LogPosition> KafkaPublisher::next() const { return impl_->next(); }
std::size_t KafkaPublisher::publish(std::span<const AlertRecord> batch) {
  return impl_->publish(batch);
}
bool KafkaPublisher::flush(Duration at_most) { return impl_->flush(at_most); }
SinkStatus KafkaPublisher::status() const { return impl_->status(); }
bool KafkaPublisher::wait_ready(Duration at_most) { return impl_->wait_ready(at_most); }
rd_kafka_s* KafkaPublisher::native_handle() const { return impl_->native_handle(); }

}  // namespace tocsin::alerts
