#pragma once
/// CEL's equality and order: numbers of any kind by mathematical value, strings by code point
/// (which for UTF-8 is by byte), NaN equal to nothing.
#include <compare>

#include "core/value.h"
#include "rules/cel/overload.h"

namespace tocsin::cel {

std::partial_ordering compare_numbers(const Value& a, const Value& b);

/// `==` of values whose types the checker let meet. Lists item by item.
bool equal(const Value& a, const Value& b);

inline bool holds(Relation relation, std::partial_ordering order) {
  switch (relation) {
    case Relation::eq: return order == 0;
    case Relation::ne: return order != 0;
    case Relation::lt: return order < 0;
    case Relation::le: return order <= 0;
    case Relation::gt: return order > 0;
    case Relation::ge: return order >= 0;
  }
  return false;
}

}  // namespace tocsin::cel
