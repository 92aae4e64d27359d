#pragma once
/// The text of an expression with the place of each of its bytes in a source file, so that an error
/// in the expression is shown where it stands, whatever quotes, folding or named conditions lie
/// between.
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rules/load/collected.h"
#include "rules/load/source_text.h"
#include "rules/load/strict_yaml.h"

namespace tocsin::rules {

struct Expression {
  struct Inserted {  ///< a named condition, put in place of its name
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string name;
  };
  std::string text;
  std::vector<std::size_t> offsets;  ///< one for each byte of text and one for its end
  std::vector<Inserted> inserted;

  /// Bytes [begin, end) of the text.
  Expression part(std::size_t begin, std::size_t end) const;
  /// The source span of code points [begin, end) of the text, at least one character.
  yaml::Span span(std::size_t begin, std::size_t end) const;
  /// Code points [begin, end) of the text.
  std::string_view text_at(std::size_t begin, std::size_t end) const;
  /// The condition that code point `at` came from; empty: none.
  std::string_view condition_at(std::size_t at) const;
};

Expression expression_of(const yaml::Node& scalar, const yaml::SourceText& source);

/// A chain of identifiers: "e.level", "adjacent". Members of a call's result are not names.
struct NameUse {
  std::string_view path;
  std::size_t begin = 0;  ///< byte of the expression's text
  std::size_t end = 0;
  bool call = false;  ///< a '(' follows: path ends in a function or method
};
std::vector<NameUse> names_in(std::string_view expression);

/// Puts the named conditions in. Marks them as used.
Expression with_conditions(Expression expression,
                           std::map<std::string, Condition, std::less<>>& conditions);

}  // namespace tocsin::rules
