#include "app/version.h"

// The build system gives both.
#if !defined(TOCSIN_VERSION) || !defined(TOCSIN_BUILD)
#error "TOCSIN_VERSION and TOCSIN_BUILD come from app/CMakeLists.txt"
#endif

namespace tocsin::app {

const char* program_version() { return TOCSIN_VERSION; }
const char* build_kind() { return TOCSIN_BUILD; }

}  // namespace tocsin::app
