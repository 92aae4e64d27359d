#pragma once
/// Outlet: where a simulation's frames go, and which time rules there. Two: a broker, on the wall
/// clock; a replay file, in virtual time. Thread: the simulation's.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "bench/sim/city.h"
#include "bench/sim/encoder.h"
#include "bench/sim/line_file.h"
#include "bench/sim/publisher.h"
#include "bench/sim/sim.h"

namespace tocsin::sim {

class Outlet {
 public:
  virtual ~Outlet() = default;
  /// Waits for the frame's moment. False: stopped.
  virtual bool wait_for(SimTime due, const std::atomic<bool>& stop) = 0;
  virtual Result<void, SimError> send(const Frame& frame) = 0;
  /// Nothing more comes: waits for what is under way and fills in its part of the report.
  virtual Result<void, SimError> finish(SimReport& report) = 0;
  virtual std::uint64_t acknowledged() const = 0;  ///< frames
};

/// `city` and `options` must outlive either.
class FileOutlet final : public Outlet {
 public:
  FileOutlet(const City& city, const SimOptions& options);
  bool ok() const { return file_.ok(); }
  bool wait_for(SimTime due, const std::atomic<bool>& stop) override;
  Result<void, SimError> send(const Frame& frame) override;
  Result<void, SimError> finish(SimReport& report) override;
  std::uint64_t acknowledged() const override { return frames_; }

 private:
  const City& city_;
  const SimOptions& options_;
  LineFile file_;
  std::string line_;
  std::uint64_t frames_ = 0;
};

class BrokerOutlet final : public Outlet {
 public:
  BrokerOutlet(const City& city, const SimOptions& options);
  Result<void, SimError> connect();
  /// The moment that is SimTime 0, and its Unix time for the events.
  void start(std::chrono::steady_clock::time_point moment, std::int64_t epoch_ms);
  bool wait_for(SimTime due, const std::atomic<bool>& stop) override;
  Result<void, SimError> send(const Frame& frame) override;
  Result<void, SimError> finish(SimReport& report) override;
  std::uint64_t acknowledged() const override { return publisher_.counts().acknowledged; }

 private:
  const City& city_;
  const SimOptions& options_;
  Publisher publisher_;
  std::int64_t epoch_ms_ = 0;
  std::chrono::steady_clock::time_point start_;
  std::string bytes_;
  double lag_sum_ms_ = 0;
  double lag_max_ms_ = 0;
  std::uint64_t waits_ = 0;
};

}  // namespace tocsin::sim
