#pragma once
/// Evaluation: the frames that a rule's expressions read, and one place to run them.
///
/// Thread: the engine's. Lifetime: a frame points at what was last set; unset frames read as unset.
/// Allocates at construction only.
#include <array>
#include <memory>
#include <optional>
#include <span>

#include "core/event.h"
#include "core/registry.h"
#include "rules/kept_event.h"
#include "rules/population.h"
#include "rules/rule.h"

namespace tocsin::rules {

enum class Truth : std::uint8_t { no, yes, error };

class Evaluation {
 public:
  Evaluation();
  Evaluation(const Evaluation&) = delete;  // the host points into it
  Evaluation& operator=(const Evaluation&) = delete;

  void set_registry(std::shared_ptr<const Registry> registry) {
    population_ = Population(registry);
    host_.registry = std::move(registry);
  }
  const Registry* registry() const { return host_.registry.get(); }
  Population& population() { return population_; }
  const std::shared_ptr<const Registry>& shared_registry() const { return host_.registry; }
  /// Of the bundle in force, which must outlive their use.
  void set_calendars(std::span<const Calendar> calendars) { host_.calendars = calendars; }

  void reset() { frames_.fill(memory_->unset.data()); }
  void set_event(const Value* slots) { frames_[kFrameEvent] = slots; }
  void set_event(const KeptEvent& event);
  void set_step(std::size_t step, const Value* slots) { frames_[kFrameStep + step] = slots; }
  void set_step(std::size_t step, const KeptEvent& event);
  void set_key(const Value* values) { frames_[kFrameKey] = values; }
  /// `latest.*`, to be filled.
  std::span<Value> latest();
  void set_alert(const std::array<Value, kAlertVars>& vars);

  /// A condition; the empty one holds.
  Truth test(const cel::Program& condition);
  cel::Outcome value(const cel::Program& program) {
    return program.eval(frames_, scratch_, &host_);
  }
  /// What is shown to people: a field by itself that is unset has no value, not its default.
  cel::Outcome shown(const cel::Program& program);
  cel::EvalError last_error() const { return last_error_; }

 private:
  struct RuleHost final : cel::Host {
    Value call(std::uint16_t index, std::span<const Value> args) const override;
    bool adjacent(std::string_view a, std::string_view b) const;
    bool in_calendar(std::string_view name) const;
    std::shared_ptr<const Registry> registry;
    std::span<const Calendar> calendars;
    const Value* const* event = nullptr;  ///< the frame of the event under test
  };
  using Slots = std::array<Value, kMaxSlots>;
  struct Memory {
    Slots unset{};
    Slots event{};
    std::array<Value, kAlertVars> alert{};
    Slots latest{};
    std::array<Slots, kMaxSteps> steps{};
  };

  std::unique_ptr<Memory> memory_;
  std::array<const Value*, kFrames> frames_{};
  cel::Scratch scratch_;
  RuleHost host_;
  Population population_;
  cel::EvalError last_error_{};
};

}  // namespace tocsin::rules
