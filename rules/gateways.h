#pragma once
/// Gateways: which gateways are known to be down. One that was never heard of is up.
///
/// Thread: the engine's. Limits: max_down at once; over it a further one is taken for up and
/// counted.
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::rules {

class Gateways {
 public:
  explicit Gateways(std::size_t max_down) : max_down_(max_down) {}

  /// True: this changed something.
  bool set(std::string_view gateway, bool up) {
    const auto known = down_.find(gateway);
    if (up == (known == down_.end())) return false;
    if (up) {
      down_.erase(known);
    } else if (down_.size() < max_down_) {
      down_.emplace(gateway);
    } else {
      ++untracked_;
      return false;
    }
    return true;
  }
  bool is_down(std::string_view gateway) const { return down_.contains(gateway); }
  std::uint64_t untracked() const { return untracked_; }

  template <class A>
  void archive(A& a) {
    a(untracked_, down_);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };

  std::size_t max_down_;
  std::uint64_t untracked_ = 0;
  boost::unordered_flat_set<std::string, Hash, std::equal_to<>> down_;
};

}  // namespace tocsin::rules
