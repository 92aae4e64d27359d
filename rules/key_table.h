#pragma once
/// KeyTable: a form's state per key, bounded. Keys are forgotten when the last event they keep has
/// expired; over `max_keys` the key that was touched longest ago goes first.
///
/// Thread: the engine's. State derives from KeyState. Nothing here depends on when a tick came:
/// keys are forgotten only when an event arrives.
#include <boost/intrusive/list.hpp>

#include "core/time.h"
#include "rules/keyed.h"
#include "rules/notes.h"

namespace tocsin::rules {

struct TouchOrder;
struct GroupOrder;
template <class Tag>
using ListHook = boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>>;

struct KeyGroup;
struct KeyState : Keyed, ListHook<TouchOrder>, ListHook<GroupOrder> {
  Timestamp expires = Timestamp::min();  ///< of the last event it keeps
  KeyGroup* group = nullptr;
};

/// The keys of one identity, where `identity` is less than `for_each`.
struct KeyGroup : Keyed {
  boost::intrusive::list<KeyState, boost::intrusive::base_hook<ListHook<GroupOrder>>> keys;
};

template <class State>
class KeyTable {
 public:
  /// The key's state, made if it is new.
  State& touch(KeyView key, KeyView identity, Timestamp now, std::uint32_t max_keys,
               RuleNotes& notes) {
    forget(now);
    if (State* const known = states_.find(key)) {
      touched_.splice(touched_.end(), touched_, touched_.iterator_to(*known));
      return *known;
    }
    while (states_.size() >= max_keys && !touched_.empty()) {
      erase(static_cast<State&>(touched_.front()));
      notes.evicted(LimitKind::keys);
    }
    State& state = states_.add(key);
    touched_.push_back(state);
    if (key.bytes != identity.bytes) join_group(state, identity);
    return state;
  }

  State* find(KeyView key) const { return states_.find(key); }

  void erase(State& state) {
    touched_.erase(touched_.iterator_to(state));
    if (KeyGroup* const group = state.group) {
      group->keys.erase(group->keys.iterator_to(state));
      if (group->keys.empty()) groups_.erase(*group);
    }
    states_.erase(state);
  }

  /// Forgets every key of the identity.
  void discard(KeyView identity) {
    if (State* const state = states_.find(identity)) return erase(*state);
    while (KeyGroup* const group = groups_.find(identity)) {
      erase(static_cast<State&>(group->keys.front()));
    }
  }

  /// Every key of the identity; `visit` may erase the one it is given.
  template <class Visit>
  void for_each_of(KeyView identity, Visit visit) {
    if (State* const state = states_.find(identity)) return visit(*state);
    KeyGroup* const group = groups_.find(identity);
    if (group == nullptr) return;
    std::vector<State*> members;
    for (KeyState& state : group->keys) members.push_back(static_cast<State*>(&state));
    for (State* const state : members) visit(*state);
  }

  std::size_t size() const { return states_.size(); }
  std::vector<State*> in_order() const { return states_.in_order(); }

  // Keys in the order in which they were touched, then the members of each group in theirs.
  template <class A>
  void archive(A& a) {
    if constexpr (A::kReads) {
      read(a);
    } else {
      a(static_cast<std::uint32_t>(touched_.size()));
      for (KeyState& any : touched_) {
        State& state = static_cast<State&>(any);
        a(state.key, state.expires, state);
      }
      const std::vector<KeyGroup*> groups = groups_.in_order();
      a(static_cast<std::uint32_t>(groups.size()));
      for (KeyGroup* const group : groups) {
        a(group->key, static_cast<std::uint32_t>(group->keys.size()));
        for (const KeyState& member : group->keys) a(member.key);
      }
    }
  }

  KeyTable() = default;
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;
  ~KeyTable() {
    while (!touched_.empty()) erase(static_cast<State&>(touched_.front()));
  }

 private:
  template <class A>
  void read(A& a) {
    for (std::uint32_t n = a.count(); n > 0; --n) {
      const auto key = a.template next<std::string>();
      const KeyView view{key, hash_key(key)};
      if (states_.find(view) != nullptr) return a.fail();
      State& state = states_.add(view);
      touched_.push_back(state);
      a(state.expires, state);
    }
    for (std::uint32_t n = a.count(); n > 0; --n) {
      const auto identity = a.template next<std::string>();
      for (std::uint32_t members = a.count(); members > 0; --members) {
        const auto key = a.template next<std::string>();
        State* const state = states_.find({key, hash_key(key)});
        if (state == nullptr || state->group != nullptr) return a.fail();
        join_group(*state, {identity, hash_key(identity)});
      }
    }
  }

  void forget(Timestamp now) {
    while (!touched_.empty() && touched_.front().expires < now) {
      erase(static_cast<State&>(touched_.front()));
    }
  }

  void join_group(State& state, KeyView identity) {
    KeyGroup* group = groups_.find(identity);
    if (group == nullptr) group = &groups_.add(identity);
    group->keys.push_back(state);
    state.group = group;
  }

  KeyedPool<State> states_;
  KeyedPool<KeyGroup> groups_;
  boost::intrusive::list<KeyState, boost::intrusive::base_hook<ListHook<TouchOrder>>> touched_;
};

}  // namespace tocsin::rules
