#pragma once
/// Published<T>: the newest const snapshot of something one thread computes and others look at.
/// Thread: any. A reader keeps what it got; nobody waits for more than a pointer copy.
#include <memory>
#include <mutex>

namespace tocsin::app {

template <class T>
class Published {
 public:
  Published() : value_(std::make_shared<const T>()) {}

  void publish(T value) {
    auto next = std::make_shared<const T>(std::move(value));
    const std::lock_guard lock(mutex_);
    value_ = std::move(next);
  }
  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace tocsin::app
