#include "rules/timers.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "support.h"

namespace tocsin::rules {
namespace {

struct Owner : TimerOwner {
  Owner(const RuleOrder& in, std::string bytes) {
    order = &in;
    key = std::move(bytes);
  }
  Timer resolve{this, TimerPhase::resolve};
  Timer update{this, TimerPhase::update};
};

Timestamp at(std::int64_t ms) { return from_unix_ms(ms); }

TEST(Timers, AtOneMomentLevelThenRuleThenKeyThenPhaseDecide) {
  const RuleOrder low{0, 5};
  const RuleOrder first{0, 1};
  const RuleOrder above{1, 0};
  Owner a(above, "a");
  Owner b(low, "a");
  Owner c(first, "b");
  Owner d(first, "a");
  TimerQueue queue;
  for (Timer* t : {&a.resolve, &b.resolve, &c.resolve, &d.update, &d.resolve})
    queue.set(*t, at(10));
  std::vector<const Timer*> order;
  while (Timer* const t = queue.take(at(10))) order.push_back(t);
  EXPECT_EQ(order,
            (std::vector<const Timer*>{&d.resolve, &d.update, &c.resolve, &b.resolve, &a.resolve}));
}

TEST(Timers, AnEarlierDeadlineGoesFirstWhateverTheRule) {
  const RuleOrder one{0, 0};
  const RuleOrder two{0, 1};
  Owner a(one, "a");
  Owner b(two, "b");
  TimerQueue queue;
  queue.set(a.resolve, at(11));
  queue.set(b.resolve, at(10));
  EXPECT_EQ(queue.next(), at(10));
  EXPECT_EQ(queue.take(at(20)), &b.resolve);
  EXPECT_EQ(queue.take(at(10)), nullptr);
}

TEST(Timers, OfOneOwnerTheOneThatWasFirstSetFirstGoesFirstHoweverTheyAreSetAgain) {
  const RuleOrder one{0, 0};
  Owner a(one, "a");
  Timer second{&a, TimerPhase::resolve};
  TimerQueue queue;
  queue.set(a.resolve, at(12));
  queue.set(second, at(10));
  EXPECT_EQ(queue.take(at(10)), &second);
  queue.set(second, at(20));
  EXPECT_EQ(queue.take(at(12)), &a.resolve);
  queue.set(a.resolve, at(20));
  EXPECT_EQ(queue.take(at(20)), &a.resolve);
  queue.clear(second);
}

TEST(Timers, OnceAllAreClearedTheirOwnersMayDieInAnyOrder) {
  const RuleOrder one{0, 0};
  Owner a(one, "a");
  Owner b(one, "b");
  TimerQueue queue;
  for (Timer* t : {&a.resolve, &a.update, &b.resolve}) queue.set(*t, at(10));
  queue.clear_all();
  EXPECT_EQ(queue.size(), 0u);
  EXPECT_EQ(queue.next(), std::nullopt);
  for (const Timer* t : {&a.resolve, &a.update, &b.resolve}) EXPECT_FALSE(t->is_set());
}

TEST(Timers, AMovedDeadlineIsTheOnlyOne) {
  const RuleOrder one{0, 0};
  Owner a(one, "a");
  TimerQueue queue;
  queue.set(a.resolve, at(10));
  queue.set(a.resolve, at(50));
  EXPECT_EQ(queue.next(), at(50));
  EXPECT_EQ(queue.take(at(49)), nullptr);
  queue.set(a.resolve, at(5));
  EXPECT_EQ(queue.next(), at(5));
  EXPECT_EQ(queue.take(at(5)), &a.resolve);
  EXPECT_EQ(queue.size(), 0u);
}

TEST(Timers, RandomMovesComeOutInOrder) {
  const RuleOrder one{0, 0};
  std::deque<Owner> owners;
  for (int i = 0; i < 200; ++i) owners.emplace_back(one, test::name("k", i));
  std::mt19937 random(7);
  TimerQueue queue;
  for (int i = 0; i < 5000; ++i) {
    Owner& owner = owners[random() % owners.size()];
    if (random() % 4 == 0) {
      queue.clear(owner.resolve);
    } else {
      queue.set(owner.resolve, at(static_cast<std::int64_t>(random() % 300)));
    }
  }
  std::pair<Timestamp, std::string> last{};
  while (Timer* const t = queue.take(at(1000))) {
    const std::pair now{t->due, t->owner->key};
    EXPECT_LT(last, now);
    last = now;
  }
}

}  // namespace
}  // namespace tocsin::rules
