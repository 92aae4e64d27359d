#pragma once
/// KeyedPool: objects found by key bytes, at addresses that never change. Never iterated for
/// output: in_order() gives the objects by key bytes, which no hash influences.
///
/// Thread: the engine's.
#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <memory>
#include <string>
#include <vector>

#include "rules/key.h"

namespace tocsin::rules {

/// Base of what a KeyedPool holds.
struct Keyed {
  std::string key;
  std::uint64_t hash = 0;
  KeyView key_view() const { return {key, hash}; }
};

/// Requires: T derives from Keyed.
template <class T>
class KeyedPool {
 public:
  T* find(KeyView key) const {
    const auto at = all_.find(key);
    return at == all_.end() ? nullptr : at->get();
  }

  /// Requires: the key is not present.
  template <class... Args>
  T& add(KeyView key, Args&&... args) {
    auto object = std::make_unique<T>(std::forward<Args>(args)...);
    object->key = key.bytes;
    object->hash = key.hash;
    return **all_.insert(std::move(object)).first;
  }

  void erase(T& object) { all_.erase(all_.find(object.key_view())); }
  void clear() { all_.clear(); }
  std::size_t size() const { return all_.size(); }

  template <class A>
  void archive(A& a) {
    if constexpr (A::kReads) {
      for (std::uint32_t n = a.count(); n > 0; --n) {
        const auto key = a.template next<std::string>();
        const KeyView view{key, hash_key(key)};
        if (find(view) != nullptr) return a.fail();
        a(add(view));
      }
    } else {
      a(static_cast<std::uint32_t>(size()));
      for (T* const object : in_order()) a(object->key, *object);
    }
  }

  std::vector<T*> in_order() const {
    std::vector<T*> objects;
    for (const auto& object : all_) objects.push_back(object.get());
    std::ranges::sort(objects, {},
                      [](const T* object) -> const std::string& { return object->key; });
    return objects;
  }

 private:
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    std::size_t operator()(const std::unique_ptr<T>& object) const { return object->hash; }
    std::size_t operator()(KeyView key) const { return key.hash; }
  };
  struct Equal {
    using is_transparent = void;
    static KeyView view(const std::unique_ptr<T>& object) { return object->key_view(); }
    static KeyView view(KeyView key) { return key; }
    bool operator()(const auto& a, const auto& b) const {
      return view(a).hash == view(b).hash && view(a).bytes == view(b).bytes;
    }
  };

  boost::unordered_flat_set<std::unique_ptr<T>, Hash, Equal> all_;
};

}  // namespace tocsin::rules
