#pragma once
/// Mosquitto: a real broker of one test on a free port, and mosquitto_pub to talk to it. Stopped,
/// and its folder removed, with this object. It keeps its sessions over stop() and start(). Thread:
/// one.
#include <string>
#include <string_view>

#include "app/child_process.h"

namespace tocsin::testing {

class Mosquitto {
 public:
  /// `more`: further lines of its configuration. anonymous: anyone may connect.
  explicit Mosquitto(bool anonymous = true, const std::string& more = "");

  /// False: it does not come up; log() says why.
  bool start();
  void stop();    ///< cleanly: sessions are saved
  void kill();    ///< SIGKILL
  void freeze();  ///< SIGSTOP: it is there and does not answer
  void thaw();

  unsigned short port() const { return port_; }
  std::string uri() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  const std::string& folder() const { return folder_.path(); }
  std::string log() const;

  /// mosquitto_pub; returns once the broker has acknowledged (QoS 1). False: it did not.
  bool publish(const std::string& topic, std::string_view payload, bool retain = false);
  /// mosquitto_sub until `count` messages on `topic` have come; false: not within 20 s.
  bool hears(const std::string& topic, int count);
  /// Writes a password file with one user. Call before start().
  void add_user(const std::string& name, const std::string& password);

 private:
  bool run(const std::vector<std::string>& command, std::string& output) const;

  app::TemporaryFolder folder_;
  unsigned short port_;
  app::ChildProcess child_;
};

}  // namespace tocsin::testing
