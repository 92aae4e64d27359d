#pragma once
/// Read-back: what is on the topics already, found at start and after a producer was lost, so that
/// publishing continues with exactly what is missing.
///
/// Every record carries its position in the alert log and `settled`: the position up to which all
/// was acknowledged when it was sent; so does every heartbeat, on a compacted topic, which survives
/// the retention of the alerts. Let L be the largest `settled` found at any partition's end. All up
/// to L is on the topics. Of what follows, some may have arrived: partitions are read back until a
/// record at or before L is met, and the positions after L found on the way are exactly those. This
/// holds for any number of partitions and any order of acknowledgement; the maximum position alone
/// would not (a lagging partition's records would be lost), nor the minimum (others' repeated).
///
/// Records of other alert logs (another engine, an earlier data folder) are passed over.
/// Reading is read-committed and goes back 4 records from the end, then 8 times further while that
/// did not suffice: after a commit the last offset is a marker, not a record.
///
/// A request of a lost producer that the broker applies after the read-back would be repeated, with
/// the same alert_id and rev; transactions rule it out: the broker refuses what a fenced producer
/// sends.
#include <set>
#include <string>
#include <vector>

#include "alerts/kafka_handle.h"
#include "alerts/kafka_topics.h"
#include "core/log.h"

namespace tocsin::alerts {

struct Published {
  LogPosition settled = 0;       ///< all up to here is on the topics
  std::set<LogPosition> beyond;  ///< and these
};

struct ReadBackRequest {
  std::string log_id;
  LogPosition settled = 0;  ///< what this process knows already
  std::vector<std::string> alert_topics;
  std::string heartbeat_topic;
  PartitionCounts partitions;  ///< of each of them
};

Result<Published, KafkaFailure> read_back(const KafkaOptions& options,
                                          const ReadBackRequest& request);

}  // namespace tocsin::alerts
