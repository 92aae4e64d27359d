#pragma once
/// The Kafka the alerts go to: which of its settings lose or hide records that it has acknowledged.
#include <string>

#include "alerts/kafka_facts.h"
#include "app/doctor/finding.h"

namespace tocsin::app {

/// `heartbeat_topic`: compacted by design.
Findings judge(const alerts::KafkaFacts& facts, const std::string& heartbeat_topic);

}  // namespace tocsin::app
