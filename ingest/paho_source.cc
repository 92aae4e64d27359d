#include "ingest/paho_source.h"

#include <mqtt/async_client.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "broker/login.h"
#include "core/digest.h"
#include "ingest/frame_intake.h"
#include "ingest/sever.h"

namespace tocsin::ingest {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Duration kTokenSlice{50};
constexpr Duration kAnswerSlack{1000};  // Paho looks at its own timeout about once a second
constexpr Duration kSubscribeTimeout{5000};
constexpr Duration kDisconnectTimeout{2000};
constexpr int kQos = 1;

}  // namespace

// One client from start() to stop(): what its two threads share.
class PahoSource::Session final : public virtual mqtt::callback {
 public:
  Session(const PahoOptions& options, broker::Login login, Log& log, SourceStatus& status)
      : options_(options),
        login_(std::move(login)),
        status_(status),
        intake_(log, status),
        own_topic_("tocsin/self/" + hash128_hex(options.client_id)),
        client_(options.uri, options.client_id) {}
  ~Session() override { stop(); }

  Result<void, SourceError> start() {
    client_.set_callback(*this);
    const auto connected = connect(true);
    if (connected) supervisor_ = std::thread([this] { supervise(); });
    return connected;
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      changed_.notify_all();
    }
    if (supervisor_.joinable()) supervisor_.join();
    try {
      // Frames that come before the broker has heard it are still logged, and acknowledged if they
      // are.
      client_.disconnect(0)->wait_for(kDisconnectTimeout);
    } catch (const mqtt::exception&) {
      sever_connections_to(login_.address.port);  // it was not connected, or is about to be
    }
    status_.connected = false;
  }

 private:
  // On Paho's thread, which would abort on an exception.
  void message_arrived(mqtt::const_message_ptr message) override {
    try {
      if (message->get_topic() == own_topic_) return;
      last_message_ = SteadyClock::now().time_since_epoch();
      if (severed_) return;  // behind a refused one: it will come again, after it
      const auto& payload = message->get_payload_ref();
      const ReceivedFrame frame{message->get_topic(),
                                {payload.data(), payload.size()},
                                message->is_retained(),
                                message->is_duplicate(),
                                message->get_qos()};
      if (intake_.take(frame)) {
        refused_ = false;
        return;
      }
    } catch (const std::exception&) {
      ++status_.log_refusals;  // no memory for it; the broker still has it
    }
    sever();
  }

  void connection_lost(const std::string&) override {
    const std::lock_guard lock(mutex_);
    lost_ = true;
    status_.connected = false;
    changed_.notify_all();
  }

  // Whatever Paho writes from here on does not reach the broker.
  void sever() {
    severed_ = true;
    refused_ = true;
    status_.connected = false;
    sever_connections_to(login_.address.port);
  }

  // Waits for Paho's answer, but not beyond a stop(). False: no answer. Throws what Paho throws.
  bool wait(mqtt::token& token, Duration at_most) {
    for (const auto end = SteadyClock::now() + at_most; SteadyClock::now() < end;) {
      if (token.wait_for(kTokenSlice)) return true;
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
    }
    return false;
  }

  // `first`: subscribes even if the broker kept the session; the topics may be new.
  Result<void, SourceError> connect(bool first) {
    {
      const std::lock_guard lock(mutex_);
      lost_ = false;
    }
    severed_ = false;  // what the session kept arrives as soon as the broker answers
    try {
      const auto token = client_.connect(login_.connect_options(options_, broker::Session::kept));
      if (!wait(*token, options_.connect_timeout + kAnswerSlack)) return SourceError::unreachable;
      const bool session_kept = token->get_connect_response().is_session_present();
      if ((first || !session_kept) && !subscribe()) return SourceError::refused;
    } catch (const mqtt::exception& e) {
      const bool refused = !broker::refusal_text(e.get_return_code()).empty();
      return refused ? SourceError::refused : SourceError::unreachable;
    }
    const std::lock_guard lock(mutex_);
    status_.connected = !lost_ && !severed_;
    return {};
  }

  bool subscribe() {
    // Everything below the prefix: a word nobody knows is for the decoder to refuse and count.
    const auto topics =
        mqtt::string_collection::create({std::string(broker::kSourceTopics) + "/#", own_topic_});
    const mqtt::iasync_client::qos_collection qos{kQos, 0};
    const auto token = client_.subscribe(topics, qos);
    if (!wait(*token, kSubscribeTimeout)) return false;
    const auto codes = token->get_subscribe_response().get_reason_codes();
    return std::ranges::all_of(codes,
                               [](mqtt::ReasonCode code) { return code <= mqtt::GRANTED_QOS_2; });
  }

  void supervise() {
    Duration pause = options_.reconnect_min;
    while (true) {
      if (status_.connected) {
        pause = options_.reconnect_min;
        if (!rest(options_.heartbeat)) return;
        send_heartbeat();
        continue;
      }
      if (!rest(refused_ ? options_.reconnect_max : pause)) return;
      drop_leftovers();
      if (connect(false)) {
        ++status_.reconnects;
      } else {
        pause = std::min(pause * 2, options_.reconnect_max);
      }
    }
  }

  // Paho may not have noticed yet that its connection is gone, and refuses to connect until it has.
  void drop_leftovers() {
    try {
      if (client_.is_connected()) client_.disconnect(0)->wait_for(options_.connect_timeout);
    } catch (const mqtt::exception&) {
      return;  // it has noticed
    }
  }

  // False: stop. Returns early when the connection is lost.
  bool rest(Duration at_most) {
    std::unique_lock lock(mutex_);
    const bool was_lost = lost_;
    changed_.wait_for(lock, at_most, [&] { return stopping_ || lost_ != was_lost; });
    return !stopping_;
  }

  void send_heartbeat() {
    if (!status_.connected) return;
    const auto now = SteadyClock::now().time_since_epoch();
    if (now - last_message_.load() < options_.heartbeat) return;
    try {
      client_.publish(own_topic_, "", 0, 0, false);
    } catch (const mqtt::exception&) {
      return;  // the connection went; connection_lost says so
    }
  }

  const PahoOptions& options_;
  const broker::Login login_;
  SourceStatus& status_;
  FrameIntake intake_;
  const std::string own_topic_;
  std::atomic<bool> severed_{false};  // since the last connect, by us
  std::atomic<bool> refused_{false};  // the log took nothing since
  std::atomic<SteadyClock::duration> last_message_{};

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool lost_ = false;

  std::thread supervisor_;
  mqtt::async_client client_;  // the first to go: no callback after it
};

PahoSource::PahoSource(PahoOptions options) : options_(std::move(options)) {}

PahoSource::~PahoSource() { stop(); }

Result<void, SourceError> PahoSource::start(Log& log) {
  stop();
  auto login = broker::Login::of(options_);
  if (!login) return source_error(login.error());
  try {
    session_ = std::make_unique<Session>(options_, std::move(*login), log, status_);
  } catch (const mqtt::exception&) {
    return SourceError::bad_address;
  }
  const auto started = session_->start();
  if (!started) session_.reset();
  return started;
}

void PahoSource::stop() { session_.reset(); }

const SourceStatus& PahoSource::status() const { return status_; }

std::string PahoSource::address() const {
  const auto address = broker::parse_uri(options_.uri);
  return address ? address->host_port : options_.uri;
}

}  // namespace tocsin::ingest
