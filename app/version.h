#pragma once
/// What this program is.
namespace tocsin::app {

inline constexpr const char* kRuleFormat = "tocsin/1";
inline constexpr const char* kProtoPackage = "tocsin.v1";

const char* program_version();  ///< "0.1.0"
const char* source_commit();    ///< "3f44bed31c2a", "-dirty" if edited; "unknown" outside git
const char* build_kind();       ///< "Release, GNU 12.2.0"

}  // namespace tocsin::app
