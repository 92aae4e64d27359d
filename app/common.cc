#include "app/common.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace tocsin::app {

bool Common::color(int fd) const {
  if (color_mode != ColorMode::automatic) return color_mode == ColorMode::always;
  const char* unwanted = std::getenv("NO_COLOR");
  return isatty(fd) == 1 && (unwanted == nullptr || *unwanted == '\0');
}

void complain(std::string_view text) {
  std::fprintf(stderr, "tocsin: %.*s\n", static_cast<int>(text.size()), text.data());
}

std::string render_all(const Diagnostics& all, const Common& common, int fd) {
  std::string text;
  for (const Diagnostic& d : all) {
    if (common.quiet && d.level == DiagnosticLevel::warning) continue;
    text += common.json ? render_json(d, common.language()) + "\n"
                        : render(d, common.language(), common.color(fd));
  }
  return text;
}

void print_diagnostics(const Diagnostics& all, const Common& common) {
  const std::string text = render_all(all, common, STDERR_FILENO);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace tocsin::app
