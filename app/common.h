#pragma once
/// What every verb understands (`--json`, `--lang`, ...) and how verbs speak: data to stdout,
/// everything else to stderr.
#include <optional>
#include <string>
#include <string_view>

#include "core/diagnostic.h"

namespace tocsin::app {

enum class ColorMode : unsigned char { automatic, always, never };

struct Common {
  std::string config;  ///< -c: path of tocsin.yaml; empty: defaults
  bool json = false;
  bool quiet = false;
  int verbose = 0;
  std::optional<Language> language_flag;
  ColorMode color_mode = ColorMode::automatic;

  Language language() const { return language_flag.value_or(Language::en); }
  /// `automatic`: only on a terminal, and not where NO_COLOR is set (no-color.org).
  bool color(int fd) const;
  std::string_view in(std::string_view en, std::string_view zh) const {
    return language() == Language::zh ? zh : en;
  }
};

/// "tocsin: " + text + newline on stderr.
void complain(std::string_view text);
/// Diagnostics on stderr, as --json lines or as text with carets.
void print_diagnostics(const Diagnostics& all, const Common& common);
/// The same as one string, for stdout.
std::string render_all(const Diagnostics& all, const Common& common, int fd);

}  // namespace tocsin::app
