#include "app/version.h"

// The build system gives them.
#if !defined(TOCSIN_VERSION) || !defined(TOCSIN_BUILD) || !defined(TOCSIN_COMMIT)
#error "TOCSIN_VERSION, TOCSIN_BUILD and TOCSIN_COMMIT come from app/CMakeLists.txt"
#endif

namespace tocsin::app {

const char* program_version() { return TOCSIN_VERSION; }
const char* source_commit() { return TOCSIN_COMMIT; }
const char* build_kind() { return TOCSIN_BUILD; }

}  // namespace tocsin::app
