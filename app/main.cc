#include <cstdio>
#include <exception>

#include "app/cli.h"

int main(int argc, char** argv) {
  try {
    return static_cast<int>(tocsin::app::run_cli(argc, argv));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "tocsin: %s\n", e.what());
  }
  return static_cast<int>(tocsin::app::ExitCode::io);
}
