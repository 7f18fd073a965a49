#include "holdfast/base/encoding.hpp"
#include "holdfast/services/metrics.hpp"

#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace holdfast::services {
namespace {

std::vector<std::string> words_of(const char* path) {
  std::ifstream file(path);
  std::vector<std::string> words;
  for (std::string word; file >> word;) words.push_back(std::move(word));
  return words;
}

double open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator all("/proc/self/fd", error);
  return error ? 0 : static_cast<double>(std::distance(begin(all), end(all)));
}

double as_number(const std::string& word) { return static_cast<double>(parse_u64(word).value_or(0)); }

// Seconds since the machine's start, and those at which this process began: proc(5), uptime and stat's field 22.
double uptime_seconds() {
  const auto machine = words_of("/proc/uptime");
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream rest(line.substr(std::min(line.size(), line.rfind(')') + 1)));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(std::move(field));
  constexpr std::size_t kStartTime = 22 - 3;  // the state, field 3, is the first one after the name
  if (machine.empty() || fields.size() <= kStartTime) return 0;
  return std::strtod(machine.front().c_str(), nullptr) - as_number(fields[kStartTime]) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

void collect_process(std::string_view version, PrometheusText& text) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  const auto memory = words_of("/proc/self/statm");
  const auto pages = memory.size() > 1 ? as_number(memory[1]) : 0;
  const double uptime = uptime_seconds();
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  text.gauge("minio_software_version_info", "The version of the server", 1, {{"version", version}});
  text.counter("minio_node_process_cpu_total_seconds", "CPU time used", cpu);
  text.gauge("minio_node_process_resident_memory_bytes", "Resident memory", pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
  text.gauge("minio_node_process_uptime_seconds", "Time since the start", uptime);
  text.gauge("minio_node_process_starttime_seconds", "Time of the start, seconds since 1970", now - uptime);
  text.gauge("minio_node_file_descriptor_open_total", "Open file descriptors", open_descriptors());
  text.gauge("minio_node_file_descriptor_limit_total", "Limit of open file descriptors", static_cast<double>(descriptors.rlim_cur));
}

void collect_machine(PrometheusText& text) {
  struct sysinfo machine {};
  if (sysinfo(&machine) != 0) return;
  constexpr double kLoadScale = 1U << SI_LOAD_SHIFT;
  const double unit = machine.mem_unit;
  text.gauge("minio_node_mem_total", "Memory of the machine", static_cast<double>(machine.totalram) * unit);
  text.gauge("minio_node_mem_free", "Free memory of the machine", static_cast<double>(machine.freeram) * unit);
  text.gauge("minio_node_cpu_avg_load1", "Load over one minute", static_cast<double>(machine.loads[0]) / kLoadScale);
  text.gauge("minio_node_cpu_avg_load5", "Load over five minutes", static_cast<double>(machine.loads[1]) / kLoadScale);
  text.gauge("minio_node_cpu_avg_load15", "Load over fifteen minutes", static_cast<double>(machine.loads[2]) / kLoadScale);
}

}  // namespace holdfast::services
