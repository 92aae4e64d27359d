#pragma once
/// Output: stdout in few large writes. Verbs append to buffer() and flush when it is worth a write.
///
/// Thread: one. Errors: a write that fails (disk full, closed pipe) is remembered; the verb ends
/// with ExitCode::io. flush() is also called by the destructor.
#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin::app {

class Output {
 public:
  explicit Output(int fd = 1) : fd_(fd) { buffer_.reserve(kWorthAWrite + kWorthAWrite / 2); }
  ~Output() { flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::string& buffer() { return buffer_; }
  void line(std::string_view text) {
    buffer_ += text;
    buffer_ += '\n';
  }
  void flush_if_large() {
    if (buffer_.size() >= kWorthAWrite) flush();
  }
  /// Whether everything so far has been written.
  bool flush();

 private:
  static constexpr std::size_t kWorthAWrite = 256 * 1024;
  int fd_;
  bool ok_ = true;
  std::string buffer_;
};

}  // namespace tocsin::app
