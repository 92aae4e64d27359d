#include <fmt/format.h>

#include <array>
#include <optional>

#include "ingest/decoder.h"
#include "ingest/registry_csv.h"
#include "ingest/registry_files.h"
#include "ingest/registry_table.h"
#include "ingest/time_text.h"

namespace tocsin::ingest {
namespace {

enum Column : std::size_t { kId, kKind, kPlace, kGateway, kInterval, kState, kTags };
constexpr std::array<ColumnSpec, 7> kColumns = {{{"device_id", true},
                                                 {"kind", true},
                                                 {"place_id", true},
                                                 {"gateway_id"},
                                                 {"heartbeat_interval_s"},
                                                 {"state"},
                                                 {"tags"}}};

const std::vector<std::string>& state_names() {
  static const std::vector<std::string> names = {"commissioned", "test", "maintenance",
                                                 "decommissioned"};
  return names;
}

std::optional<DeviceState> state_from(std::string_view word) {
  for (std::size_t i = 0; i < state_names().size(); ++i) {
    if (to_string(static_cast<DeviceState>(i)) == word) return static_cast<DeviceState>(i);
  }
  return std::nullopt;
}

class DeviceLoader {
 public:
  DeviceLoader(const SourceFile& file, Registry& registry, Diagnostics& out)
      : table_(file, kColumns, out), registry_(registry) {
    // Lines are at most rows; sizes the index once.
    registry_.reserve(0, static_cast<std::size_t>(std::ranges::count(file.text, '\n')));
  }

  std::size_t run() {
    for (CsvRow row; table_.next(row);) {
      Device device;
      if (read(row, device)) registry_.add_device(std::move(device));
    }
    table_.finish();
    return table_.refused();
  }

 private:
  bool read(const CsvRow& row, Device& device) {
    bool good = true;  // every fault of a row in one run
    for (const Column column : {kId, kKind, kPlace, kGateway, kTags}) {
      good &= table_.check_text(row, column, column == kTags ? kMaxTextBytes : kMaxIdBytes);
    }
    good &= read_id(row, device);
    good &= read_place(row, device);
    good &= read_interval(row, device);
    good &= read_state(row, device);
    if (good) read_rest(row, device);
    return good;
  }

  bool read_id(const CsvRow& row, Device& device) {
    device.device_id = table_.cell(row, kId);
    if (device.device_id.empty()) {
      table_.refuse(row, kId, {"E4201", "a device needs a device_id", "设备缺少 device_id"});
      return false;
    }
    if (registry_.find_device(device.device_id) == kNoIndex) return true;
    table_.refuse(row, kId,
                  {"E4202", fmt::format("device '{}' is there already", device.device_id),
                   fmt::format("设备“{}”重复", device.device_id)});
    return false;
  }

  bool read_place(const CsvRow& row, Device& device) {
    const std::string_view id = table_.cell(row, kPlace);
    if (id.empty()) return true;
    device.place = registry_.find_place(id);
    if (device.place != kNoIndex) return true;
    table_.refuse(row, kPlace,
                  {"E4203",
                   fmt::format("no place '{}'", id),
                   fmt::format("没有地点“{}”", id),
                   {},
                   "add it to places.csv, or correct its row there if it was refused",
                   "请在 places.csv 中添加，或改正其中被拒绝的行"});
    return false;
  }

  bool read_interval(const CsvRow& row, Device& device) {
    const std::string_view text = table_.cell(row, kInterval);
    if (text.empty()) return true;
    const auto seconds = parse_int64(text);
    if (seconds && *seconds >= 0 && *seconds <= kMaxHeartbeatIntervalS) {
      device.heartbeat_interval_s = *seconds;
      return true;
    }
    table_.refuse(row, kInterval,
                  {"E4205",
                   fmt::format("'{}' is not a number of seconds", text),
                   fmt::format("“{}”不是合法的秒数", text),
                   {},
                   fmt::format("a whole number from 0 (not stated) to {}", kMaxHeartbeatIntervalS),
                   fmt::format("应为 0（未知）到 {} 的整数", kMaxHeartbeatIntervalS)});
    return false;
  }

  bool read_state(const CsvRow& row, Device& device) {
    const std::string_view word = table_.cell(row, kState);
    if (word.empty()) return true;
    const auto state = state_from(word);
    if (state) {
      device.state = *state;
      return true;
    }
    table_.refuse(
        row, kState,
        {"E4206", fmt::format("unknown state '{}'", word), fmt::format("未知的状态“{}”", word),
         nearest(word, state_names()), fmt::format("states are {}", fmt::join(state_names(), ", ")),
         fmt::format("可用状态：{}", fmt::join(state_names(), "、"))});
    return false;
  }

  void read_rest(const CsvRow& row, Device& device) {
    device.kind = table_.cell(row, kKind);
    device.gateway_id = table_.cell(row, kGateway);
    device.tags = split_list(table_.cell(row, kTags));
    if (device.kind.empty()) {
      table_.warn(row, kKind,
                  {"W4204",
                   "a device without a kind",
                   "设备没有类型",
                   {},
                   "rules that select devices by kind do not see it",
                   "按类型选择设备的规则看不到它"});
    }
  }

  RegistryTable table_;
  Registry& registry_;
};

}  // namespace

std::size_t load_devices(const SourceFile& file, Registry& registry, Diagnostics& out) {
  return DeviceLoader(file, registry, out).run();
}

}  // namespace tocsin::ingest
