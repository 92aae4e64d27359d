#include "app/replay/replay_session.h"

#include "core/check.h"

namespace tocsin::app {

ReplaySession::ReplaySession(ReplayInputs inputs) : inputs_(std::move(inputs)) {
  // Rules enter by content: a rebuilt engine gets what the first one got, whatever the files say by
  // then.
  auto load = std::move(inputs_.load_rules);
  inputs_.load_rules = [this, load](std::size_t n, const std::string& path,
                                    const Catalogue& in_force, std::string& why) {
    if (n == reloaded_.size())
      reloaded_.push_back(load ? load(n, path, in_force, why) : ReplayRules{});
    if (!reloaded_[n].rules && why.empty()) why = "rules refused";
    return reloaded_[n];
  };
  engine_ = std::make_unique<LineEngine>(inputs_);
}

LineResult ReplaySession::apply(std::string_view before, std::string_view line,
                                std::vector<AlertRevision>& out) {
  const std::size_t from = out.size();
  const LineResult result = engine_->apply(line, out);
  if (result.kind == LineKind::restart) {
    if (!fresh_) rebuild(before);
    return result;
  }
  fresh_ = fresh_ && result.kind == LineKind::blank;
  count(out, from);
  return result;
}

void ReplaySession::rebuild(std::string_view before) {
  engine_ = std::make_unique<LineEngine>(inputs_);
  std::uint64_t again = 0;
  std::vector<AlertRevision> said;
  for_each_line(before, [&](std::string_view line) {
    engine_->apply(line, said);
    again += said.size();
    said.clear();
  });
  TOCSIN_CHECK(again == revisions_);  // the same lines make the same alerts
  fresh_ = true;
  ++restarts_;
}

void ReplaySession::finish(std::optional<Duration> until, std::vector<AlertRevision>& out) {
  const std::size_t from = out.size();
  engine_->finish(until, out);
  count(out, from);
}

void ReplaySession::count(const std::vector<AlertRevision>& out, std::size_t from) {
  revisions_ += out.size() - from;
  for (std::size_t i = from; i < out.size(); ++i) alerts_ += out[i].rev == 1 ? 1 : 0;
}

}  // namespace tocsin::app
