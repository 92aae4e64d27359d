#pragma once
/// A time zone of the tz database ("Asia/Shanghai", "UTC") or a fixed offset ("+08:00", "-02:30",
/// "08:00").
/// Thread: const and shareable. The database is read when a zone is found, never when it is used.
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace tocsin::cel {

class TimeZone {
 public:
  /// Empty if there is no such zone. Names that depend on the machine ("localtime") or lead out of
  /// the database are none.
  static std::optional<TimeZone> find(std::string_view name);

  /// Seconds east of Greenwich at that moment.
  std::int32_t offset_at(std::int64_t unix_seconds) const;

 private:
  struct Rules;
  TimeZone() = default;
  std::int32_t fixed_ = 0;
  std::shared_ptr<const Rules> rules_;  ///< null: the fixed offset
};

}  // namespace tocsin::cel
