#pragma once
/// The command line: `tocsin VERB [options]`. Each verb is one file in app/verbs/.
#include "app/exit_code.h"

namespace tocsin::app {

/// Parses, does what was asked, returns how the process should end.
ExitCode run_cli(int argc, const char* const* argv);

}  // namespace tocsin::app
