#include "journal/reserve.h"

#include <fcntl.h>
#include <unistd.h>

namespace tocsin::journal {

Reserve::Reserve(Disk& disk, const std::string& folder, std::uint64_t bytes)
    : disk_(disk), path_(folder + "/reserve"), bytes_(bytes) {
  if (bytes_ == 0) give_back();  // of an earlier configuration
}

bool Reserve::take() {
  if (held_ || !is_wanted()) return held_;
  const Fd file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640));
  held_ = file && disk_.allocate(file.get(), bytes_) == 0;
  if (!held_) give_back();
  return held_;
}

void Reserve::give_back() {
  held_ = false;
  ::unlink(path_.c_str());
}

}  // namespace tocsin::journal
