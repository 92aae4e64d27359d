#include "bench/sim/line_file.h"

namespace tocsin::sim {
namespace {
constexpr std::size_t kBufferBytes = 1 << 20;
}

void LineFile::Close::operator()(std::FILE* file) const {
  if (file != stdout) std::fclose(file);
}

LineFile::LineFile(const std::filesystem::path& path)
    : file_(path == "-" ? stdout : std::fopen(path.c_str(), "wb")) {}

void LineFile::write(std::string_view line) {
  buffer_ += line;
  buffer_ += '\n';
  if (buffer_.size() >= kBufferBytes) flush();
}

void LineFile::flush() {
  if (!file_) return;
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) != buffer_.size()) failed_ = true;
  if (std::fflush(file_.get()) != 0) failed_ = true;
  buffer_.clear();
}

}  // namespace tocsin::sim
