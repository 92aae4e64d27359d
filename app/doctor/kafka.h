#pragma once
/// The Kafka the alerts go to: which of its settings lose or hide records that it has acknowledged.
#include <string>
#include <vector>

#include "alerts/kafka_facts.h"
#include "app/doctor/finding.h"

namespace tocsin::app {

struct KafkaUse {
  std::vector<std::string> compacted;  ///< topics that are so by design
  bool transactions = true;
};
Findings judge(const alerts::KafkaFacts& facts, const KafkaUse& use);

}  // namespace tocsin::app
