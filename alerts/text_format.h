#pragma once
/// One alert revision as a line for a person at a terminal: when, how bad (word and colour), where,
/// which rule, why. Used by `demo`, `alerts tail` and the stdout sink.
///
///     18:00:41 CRITICAL Lakeside / B7  Smoke confirmed: 2 detectors in B7 (count 2)
///     18:10:41 resolved Lakeside / B7  Smoke confirmed: quiet (count 2)
///
/// What devices said is printed without control characters: nobody writes to an operator's terminal
/// from a sensor. Thread: any, after construction. The registry, if given, must outlive this.
#include <memory>
#include <string>

#include "core/alert.h"
#include "core/registry.h"

namespace tocsin::alerts {

enum class Language : std::uint8_t { en, zh };

struct TextOptions {
  Language language = Language::en;
  bool color = false;                  ///< ANSI, 256 colours: 红 橙 黄 蓝
  std::string time_zone;               ///< IANA name; empty: the machine's; unknown: UTC
  const Registry* registry = nullptr;  ///< place names; without it their ids
};

class TextFormat {
 public:
  explicit TextFormat(TextOptions options);
  ~TextFormat();
  TextFormat(TextFormat&&) noexcept;
  TextFormat& operator=(TextFormat&&) noexcept;

  /// Appends the line, without a newline.
  void append(const AlertRevision& alert, std::string& out) const;
  std::string line(const AlertRevision& alert) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// "CRITICAL", "红色警报".
std::string_view severity_word(Severity severity, Language language);

}  // namespace tocsin::alerts
