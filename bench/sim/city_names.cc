#include "bench/sim/city_names.h"

#include <fmt/format.h>

#include <array>

namespace tocsin::sim {
namespace {

struct Word {
  const char* zh;
  const char* en;
};

constexpr std::array<Word, kTownNames> kTowns{{
    {"青山", "Qingshan"},
    {"白河", "Baihe"},
    {"龙泉", "Longquan"},
    {"双桥", "Shuangqiao"},
    {"新城", "Xincheng"},
    {"石门", "Shimen"},
    {"南湖", "Nanhu"},
    {"北关", "Beiguan"},
    {"东岭", "Dongling"},
    {"西塘", "Xitang"},
    {"永安", "Yongan"},
    {"太平", "Taiping"},
    {"柳林", "Liulin"},
    {"金沙", "Jinsha"},
    {"云溪", "Yunxi"},
    {"高坪", "Gaoping"},
}};

constexpr std::array<Word, 20> kFirstWords{{
    {"和", "He"},   {"福", "Fu"},   {"安", "An"},   {"锦", "Jin"},   {"翠", "Cui"},
    {"明", "Ming"}, {"康", "Kang"}, {"瑞", "Rui"},  {"兴", "Xing"},  {"春", "Chun"},
    {"嘉", "Jia"},  {"文", "Wen"},  {"景", "Jing"}, {"荣", "Rong"},  {"祥", "Xiang"},
    {"丰", "Feng"}, {"德", "De"},   {"清", "Qing"}, {"长", "Chang"}, {"宁", "Ning"},
}};
constexpr std::array<Word, 20> kSecondWords{{
    {"园", "yuan"}, {"庭", "ting"},  {"湾", "wan"},  {"苑", "yuan"},  {"桥", "qiao"},
    {"岗", "gang"}, {"江", "jiang"}, {"田", "tian"}, {"阳", "yang"},  {"源", "yuan"},
    {"海", "hai"},  {"峰", "feng"},  {"林", "lin"},  {"泉", "quan"},  {"坊", "fang"},
    {"里", "li"},   {"乐", "le"},    {"居", "ju"},   {"城", "cheng"}, {"台", "tai"},
}};

/// Two-character names in an order that does not look alphabetical; they repeat with a number.
PlaceName composed(std::uint32_t number, const char* zh_kind, const char* en_kind) {
  constexpr std::uint32_t kAll = kFirstWords.size() * kSecondWords.size();
  const std::uint32_t pick = (number * 37) % kAll;  // 37 and 400 share no factor
  const Word& a = kFirstWords[pick / kSecondWords.size()];
  const Word& b = kSecondWords[pick % kSecondWords.size()];
  const std::uint32_t round = number / kAll;
  if (round == 0) {
    return {fmt::format("{}{}{}", a.zh, b.zh, zh_kind),
            fmt::format("{}{} {}", a.en, b.en, en_kind)};
  }
  return {fmt::format("{}{}{}{}区", a.zh, b.zh, zh_kind, round + 1),
          fmt::format("{}{} {} {}", a.en, b.en, en_kind, round + 1)};
}

}  // namespace

PlaceName city_name() { return {"晨钟市", "Chenzhong City"}; }

PlaceName town_name(std::uint32_t number) {
  const Word& w = kTowns[number % kTowns.size()];
  return {fmt::format("{}镇", w.zh), fmt::format("{} Town", w.en)};
}

PlaceName village_name(std::uint32_t number) { return composed(number + 151, "村", "Village"); }

PlaceName site_name(SiteKind kind, std::uint32_t number) {
  switch (kind) {
    case SiteKind::compound: return composed(number, "小区", "Compound");
    case SiteKind::shops: return composed(number, "商业街", "Shopping Street");
    case SiteKind::factory: return composed(number, "工厂", "Works");
  }
  return {};
}

PlaceName numbered_name(PlaceKind kind, std::uint32_t number) {
  switch (kind) {
    case PlaceKind::grid: return {fmt::format("第{}网格", number), fmt::format("Grid {}", number)};
    case PlaceKind::building:
      return {fmt::format("{}号楼", number), fmt::format("Building {}", number)};
    case PlaceKind::floor: return {fmt::format("{}层", number), fmt::format("Floor {}", number)};
    case PlaceKind::zone: return {fmt::format("{}区", number), fmt::format("Zone {}", number)};
    default: return {fmt::format("{}", number), fmt::format("{}", number)};
  }
}

}  // namespace tocsin::sim
