#pragma once
/// How the process ends; a contract of the command line (docs: `tocsin --help`).
namespace tocsin::app {

enum class ExitCode : int {
  ok = 0,
  failed = 1,        ///< what was checked does not hold: a test, a verification, an evaluation
  usage = 2,         ///< the command line is wrong, or asks for what this version does not have
  unavailable = 69,  ///< a service cannot be had: broker, Kafka, a port
  io = 74,           ///< a file or folder cannot be read or written
  bad_config = 78,   ///< configuration, rules or registry are wrong
};

}  // namespace tocsin::app
