#include "app/rule_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>

namespace tocsin::app {
namespace {

namespace fs = std::filesystem;

std::string because(const std::string& path, int error) {
  return path + ": " + std::generic_category().message(error);
}

// Appends the files of a folder; says why not.
std::string list_folder(const std::string& folder, std::vector<std::string>& files) {
  std::error_code error;
  std::vector<std::string> found;
  std::string misnamed;
  bool any_yaml = false;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool yaml = entry->path().extension() == ".yaml";
    if (entry->path().extension() == ".yml") misnamed = entry->path().string();
    if (name.starts_with('.') || !(yaml || SourceFile::has_descriptor_set_name(name))) continue;
    found.push_back((fs::path(folder) / name).string());
    any_yaml = any_yaml || yaml;
  }
  if (error) return because(folder, error.value());
  if (!misnamed.empty()) return misnamed + ": files of rules are named *.yaml; rename it";
  if (!any_yaml) return folder + ": no *.yaml file in this folder";
  std::ranges::sort(found);
  files.insert(files.end(), found.begin(), found.end());
  return {};
}

// A file that is named twice, or beside its folder, is one file.
void drop_repeated(std::vector<std::string>& files) {
  std::set<fs::path> seen;
  std::erase_if(files, [&](const std::string& file) {
    std::error_code error;
    const fs::path path = fs::weakly_canonical(file, error);
    return !error && !seen.insert(path).second;
  });
}

}  // namespace

std::vector<std::string> descriptor_sets_in(const std::string& folder) {
  std::vector<std::string> files;
  (void)list_folder(folder, files);
  std::erase_if(files,
                [](const std::string& f) { return !SourceFile::has_descriptor_set_name(f); });
  return files;
}

std::optional<std::string> read_file(const std::string& path, std::string& why) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const auto fail = [&](int error) {
    why = because(path, error);
    return std::nullopt;
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) return fail(errno);
  struct stat about {};
  if (fstat(fileno(file.get()), &about) == 0 && S_ISDIR(about.st_mode)) return fail(EISDIR);
  std::string text;
  char block[64 * 1024];
  while (const std::size_t size = std::fread(block, 1, sizeof block, file.get())) {
    text.append(block, size);
  }
  if (std::ferror(file.get()) != 0) return fail(errno);
  return text;
}

RuleFiles read_files(const std::vector<std::string>& paths) {
  RuleFiles read;
  for (const std::string& path : paths) {
    std::optional<std::string> text = read_file(path, read.unreadable);
    if (!text) return read;
    read.files.push_back({path, std::move(*text)});
  }
  return read;
}

RuleFiles read_rule_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::string why;
    if (std::error_code error; fs::is_directory(path, error)) {
      why = list_folder(path, files);
    } else {
      files.push_back(path);
    }
    if (!why.empty()) return {{}, why};
  }
  drop_repeated(files);
  return read_files(files);
}

}  // namespace tocsin::app
