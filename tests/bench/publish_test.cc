#include <fmt/format.h>
#include <gtest/gtest.h>
#include <mqtt/async_client.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "app/child_process.h"
#include "bench/sim/sim.h"

namespace tocsin::sim {
namespace {

constexpr Duration kPatience{20'000};

/// A real mosquitto on a free port.
class Broker {
 public:
  Broker() : folder_("tocsin-bench-"), port_(app::free_port()) {
    const std::string config = folder_.path() + "/mosquitto.conf";
    std::ofstream(config) << "listener " << port_ << " 127.0.0.1\nallow_anonymous true\n"
                          << "max_queued_messages 0\n";
    up_ = child_.start({"mosquitto", "-c", config}, folder_.path() + "/mosquitto.log") &&
          app::wait_listening(port_, kPatience);
  }
  bool up() const { return up_; }
  std::string uri() const { return fmt::format("tcp://127.0.0.1:{}", port_); }

 private:
  app::TemporaryFolder folder_;
  unsigned short port_;
  app::ChildProcess child_;
  bool up_ = false;
};

/// Counts what arrives below tocsin/v1.
class Listener : public virtual mqtt::callback {
 public:
  explicit Listener(const std::string& uri) : client_(uri, "tocsin-test-listener") {
    client_.set_callback(*this);
    client_.connect()->wait_for(kPatience);
    client_.subscribe("tocsin/v1/#", 1)->wait_for(kPatience);
  }
  ~Listener() override { client_.disconnect()->wait_for(kPatience); }
  void message_arrived(mqtt::const_message_ptr message) override {
    const std::lock_guard lock(mutex_);
    ++frames_;
    json_ += message->get_topic().ends_with("/json") ? 1 : 0;
    changed_.notify_all();
  }
  std::uint64_t wait_for(std::uint64_t frames) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return frames_ >= frames; });
    return frames_;
  }
  std::uint64_t json() {
    const std::lock_guard lock(mutex_);
    return json_;
  }

 private:
  mqtt::async_client client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t frames_ = 0;
  std::uint64_t json_ = 0;
};

TEST(SimOverMqtt, EveryFrameReachesTheBrokerInTime) {
  const Broker broker;
  ASSERT_TRUE(broker.up()) << "mosquitto does not start";
  Listener listener(broker.uri());
  SimOptions options;
  options.broker = broker.uri();
  options.rate = 500;
  options.run_for = Duration{2000};
  options.encoding = Encoding::mixed;
  const std::atomic<bool> stop{false};
  std::uint64_t told = 0;
  SimHooks hooks;
  hooks.on_expected = [&](const ExpectedAlert&) { ++told; };

  const auto report = run_sim(options, stop, hooks);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_GT(report->frames, 500U);
  EXPECT_EQ(report->acknowledged, report->frames);
  EXPECT_EQ(report->failed, 0U);
  EXPECT_EQ(report->expected_alerts, told);
  EXPECT_EQ(listener.wait_for(report->frames), report->frames);
  EXPECT_GT(listener.json(), 100U);
  EXPECT_LT(listener.json(), report->frames - 100);
}

TEST(SimOverMqtt, SaysThatThereIsNoBroker) {
  SimOptions options;
  options.broker = "tcp://127.0.0.1:1";
  const std::atomic<bool> stop{false};
  const auto report = run_sim(options, stop);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error(), SimError::broker_unreachable);
}

TEST(SimOverMqtt, StopsWhenItIsTold) {
  const Broker broker;
  ASSERT_TRUE(broker.up()) << "mosquitto does not start";
  SimOptions options;
  options.broker = broker.uri();
  options.rate = 500;
  std::atomic<bool> stop{false};
  SimHooks hooks;
  hooks.on_progress = [&](const SimProgress&) { stop = true; };
  const auto report = run_sim(options, stop, hooks);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->stopped);
}

}  // namespace
}  // namespace tocsin::sim
