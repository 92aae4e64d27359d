#pragma once
/// ReplaySession: lines in, revisions out, restarts included. A restart throws the engine away and
/// builds it again from the lines so far, the way a process recovers from its log; what had been
/// said is not said again. Output is therefore the same wherever restarts stand.
///
/// Thread: one. Cost of a restart: applying everything before it again; restarts in a row count as
/// one.
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "app/replay/line_engine.h"

namespace tocsin::app {

/// Calls `use(line)` for each line of `text`, without line ends.
template <class Use>
void for_each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    use(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

class ReplaySession {
 public:
  explicit ReplaySession(ReplayInputs inputs);
  ReplaySession(const ReplaySession&) = delete;
  ReplaySession& operator=(const ReplaySession&) = delete;

  /// The next line; `before` is all the text in front of it. Appends to `out`.
  LineResult apply(std::string_view before, std::string_view line, std::vector<AlertRevision>& out);
  void finish(std::optional<Duration> until, std::vector<AlertRevision>& out);

  const LineEngine& engine() const { return *engine_; }
  std::uint64_t revisions() const { return revisions_; }
  std::uint64_t alerts() const { return alerts_; }      ///< opened
  std::uint64_t restarts() const { return restarts_; }  ///< that rebuilt the engine

 private:
  void rebuild(std::string_view before);
  void count(const std::vector<AlertRevision>& out, std::size_t from);

  ReplayInputs inputs_;
  std::vector<ReplayRules> reloaded_;  // by reload record; without rules: refused
  std::unique_ptr<LineEngine> engine_;
  bool fresh_ = true;  // nothing applied since the engine was built
  std::uint64_t revisions_ = 0;
  std::uint64_t alerts_ = 0;
  std::uint64_t restarts_ = 0;
};

}  // namespace tocsin::app
