#pragma once
/// Addresses as people write them: the same forms for keys of tocsin.yaml and for flags.
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "app/common.h"
#include "app/exit_code.h"
#include "rules/load/codes.h"

namespace tocsin::app {

/// What an address must look like. An empty one fits none.
struct AddressForm {
  const char* text;  ///< "HOST:PORT"
  bool (*fits)(std::string_view address);
};
extern const AddressForm kBrokerAddress;  ///< tcp:// or ssl://
extern const AddressForm kKafkaServers;   ///< of a Kafka that is running
extern const AddressForm kKafkaAddress;   ///< the same, or dev
extern const AddressForm kKafkaOfDemo;    ///< the same, or dev or real
extern const AddressForm kListenAddress;  ///< port 0: a free one

extern const CodeInfo kBadAddress;  ///< E5003: name, address, form

struct AddressFlag {
  const char* name;  ///< "--kafka"
  std::optional<std::string> address;
  const AddressForm& form;
};
/// Every flag that is given and does not fit, on stderr, as an error in a file is said. ok or
/// bad_config.
ExitCode check_addresses(std::initializer_list<AddressFlag> flags, const Common& common);

}  // namespace tocsin::app
