#include "app/runtime/pipeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/loaded_bundle.h"
#include "app/runtime/bodies.h"
#include "ingest/catalogue_builder.h"
#include "ingest/registry_csv.h"
#include "rules/archive.h"

namespace tocsin::app {
namespace {

constexpr Duration kLateBeat{5'000};

std::shared_ptr<const rules::RuleSet> no_rules(const Catalogue& catalogue) {
  auto rules = std::make_shared<rules::RuleSet>();
  rules->type_settings.resize(catalogue.types().size());
  return rules;
}

}  // namespace

Pipeline::Pipeline(rules::EngineOptions options)
    : options_(options),
      catalogue_(std::make_shared<const Catalogue>(ingest::builtin_catalogue())),
      decoder_(*catalogue_, nullptr),
      engine_(no_rules(*catalogue_), nullptr, options) {}

void Pipeline::apply(const LogRecord& record, std::vector<AlertRevision>& out) {
  out_ = &out;
  if (nobody_was_there(record)) sit_out(record.arr);
  if (record.kind == RecordKind::start) beat_ = beat_of_start(record.body);
  arr_ = record.arr;
  advance(record.arr);
  switch (record.kind) {
    case RecordKind::frame: apply_frame(record); break;
    case RecordKind::bundle: apply_bundle(record); break;
    case RecordKind::registry: apply_registry(record); break;
    case RecordKind::start:
    case RecordKind::beat:
    case RecordKind::tick: break;  // time has passed
    case RecordKind::gateway: apply_gateway(record); break;
    case RecordKind::command: refuse(record, "no operator command is known"); break;
    case RecordKind::alert: refuse(record, "an alert in the event log"); break;
  }
  applied_ = record.position;
  out_ = nullptr;
}

std::optional<Timestamp> Pipeline::next_deadline() const {
  const auto timer = engine_.next_deadline();
  const auto gap = gaps_.next_deadline();
  return timer && gap ? std::min(*timer, *gap) : timer ? timer : gap;
}

void Pipeline::advance(Timestamp now) {
  const std::size_t before = out_->size();
  for (auto due = gaps_.next_deadline(); due && *due <= now; due = gaps_.next_deadline()) {
    engine_.advance(*due, *out_);
    for (const auto& gap : gaps_.take_due(*due)) report(gap, std::max(*due, engine_.now()));
  }
  engine_.advance(now, *out_);
  stamp_from(before);
}

// An event like any other for the rules; it was not received, so it is not in the books.
void Pipeline::report(const ingest::GatewayGap& gap, Timestamp at) {
  const EventType& type = *catalogue_->find("gateway.gap");
  const std::string id = fmt::format("{}-{}@{}", gap.first, gap.last, unix_ms(at));
  Event event;
  event.type = type.id;
  event.arr = at;
  event.log_position = books_.received;
  event.slot(CommonSlot::id) = Value::string(id);
  event.slot(CommonSlot::type) = Value::string(type.name);
  event.slot(CommonSlot::device_id) = Value::string(gap.gateway);
  event.slot(CommonSlot::gateway) = Value::string(gap.gateway);
  const std::pair<const char*, std::uint64_t> fields[] = {
      {"missing", gap.missing()}, {"first", gap.first}, {"last", gap.last}};
  for (const auto& [name, number] : fields) {
    event.slots[type.find(name)->slot] = Value::uint64(number);
  }
  (void)engine_.apply(event, *out_);
}

// What no event caused carries the ordinal of the newest event there was, rejected ones included,
// which the engine does not know.
void Pipeline::stamp_from(std::size_t index) {
  for (; index < out_->size(); ++index) (*out_)[index].log_position = books_.received;
}

void Pipeline::apply_frame(const LogRecord& record) {
  const std::optional<Frame> frame = parse_frame(record.body);
  if (!frame) return refuse(record, "a frame record that does not parse");
  if (frame->retained) return;  // state, not an event: the source read it as such
  batch_seq_.reset();
  decoder_.decode_frame(frame->topic, frame->payload, record.arr, *this);
  if (const auto topic = ingest::parse_topic(frame->topic); topic && batch_seq_) {
    gaps_.note(topic->gateway, *batch_seq_, record.arr);
  }
  books_.unregistered = remarks_before_.unregistered + decoder_.remarks().unregistered;
  books_.unknown_fields = remarks_before_.unknown_fields + decoder_.remarks().unknown_fields;
  books_.clamped = engine_.clamped();
}

void Pipeline::on_event(Event& event) {
  advance(event.arr);  // timers that the frame's earlier events made and that are due at once
  event.log_position = ++books_.received;
  switch (engine_.apply(event, *out_)) {
    case rules::Verdict::accepted: ++books_.accepted; break;
    case rules::Verdict::late: ++books_.late; break;
    case rules::Verdict::duplicate: ++books_.duplicate; break;
  }
}

void Pipeline::on_rejected(const ingest::Rejection& rejection) {
  ++books_.received;
  ++books_.rejected_by[static_cast<std::size_t>(rejection.reason)];
  if (samples_.size() == kKeptSamples) samples_.pop_front();
  samples_.push_back({rejection.reason, std::string(rejection.detail),
                      std::string(rejection.sample), arr_, books_.received});
}

void Pipeline::apply_bundle(const LogRecord& record) {
  const std::optional<Bundle> bundle = parse_bundle(record.body);
  if (!bundle) return refuse(record, "a bundle record that does not parse");
  LoadedBundle read = load_bundle(bundle->files, {}, catalogue_.get());
  if (!read.loaded.rules) {
    const Diagnostics& all = read.loaded.diagnostics;
    const std::string first = all.empty() ? "" : all.front().message_en;
    return refuse(record, "the logged bundle does not load in this version: " + first);
  }
  const std::size_t before = out_->size();
  engine_.reload(std::move(read.loaded.rules), record.arr, *out_);
  stamp_from(before);
  decoder_.set_catalogue(*read.catalogue);
  catalogue_ = std::move(read.catalogue);
  bundle_version_ = bundle->version;
  bundle_body_ = record.body;
}

void Pipeline::apply_registry(const LogRecord& record) {
  const std::optional<Bundle> files = parse_registry(record.body);
  if (!files) return refuse(record, "a registry record that does not parse");
  registry_ = ingest::load_registry(files->files).registry;
  decoder_.set_registry(registry_);
  const std::size_t before = out_->size();
  engine_.set_registry(registry_, record.arr, *out_);
  stamp_from(before);
  registry_version_ = files->version;
  registry_body_ = record.body;
}

// Between the newest record, at most a beat before, and this one: the process was stopped, or it
// stood still (SIGSTOP, a virtual machine that was put to sleep) and owes a beat.
bool Pipeline::nobody_was_there(const LogRecord& record) const {
  if (record.kind == RecordKind::start) return true;
  return beat_ > Duration{} && record.arr - arr_ > beat_ + kLateBeat;
}

void Pipeline::sit_out(Timestamp until) {
  const std::size_t before = out_->size();
  engine_.outage(engine_.now(), until, *out_);
  stamp_from(before);
}

void Pipeline::apply_gateway(const LogRecord& record) {
  const std::optional<GatewayState> state = parse_gateway(record.body);
  if (!state) return refuse(record, "a gateway record that does not parse");
  const std::size_t before = out_->size();
  engine_.gateway(state->gateway, state->up, record.arr, *out_);
  stamp_from(before);
}

namespace {

// The numbers of a deployment's own types, which a catalogue keeps from bundle to bundle.
using OwnTypes = std::vector<std::pair<std::string, std::string>>;  // name, definition

OwnTypes own_types(const Catalogue& catalogue) {
  OwnTypes own;
  const std::size_t builtin = ingest::builtin_catalogue().types().size();
  for (std::size_t i = builtin; i < catalogue.types().size(); ++i)
    own.emplace_back(catalogue.types()[i].name, catalogue.types()[i].definition);
  return own;
}

Catalogue numbered(const OwnTypes& own) {
  Catalogue catalogue = ingest::builtin_catalogue();
  for (const auto& [name, definition] : own)
    name.empty() ? catalogue.retire_next() : void(catalogue.add(name, {}, definition));
  return catalogue;
}

}  // namespace

template <class A>
void Pipeline::archive(A& a) {
  a(arr_, beat_, applied_, books_, gaps_, samples_, refused_records_, last_refusal_);
}

std::string Pipeline::state() const {
  rules::ArchiveWriter writer;
  writer(bundle_body_, registry_body_, own_types(*catalogue_));
  const_cast<Pipeline*>(this)->archive(writer);  // one list of fields for both ways
  writer(engine_.state());
  return writer.take();
}

bool Pipeline::restore(std::string_view state) {
  rules::TimerQueue none;
  rules::ArchiveReader reader(state, none, nullptr);
  OwnTypes own;
  reader(bundle_body_, registry_body_, own);
  if (!reader.ok() || own.size() > kMaxTypes) return false;
  take_registry();
  if (!take_bundle(numbered(own))) return false;
  archive(reader);
  remarks_before_ = {books_.unregistered, books_.unknown_fields};
  const auto engine = reader.next<std::string>();
  return reader.done() && engine_.restore(engine);
}

void Pipeline::take_registry() {
  const std::optional<Bundle> files = parse_registry(registry_body_);
  if (!files || files->files.empty()) return;
  registry_ = ingest::load_registry(files->files).registry;
  registry_version_ = files->version;
  decoder_.set_registry(registry_);
}

// And a new engine under it.
bool Pipeline::take_bundle(const Catalogue& numbering) {
  std::shared_ptr<const rules::RuleSet> rules = no_rules(*catalogue_);
  if (!bundle_body_.empty()) {
    const std::optional<Bundle> bundle = parse_bundle(bundle_body_);
    if (!bundle) return false;
    LoadedBundle read = load_bundle(bundle->files, {}, &numbering);
    if (!read.loaded.rules) return false;
    rules = std::move(read.loaded.rules);
    decoder_.set_catalogue(*read.catalogue);
    catalogue_ = std::move(read.catalogue);
    bundle_version_ = bundle->version;
  }
  engine_ = rules::Engine(std::move(rules), registry_, options_);
  return true;
}

void Pipeline::refuse(const LogRecord& record, std::string why) {
  ++refused_records_;
  last_refusal_ = fmt::format("record {} ({}): {}", record.position, to_string(record.kind), why);
}

}  // namespace tocsin::app
