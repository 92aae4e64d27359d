#pragma once
/// AlertTypes: the event types `alert.<rule>` of a bundle, beside those of the catalogue. A type
/// exists once its rule is compiled, and gets its number when some rule names it.
///
///     alert.<rule>   severity state count, loc.*, the fields of identity
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue.h"
#include "rules/rule.h"

namespace tocsin::rules {

class AlertTypes {
 public:
  struct Definition {
    std::string rule;
    EventType type;
    AlertEvents events;
    bool used = false;
    std::string clash;  ///< an identity field that hides what every alert event says; empty: none
  };

  /// The rules of the bundle, before any of them is defined.
  void declare(std::string_view rule) { rules_.try_emplace(std::string(rule), nullptr); }
  bool is_declared(std::string_view rule) const { return rules_.contains(rule); }
  std::vector<std::string> names() const;  ///< "alert.a", "alert.b"

  /// The alerts of a rule: its identity and, where it is rolled up by another field, that.
  void define(std::string_view rule, const std::vector<FieldSpec>& identity,
              const FieldSpec* roll_up);
  /// Its definition, numbered now if it was not; null: not defined. `first`: the number of the
  /// first alert type.
  const Definition* use(std::string_view rule, std::size_t first);
  /// Those in use, by number.
  const std::vector<const Definition*>& used() const { return used_; }

 private:
  std::map<std::string, Definition*, std::less<>> rules_;
  std::deque<Definition> all_;
  std::vector<const Definition*> used_;
};

}  // namespace tocsin::rules
