#pragma once
/// The form `silence`: a match when a device of the registry has given no sign of life for
/// interval * missed * (1 + jitter), by arrival.
///
///     heard ----------- due        never heard: start + startup_grace ------- due
///
/// Every device of the population is in one of three states. *Waiting*: its deadline is in a heap.
/// *Unknown*: its gateway was down at the deadline; when the gateway is up again it waits anew.
/// *Silent*: it was a match; the next sign of life makes it wait again.
///
/// One timer of the rule stands for the earliest deadline, under the key of that device, so the
/// order among rules is that of one timer per device.
///
/// Thread: the engine's. Cost: about 70 bytes a device and its key; a sign of life is O(1), and
/// O(log n) for the device that is due next; nothing is allocated for it.
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/matching.h"

namespace tocsin::rules {

/// A device that was a match, and the alert it is part of (0: none).
struct SilentDevice {
  std::uint32_t row = 0;
  std::uint32_t alert = 0;
};

class SilenceMatcher {
 public:
  SilenceMatcher() = default;
  SilenceMatcher(SilenceMatcher&&) noexcept = default;
  SilenceMatcher& operator=(SilenceMatcher&&) noexcept = default;
  ~SilenceMatcher();

  bool on_arrival(const Question&, Arrival&, MatchContext&, std::vector<Bound>*) { return false; }
  void discard(KeyView) {}  // silent devices stay silent: they need a new sign of life
  void retune(MatchContext&, Timestamp) {}
  std::size_t keys() const { return rows_.size(); }
  /// Of one device, its key's text aside; vectors double.
  static constexpr std::size_t device_bytes() {
    return 2 * (sizeof(Row) + sizeof(Node)) + 4 * sizeof(std::uint32_t);
  }

  /// Who is watched, from the registry and the rule in force. Devices known before keep what is
  /// known of them. Returns the devices of alerts that are watched no more: (key, alert) pairs.
  struct Left {
    std::string key;
    std::uint32_t alert = 0;
  };
  std::vector<Left> watch(MatchContext& context, Timestamp now, std::uint64_t& unkeyed);

  /// A sign of life at `now`. nullopt: the device is not watched.
  std::optional<SilentDevice> hear(std::string_view device, EventTypeId type, MatchContext& context,
                                   Timestamp now);
  /// The rule's timer is due at `now`; nullopt: nobody is silent.
  std::optional<std::uint32_t> decide(MatchContext& context, Timestamp now);
  /// The silent device became part of an alert.
  void join(std::uint32_t row, std::uint32_t alert) { rows_[row].alert = alert; }
  /// The device as an event: what the registry knows of it, at its last sign of life.
  std::string_view key_of(std::uint32_t row) const { return key_of(rows_[row]); }
  void describe(std::uint32_t row, const SilenceForm& form, Event& event) const;

  void resume(std::string_view gateway, MatchContext& context, Timestamp now);
  void postpone(Timestamp down, Timestamp up, MatchContext& context);

  /// No timer until set_timer(): the stream has ended, nothing can be heard.
  void stop_timer(TimerQueue& timers);
  void set_timer(MatchContext& context);

  // The heap is made of the rows; only its first place shows, and that depends on nothing else.
  template <class A>
  void archive(A& a) {
    bool named = named_ != nullptr;
    a(off_, keys_, rows_, named);
    if constexpr (A::kReads) {
      if (!place(a.registry)) return a.fail();
      if (named) name(a.timers, *a.order);
    }
    if (named) a(named_->key, named_->timer);
  }

 private:
  enum class State : std::uint8_t { waiting, unknown, silent };
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct Row {
    Timestamp heard = Timestamp::min();  ///< the last sign of life; min(): never
    Timestamp anchor{};                  ///< what the deadline counts from, grace excluded
    Timestamp due{};
    DeviceIndex device = kNoIndex;
    std::uint32_t key_begin = 0;
    std::uint32_t position = kNone;  ///< in the heap
    std::uint32_t alert = 0;
    std::uint16_t key_size = 0;
    EventTypeId type{};  ///< of the last sign of life
    State state = State::waiting;

    template <class A>
    void archive(A& a) {
      a(heard, anchor, due, device, key_begin, position, alert, key_size, type, state);
    }
  };
  static_assert(sizeof(Row) <= 48);
  struct Node {
    Timestamp queued{};  ///< at most the row's due
    std::uint32_t row = 0;
  };
  struct Named : TimerOwner {
    Timer timer{this, TimerPhase::match};
  };
  struct Text {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };

  std::string_view key_of(const Row& row) const {
    return std::string_view(keys_).substr(row.key_begin, row.key_size);
  }
  Timestamp due_of(const Row& row, const SilenceForm& form) const;
  bool is_member(const Device& device, const Event& as_event, MatchContext& context) const;
  void add_row(DeviceIndex device, std::string_view key, Timestamp now);
  void index_gateways();
  void place_in_time(MatchContext& context, Timestamp now);
  bool place(std::shared_ptr<const Registry> registry);
  void name(TimerQueue& timers, const RuleOrder& order);

  bool before(const Node& a, const Node& b) const;
  void push(std::uint32_t row);
  void pop_top();
  void move(std::uint32_t row);
  void put(std::size_t position, Node node);
  void sift_up(std::size_t position);
  void sift_down(std::size_t position);
  void settle_top();

  std::shared_ptr<const Registry> registry_;
  std::vector<Row> rows_;
  std::string keys_;
  std::vector<std::uint32_t> row_of_;  // by DeviceIndex; kNone: not watched
  boost::unordered_flat_map<std::string, std::pair<std::uint32_t, std::uint32_t>, Text,
                            std::equal_to<>>
      gateways_;                       // range of behind_
  std::vector<std::uint32_t> behind_;  // rows by gateway
  std::vector<Node> heap_;
  bool off_ = false;  // the rule is disabled
  std::unique_ptr<Named> named_;
  TimerQueue* timers_ = nullptr;
};

}  // namespace tocsin::rules
