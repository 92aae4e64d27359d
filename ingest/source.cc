#include "ingest/source.h"

namespace tocsin::ingest {

std::string_view to_string(SourceError error) {
  switch (error) {
    case SourceError::bad_address: return "the address is not one";
    case SourceError::unreachable: return "nothing answers there";
    case SourceError::refused: return "the broker refused (credentials, or a right to subscribe)";
    case SourceError::address_in_use: return "the address is in use";
    case SourceError::unreadable: return "a password or trust store file cannot be read";
  }
  return "?";
}

SourceError source_error(broker::LoginError error) {
  return error == broker::LoginError::unreadable ? SourceError::unreadable
                                                 : SourceError::bad_address;
}

}  // namespace tocsin::ingest
