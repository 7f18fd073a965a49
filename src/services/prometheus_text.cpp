#include "holdfast/services/metrics.hpp"

#include <charconv>
#include <cmath>

namespace holdfast::services {
namespace {

void append_number(std::string& text, double value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text.append(digits.data(), end);
}

std::string bound_name(double bound) {
  std::string name;
  append_number(name, bound);
  return name;
}

void append_label(std::string& text, std::string_view name, std::string_view value, bool first) {
  if (!first) text += ',';
  text.append(name).append("=\"");
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  text += '"';
}

}  // namespace

void PrometheusText::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help);
  text_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void PrometheusText::line(std::string_view suffix, double value, Labels labels, std::string_view extra_name, std::string_view extra) {
  text_.append(name_).append(suffix).append("{");
  bool first = true;
  for (const auto& [name, label] : labels) {
    append_label(text_, name, label, first);
    first = false;
  }
  if (!extra_name.empty()) {
    append_label(text_, extra_name, extra, first);
    first = false;
  }
  append_label(text_, "server", server_, first);
  text_ += "} ";
  append_number(text_, value);
  text_ += '\n';
}

void PrometheusText::gauge(std::string_view name, std::string_view help, double value, Labels labels) {
  family(name, "gauge", help);
  sample(value, labels);
}

void PrometheusText::counter(std::string_view name, std::string_view help, double value, Labels labels) {
  family(name, "counter", help);
  sample(value, labels);
}

void PrometheusText::histogram(std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum, Labels labels) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    line("_bucket", static_cast<double>(below), labels, "le", i < bounds.size() ? bound_name(bounds[i]) : "+Inf");
  }
  line("_sum", sum, labels);
  line("_count", static_cast<double>(below), labels);
}

void PrometheusText::distribution(std::span<const double> bounds, std::span<const std::uint64_t> counts, Labels labels) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    line("", static_cast<double>(below), labels, "le", i < bounds.size() ? bound_name(bounds[i]) : "+Inf");
  }
}

std::string Metrics::render(MetricsPage page) const {
  PrometheusText text(server_);
  for (const auto& [of, collect] : collectors_) {
    if (of == page || (page == MetricsPage::cluster && of == MetricsPage::node)) collect(text);
  }
  return text.take();
}

std::string Metrics::render_all() const {
  PrometheusText text(server_);
  for (const auto& [of, collect] : collectors_) collect(text);
  return text.take();
}

}  // namespace holdfast::services
