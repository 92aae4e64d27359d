#pragma once
/// Rule paths -> texts. The only place that reads rule files from disk; the loader works on text.
/// On failure `why` says which path and what, in words: "rules.d: No such file or directory".
#include <string>
#include <vector>

#include "core/result.h"
#include "rules/load/loader.h"

namespace tocsin::app {

enum class FileError : std::uint8_t {
  unreadable = 1,
  no_rules,  ///< a folder without a *.yaml file
};
TOCSIN_RESULT_ERROR(FileError)

Result<std::string, FileError> read_file(const std::string& path, std::string& why);

/// Each path is a file, or a folder whose *.yaml files are taken in order of name (bundle.yaml and
/// *.test.yaml among them; subfolders are not entered).
Result<std::vector<rules::SourceFile>, FileError> read_rule_files(
    const std::vector<std::string>& paths, std::string& why);

}  // namespace tocsin::app
