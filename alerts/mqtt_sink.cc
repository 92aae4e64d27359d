#include "alerts/mqtt_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "alerts/mqtt_connection.h"
#include "alerts/mqtt_message.h"
#include "alerts/position_file.h"
#include "core/check.h"

namespace tocsin::alerts {
namespace {

constexpr Duration kAnswerSlack{1000};  // Paho looks at its own timeout about once a second
constexpr Duration kAckStep{20};

// Where a sink goes on, and what was wrong.
struct Resume {
  LogPosition settled = 0;
  std::string warning = {};
};

Resume resume_from(const PositionFile& file, const AlertLog& log) {
  const LogPosition end = log.durable();
  const LoadedPosition loaded = file.load();
  if (std::holds_alternative<NoPosition>(loaded)) return {end};
  const auto again = [&](std::string_view why) {
    return fmt::format("{}: {}; all revisions in the alert log are published again", file.path(),
                       why);
  };
  if (const auto* bad = std::get_if<UnreadablePosition>(&loaded)) return {0, again(bad->why)};
  const auto& stored = std::get<StoredPosition>(loaded);
  if (stored.log_id != log.id()) return {0, again("it belongs to another alert log")};
  if (stored.position <= end) return {stored.position};
  return {end, fmt::format("{}: it is ahead of the alert log, which lost its end; revisions that "
                           "are made again are published again",
                           file.path())};
}

}  // namespace

class MqttSink::Impl {
 public:
  Impl(const AlertLog& log, MqttOptions options, ClockFn clock)
      : options_(std::move(options)),
        clock_(std::move(clock)),
        file_(options_.position_file),
        log_id_(log.id()) {
    TOCSIN_CHECK(!log_id_.empty());
    (void)broker::Login::of(options_);  // here, because it may unset http_proxy
    Resume resume = resume_from(file_, log);
    warning_ = std::move(resume.warning);
    settled_ = taken_ = resume.settled;
    status_.last_error = warning_.empty() ? "not connected yet" : warning_;
    save();
  }
  ~Impl() { save(); }

  const std::string& position_warning() const { return warning_; }

  void poll() {
    if (!connection_) connect();
    if (connection_) look();
    settle();
    if (clock_() >= save_at_) save();
  }

  std::optional<LogPosition> next() const {
    if (!is_up_ || in_flight_.size() >= options_.max_in_flight) return std::nullopt;
    return taken_ + 1;
  }

  std::size_t publish(std::span<const AlertRecord> batch) {
    std::size_t taken = 0;
    while (taken < batch.size() && next() && take(batch[taken])) ++taken;
    settle();
    return taken;
  }

  bool flush(Duration at_most) {
    const Timestamp deadline = clock_() + at_most;
    for (;;) {
      poll();
      if (!is_up_) return false;
      if (in_flight_.empty()) return save();
      const Duration left = deadline - clock_();
      if (left <= Duration{0}) return false;
      MqttConnection::wait(*in_flight_.front().messages.back(), std::min(left, kAckStep));
    }
  }

  SinkStatus status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  struct InFlight {
    LogPosition position;
    std::vector<mqtt::delivery_token_ptr> messages;
  };

  void connect() {
    const Timestamp now = clock_();
    if (now < retry_at_) return;
    const auto login = broker::Login::of(options_);
    if (!login) return away("its password file or trust store cannot be read");
    give_up_at_ = now + options_.connect_timeout + kAnswerSlack;
    connection_ = std::make_unique<MqttConnection>(options_, *login);
  }

  void look() {
    switch (connection_->look()) {
      case MqttConnection::State::failed: return away(connection_->failure());
      case MqttConnection::State::connecting:
        if (clock_() >= give_up_at_) away("it does not answer");
        return;
      case MqttConnection::State::up: break;
    }
    if (!is_up_) return arrived();
    if (!in_flight_.empty() && clock_() - progress_at_ > options_.patience) {
      away(fmt::format("it acknowledged nothing for {} s", options_.patience.count() / 1000));
    }
  }

  void arrived() {
    is_up_ = true;
    pause_ = Duration{0};
    progress_at_ = clock_();
    tell();
  }

  // Whatever was not acknowledged is asked for again. `why`: a copy, for the connection's own goes
  // with it.
  void away(std::string why) {
    is_up_ = false;
    in_flight_.clear();
    taken_ = settled_;
    connection_.reset();
    pause_ = std::clamp(pause_ * 2, options_.reconnect_min, options_.reconnect_max);
    retry_at_ = clock_() + pause_;
    const std::lock_guard lock(mutex_);
    status_.connected = false;
    status_.queue_depth = 0;
    status_.last_error = std::move(why);
  }

  // False: the connection failed; the record is asked for again.
  bool take(const AlertRecord& record) {
    const MqttForm form{options_.topic_prefix, options_.retain, options_.max_payload_bytes};
    const MqttMessages out = make_mqtt_messages(record.revision, form);
    InFlight entry{record.position, {}};
    for (const MqttMessage& message : out.messages) {
      entry.messages.push_back(connection_->send(message));
      if (entry.messages.back() != nullptr) continue;
      away(connection_->failure());
      return false;
    }
    if (in_flight_.empty()) progress_at_ = clock_();
    in_flight_.push_back(std::move(entry));
    taken_ = record.position;
    const std::lock_guard lock(mutex_);
    if (out.cut) ++status_.evidence_cut;
    status_.queue_depth = in_flight_.size();
    return true;
  }

  // Moves over the unbroken run of what the broker has.
  void settle() {
    while (!in_flight_.empty()) {
      const InFlight& oldest = in_flight_.front();
      for (const auto& message : oldest.messages) {
        const auto delivery = MqttConnection::look(*message);
        if (delivery == MqttConnection::Delivery::under_way) return;
        if (delivery == MqttConnection::Delivery::failed) return refused();
      }
      settled_ = oldest.position;
      progress_at_ = clock_();
      const bool was_sent = !oldest.messages.empty();
      in_flight_.pop_front();
      const std::lock_guard lock(mutex_);
      if (was_sent) ++status_.published_total;
      status_.queue_depth = in_flight_.size();
    }
  }

  void refused() {
    {
      const std::lock_guard lock(mutex_);
      ++status_.delivery_errors;
    }
    away("a message did not reach it");
  }

  // False: what was settled may be forgotten.
  bool save() {
    if (settled_ == saved_) return true;
    save_at_ = clock_() + options_.save_interval;
    save_failure_ = file_.store({log_id_, settled_});
    if (save_failure_.empty()) saved_ = settled_;
    tell();
    return save_failure_.empty();
  }

  void tell() {
    const std::lock_guard lock(mutex_);
    status_.published_position = saved_.value_or(0);
    status_.connected = is_up_ && save_failure_.empty();
    if (!save_failure_.empty()) {
      status_.last_error =
          fmt::format("{} cannot be written ({}): a restart would publish revisions again",
                      file_.path(), save_failure_);
    }
  }

  const MqttOptions options_;
  const ClockFn clock_;
  const PositionFile file_;
  const std::string log_id_;
  std::string warning_;

  std::unique_ptr<MqttConnection> connection_;  // null: none, or not yet again
  bool is_up_ = false;
  Timestamp give_up_at_{};   // on the attempt under way
  Timestamp retry_at_{};     // the next one
  Duration pause_{0};        // before it
  Timestamp progress_at_{};  // something was acknowledged, or began to wait for it

  std::deque<InFlight> in_flight_;
  LogPosition taken_ = 0;
  LogPosition settled_ = 0;           // everything up to here is acknowledged
  std::optional<LogPosition> saved_;  // in the file; nullopt: nothing of ours yet
  Timestamp save_at_{};
  std::string save_failure_;  // of the last try; empty: it went well

  mutable std::mutex mutex_;  // never held over a call to Paho, whose callbacks hold its own
  SinkStatus status_;
};

MqttSink::MqttSink(const AlertLog& log, MqttOptions options, ClockFn clock)
    : impl_(std::make_unique<Impl>(log, std::move(options), std::move(clock))) {}
MqttSink::~MqttSink() = default;

const std::string& MqttSink::position_warning() const { return impl_->position_warning(); }
void MqttSink::poll() { impl_->poll(); }
std::optional<LogPosition> MqttSink::next() const { return impl_->next(); }
std::size_t MqttSink::publish(std::span<const AlertRecord> batch) { return impl_->publish(batch); }
bool MqttSink::flush(Duration at_most) { return impl_->flush(at_most); }
SinkStatus MqttSink::status() const { return impl_->status(); }

std::string check_mqtt_options(const MqttOptions& options) {
  if (!broker::parse_uri(options.uri))
    return fmt::format("'{}' is not tcp://HOST:PORT or ssl://HOST:PORT", options.uri);
  switch (check_topic_prefix(options.topic_prefix)) {
    case PrefixFault::none: return {};
    case PrefixFault::not_a_topic:
      return fmt::format("'{}' is not a topic to publish below", options.topic_prefix);
    case PrefixFault::sources_topics:
      return fmt::format(
          "alerts below '{}' would come back as events: {}/# is what the source "
          "subscribes to",
          options.topic_prefix, broker::kSourceTopics);
  }
  return {};
}

}  // namespace tocsin::alerts
