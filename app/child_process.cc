#include "app/child_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

namespace tocsin::app {
namespace {

// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(char* const* argv, const char* output, pid_t parent, int report) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int out = open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  execvp(argv[0], argv);
  const int error = errno;
  (void)!write(report, &error, sizeof error);
  _exit(127);
}

sockaddr_in loopback(unsigned short port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

bool ChildProcess::start(const std::vector<std::string>& command, const std::string& output) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const char* out = output.empty() ? "/dev/null" : output.c_str();
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return false;
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(argv.data(), out, parent, report[1]);
  close(report[1]);
  int error = pid_ < 0 ? errno : 0;
  // The pipe closes at exec; bytes in it mean that there was none.
  if (pid_ > 0 && read(report[0], &error, sizeof error) > 0) {
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  close(report[0]);
  errno = error;
  return pid_ > 0;
}

std::optional<int> ChildProcess::reap(int flags) {
  if (pid_ <= 0) return std::nullopt;
  int status = 0;
  pid_t got = 0;
  do {
    got = waitpid(pid_, &status, flags);
  } while (got < 0 && errno == EINTR);
  if (got == 0) return std::nullopt;
  pid_ = -1;
  return got < 0 ? 127 : exit_code(status);
}

bool ChildProcess::running() { return pid_ > 0 && !reap(WNOHANG) && pid_ > 0; }

std::optional<int> ChildProcess::wait(Duration patience) {
  if (pid_ <= 0) return std::nullopt;
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (handle < 0) return reap(0);
  pollfd ended{handle, POLLIN, 0};
  const int ready = poll(&ended, 1, static_cast<int>(patience.count()));
  close(handle);
  return ready > 0 ? reap(0) : reap(WNOHANG);
}

std::optional<int> ChildProcess::stop(Duration patience) {
  if (pid_ <= 0) return std::nullopt;
  kill(-pid_, SIGTERM);
  if (const auto status = wait(patience)) return status;
  if (pid_ > 0) kill(-pid_, SIGKILL);
  return reap(0);
}

unsigned short free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool ok = bind(fd, generic, size) == 0 && getsockname(fd, generic, &size) == 0;
  close(fd);
  return ok ? ntohs(address.sin_port) : static_cast<unsigned short>(0);
}

bool wait_listening(unsigned short port, Duration patience) {
  constexpr int kStepMs = 20;
  for (auto left = patience.count(); left > 0; left -= kStepMs) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const int connected = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    close(fd);
    if (connected == 0) return true;
    poll(nullptr, 0, kStepMs);
  }
  return false;
}

TemporaryFolder::TemporaryFolder(const std::string& prefix) {
  std::error_code ignored;
  std::filesystem::path base = std::filesystem::temp_directory_path(ignored);
  path_ = (base / (prefix + "-XXXXXX")).string();
  if (mkdtemp(path_.data()) == nullptr) path_.clear();
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace tocsin::app
