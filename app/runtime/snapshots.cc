#include "app/runtime/snapshots.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <utility>

#include "app/rule_files.h"
#include "core/check.h"
#include "core/digest.h"

namespace tocsin::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "tocsin-snapshot/1";
constexpr std::string_view kPrefix = "snapshot-";
constexpr std::size_t kKept = 2;

std::string digest_of(std::string_view header, std::string_view state) {
  return hash128_hex(std::string(header) + hash128_hex(state));
}

std::string header_of(const SnapshotHead& head, const std::string& state) {
  const std::string header = fmt::format("{} position={} alerts={} record={} bytes={} ", kFormat,
                                         head.position, head.alerts, head.record, state.size());
  return fmt::format("{}digest={}\n", header, digest_of(header, state));
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool sync_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced;
}

// "name=" at the front of the header's rest, and what follows it up to a space.
std::optional<std::string_view> take_field(std::string_view& rest, std::string_view name) {
  if (!rest.starts_with(name)) return std::nullopt;
  rest.remove_prefix(name.size());
  const std::string_view value = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(value.size() + 1, rest.size()));
  return value;
}

std::optional<std::uint64_t> number(std::optional<std::string_view> text) {
  std::uint64_t value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

}  // namespace

std::string record_digest(const LogRecord& record) {
  return hash128_hex(
      fmt::format("{} {} {}", static_cast<int>(record.kind), unix_ms(record.arr), record.body));
}

std::string SnapshotFolder::file_of(LogPosition position) const {
  return fmt::format("{}/{}{:020}", path_, kPrefix, position);
}
std::string SnapshotFolder::unfinished() const { return path_ + "/unfinished"; }

std::vector<LogPosition> SnapshotFolder::positions() const {
  std::vector<LogPosition> found;
  std::error_code error;
  for (fs::directory_iterator entry(path_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (!name.starts_with(kPrefix)) continue;
    if (const auto position = number(std::string_view(name).substr(kPrefix.size())))
      found.push_back(*position);
  }
  std::ranges::sort(found, std::greater{});
  return found;
}

std::optional<Snapshot> SnapshotFolder::read(LogPosition position, std::string& why) const {
  std::optional<std::string> file = read_file(file_of(position), why);
  if (!file) return std::nullopt;
  const auto refuse = [&](std::string_view what) {
    why = fmt::format("{}: {}", file_of(position), what);
    return std::nullopt;
  };
  const std::size_t end = file->find('\n');
  std::string_view rest = std::string_view(*file).substr(0, end);
  if (end == std::string::npos || !rest.starts_with("tocsin-snapshot/"))
    return refuse("no snapshot");
  if (take_field(rest, "tocsin-snapshot/") != kFormat.substr(kFormat.find('/') + 1))
    return refuse("written by another version");
  Snapshot snapshot;
  const auto at = number(take_field(rest, "position="));
  const auto alerts = number(take_field(rest, "alerts="));
  snapshot.head.record = take_field(rest, "record=").value_or("");
  const auto bytes = number(take_field(rest, "bytes="));
  const std::string_view header(file->data(), static_cast<std::size_t>(rest.data() - file->data()));
  const auto digest = take_field(rest, "digest=");
  snapshot.state = file->substr(end + 1);
  if (at != position || !alerts || bytes != snapshot.state.size() || !rest.empty() ||
      digest != digest_of(header, snapshot.state)) {
    return refuse("damaged");
  }
  snapshot.head.position = *at;
  snapshot.head.alerts = *alerts;
  return snapshot;
}

bool SnapshotFolder::write(const SnapshotHead& head, const std::string& state) const {
  if (::mkdir(path_.c_str(), 0777) != 0 && errno != EEXIST) return false;
  const int fd = ::open(unfinished().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return false;
  const bool written =
      write_all(fd, header_of(head, state)) && write_all(fd, state) && ::fsync(fd) == 0;
  return ::close(fd) == 0 && written;
}

bool SnapshotFolder::keep(LogPosition position) const {
  if (::rename(unfinished().c_str(), file_of(position).c_str()) != 0) return false;
  const std::vector<LogPosition> all = positions();
  for (std::size_t i = kKept; i < all.size(); ++i) ::unlink(file_of(all[i]).c_str());
  return sync_folder(path_);
}

SnapshotWriter::~SnapshotWriter() { give_up(); }

void SnapshotWriter::give_up() {
  head_.reset();
  if (child_ == 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(std::exchange(child_, 0), nullptr, 0);
}

bool SnapshotWriter::begin(SnapshotHead head, const std::function<std::string()>& state) {
  TOCSIN_CHECK(!busy());
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close_range(3, ~0U, 0);  // the data folder's lock must end with the parent
    ::_exit(folder_.write(head, state()) ? 0 : 1);
  }
  child_ = child;
  head_ = std::move(head);
  return true;
}

bool SnapshotWriter::write_now(SnapshotHead head, const std::string& state) {
  TOCSIN_CHECK(!busy());
  if (!folder_.write(head, state)) return false;
  head_ = std::move(head);
  return true;
}

SnapshotWriter::Progress SnapshotWriter::look(LogPosition alerts_durable) {
  if (!head_) return Progress::none;
  if (child_ != 0) {
    int status = 0;
    if (::waitpid(child_, &status, WNOHANG) == 0) return Progress::writing;
    child_ = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      head_.reset();
      return Progress::failed;
    }
  }
  if (alerts_durable < head_->alerts) return Progress::writing;
  const LogPosition position = std::exchange(head_, std::nullopt)->position;
  return folder_.keep(position) ? Progress::kept : Progress::failed;
}

}  // namespace tocsin::app
