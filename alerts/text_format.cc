#include "alerts/text_format.h"

#include <absl/time/time.h>
#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "alerts/utf8.h"

namespace tocsin::alerts {
namespace {

constexpr std::array<std::string_view, 4> kWordsEn{"LOW", "MEDIUM", "HIGH", "CRITICAL"};
constexpr std::array<std::string_view, 4> kWordsZh{"蓝色警报", "黄色警报", "橙色警报", "红色警报"};
constexpr std::array<std::string_view, 4> kColors{"\x1b[34;1m", "\x1b[33m", "\x1b[38;5;208m",
                                                  "\x1b[31;1m"};
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::size_t kPlaceLevels =
    3;  // the innermost ones: enough to go there, short enough to scan
constexpr int kWordWidth = 8;

// Reasons of a resolve, as an operator says them; in the order of Reason.
constexpr std::array<std::array<std::string_view, 2>, 15> kReasons{{
    {"matched", "触发"},
    {"updated", "更新"},
    {"escalated", "升级"},
    {"quiet", "已平静"},
    {"reset", "已复位"},
    {"condition ended", "条件已解除"},
    {"time is up", "已到时"},
    {"device is back", "设备已恢复"},
    {"taken back by a late event", "迟到事件撤回"},
    {"rule removed", "规则已删除"},
    {"rule changed", "规则已变更"},
    {"closed by hand", "人工关闭"},
    {"device decommissioned", "设备已停用"},
    {"below threshold", "低于阈值"},
    {"pushed out by its limit", "因数量上限被移除"},
}};
static_assert(kReasons.size() == static_cast<std::size_t>(Reason::evicted) + 1);

absl::TimeZone zone_of(const std::string& name) {
  if (name.empty()) return absl::LocalTimeZone();
  absl::TimeZone zone;
  return absl::LoadTimeZone(name, &zone) ? zone : absl::UTCTimeZone();
}

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  const auto second = static_cast<unsigned char>(character[1]);
  return first == 0xC2 && second < 0xA0;  // C1 controls
}

// Device text for a terminal: valid UTF-8, each control character a space.
void append_visible(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, length);
    if (length == 0) {
      out += kReplacement;
    } else if (is_control(character)) {
      out += ' ';
    } else {
      out += character;
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

std::string_view in(Language language, const LocalText& text) {
  const std::string& wanted = language == Language::zh ? text.zh : text.en;
  const std::string& other = language == Language::zh ? text.en : text.zh;
  return wanted.empty() ? other : wanted;
}

std::vector<std::string_view> innermost(const AlertPlace& place) {
  std::vector<std::string_view> levels;
  for (const std::string* id : {&place.city, &place.town, &place.village, &place.grid, &place.site,
                                &place.building, &place.floor, &place.zone, &place.unit}) {
    if (!id->empty()) levels.push_back(*id);
  }
  if (levels.size() > kPlaceLevels) levels.erase(levels.begin(), levels.end() - kPlaceLevels);
  return levels;
}

std::string_view place_name(const TextOptions& options, std::string_view id) {
  if (options.registry == nullptr) return id;
  const PlaceIndex index = options.registry->find_place(id);
  if (index == kNoIndex) return id;
  const Place& place = options.registry->place(index);
  const std::string& name = options.language == Language::zh ? place.name_zh : place.name_en;
  return name.empty() ? id : std::string_view(name);
}

}  // namespace

struct TextFormat::State {
  TextOptions options;
  absl::TimeZone zone;

  void append_time(Timestamp at, std::string& out) const {
    const absl::Time time = absl::FromUnixMillis(unix_ms(at));
    out += absl::FormatTime("%H:%M:%S ", time, zone);
  }

  void append_word(const AlertRevision& alert, std::string& out) const {
    const bool resolved = alert.state == AlertState::resolved;
    const bool zh = options.language == Language::zh;
    const std::string_view word =
        resolved ? (zh ? "警报解除" : "resolved") : severity_word(alert.severity, options.language);
    if (options.color) {
      out += resolved ? kGreen : kColors[static_cast<std::size_t>(alert.severity)];
    }
    out += word;
    if (options.color) out += kPlain;
    for (std::size_t i = word.size(); !zh && i < kWordWidth; ++i) out += ' ';
    out += ' ';
  }

  void append_place(const AlertRevision& alert, std::string& out) const {
    std::string_view separator;
    for (const std::string_view id : innermost(alert.place)) {
      out += separator;
      append_visible(place_name(options, id), out);
      separator = " / ";
    }
    if (separator.empty()) append_key(alert, out);
    out += "  ";
  }

  // A rule of a city without a registry still says what it is about.
  static void append_key(const AlertRevision& alert, std::string& out) {
    std::string_view separator;
    for (const auto& [name, value] : alert.key) {
      out += separator;
      append_visible(to_text(value.view()), out);
      separator = " / ";
    }
    if (alert.key.empty()) out += '-';
  }

  void append_why(const AlertRevision& alert, std::string& out) const {
    const bool zh = options.language == Language::zh;
    const std::string_view title = in(options.language, alert.title);
    append_visible(title.empty() ? std::string_view(alert.rule) : title, out);
    out += zh ? "：" : ": ";
    if (alert.state == AlertState::resolved) {
      out += kReasons[static_cast<std::size_t>(alert.reason)][zh ? 1 : 0];
    } else {
      append_visible(in(options.language, alert.summary), out);
    }
    const char* format = zh ? "（{} 次）" : " (count {})";
    fmt::format_to(std::back_inserter(out), fmt::runtime(format), alert.count);
  }

  void append_marks(const AlertRevision& alert, std::string& out) const {
    const bool zh = options.language == Language::zh;
    if (alert.reason == Reason::escalated) out += zh ? " [升级]" : " [escalated]";
    if (alert.shadow) out += zh ? " [影子]" : " [shadow]";
    if (alert.late) out += zh ? " [迟到]" : " [late]";
    if (alert.degraded) out += zh ? " [降级]" : " [degraded]";
    if (alert.historical) out += zh ? " [历史]" : " [historical]";
    if (!alert.suppressed_by.empty()) out += zh ? " [已抑制]" : " [suppressed]";
  }
};

TextFormat::TextFormat(TextOptions options) {
  const absl::TimeZone zone = zone_of(options.time_zone);
  state_ = std::make_unique<State>(State{std::move(options), zone});
}
TextFormat::~TextFormat() = default;
TextFormat::TextFormat(TextFormat&&) noexcept = default;
TextFormat& TextFormat::operator=(TextFormat&&) noexcept = default;

void TextFormat::append(const AlertRevision& alert, std::string& out) const {
  state_->append_time(alert.at, out);
  state_->append_word(alert, out);
  state_->append_place(alert, out);
  state_->append_why(alert, out);
  state_->append_marks(alert, out);
}

std::string TextFormat::line(const AlertRevision& alert) const {
  std::string out;
  append(alert, out);
  return out;
}

std::string_view severity_word(Severity severity, Language language) {
  const auto& words = language == Language::zh ? kWordsZh : kWordsEn;
  return words[static_cast<std::size_t>(severity)];
}

}  // namespace tocsin::alerts
