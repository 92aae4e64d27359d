#include "alerts/mqtt_connection.h"

#include <utility>

namespace tocsin::alerts {
namespace {

std::string reason_of(const mqtt::exception& e) {
  const std::string_view refusal = broker::refusal_text(e.get_return_code());
  return refusal.empty() ? "nothing answers there" : std::string(refusal);
}

}  // namespace

MqttConnection::MqttConnection(const MqttOptions& options, const broker::Login& login)
    : qos_(options.qos) {
  try {
    client_ = std::make_unique<mqtt::async_client>(options.uri, options.client_id);
    client_->set_callback(*this);
    answer_ = client_->connect(login.connect_options(options, broker::Session::ends));
  } catch (const mqtt::exception& e) {
    fail(reason_of(e));
  }
}

MqttConnection::~MqttConnection() = default;

MqttConnection::State MqttConnection::look() {
  if (state_ == State::connecting) look_at_answer();
  if (state_ == State::up && lost_) fail("the connection was lost");
  return state_;
}

void MqttConnection::look_at_answer() {
  try {
    if (answer_->try_wait()) state_ = State::up;
  } catch (const mqtt::exception& e) {
    fail(reason_of(e));
  }
}

mqtt::delivery_token_ptr MqttConnection::send(const MqttMessage& message) {
  try {
    return client_->publish(message.topic, message.payload.data(), message.payload.size(), qos_,
                            message.retained);
  } catch (const mqtt::exception& e) {
    fail(std::string("a message could not be sent: ") + e.what());
    return nullptr;
  }
}

MqttConnection::Delivery MqttConnection::look(mqtt::delivery_token& token) {
  try {
    return token.try_wait() ? Delivery::done : Delivery::under_way;
  } catch (const mqtt::exception&) {
    return Delivery::failed;
  }
}

void MqttConnection::wait(mqtt::delivery_token& token, Duration at_most) {
  try {
    token.wait_for(at_most);
  } catch (const mqtt::exception&) {
    return;  // it has failed: look() says so
  }
}

void MqttConnection::connection_lost(const std::string&) { lost_ = true; }

void MqttConnection::fail(std::string why) {
  state_ = State::failed;
  failure_ = std::move(why);
}

}  // namespace tocsin::alerts
