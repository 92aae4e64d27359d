#include "app/rule_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

namespace tocsin::app {
namespace {

namespace fs = std::filesystem;

FileError unreadable(const std::string& path, int error, std::string& why) {
  why = path + ": " + std::generic_category().message(error);
  return FileError::unreadable;
}

Result<std::vector<std::string>, FileError> yaml_files_in(const std::string& folder,
                                                          std::string& why) {
  std::error_code error;
  std::vector<std::string> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (entry->path().extension() == ".yaml" && !name.starts_with('.')) {
      files.push_back((fs::path(folder) / name).string());
    }
  }
  if (error) return unreadable(folder, error.value(), why);
  if (files.empty()) {
    why = folder + ": no *.yaml file in this folder";
    return FileError::no_rules;
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<std::string, FileError> read_file(const std::string& path, std::string& why) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) return unreadable(path, errno, why);
  struct stat about {};
  if (fstat(fileno(file.get()), &about) == 0 && S_ISDIR(about.st_mode)) return unreadable(path, EISDIR, why);
  std::string text;
  char block[64 * 1024];
  while (const std::size_t size = std::fread(block, 1, sizeof block, file.get())) {
    text.append(block, size);
  }
  if (std::ferror(file.get()) != 0) return unreadable(path, errno, why);
  return text;
}

Result<std::vector<rules::SourceFile>, FileError> read_rule_files(
    const std::vector<std::string>& paths, std::string& why) {
  std::vector<rules::SourceFile> sources;
  for (const std::string& path : paths) {
    std::vector<std::string> files{path};
    if (std::error_code error; fs::is_directory(path, error)) {
      auto found = yaml_files_in(path, why);
      if (!found) return found.error();
      files = std::move(*found);
    }
    for (const std::string& file : files) {
      auto text = read_file(file, why);
      if (!text) return text.error();
      sources.push_back({file, std::move(*text)});
    }
  }
  return sources;
}

}  // namespace tocsin::app
