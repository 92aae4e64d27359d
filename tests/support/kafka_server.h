#pragma once
/// KafkaServer: a real Apache Kafka for one test process, through deploy/kafka.sh, in a temporary
/// folder; stopped, and its folder removed, with this object. Thread: one.
#include <memory>
#include <string>

namespace tocsin::testing {

/// Standard output of a shell command, and whether it exited with 0.
struct CommandResult {
  bool ok = false;
  std::string output;
};
CommandResult run_command(const std::string& command);

class KafkaServer {
 public:
  /// nullptr: it could not be had; `why` says so. `properties`: more lines for server.properties.
  static std::unique_ptr<KafkaServer> start(std::string& why, const std::string& properties = "");
  ~KafkaServer();

  const std::string& bootstrap() const { return bootstrap_; }
  bool stop();     ///< cleanly; the data stay
  bool kill();     ///< with SIGKILL
  bool restart();  ///< on the same port

 private:
  KafkaServer() = default;
  bool run(const std::string& arguments, std::string* output = nullptr) const;

  std::string folder_;
  std::string bootstrap_;
  std::string properties_;
};

}  // namespace tocsin::testing
