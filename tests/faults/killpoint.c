/* killpoint: a preloaded library that kills its process (SIGKILL) at the N-th call that writes, counted
 * over all threads. Calls on regular files and sockets count; eventfds and pipes do not.
 *
 *   KILLPOINT=N          before the N-th call has done anything
 *   KILLPOINT_TORN=1     a write to a file has done its first half
 *   KILLPOINT_COUNT=F    without a kill: F gets the number of calls at the end
 *
 * Thread: any. Built for the fault campaign only. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static long kill_at;
static int torn;

#define REAL(name) \
  static __typeof__(&name) real; \
  if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  const char* const at = getenv("KILLPOINT");
  kill_at = at == NULL ? 0 : strtol(at, NULL, 10);
  torn = getenv("KILLPOINT_TORN") != NULL;
}

__attribute__((destructor)) static void end(void) {
  const char* const path = getenv("KILLPOINT_COUNT");
  FILE* const file = path == NULL ? NULL : fopen(path, "w");
  if (file == NULL) return;
  fprintf(file, "%ld\n", atomic_load(&calls));
  fclose(file);
}

static void die(void) {
  raise(SIGKILL);
  for (;;) pause();
}

/* Whether this call is the one. */
static int is_last(void) { return atomic_fetch_add(&calls, 1) + 1 == kill_at; }

static int counts(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISSOCK(status.st_mode));
}
static int is_file(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}
static int last_on(int fd) { return counts(fd) && is_last(); }

ssize_t write(int fd, const void* data, size_t size) {
  REAL(write);
  if (last_on(fd)) {
    if (torn && is_file(fd)) real(fd, data, size / 2);
    die();
  }
  return real(fd, data, size);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off_t at) {
  REAL(pwrite64);
  if (last_on(fd)) {
    if (torn && is_file(fd)) real(fd, data, size / 2, at);
    die();
  }
  return real(fd, data, size, at);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  return pwrite64(fd, data, size, at);
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  REAL(writev);
  if (last_on(fd)) {
    if (torn && is_file(fd)) real(fd, parts, count / 2);
    die();
  }
  return real(fd, parts, count);
}
ssize_t pwritev64(int fd, const struct iovec* parts, int count, off_t at) {
  REAL(pwritev64);
  if (last_on(fd)) {
    if (torn && is_file(fd)) real(fd, parts, count / 2, at);
    die();
  }
  return real(fd, parts, count, at);
}
ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t at) {
  return pwritev64(fd, parts, count, at);
}
int fdatasync(int fd) {
  REAL(fdatasync);
  if (is_last()) die();
  return real(fd);
}
int fsync(int fd) {
  REAL(fsync);
  if (is_last()) die();
  return real(fd);
}
int ftruncate64(int fd, off_t size) {
  REAL(ftruncate64);
  if (is_last()) die();
  return real(fd, size);
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
int posix_fallocate64(int fd, off_t at, off_t size) {
  REAL(posix_fallocate64);
  if (is_last()) die();
  return real(fd, at, size);
}
int posix_fallocate(int fd, off_t at, off_t size) { return posix_fallocate64(fd, at, size); }
int rename(const char* from, const char* to) {
  REAL(rename);
  if (is_last()) die();
  return real(from, to);
}
int unlink(const char* path) {
  REAL(unlink);
  if (is_last()) die();
  return real(path);
}
ssize_t send(int fd, const void* data, size_t size, int flags) {
  REAL(send);
  if (is_last()) die();
  return real(fd, data, size, flags);
}
ssize_t sendto(int fd, const void* data, size_t size, int flags, const struct sockaddr* to,
               socklen_t length) {
  REAL(sendto);
  if (is_last()) die();
  return real(fd, data, size, flags, to, length);
}
ssize_t sendmsg(int fd, const struct msghdr* message, int flags) {
  REAL(sendmsg);
  if (is_last()) die();
  return real(fd, message, flags);
}
