#pragma once
/// Expected failure as a value: Result<T, E>, where E is a small enum of the module that also
/// serves as the metric label. A bug is a TOCSIN_CHECK; an exception never crosses a module's edge.
///
///     Result<LogPosition, LogError> append(...);
///     if (auto at = log.append(...); at) use(*at); else refuse(at.error());
#include <boost/system/result.hpp>

#include "core/check.h"

namespace tocsin {

template <class T, class E>
class [[nodiscard]] Result : public boost::system::result<T, E> {
 public:
  using boost::system::result<T, E>::result;
};

}  // namespace tocsin

// boost::system::result asks for this only if value() is called on an error: here, a bug.
#define TOCSIN_RESULT_ERROR(E)                                                            \
  [[noreturn]] inline void throw_exception_from_error(E, const boost::source_location&) { \
    ::tocsin::check_failed("value() of a Result that holds " #E, __FILE__, __LINE__);     \
  }
