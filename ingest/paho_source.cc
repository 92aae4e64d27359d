#include "ingest/paho_source.h"

#include <arpa/inet.h>
#include <mqtt/async_client.h>
#include <sys/socket.h>

#include <charconv>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "ingest/decoder.h"
#include "tocsin/v1/log.pb.h"

namespace tocsin::ingest {
namespace {

constexpr int kQos = 1;
constexpr int kKeepAliveSeconds = 20;
constexpr Duration kLogRetry{50};
constexpr const char* kTopics[] = {"tocsin/v1/+/pb", "tocsin/v1/+/json", "tocsin/v1/+/status"};

// The part after "scheme://".
std::string host_and_port(const std::string& uri) {
  const std::size_t at = uri.find("://");
  return at == std::string::npos ? uri : uri.substr(at + 3);
}

int port_of(const std::string& uri) {
  const std::string host = host_and_port(uri);
  const std::size_t colon = host.rfind(':');
  int port = 0;
  if (colon != std::string::npos) std::from_chars(host.data() + colon + 1, host.data() + host.size(), port);
  return port;
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

SourceError error_of(const mqtt::exception& e) {
  // Return codes of CONNACK (MQTT 3.1.1, table 3.1): 1..5 are refusals.
  const int code = e.get_return_code();
  return code >= 1 && code <= 5 ? SourceError::refused : SourceError::unreachable;
}

// The only way to leave a message unacknowledged: Paho acknowledges whatever the callback did, unless the
// socket is gone. The broker then delivers it again.
void cut_connections_to(int port) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    const int fd = std::atoi(entry.path().filename().c_str());
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&peer);
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&peer);
    const int peer_port = peer.ss_family == AF_INET ? ntohs(v4->sin_port) : peer.ss_family == AF_INET6 ? ntohs(v6->sin6_port) : 0;
    if (peer_port == port) shutdown(fd, SHUT_RDWR);
  }
}

}  // namespace

std::string_view to_string(SourceError error) {
  switch (error) {
    case SourceError::bad_address: return "bad_address";
    case SourceError::unreachable: return "unreachable";
    case SourceError::refused: return "refused";
    case SourceError::address_in_use: return "address_in_use";
  }
  return "unknown";
}

// One client and its keeper. Lives as long as the source.
class PahoSource::Session {
 public:
  explicit Session(PahoOptions options) : options_(std::move(options)), pulse_topic_("tocsin/pulse/" + options_.client_id) {}
  ~Session() { stop(); }

  Result<void, SourceError> start(Log& log) {
    if (options_.uri.find("://") == std::string::npos || port_of(options_.uri) <= 0) return SourceError::bad_address;
    // Paho honours it even for loopback.
    unsetenv("http_proxy");
    unsetenv("HTTP_PROXY");
    log_ = &log;
    try {
      client_.emplace(options_.uri, options_.client_id);
      client_->set_message_callback([this](mqtt::const_message_ptr message) { arrived(*message); });
      client_->set_connection_lost_handler([this](const std::string&) { lost(); });
      connect();
    } catch (const mqtt::exception& e) {
      return error_of(e);
    } catch (const std::exception&) {
      return SourceError::bad_address;
    }
    keeper_ = std::thread([this] { keep(); });
    return {};
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      stopping_ = true;
    }
    changed_.notify_all();
    if (keeper_.joinable()) keeper_.join();
    if (!client_) return;
    try {
      client_->disconnect(static_cast<int>(options_.connect_timeout.count()))->wait_for(options_.connect_timeout);
    } catch (const std::exception&) {
      // Already gone: nothing to say goodbye to.
    }
    client_.reset();
    status_.connected = false;
  }

  const SourceStatus& status() const { return status_; }
  std::string address() const { return host_and_port(options_.uri); }

 private:
  mqtt::connect_options connect_options() const {
    mqtt::connect_options connect;
    connect.set_clean_session(false);
    connect.set_keep_alive_interval(kKeepAliveSeconds);
    connect.set_connect_timeout(std::chrono::duration_cast<std::chrono::seconds>(options_.connect_timeout));
    if (!options_.username.empty()) connect.set_user_name(options_.username);
    if (!options_.password_file.empty()) connect.set_password(first_line(options_.password_file));
    if (!options_.trust_store.empty()) {
      mqtt::ssl_options ssl;
      ssl.set_trust_store(options_.trust_store);
      connect.set_ssl(ssl);
    }
    return connect;
  }

  // Throws mqtt::exception.
  void connect() {
    const auto token = client_->connect(connect_options());
    if (!token->wait_for(options_.connect_timeout)) throw mqtt::exception(MQTTASYNC_DISCONNECTED);
    for (const char* topic : kTopics) client_->subscribe(topic, kQos)->wait_for(options_.connect_timeout);
    client_->subscribe(pulse_topic_, 0)->wait_for(options_.connect_timeout);
    status_.connected = true;
  }

  void lost() {
    status_.connected = false;
    changed_.notify_all();
  }

  // The keeper's thread: pulses while connected, connects again while not.
  void keep() {
    Duration backoff = kFirstBackoff;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      const bool connected = status_.connected;
      changed_.wait_for(lock, connected ? kPulse : backoff, [&] { return stopping_ || connected != status_.connected; });
      if (stopping_) break;
      lock.unlock();
      if (status_.connected) {
        backoff = kFirstBackoff;
        pulse();
      } else {
        reconnect();
        backoff = std::min(backoff * 2, kLongestBackoff);
      }
      lock.lock();
    }
  }

  void pulse() {
    const std::uint64_t frames = status_.frames;
    if (frames != frames_at_pulse_) {
      frames_at_pulse_ = frames;
      return;
    }
    try {
      client_->publish(pulse_topic_, "", 0, 0, false);
    } catch (const mqtt::exception&) {
      // The connection is going; lost() follows.
    }
  }

  void reconnect() {
    try {
      connect();
      ++status_.reconnects;
    } catch (const mqtt::exception&) {
      // Tried again after the backoff; /readyz says that the broker is away.
    }
  }

  // On Paho's thread. Nothing may be thrown: there it would end the process.
  void arrived(const mqtt::message& message) noexcept {
    try {
      const std::string& topic = message.get_topic();
      if (topic == pulse_topic_) return;
      const std::optional<Topic> parsed = parse_topic(topic);
      const bool status = parsed && parsed->status;
      const std::string body = status ? gateway_body(*parsed, message) : frame_body(message);
      if (!put(status ? RecordKind::gateway : RecordKind::frame, body)) return cut_connections_to(port_of(options_.uri));
      ++status_.frames;
      status_.bytes += message.get_payload_ref().size();
    } catch (const std::exception&) {
      ++status_.log_refusals;
      cut_connections_to(port_of(options_.uri));
    }
  }

  static std::string frame_body(const mqtt::message& message) {
    v1::LogFrame frame;
    frame.set_topic(message.get_topic());
    frame.set_payload(message.get_payload_ref().data(), message.get_payload_ref().size());
    frame.set_retained(message.is_retained());
    frame.set_dup(message.is_duplicate());
    frame.set_qos(static_cast<std::uint32_t>(message.get_qos()));
    return frame.SerializeAsString();
  }

  static std::string gateway_body(const Topic& topic, const mqtt::message& message) {
    v1::LogGateway gateway;
    gateway.set_gateway(std::string(topic.gateway));
    gateway.set_up(message.get_payload_ref().to_string() == "online");
    return gateway.SerializeAsString();
  }

  // Until the log has it. False: it never will, or we stop; the frame stays with the broker.
  bool put(RecordKind kind, const std::string& body) {
    while (true) {
      const auto position = log_->append(kind, body);
      const auto committed = position ? log_->commit(*position) : Result<void, LogError>(position.error());
      if (committed) return true;
      ++status_.log_refusals;
      if (position) {
        // It is queued and will be written when there is room: offering it again would double it.
        if (!wait_durable(*position)) return false;
        return true;
      }
      if (position.error() != LogError::no_space || pause()) return false;
    }
  }

  bool wait_durable(LogPosition position) {
    while (!log_->commit(position)) {
      if (pause()) return false;
    }
    return true;
  }

  // A moment's wait; true: we are stopping.
  bool pause() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLogRetry, [this] { return stopping_; });
  }

  const PahoOptions options_;
  const std::string pulse_topic_;
  Log* log_ = nullptr;
  SourceStatus status_;
  std::optional<mqtt::async_client> client_;
  std::uint64_t frames_at_pulse_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread keeper_;
};

PahoSource::PahoSource(PahoOptions options) : session_(std::make_unique<Session>(std::move(options))) {}
PahoSource::~PahoSource() = default;
Result<void, SourceError> PahoSource::start(Log& log) { return session_->start(log); }
void PahoSource::stop() { session_->stop(); }
const SourceStatus& PahoSource::status() const { return session_->status(); }
std::string PahoSource::address() const { return session_->address(); }

}  // namespace tocsin::ingest
