#include "ingest/refusal.h"

#include <fmt/format.h>

#include "core/digest.h"
#include "ingest/privacy.h"
#include "ingest/utf8.h"

namespace tocsin::ingest {

void hand_out(const Refusal& refusal, const Origin& origin, std::string_view bytes,
              EventSink& sink) {
  std::string detail;
  if (origin.index) detail = fmt::format("{}/{}", origin.path, *origin.index);
  if (!refusal.field.empty()) detail += fmt::format("/{}", refusal.field);
  if (!detail.empty()) detail += ": ";
  detail += refusal.what;
  std::string digest;
  std::string_view sample = cut_utf8(bytes, kMaxSampleBytes);
  if (refusal.reason == RejectReason::privacy || looks_private(sample)) {
    digest = sha256(bytes);
    sample = digest;
  }
  sink.on_rejected({refusal.reason, detail, sample});
}

}  // namespace tocsin::ingest
