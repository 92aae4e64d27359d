#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "ingest/decoder.h"
#include "ingest/registry_files.h"
#include "ingest/registry_table.h"

namespace tocsin::ingest {
namespace {

enum Column : std::size_t { kId, kParent, kKind, kNameZh, kNameEn, kLat, kLon, kAdjacent, kTags };
constexpr std::array<ColumnSpec, 9> kColumns = {{{"place_id", true},
                                                 {"parent_id", true},
                                                 {"kind", true},
                                                 {"name_zh"},
                                                 {"name_en"},
                                                 {"lat"},
                                                 {"lon"},
                                                 {"adjacent"},
                                                 {"tags"}}};

enum class Mark : unsigned char { unseen, on_path, added, refused };

struct PlaceRow {
  CsvRow row;
  Place place;
  Mark mark = Mark::unseen;
};

const std::vector<std::string>& kind_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < kLocKinds; ++i)
      all.emplace_back(to_string(static_cast<PlaceKind>(i)));
    return all;
  }();
  return names;
}

std::optional<PlaceKind> kind_from(std::string_view word) {
  for (std::size_t i = 0; i < kLocKinds; ++i) {
    if (kind_names()[i] == word) return static_cast<PlaceKind>(i);
  }
  return std::nullopt;
}

std::optional<double> degrees_from(std::string_view text, double limit) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool read = error == std::errc{} && end == text.data() + text.size();
  if (!read || !std::isfinite(value) || std::abs(value) > limit) return std::nullopt;
  return value;
}

class PlaceLoader {
 public:
  PlaceLoader(const SourceFile& file, Registry& registry, Diagnostics& out)
      : table_(file, kColumns, out), registry_(registry) {}

  std::size_t run() {
    read_rows();
    registry_.reserve(rows_.size(), 0);
    for (PlaceRow& row : rows_) add_with_parents(row);
    check_neighbours();
    table_.finish();
    return table_.refused();
  }

 private:
  void read_rows() {
    for (CsvRow row; table_.next(row);) {
      Place place;
      if (!read(row, place)) continue;
      const auto [it, added] = by_id_.emplace(table_.cell(row, kId), rows_.size());
      if (added) {
        rows_.push_back({row, std::move(place), Mark::unseen});
        continue;
      }
      const std::size_t first = rows_[it->second].row.line;
      table_.refuse(
          row, kId,
          {"E4102", fmt::format("place '{}' is on line {} already", place.place_id, first),
           fmt::format("地点“{}”已在第 {} 行出现", place.place_id, first)});
    }
  }

  bool read(const CsvRow& row, Place& place) {
    bool good = true;  // every fault of a row in one run
    for (const Column column : {kId, kParent, kAdjacent, kTags, kNameZh, kNameEn}) {
      const std::size_t limit = column == kId || column == kParent ? kMaxIdBytes : kMaxTextBytes;
      good &= table_.check_text(row, column, limit);
    }
    if (table_.cell(row, kId).empty()) {
      table_.refuse(row, kId, {"E4101", "a place needs a place_id", "地点缺少 place_id"});
      good = false;
    }
    const std::string_view word = table_.cell(row, kKind);
    const auto kind = kind_from(word);
    if (!kind) {
      table_.refuse(row, kKind,
                    {"E4103", fmt::format("unknown kind of place '{}'", word),
                     fmt::format("未知的地点类型“{}”", word), nearest(word, kind_names()),
                     fmt::format("kinds are {}", fmt::join(kind_names(), ", ")),
                     fmt::format("可用类型：{}", fmt::join(kind_names(), "、"))});
      good = false;
    }
    place.place_id = table_.cell(row, kId);
    if (kind) place.kind = *kind;
    place.name_zh = table_.cell(row, kNameZh);
    place.name_en = table_.cell(row, kNameEn);
    place.adjacent = split_list(table_.cell(row, kAdjacent));
    place.tags = split_list(table_.cell(row, kTags));
    good &= read_position(row, place);
    return good;
  }

  bool read_position(const CsvRow& row, Place& place) {
    if (table_.cell(row, kLat).empty() && table_.cell(row, kLon).empty()) return true;
    bool good = true;
    for (const auto& [column, limit, out] :
         {std::tuple(kLat, 90.0, &place.lat), std::tuple(kLon, 180.0, &place.lon)}) {
      const auto degrees = degrees_from(table_.cell(row, column), limit);
      if (!degrees) {
        table_.refuse(
            row, column,
            {"E4106",
             fmt::format("'{}' is not a {} in degrees", table_.cell(row, column),
                         kColumns[column].name),
             fmt::format("“{}”不是合法的{}（度）", table_.cell(row, column),
                         column == kLat ? "纬度" : "经度"),
             {},
             fmt::format("a number from -{0} to {0}; both or neither of lat and lon", limit),
             fmt::format("应为 -{0} 到 {0} 的数；lat 与 lon 须同时填写或同时留空", limit)});
        good = false;
      } else {
        *out = *degrees;
      }
    }
    place.has_position = good;
    return good;
  }

  PlaceRow* parent_of(const PlaceRow& row) {
    const auto it = by_id_.find(table_.cell(row.row, kParent));
    return it == by_id_.end() ? nullptr : &rows_[it->second];
  }

  // Walks up to the first ancestor that is decided, then adds or refuses on the way down.
  void add_with_parents(PlaceRow& start) {
    std::vector<PlaceRow*> path;
    PlaceRow* at = &start;
    while (at != nullptr && at->mark == Mark::unseen) {
      at->mark = Mark::on_path;
      path.push_back(at);
      at = table_.cell(at->row, kParent).empty() ? nullptr : parent_of(*at);
    }
    if (at != nullptr && at->mark == Mark::on_path) refuse_cycle(path, at);
    for (auto it = path.rbegin(); it != path.rend(); ++it) {
      if ((*it)->mark == Mark::on_path) add(**it);
    }
  }

  void add(PlaceRow& row) {
    const std::string_view parent_id = table_.cell(row.row, kParent);
    if (!parent_id.empty()) {
      row.place.parent = registry_.find_place(parent_id);
      if (row.place.parent == kNoIndex) return refuse_orphan(row);
      const Place& parent = registry_.place(row.place.parent);
      if (parent.kind >= row.place.kind) {
        table_.warn(
            row.row, kParent,
            {"W4107",
             fmt::format("a {} inside a {}", to_string(row.place.kind), to_string(parent.kind)),
             fmt::format("{} 位于 {} 之内", to_string(row.place.kind), to_string(parent.kind)),
             {},
             "a place belongs inside one of a larger kind",
             "上级地点的级别应更高"});
      }
    }
    row.mark = Mark::added;
    registry_.add_place(std::move(row.place));
  }

  void refuse_orphan(PlaceRow& row) {
    row.mark = Mark::refused;
    const std::string_view id = table_.cell(row.row, kParent);
    const bool known = by_id_.contains(id);
    table_.refuse(
        row.row, kParent,
        {"E4104",
         known ? fmt::format("its parent '{}' was refused", id) : fmt::format("no place '{}'", id),
         known ? fmt::format("上级地点“{}”已被拒绝", id) : fmt::format("没有地点“{}”", id)});
  }

  void refuse_cycle(const std::vector<PlaceRow*>& path, const PlaceRow* begin) {
    std::string names;
    for (auto it = std::ranges::find(path, begin); it != path.end(); ++it) {
      names += fmt::format("{} > ", (*it)->place.place_id);
    }
    names += begin->place.place_id;
    for (auto it = std::ranges::find(path, begin); it != path.end(); ++it) {
      (*it)->mark = Mark::refused;
      table_.refuse((*it)->row, kParent,
                    {"E4105", fmt::format("places that contain each other: {}", names),
                     fmt::format("地点互相包含：{}", names)});
    }
  }

  void check_neighbours() {
    for (const PlaceRow& row : rows_) {
      if (row.mark != Mark::added || table_.cell(row.row, kAdjacent).empty()) continue;
      for (const std::string& id : split_list(table_.cell(row.row, kAdjacent))) {
        if (registry_.find_place(id) != kNoIndex) continue;
        table_.warn(row.row, kAdjacent,
                    {"W4108", fmt::format("no place '{}' to be adjacent to", id),
                     fmt::format("没有相邻地点“{}”", id)});
      }
    }
  }

  RegistryTable table_;
  Registry& registry_;
  std::deque<PlaceRow> rows_;  // elements never move
  boost::unordered_flat_map<std::string_view, std::size_t> by_id_;
};

}  // namespace

std::size_t load_places(const SourceFile& file, Registry& registry, Diagnostics& out) {
  return PlaceLoader(file, registry, out).run();
}

}  // namespace tocsin::ingest
