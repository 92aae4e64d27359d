#include "ingest/registry_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>

#include "ingest/privacy.h"

namespace tocsin::ingest {
namespace {

constexpr std::size_t kMaxIdBytes = 128;

using Row = std::vector<std::string_view>;

// One file's rows by column name, and a place for what is wrong with them.
class Csv {
 public:
  Csv(const SourceFile& file, std::vector<std::string> columns, Diagnostics& out) : file_(file), names_(std::move(columns)), out_(out) {
    rest_ = file.text;
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
    read_header();
  }

  bool good() const { return good_; }
  bool next() {
    while (!rest_.empty()) {
      line_ = next_line_;
      raw_ = rest_.substr(0, rest_.find('\n'));
      split();
      if (row_.size() == 1 && row_[0].empty()) continue;
      if (row_.size() == header_.size()) return true;
      bad("E4003", fmt::format("{} columns, the header has {}", row_.size(), header_.size()), fmt::format("有 {} 列，表头有 {} 列", row_.size(), header_.size()));
    }
    return false;
  }
  std::string_view get(std::size_t column) const { return where_[column] == kNone ? std::string_view{} : row_[where_[column]]; }
  std::size_t line() const { return line_; }
  void at_line(std::size_t line) {
    line_ = line;
    raw_ = {};
  }

  void bad(std::string code, std::string en, std::string zh, std::string suggestion = {}) {
    Diagnostic d;
    d.code = std::move(code);
    d.file = file_.name;
    d.line = line_;
    d.col = 1;
    d.message_en = std::move(en);
    d.message_zh = std::move(zh);
    d.suggestion = std::move(suggestion);
    d.source_line = std::string(raw_.substr(0, raw_.find('\r')));
    out_.push_back(std::move(d));
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;

  void read_header() {
    where_.assign(names_.size(), kNone);
    line_ = next_line_;
    raw_ = rest_.substr(0, rest_.find('\n'));
    split();
    header_.assign(row_.begin(), row_.end());
    for (std::size_t i = 0; i < header_.size(); ++i) {
      const auto it = std::ranges::find(names_, header_[i]);
      if (it == names_.end()) {
        bad("E4001", fmt::format("unknown column '{}'", header_[i]), fmt::format("未知列 '{}'", header_[i]), nearest(header_[i], names_));
        good_ = false;
      } else {
        where_[static_cast<std::size_t>(it - names_.begin())] = i;
      }
    }
    if (where_[0] == kNone) {
      bad("E4002", fmt::format("the column '{}' is missing", names_[0]), fmt::format("缺少列 '{}'", names_[0]));
      good_ = false;
    }
  }

  // Takes one record off rest_; quoted fields may hold commas, quotes and line ends.
  void split() {
    row_.clear();
    while (true) {
      row_.push_back(field());
      const char end = rest_.empty() ? '\n' : rest_.front();
      if (!rest_.empty()) rest_.remove_prefix(1);
      if (end == '\n') break;
    }
    ++next_line_;
  }
  std::string_view field() {
    if (!rest_.starts_with('"')) {
      const std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
      std::string_view text = rest_.substr(0, end);
      rest_.remove_prefix(end);
      if (text.ends_with('\r')) text.remove_suffix(1);
      return text;
    }
    std::string text;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') {
        if (!rest_.starts_with('"')) break;
        rest_.remove_prefix(1);
      }
      if (c == '\n') ++next_line_;
      text += c;
    }
    const std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
    rest_.remove_prefix(end);
    unquoted_.push_back(std::make_unique<std::string>(std::move(text)));
    return *unquoted_.back();
  }

  const SourceFile& file_;
  std::vector<std::string> names_;
  Diagnostics& out_;
  std::string_view rest_, raw_;
  std::vector<std::string> header_;
  std::vector<std::size_t> where_;
  Row row_;
  std::vector<std::unique_ptr<std::string>> unquoted_;
  std::size_t line_ = 1, next_line_ = 1;
  bool good_ = true;
};

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    if (end > 0) items.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

template <class T>
std::optional<T> number_of(std::string_view text) {
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class Enum, std::size_t N>
std::optional<Enum> word_of(std::string_view word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (to_string(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}
template <class Enum, std::size_t N>
std::vector<std::string> words() {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < N; ++i) all.emplace_back(to_string(static_cast<Enum>(i)));
  return all;
}

struct PlaceRow {
  Place place;
  std::string parent;
  std::size_t line;
  int state = 0;  // 0 not added, 1 being added, 2 added, 3 refused
};

class Loader {
 public:
  explicit Loader(Diagnostics& out) : out_(out) {}

  void places(const SourceFile& file) {
    Csv csv(file, {"place_id", "parent_id", "kind", "name_zh", "name_en", "lat", "lon", "adjacent", "tags"}, out_);
    while (csv.good() && csv.next()) read_place(csv);
    for (std::size_t i = 0; i < rows_.size(); ++i) add(csv, i);
  }

  void devices(const SourceFile& file) {
    Csv csv(file, {"device_id", "kind", "place_id", "gateway_id", "heartbeat_interval_s", "state", "tags"}, out_);
    registry_->reserve(rows_.size(), static_cast<std::size_t>(std::ranges::count(file.text, '\n')));
    while (csv.good() && csv.next()) read_device(csv);
  }

  std::shared_ptr<Registry> take() { return std::move(registry_); }

 private:
  bool id_ok(Csv& csv, std::string_view id, std::string_view column) {
    if (id.empty()) {
      csv.bad("E4004", fmt::format("{} is empty", column), fmt::format("{} 为空", column));
    } else if (id.size() > kMaxIdBytes) {
      csv.bad("E4005", fmt::format("{} is longer than {} bytes", column, kMaxIdBytes), fmt::format("{} 超过 {} 字节", column, kMaxIdBytes));
    } else if (looks_private(id)) {
      csv.bad("E4006", fmt::format("{} looks like an identity, phone or plate number", column), fmt::format("{} 疑似身份证号、电话号码或车牌号", column));
    } else {
      return true;
    }
    return false;
  }

  bool coordinate(Csv& csv, std::size_t column, double limit, const char* name, double& out) {
    const std::string_view text = csv.get(column);
    if (text.empty()) return true;
    const auto value = number_of<double>(text);
    if (value && *value >= -limit && *value <= limit) {
      out = *value;
      return true;
    }
    csv.bad("E4007", fmt::format("{} '{}' is not a number from -{} to {}", name, text, limit, limit), fmt::format("{} '{}' 不是 -{} 到 {} 的数", name, text, limit, limit));
    return false;
  }

  void read_place(Csv& csv) {
    PlaceRow row;
    Place& p = row.place;
    row.line = csv.line();
    p.place_id = csv.get(0);
    row.parent = csv.get(1);
    if (!id_ok(csv, p.place_id, "place_id")) return;
    const auto kind = word_of<PlaceKind, kLocKinds>(csv.get(2));
    if (!kind) {
      return csv.bad("E4008", fmt::format("unknown kind '{}'", csv.get(2)), fmt::format("未知类别 '{}'", csv.get(2)), nearest(csv.get(2), words<PlaceKind, kLocKinds>()));
    }
    p.kind = *kind;
    p.name_zh = csv.get(3);
    p.name_en = csv.get(4);
    if (looks_private(p.name_zh) || looks_private(p.name_en)) {
      return csv.bad("E4006", "a name looks like an identity, phone or plate number", "名称疑似身份证号、电话号码或车牌号");
    }
    if (!coordinate(csv, 5, 90, "lat", p.lat) || !coordinate(csv, 6, 180, "lon", p.lon)) return;
    p.has_position = !csv.get(5).empty() && !csv.get(6).empty();
    p.adjacent = list_of(csv.get(7));
    p.tags = list_of(csv.get(8));
    if (!index_.emplace(p.place_id, rows_.size()).second) {
      return csv.bad("E4009", fmt::format("place_id '{}' appears again", p.place_id), fmt::format("place_id '{}' 重复", p.place_id));
    }
    rows_.push_back(std::move(row));
  }

  // Parents first, whatever the order of the file.
  PlaceIndex add(Csv& csv, std::size_t i) {
    std::vector<std::size_t> chain;
    for (std::size_t at = i; rows_[at].state == 0; ) {
      rows_[at].state = 1;
      chain.push_back(at);
      if (rows_[at].parent.empty()) break;
      const auto it = index_.find(rows_[at].parent);
      if (it == index_.end()) {
        csv.at_line(rows_[at].line);
        csv.bad("E4010", fmt::format("unknown parent_id '{}'", rows_[at].parent), fmt::format("未知 parent_id '{}'", rows_[at].parent));
        break;
      }
      if (rows_[it->second].state == 1) {
        csv.at_line(rows_[at].line);
        csv.bad("E4011", fmt::format("place '{}' encloses itself", rows_[at].place.place_id), fmt::format("地点 '{}' 包含自身", rows_[at].place.place_id));
        rows_[at].parent.clear();
        break;
      }
      at = it->second;
    }
    for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
      PlaceRow& row = rows_[*it];
      row.place.parent = row.parent.empty() ? kNoIndex : registry_->find_place(row.parent);
      registry_->add_place(std::move(row.place));
      row.state = 2;
    }
    return kNoIndex;
  }

  void read_device(Csv& csv) {
    Device d;
    d.device_id = csv.get(0);
    if (!id_ok(csv, d.device_id, "device_id")) return;
    if (registry_->find_device(d.device_id) != kNoIndex) {
      return csv.bad("E4012", fmt::format("device_id '{}' appears again", d.device_id), fmt::format("device_id '{}' 重复", d.device_id));
    }
    d.kind = csv.get(1);
    d.gateway_id = csv.get(3);
    d.tags = list_of(csv.get(6));
    if (!csv.get(2).empty()) {
      d.place = registry_->find_place(csv.get(2));
      if (d.place == kNoIndex) {
        return csv.bad("E4013", fmt::format("unknown place_id '{}'", csv.get(2)), fmt::format("未知 place_id '{}'", csv.get(2)));
      }
    }
    if (!csv.get(4).empty()) {
      const auto seconds = number_of<std::int64_t>(csv.get(4));
      if (!seconds || *seconds < 0 || *seconds > 366 * 86400) {
        return csv.bad("E4014", fmt::format("heartbeat_interval_s '{}' is not a number of seconds", csv.get(4)), fmt::format("heartbeat_interval_s '{}' 不是秒数", csv.get(4)));
      }
      d.heartbeat_interval_s = *seconds;
    }
    if (!csv.get(5).empty()) {
      const auto state = word_of<DeviceState, 4>(csv.get(5));
      if (!state) {
        return csv.bad("E4015", fmt::format("unknown state '{}'", csv.get(5)), fmt::format("未知状态 '{}'", csv.get(5)), nearest(csv.get(5), words<DeviceState, 4>()));
      }
      d.state = *state;
    }
    registry_->add_device(std::move(d));
  }

  Diagnostics& out_;
  std::shared_ptr<Registry> registry_ = std::make_shared<Registry>();
  std::vector<PlaceRow> rows_;
  boost::unordered_flat_map<std::string, std::size_t> index_;
};

}  // namespace

LoadedRegistry load_registry(const std::vector<SourceFile>& files, bool strict) {
  LoadedRegistry out;
  Loader loader(out.diagnostics);
  for (const SourceFile& file : files) {
    if (file.last_part() == "places.csv") loader.places(file);
  }
  for (const SourceFile& file : files) {
    if (file.last_part() == "devices.csv") loader.devices(file);
  }
  if (!strict || !has_errors(out.diagnostics)) out.registry = loader.take();
  return out;
}

}  // namespace tocsin::ingest
