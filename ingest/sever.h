#pragma once
/// Cuts TCP connections below a library that would otherwise write to them: the only way to keep
/// Paho from acknowledging a message whose callback has returned.
#include <cstddef>

namespace tocsin::ingest {

/// Shuts down, in both directions, every connection this process made to a peer's `port`. Nothing
/// more is sent on them; whoever owns them sees the end and closes them. Returns how many.
std::size_t sever_connections_to(unsigned short port);

}  // namespace tocsin::ingest
