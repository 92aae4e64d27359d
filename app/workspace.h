#pragma once
/// What the offline verbs (replay, test) work on: catalogue, registry and rules, read and checked,
/// with every problem said on stderr in one go.
#include <memory>
#include <string>
#include <vector>

#include "app/common.h"
#include "app/exit_code.h"
#include "core/catalogue.h"
#include "core/registry.h"
#include "rules/load/loader.h"

namespace tocsin::app {

struct Workspace {
  std::shared_ptr<const Catalogue> catalogue;
  std::shared_ptr<const Registry> registry;  ///< null: none was asked for
  rules::Loaded loaded;
};

/// For `tocsin test`, as in rules::LoadOptions.
struct TestUse {
  bool run_disabled = false;
  bool watch_branches = false;
};

/// `registry`: a folder; empty: none. ok, io or bad_config.
ExitCode open_workspace(const std::vector<std::string>& rule_paths, const std::string& registry,
                        const Common& common, Workspace& workspace, TestUse use = {});

/// The event types of the descriptor sets among `rule_paths`, beside the built-in ones; what is
/// wrong with rules does not matter. ok, io or bad_config.
ExitCode read_event_types(const std::vector<std::string>& rule_paths, const Common& common,
                          Catalogue& catalogue);

/// Where flags are silent, a configuration given with -c speaks. ok, io, bad_config, or usage if
/// there are no rules at all.
ExitCode fill_from_config(const Common& common, std::vector<std::string>& rule_paths,
                          std::string& registry);

}  // namespace tocsin::app
