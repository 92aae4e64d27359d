#pragma once
/// LineEngine: the engine on lines instead of log records. Decodes each line, keeps the books,
/// passes time, and collects alert revisions: what Pipeline does for frames. A function of the
/// lines it was given, so a fresh one that is given the same lines again stands where the first one
/// stood.
///
/// Thread: one. Cost: nothing is allocated for an event line beyond what the rules keep.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/alert.h"
#include "core/books.h"
#include "core/catalogue.h"
#include "core/registry.h"
#include "ingest/decoder.h"
#include "rules/engine.h"

namespace tocsin::app {

struct ControlRecord;

/// Rules and the event types they were loaded against.
struct ReplayRules {
  std::shared_ptr<const Catalogue> catalogue;
  std::shared_ptr<const rules::RuleSet> rules;
};

/// What a replay starts from. Shared by every LineEngine of a session.
struct ReplayInputs {
  ReplayRules bundle;
  std::shared_ptr<const Registry> registry;  ///< may be null
  rules::EngineOptions engine;
  /// For the n-th reload record (from 0): its bundle, or null rules and why. `in_force`: the
  /// catalogue until then.
  std::function<ReplayRules(std::size_t n, const std::string& path, const Catalogue& in_force,
                            std::string& why)>
      load_rules;
};

enum class LineKind : unsigned char {
  event,  ///< in the books, also if it was rejected
  control,
  restart,  ///< for the session: nothing was done
  blank,
};

struct LineResult {
  LineKind kind = LineKind::event;
  bool bad = false;
  std::string_view problem;  ///< of a bad line; valid until the next one
};

class LineEngine final : private ingest::EventSink {
 public:
  explicit LineEngine(const ReplayInputs& inputs);

  /// One line without its end. Appends what the engine says to `out`, in output order.
  LineResult apply(std::string_view line, std::vector<AlertRevision>& out);
  /// After the last line: every timer (nullopt), or those up to `until` after the last arrival.
  void finish(std::optional<Duration> until, std::vector<AlertRevision>& out);

  Books books() const;
  const rules::Engine& engine() const { return engine_; }

 private:
  void on_event(Event& event) override;
  void on_rejected(const ingest::Rejection& rejection) override;

  LineResult apply_event(std::string_view line);
  LineResult apply_control(const ControlRecord& record);
  void reload(const ControlRecord& record);
  void close(const ControlRecord& record);
  Timestamp time() const { return any_time_ ? floor_ : Timestamp{}; }
  void note_outage(const ControlRecord& record);
  void pass_time(Timestamp now);
  LineResult bad(LineKind kind, std::string problem);

  const ReplayInputs& inputs_;
  std::shared_ptr<const Catalogue> catalogue_;  // of the bundle in force
  ingest::Decoder decoder_;
  rules::Engine engine_;
  Books books_;
  Timestamp floor_ = Timestamp::min();   // arrival of the newest line
  bool any_time_ = false;                // floor_ means something
  std::optional<Timestamp> down_since_;  // of the engine
  std::size_t reloads_ = 0;
  std::optional<RejectReason> rejected_;  // of the line being decoded
  std::string problem_;
  std::vector<AlertRevision>* out_ = nullptr;
};

}  // namespace tocsin::app
