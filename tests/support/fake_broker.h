#pragma once
/// FakeBroker: as much of an MQTT 3.1.1 broker as a publisher needs, that does what a real one does
/// only when nobody looks: keeps its acknowledgements back, loses them, refuses, goes away between
/// a message and its acknowledgement. On a free port; stopped with this object.
///
/// Thread: the test's; inside, one serves the connections.
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tocsin::testing {

struct HeardMessage {
  std::string topic;
  std::string payload;
  int qos = 0;
  bool retained = false;
  bool acknowledged = false;
};

class FakeBroker {
 public:
  FakeBroker();
  ~FakeBroker();

  std::string uri() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

  /// Answers connects with this code from now on; 0 accepts.
  void answer_connects_with(std::uint8_t code);
  /// Acknowledges this many more messages, then none; SIZE_MAX, as at the start: all.
  void acknowledge(std::size_t more);
  /// Ends every connection.
  void hang_up();

  std::vector<HeardMessage> heard() const;  ///< over all connections, in order
  int connects() const;                     ///< CONNECTs, refused ones too

 private:
  struct Peer {
    std::string received;
    std::vector<std::pair<std::uint16_t, std::size_t>> unacknowledged;  // id, index in heard_
  };
  void serve();
  void accept_one();
  bool read_from(int fd, Peer& peer);
  bool handle(int fd, Peer& peer, std::uint8_t head, const std::string& body);
  void hear(Peer& peer, std::uint8_t head, const std::string& body);
  void acknowledge_waiting(int fd, Peer& peer);
  void wake();

  int listener_ = -1;
  int wake_[2] = {-1, -1};
  unsigned short port_ = 0;
  mutable std::mutex mutex_;
  std::map<int, Peer> peers_;
  std::vector<HeardMessage> heard_;
  std::size_t allowed_ = SIZE_MAX;
  std::uint8_t answer_ = 0;
  int connects_ = 0;
  bool hang_up_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tocsin::testing
