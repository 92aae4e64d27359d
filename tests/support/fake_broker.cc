#include "tests/support/fake_broker.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <utility>

namespace tocsin::testing {
namespace {

// Packet types, in the upper four bits (MQTT 3.1.1, table 2.1).
constexpr std::uint8_t kConnect = 1, kPublish = 3, kPing = 12, kDisconnect = 14;

void send_bytes(int fd, std::initializer_list<std::uint8_t> bytes) {
  const std::vector<std::uint8_t> all(bytes);
  (void)::send(fd, all.data(), all.size(), MSG_NOSIGNAL);
}

std::uint16_t number_at(const std::string& bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(bytes[at]) << 8 |
                                    static_cast<std::uint8_t>(bytes[at + 1]));
}

// Length of the fixed header, and of what follows; nullopt: not all there.
std::optional<std::pair<std::size_t, std::size_t>> lengths_of(const std::string& bytes) {
  std::size_t length = 0;
  for (std::size_t i = 1; i < bytes.size() && i <= 4; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    length |= static_cast<std::size_t>(byte & 0x7F) << (7 * (i - 1));
    if ((byte & 0x80) == 0) return std::pair{i + 1, length};
  }
  return std::nullopt;
}

}  // namespace

FakeBroker::FakeBroker() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, size) == 0 && ::listen(listener_, 8) == 0 &&
      ::getsockname(listener_, any, &size) == 0 && ::pipe(wake_) == 0) {
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
}

FakeBroker::~FakeBroker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
  if (thread_.joinable()) thread_.join();
  for (const int fd : {listener_, wake_[0], wake_[1]}) ::close(fd);
}

void FakeBroker::answer_connects_with(std::uint8_t code) {
  const std::lock_guard lock(mutex_);
  answer_ = code;
}

void FakeBroker::acknowledge(std::size_t more) {
  {
    const std::lock_guard lock(mutex_);
    allowed_ = allowed_ == SIZE_MAX || more == SIZE_MAX ? more : allowed_ + more;
  }
  wake();
}

void FakeBroker::hang_up() {
  {
    const std::lock_guard lock(mutex_);
    hang_up_ = true;
  }
  wake();
}

std::vector<HeardMessage> FakeBroker::heard() const {
  const std::lock_guard lock(mutex_);
  return heard_;
}

int FakeBroker::connects() const {
  const std::lock_guard lock(mutex_);
  return connects_;
}

void FakeBroker::wake() { (void)!::write(wake_[1], "", 1); }

void FakeBroker::serve() {
  while (true) {
    std::vector<pollfd> watched{{listener_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
    for (const auto& [fd, peer] : peers_) watched.push_back({fd, POLLIN, 0});
    ::poll(watched.data(), watched.size(), -1);
    const std::lock_guard lock(mutex_);
    if ((watched[1].revents & POLLIN) != 0) {
      char ignored[64];
      (void)!::read(wake_[0], ignored, sizeof ignored);
    }
    if ((watched[0].revents & POLLIN) != 0) accept_one();
    for (std::size_t i = 2; i < watched.size(); ++i) {
      const int fd = watched[i].fd;
      const bool gone = watched[i].revents != 0 && !read_from(fd, peers_[fd]);
      if (!gone && !hang_up_ && !stopping_) {
        acknowledge_waiting(fd, peers_[fd]);
        continue;
      }
      ::close(fd);
      peers_.erase(fd);
    }
    hang_up_ = false;
    if (stopping_) return;
  }
}

void FakeBroker::accept_one() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) peers_[fd];
}

bool FakeBroker::read_from(int fd, Peer& peer) {
  char bytes[65'536];
  const ssize_t size = ::recv(fd, bytes, sizeof bytes, 0);
  if (size <= 0) return false;
  peer.received.append(bytes, static_cast<std::size_t>(size));
  while (!peer.received.empty()) {
    const auto lengths = lengths_of(peer.received);
    if (!lengths || peer.received.size() < lengths->first + lengths->second) return true;
    const auto head = static_cast<std::uint8_t>(peer.received[0]);
    const std::string body = peer.received.substr(lengths->first, lengths->second);
    peer.received.erase(0, lengths->first + lengths->second);
    if (!handle(fd, peer, head, body)) return false;
  }
  return true;
}

bool FakeBroker::handle(int fd, Peer& peer, std::uint8_t head, const std::string& body) {
  switch (head >> 4) {
    case kConnect:
      ++connects_;
      send_bytes(fd, {0x20, 2, 0, answer_});
      return answer_ == 0;
    case kPublish: hear(peer, head, body); return true;
    case kPing: send_bytes(fd, {0xD0, 0}); return true;
    case kDisconnect: return false;
    default: return true;
  }
}

void FakeBroker::hear(Peer& peer, std::uint8_t head, const std::string& body) {
  HeardMessage message;
  message.qos = head >> 1 & 3;
  message.retained = (head & 1) != 0;
  const std::size_t topic = number_at(body, 0);
  message.topic = body.substr(2, topic);
  std::size_t at = 2 + topic;
  if (message.qos > 0) {
    peer.unacknowledged.emplace_back(number_at(body, at), heard_.size());
    at += 2;
  }
  message.payload = body.substr(at);
  heard_.push_back(std::move(message));
}

void FakeBroker::acknowledge_waiting(int fd, Peer& peer) {
  while (allowed_ > 0 && !peer.unacknowledged.empty()) {
    const auto [id, index] = peer.unacknowledged.front();
    peer.unacknowledged.erase(peer.unacknowledged.begin());
    if (allowed_ != SIZE_MAX) --allowed_;
    heard_[index].acknowledged = true;
    send_bytes(fd, {0x40, 2, static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)});
  }
}

}  // namespace tocsin::testing
