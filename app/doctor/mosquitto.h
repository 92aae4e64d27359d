#pragma once
/// mosquitto in front of the engine: which of its settings lose messages that it has acknowledged.
/// With a broker in between, the promise begins where the broker acknowledges to the engine; what
/// it loses before that is seen as gaps at best.
///
/// Source of the defaults and of what they cost: mosquitto.conf(5) of 2.0.11, and runs with it.
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "app/doctor/finding.h"

namespace tocsin::app {

/// Settings by name; of one that is there several times, the last.
using MosquittoSettings = std::map<std::string, std::string, std::less<>>;

/// mosquitto.conf and the files of its include_dir. nullopt: `why` says what cannot be read.
std::optional<MosquittoSettings> read_mosquitto_conf(const std::string& path, std::string& why);

Findings judge(const MosquittoSettings& settings);

}  // namespace tocsin::app
