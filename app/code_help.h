#pragma once
/// `tocsin help CODE` over all areas: the tables of rules/load and ingest, and the codes of app
/// itself (E3301, E50xx).
#include <string>
#include <string_view>
#include <vector>

#include "core/code_help.h"

namespace tocsin::app {

/// In order of their codes' digits.
const std::vector<CodeHelp>& all_code_help();
/// nullptr: no such code. Upper and lower case are the same.
const CodeHelp* find_code_help(std::string_view code);
/// The example as the whole file it stands for.
std::string example_file(ExampleKind kind, std::string_view example);
/// Where an example belongs, as a help page names it; empty: the example says it itself.
std::string_view example_place(ExampleKind kind);

}  // namespace tocsin::app
