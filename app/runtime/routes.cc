#include "app/runtime/routes.h"

#include <nlohmann/json.hpp>

#include "alerts/alert_json.h"
#include "app/runtime/engine_loop.h"
#include "app/runtime/engine_service.h"

namespace tocsin::app {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

HttpResponse live(const EngineService& service) {
  const std::string& failure = service.status()->failure;
  return {failure.empty() ? 200u : 503u, "application/json",
          dump({{"alive", failure.empty()}, {"reason", failure}})};
}

HttpResponse ready(const EngineService& service) {
  std::vector<std::string> reasons;
  for (Degraded& one : service.degraded()) reasons.push_back(std::move(one.reason));
  return {reasons.empty() ? 200u : 503u, "application/json",
          dump({{"ready", reasons.empty()}, {"reasons", reasons}})};
}

HttpResponse open_alerts(const EngineService& service) {
  std::string body = R"({"schema":"tocsin.alerts/1","alerts":[)";
  const auto status = service.status();
  for (std::size_t i = 0; i < status->open.size(); ++i) {
    if (i > 0) body += ',';
    alerts::append_alert_json(*status->open[i], body);
  }
  return {200, "application/json", body + "]}\n"};
}

HttpResponse rejected(const EngineService& service) {
  Json samples = Json::array();
  for (const RejectedSample& sample : service.status()->samples) {
    samples.push_back({{"reason", to_string(sample.reason)},
                       {"detail", sample.detail},
                       {"sample", sample.sample},
                       {"arr", unix_ms(sample.arr)},
                       {"log_position", sample.log_position}});
  }
  return {200, "application/json", dump({{"schema", "tocsin.rejected/1"}, {"rejected", samples}})};
}

constexpr const char* kPage =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>tocsin</title>"
    "<style>body{font:16px/1.5 system-ui;margin:3rem;max-width:40rem}</style>"
    "<h1>tocsin</h1><ul>"
    "<li><a href=\"/api/v1/alerts\">open alerts 未解除警报</a>"
    "<li><a href=\"/api/v1/rejected\">refused input 被拒数据</a>"
    "<li><a href=\"/metrics\">metrics 指标</a>"
    "<li><a href=\"/readyz\">readiness 就绪状态</a></ul></html>\n";

}  // namespace

HttpRoutes make_routes(const EngineService& service) {
  HttpRoutes routes;
  routes["/"] = [] { return HttpResponse{200, "text/html; charset=utf-8", kPage}; };
  routes["/livez"] = [&service] { return live(service); };
  routes["/readyz"] = [&service] { return ready(service); };
  routes["/metrics"] = [&service] {
    return HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", service.metrics_text()};
  };
  routes["/api/v1/alerts"] = [&service] { return open_alerts(service); };
  routes["/api/v1/rejected"] = [&service] { return rejected(service); };
  return routes;
}

}  // namespace tocsin::app
