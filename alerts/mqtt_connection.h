#pragma once
/// MqttConnection: one connection to a broker, from the attempt to its end; for a further one make
/// another. A client of Paho's that connects again keeps the unacknowledged messages of the last
/// connection as garbage; one that is destroyed does not.
///
/// Nothing is done in Paho's callbacks but to note that the connection is lost: they hold Paho's
/// lock, which publishing takes, too. No exception comes out.
///
/// Thread: one; Paho has its own.
#include <mqtt/async_client.h>

#include <atomic>
#include <memory>
#include <string>

#include "alerts/mqtt_message.h"
#include "alerts/mqtt_options.h"
#include "broker/login.h"
#include "core/result.h"

namespace tocsin::alerts {

class MqttConnection final : private virtual mqtt::callback {
 public:
  /// Begins to connect. Requires: the login is that of the options, which outlive this.
  MqttConnection(const MqttOptions& options, const broker::Login& login);
  /// Says goodbye if it is connected.
  ~MqttConnection() override;

  enum class State : unsigned char { connecting, up, failed };
  State look();
  const std::string& failure() const { return failure_; }  ///< once `failed`

  /// Hands it to Paho, in order. Null: the connection has failed.
  mqtt::delivery_token_ptr send(const MqttMessage& message);

  enum class Delivery : unsigned char { under_way, done, failed };
  static Delivery look(mqtt::delivery_token& token);
  /// Waits for news of a message.
  static void wait(mqtt::delivery_token& token, Duration at_most);

 private:
  void connection_lost(const std::string& cause) override;
  void fail(std::string why);
  void look_at_answer();

  const int qos_;
  State state_ = State::connecting;
  std::string failure_;
  std::atomic<bool> lost_{false};
  mqtt::token_ptr answer_;                      // to the connect
  std::unique_ptr<mqtt::async_client> client_;  // the first to go: no callback after it
};

}  // namespace tocsin::alerts
