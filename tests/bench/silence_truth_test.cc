/// detector-silent over the simulated city for hours of virtual time: detectors that stop, alone
/// and with their gateway, are found at the very moment they should be, and nobody else is.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "bench/sim/city_registry.h"
#include "bench/sim/encoder.h"
#include "bench/sim/stream.h"
#include "ingest/catalogue_builder.h"
#include "ingest/decoder.h"
#include "rules/engine.h"
#include "rules/load/loader.h"

namespace tocsin {
namespace {

constexpr std::int64_t kSilenceEpochMs = 1'767'225'600'000;
constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kStop = kSilenceEpochMs + 2 * kHour;
constexpr std::int64_t kGrace = 10 * 60'000;  // as deploy/rules.d/detector-silent.yaml has it
constexpr std::size_t kWhole = 5;             // detectors that make a gateway's silence

/// What is said, by rule: "DEVICE or GATEWAY" -> opened at.
using Openings = std::map<std::string, std::int64_t>;

std::shared_ptr<const rules::RuleSet> silence_rule(const Catalogue& catalogue) {
  std::ostringstream text;
  text << std::ifstream(TOCSIN_SOURCE_DIR "/deploy/rules.d/detector-silent.yaml").rdbuf();
  return rules::load({{"detector-silent.yaml", text.str()}}, catalogue).rules;
}

/// The wait of a detector with this interval: three reports and a tenth.
std::int64_t wait_of(const sim::CityDevice& device) { return device.heartbeat_s * 3'300; }

/// The city, with some of its detectors dead from kStop on; beside it the plainest reckoning of who
/// has to be found.
class DyingCity final : public ingest::EventSink {
 public:
  DyingCity(const sim::City& city, const Catalogue& catalogue, std::set<std::string> dead)
      : city_(city),
        dead_(std::move(dead)),
        registry_(sim::make_registry(city)),
        decoder_(catalogue, registry_),
        engine_(silence_rule(catalogue), registry_, {}) {
    for (const sim::CityDevice& device : city.devices()) {
      if (device.kind == sim::DeviceKind::smoke_detector) detectors_[device.id] = &device;
    }
  }

  void run(const sim::SimOptions& options) {
    sim::Stream stream(city_, options, kSilenceEpochMs);
    std::string bytes;
    while (const auto frame = stream.next()) {
      encode_protobuf(city_, *frame, kSilenceEpochMs, bytes);
      const std::string topic = fmt::format("tocsin/v1/{}/pb", city_.gateways()[frame->gateway]);
      decoder_.decode_frame(topic, bytes, from_unix_ms(kSilenceEpochMs + frame->due), *this);
    }
    for (const auto& [id, device] : detectors_) expect_by(last_, id);
  }

  void on_event(Event& event) override {
    const std::int64_t arrival = unix_ms(event.arr);
    if (first_ == 0) first_ = arrival;
    const std::string id(event.slot(CommonSlot::device_id).as_string());
    if (arrival >= kStop && dead_.contains(id)) return;
    last_ = arrival;
    if (detectors_.contains(id)) {
      expect_by(arrival, id);
      heard_[id] = arrival;
    }
    event.log_position = ++position_;
    engine_.apply(event, revisions_);
    for (const AlertRevision& r : revisions_) {
      if (r.rev == 1) said_[r.rule].emplace(r.key.front().second.view().as_string(), unix_ms(r.at));
    }
    revisions_.clear();
  }
  void on_rejected(const ingest::Rejection& rejection) override {
    ADD_FAILURE() << "rejected: " << rejection.detail;
  }

  const Openings& said(const std::string& rule) { return said_[rule]; }
  const Openings& expected() const { return expected_; }

 private:
  void expect_by(std::int64_t now, const std::string& id) {
    const auto heard = heard_.find(id);
    const std::int64_t from = heard == heard_.end() ? first_ + kGrace : heard->second;
    const std::int64_t due = from + wait_of(*detectors_.at(id));
    if (due <= now) expected_.emplace(id, due);
  }

  const sim::City& city_;
  std::set<std::string> dead_;
  std::shared_ptr<const Registry> registry_;
  ingest::Decoder decoder_;
  rules::Engine engine_;
  std::map<std::string, const sim::CityDevice*> detectors_;
  std::map<std::string, std::int64_t> heard_;
  std::map<std::string, Openings> said_;
  Openings expected_;
  std::vector<AlertRevision> revisions_;
  std::int64_t first_ = 0;
  std::int64_t last_ = 0;
  std::uint64_t position_ = 0;
};

/// Detectors that report every hour, by gateway.
std::map<std::uint32_t, std::vector<std::string>> hourly(const sim::City& city) {
  std::map<std::uint32_t, std::vector<std::string>> found;
  for (const sim::CityDevice& d : city.devices()) {
    if (d.kind == sim::DeviceKind::smoke_detector && d.heartbeat_s == 3600)
      found[d.gateway].push_back(d.id);
  }
  return found;
}

TEST(SilenceTruth, DetectorsThatStopAreFoundAndAGatewayThatDiesIsOneAlert) {
  const Catalogue catalogue = ingest::builtin_catalogue();
  const sim::City city(1000, 1);
  const auto by_gateway = hourly(city);
  const auto largest =
      std::ranges::max_element(by_gateway, {}, [](const auto& one) { return one.second.size(); });
  ASSERT_GE(largest->second.size(), kWhole);
  std::set<std::string> dead(largest->second.begin(), largest->second.end());
  for (const auto& [gateway, detectors] : by_gateway) dead.insert(detectors.front());

  sim::SimOptions options;
  options.run_for = Duration{6 * kHour};
  options.incidents_per_minute = 1e-9;
  DyingCity dying(city, catalogue, dead);
  dying.run(options);

  std::set<std::string> found;
  std::vector<std::int64_t> of_largest;
  for (const auto& [id, at] : dying.expected()) {
    found.insert(id);
    if (std::ranges::count(largest->second, id) > 0) of_largest.push_back(at);
  }
  EXPECT_EQ(found, dead);
  EXPECT_EQ(dying.said("detector-silent"), dying.expected());
  std::ranges::sort(of_largest);
  EXPECT_EQ(dying.said("gateway-silent"),
            (Openings{{city.gateways()[largest->first], of_largest.at(kWhole - 1)}}));
}

}  // namespace
}  // namespace tocsin
