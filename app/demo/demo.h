#pragma once
/// `tocsin demo`: the whole system as one process tree, from a simulated city to alerts on a Kafka
/// topic, with live alerts on the terminal and books that balance at the end.
#include <optional>
#include <string>
#include <vector>

#include "app/common.h"
#include "app/exit_code.h"
#include "app/world.h"

namespace tocsin::app {

struct DemoOptions {
  CityOptions city;
  std::string kafka = "dev";            ///< "dev": in memory; "real": a child; else servers
  std::vector<std::string> rules;       ///< empty: a copy of the shipped ones, to be edited
  std::string http = "127.0.0.1:8080";  ///< taken: a free port
  std::optional<Duration> run_for;      ///< empty: until Ctrl-C
};

ExitCode run_demo(const DemoOptions& options, const Common& common);

}  // namespace tocsin::app
