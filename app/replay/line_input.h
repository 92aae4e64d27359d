#pragma once
/// LineInput: a file or stdin, line by line, with all that was read before at hand (a restart
/// applies it again). A regular file is mapped; anything else is read in large blocks and kept.
///
/// Thread: one. Lifetime: a line is valid until the next call, seen() until then too.
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::app {

class LineInput {
 public:
  /// `path`: "-" is stdin. On failure the reason is in error().
  explicit LineInput(const std::string& path);
  ~LineInput();
  LineInput(const LineInput&) = delete;
  LineInput& operator=(const LineInput&) = delete;

  /// The next line without its end; nullopt: no more, or an error.
  std::optional<std::string_view> next();
  std::string_view seen() const { return text().substr(0, line_begin_); }  ///< before that line
  std::size_t line_number() const { return line_number_; }                 ///< of that line, from 1
  const std::string& error() const { return error_; }
  /// Called before a read that may have to wait.
  void before_waiting(std::function<void()> call) { before_waiting_ = std::move(call); }

 private:
  std::string_view text() const { return mapped_.empty() ? std::string_view(read_) : mapped_; }
  void map_or_read();
  bool read_more();
  void fail();

  std::string path_;
  int fd_ = -1;
  bool ended_ = false;
  std::string_view mapped_;
  std::string read_;
  std::size_t begin_ = 0;       // of the next line
  std::size_t searched_ = 0;    // no line end between begin_ and here
  std::size_t line_begin_ = 0;  // of the line given last
  std::size_t line_number_ = 0;
  std::string error_;
  std::function<void()> before_waiting_;
};

}  // namespace tocsin::app
