#pragma once
/// Shared by the tests of app/: the real binary as a child.
#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/support/folder.h"

namespace tocsin::app::testing {

using tocsin::testing::Folder;
using tocsin::testing::slurp;

struct Ended {
  int code = -1;
  std::string out;
  std::string err;
};

/// Runs the tocsin binary to its end.
inline Ended tocsin(const std::vector<std::string>& args, const std::string& input = "") {
  const Folder folder;
  std::string command = TOCSIN_BINARY;
  for (const std::string& arg : args) {
    std::string quoted = "'";
    for (const char c : arg) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    command += " " + quoted + "'";
  }
  command +=
      " <" + folder.write("in", input) + " >" + folder.path("out") + " 2>" + folder.path("err");
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, slurp(folder.path("out")),
          slurp(folder.path("err"))};
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace tocsin::app::testing
