#pragma once
/// Lines into a file or to stdout, buffered. A refusal of the disk is kept and told by ok().
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace tocsin::sim {

class LineFile {
 public:
  /// "-": stdout. Check ok() before the first line.
  explicit LineFile(const std::filesystem::path& path);
  bool ok() const { return file_ != nullptr && !failed_; }
  /// Buffered; adds the end of line.
  void write(std::string_view line);
  void flush();

 private:
  struct Close {
    void operator()(std::FILE* file) const;
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::string buffer_;
  bool failed_ = false;
};

}  // namespace tocsin::sim
