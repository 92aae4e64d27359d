#pragma once
/// What the HTTP server answers: probes, metrics and the first of the API. Handlers look at
/// snapshots only.
#include "app/runtime/http_server.h"

namespace tocsin::app {

class EngineService;

/// `service` must outlive the server.
HttpRoutes make_routes(const EngineService& service);

}  // namespace tocsin::app
