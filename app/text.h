#pragma once
/// Small words of the command line and the configuration: durations and sizes.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"

namespace tocsin::app {

/// As in rules ("250ms", "30s", "10m41s", "7d"), and with a leading '+'. nullopt: not a duration.
std::optional<Duration> parse_duration(std::string_view text);
/// "10m41s", "250ms", "0s", "-30s".
std::string duration_text(Duration d);

/// "64MiB", "256 KiB", "1GiB", "4096" (bytes). nullopt: not a size.
std::optional<std::uint64_t> parse_bytes(std::string_view text);
std::string bytes_text(std::uint64_t bytes);

}  // namespace tocsin::app
