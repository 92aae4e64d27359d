#pragma once
/// The engine's state as bytes, and back. One list of fields per struct serves both ways:
///
///     template <class A> void archive(A& a) { a(count, opened_at, events); }
///
/// Scalars are their bytes, little endian; text and lists have their length before them; an event
/// that several keep is written once. There are no names in it: a change of any list is a change of
/// Engine::kStateVersion.
///
/// Thread: the engine's. Errors: a reader that was given other bytes than a writer made says so
/// (ok()), reads zeros from there on, and never reads or allocates beyond what it was given.
#include <bit>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/registry.h"
#include "rules/kept_event.h"
#include "rules/timers.h"

namespace tocsin::rules {

static_assert(std::endian::native == std::endian::little);

template <class T>
concept Scalar = std::is_arithmetic_v<T> || std::is_enum_v<T>;

class ArchiveWriter {
 public:
  static constexpr bool kReads = false;

  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  std::string take() { return std::move(bytes_); }

 private:
  template <Scalar T>
  void put(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(Timestamp t) { put(unix_ms(t)); }
  void put(Duration d) { put(d.count()); }
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
  }
  void put(const Value& value);
  void put(const OwnedValue& value) { put(value.view()); }
  void put(const KeptRef& event);
  void put(const Timer& timer) { (*this)(timer.created, timer.is_set(), timer.due); }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& pair) {
    (*this)(pair.first, pair.second);
  }
  template <class T>
  void put(const std::vector<T>& list) {
    put_all(list);
  }
  template <class T>
  void put(const std::deque<T>& list) {
    put_all(list);
  }
  template <class K, class... Rest>
  void put(const boost::unordered_flat_set<K, Rest...>& set) {
    put_all(set);
  }
  template <class K, class V, class... Rest>
  void put(const boost::unordered_flat_map<K, V, Rest...>& map) {
    put_all(map);
  }
  template <class K, class V>
  void put(const std::map<K, V>& map) {
    put_all(map);
  }
  template <class T>
  void put_all(const T& list) {
    put(static_cast<std::uint32_t>(list.size()));
    for (const auto& item : list) put(item);
  }
  template <class T>
  requires requires(T& t, ArchiveWriter& a) { t.archive(a); }
  void put(const T& object) {
    const_cast<T&>(object).archive(*this);  // one list of fields for both ways; this one only reads
  }

  std::string bytes_;
  boost::unordered_flat_map<const KeptEvent*, std::uint32_t> known_;
};

class ArchiveReader {
 public:
  static constexpr bool kReads = true;

  /// All of it must outlive the reader.
  ArchiveReader(std::string_view bytes, TimerQueue& timers_of,
                std::shared_ptr<const Registry> of_registry)
      : timers(timers_of), registry(std::move(of_registry)), rest_(bytes) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  template <class T>
  T next() {
    T value{};
    get(value);
    return value;
  }
  /// The length of a list whose items take at least a byte each.
  std::uint32_t count();
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }
  void fail() {
    ok_ = false;
    rest_ = {};
  }

  TimerQueue& timers;
  std::shared_ptr<const Registry> registry;
  const RuleOrder* order = nullptr;  ///< of the rule that is read

 private:
  std::string_view take(std::size_t size);
  Value scalar(ValueKind kind);
  Value value(std::vector<Value>& items);

  template <Scalar T>
  void get(T& value) {
    const std::string_view bytes = take(sizeof value);
    value = T{};
    if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
  }
  void get(bool& value) { value = next<std::uint8_t>() != 0; }
  void get(Timestamp& t) { t = from_unix_ms(next<std::int64_t>()); }
  void get(Duration& d) { d = Duration(next<std::int64_t>()); }
  void get(std::string& text) { text = take(next<std::uint32_t>()); }
  void get(OwnedValue& owned) {
    std::vector<Value> items;
    owned = OwnedValue(value(items));
  }
  void get(KeptRef& event);
  void get(Timer& timer);
  template <class T>
  void get(std::optional<T>& value) {
    value.reset();
    if (next<bool>()) get(value.emplace());
  }
  template <class A, class B>
  void get(std::pair<A, B>& pair) {
    (*this)(pair.first, pair.second);
  }
  template <class T>
  void get(std::vector<T>& list) {
    list.clear();
    for (std::uint32_t n = count(); n > 0 && ok_; --n) get(list.emplace_back());
  }
  template <class T>
  void get(std::deque<T>& list) {
    list.clear();
    for (std::uint32_t n = count(); n > 0 && ok_; --n) get(list.emplace_back());
  }
  template <class K, class... Rest>
  void get(boost::unordered_flat_set<K, Rest...>& set) {
    set.clear();
    for (std::uint32_t n = count(); n > 0 && ok_; --n) set.insert(next<K>());
  }
  template <class K, class V, class... Rest>
  void get(boost::unordered_flat_map<K, V, Rest...>& map) {
    map.clear();
    for (std::uint32_t n = count(); n > 0 && ok_; --n) get_item<K, V>(map);
  }
  template <class K, class V>
  void get(std::map<K, V>& map) {
    map.clear();
    for (std::uint32_t n = count(); n > 0 && ok_; --n) get_item<K, V>(map);
  }
  template <class K, class V, class Map>
  void get_item(Map& map) {
    K key = next<K>();
    get(map[std::move(key)]);
  }
  template <class T>
  requires requires(T& t, ArchiveReader& a) { t.archive(a); }
  void get(T& object) { object.archive(*this); }

  std::string_view rest_;
  bool ok_ = true;
  std::vector<KeptRef> known_;
};

}  // namespace tocsin::rules
