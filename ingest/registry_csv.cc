#include "ingest/registry_csv.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/registry_files.h"

namespace tocsin::ingest {
namespace {

const SourceFile* find_file(const std::vector<SourceFile>& files, std::string_view name) {
  const auto it = std::ranges::find_if(files, [&](const SourceFile& file) {
    return std::string_view(file.name).substr(file.name.rfind('/') + 1) == name;
  });
  return it == files.end() ? nullptr : &*it;
}

Diagnostic missing(std::string_view name) {
  Diagnostic d;
  d.code = "E4001";
  d.file = name;
  d.message_en = fmt::format("a registry needs {}", name);
  d.message_zh = fmt::format("台账缺少 {}", name);
  return d;
}

}  // namespace

LoadedRegistry load_registry(const std::vector<SourceFile>& files, const RegistryOptions& options) {
  LoadedRegistry loaded;
  auto registry = std::make_shared<Registry>();
  for (const auto& [name, load] :
       {std::pair("places.csv", &load_places), std::pair("devices.csv", &load_devices)}) {
    Diagnostics found;
    if (const SourceFile* file = find_file(files, name)) {
      loaded.refused_rows += load(*file, *registry, found);
    } else {
      found.push_back(missing(name));
    }
    std::ranges::move(found, std::back_inserter(loaded.diagnostics));
  }
  if (!options.strict || !has_errors(loaded.diagnostics)) loaded.registry = std::move(registry);
  return loaded;
}

}  // namespace tocsin::ingest
