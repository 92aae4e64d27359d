#pragma once
/// Nodes -> typed values, for every file people write. Each reader reports what is wrong and
/// returns nothing then; an invalid node (reported already) is passed over in silence.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/alert.h"
#include "core/time.h"
#include "rules/load/report.h"
#include "rules/load/strict_yaml.h"

namespace tocsin::yaml {

enum class ValueType : std::uint8_t {
  text,
  local_text,  ///< text, or {en, zh}
  word,        ///< one of `words`
  words,       ///< a list of them
  texts,       ///< a list
  text_or_texts,
  integer,
  number,
  boolean,
  duration,
  expression,
  threshold,    ///< a number, or an expression over params
  expressions,  ///< a list
  map,          ///< of `keys`
  maps,         ///< a list of them
  named_maps,   ///< any name, each a map of `keys`
  named_lists,  ///< any name, each a list of them
  steps,        ///< a list of `name: {...}`, each a map of `keys`
  named_texts,
  other,  ///< what `doc` says
};

enum class Presence : std::uint8_t {
  optional,
  required,
};

/// One row of a key table: parsers check against it, schemas are made from it.
struct KeySpec {
  std::string_view name;
  Presence presence = Presence::optional;
  ValueType type = ValueType::other;
  std::string_view doc;
  std::span<const std::string_view> words = {};
  std::span<const KeySpec> keys = {};
};

/// True: a map, perhaps with reported faults (unknown, missing and empty keys).
/// `what`: how messages call it; `owner`: where a missing key is reported (default: the map's
/// begin).
bool expect_map(const Node& node, std::span<const KeySpec> keys, std::string_view what,
                Report& report, std::optional<Span> owner = std::nullopt);
/// True: a map with at least one entry; its keys are names.
bool expect_named(const Node& node, std::string_view what, Report& report);

/// Reports a key nobody knows, with the nearest of `known`, or else with all of them.
void unknown_key(const Node& key, const std::vector<std::string>& known, Report& report);

/// The value of a key that is there and not empty.
const Node* value_of(const Node& map, std::string_view key);

/// The text, or the duration, of a key that is there; nothing: it is not, or is reported.
const Node* text_at(const Node& map, std::string_view key, Report& report);
std::optional<Duration> duration_at(const Node& map, std::string_view key, Report& report);
std::optional<std::string> read_text(const Node& node, std::string_view what, Report& report);
/// Plain text stands for both languages; one language alone as well.
std::optional<LocalText> read_local_text(const Node& node, std::string_view what, Report& report);
std::optional<std::string_view> read_word(const Node& node, std::span<const std::string_view> words,
                                          std::string_view what, Report& report);
std::optional<std::int64_t> read_integer(const Node& node, std::int64_t min, std::int64_t max,
                                         std::string_view what, Report& report);
std::optional<double> read_number(const Node& node, double min, double max, std::string_view what,
                                  Report& report);
std::optional<bool> read_boolean(const Node& node, std::string_view what, Report& report);
std::optional<Duration> read_duration(const Node& node, std::string_view what, Report& report);

/// The scalars of a list without repeats; `or_one`: a single scalar will do. Empty lists are
/// refused unless `may_be_empty`.
struct ListRules {
  bool or_one = false;
  bool may_be_empty = false;
};
std::vector<const Node*> read_scalars(const Node& node, std::string_view what, Report& report,
                                      ListRules rules = {});

/// "250ms", "30s", "10m", "24h", "7d", "1h30m": whole numbers, units from large to small. nullopt:
/// not one, or over 100 years.
std::optional<Duration> parse_duration(std::string_view text);
std::string duration_text(Duration d);
/// Decimal, with an optional sign.
std::optional<std::int64_t> parse_integer(std::string_view text);
/// An integer, or with a point or an exponent. Finite.
std::optional<double> parse_number(std::string_view text);

/// [first][rest]{0,max-1}
struct NameRule {
  bool (*first)(char);
  bool (*rest)(char);
  std::size_t max;
  std::string_view allowed;  ///< for people
};
bool is_name(std::string_view text, const NameRule& rule);
extern const NameRule kDashedName;      ///< [a-z0-9-]{1,64}
extern const NameRule kIdentifierName;  ///< [a-z_][a-z0-9_]{0,63}

/// "a map", "a list", "text", "nothing".
Words kind_words(NodeKind kind);
std::string join(std::span<const std::string_view> words);

}  // namespace tocsin::yaml
