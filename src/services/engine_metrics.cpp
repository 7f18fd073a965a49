#include "holdfast/services/metrics.hpp"

namespace holdfast::services {
namespace {

storage::Usage total_usage(const storage::Engine& engine, const std::vector<storage::BucketPtr>& buckets) {
  storage::Usage total;
  for (const auto& bucket : buckets) {
    const auto usage = engine.usage(bucket->name);
    if (!usage) continue;
    total.objects += usage->objects;
    total.versions += usage->versions;
    total.delete_markers += usage->delete_markers;
    total.bytes += usage->bytes;
  }
  return total;
}

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

void collect_cluster(const storage::Engine& engine, PrometheusText& text) {
  const auto buckets = engine.buckets();
  const storage::Usage usage = total_usage(engine, buckets);
  const storage::EngineStats stats = engine.stats();
  const bool ready = engine.health().ready;
  const auto total = static_cast<double>(stats.disk_total_bytes);
  const auto free = static_cast<double>(stats.disk_free_bytes);
  text.gauge("minio_cluster_capacity_raw_total_bytes", "Size of the file system", total);
  text.gauge("minio_cluster_capacity_raw_free_bytes", "Free space on the file system", free);
  text.gauge("minio_cluster_capacity_usable_total_bytes", "Size of the file system", total);
  text.gauge("minio_cluster_capacity_usable_free_bytes", "Free space on the file system", free);
  text.gauge("minio_cluster_nodes_online_total", "Servers online", 1);
  text.gauge("minio_cluster_nodes_offline_total", "Servers offline", 0);
  text.gauge("minio_cluster_drive_total", "Folders served", 1);
  text.gauge("minio_cluster_drive_online_total", "Folders that take writes", ready ? 1 : 0);
  text.gauge("minio_cluster_drive_offline_total", "Folders that take no writes", ready ? 0 : 1);
  text.gauge("minio_cluster_health_status", "1: ready", ready ? 1 : 0);
  text.gauge("minio_cluster_bucket_total", "Buckets", static_cast<double>(buckets.size()));
  text.gauge("minio_cluster_usage_object_total", "Objects", static_cast<double>(usage.objects));
  text.gauge("minio_cluster_usage_version_total", "Versions", static_cast<double>(usage.versions));
  text.gauge("minio_cluster_usage_deletemarker_total", "Delete markers", static_cast<double>(usage.delete_markers));
  text.gauge("minio_cluster_usage_total_bytes", "Bytes of all versions", static_cast<double>(usage.bytes));
}

void collect_engine(const storage::Engine& engine, PrometheusText& text) {
  const storage::EngineStats stats = engine.stats();
  text.family("holdfast_engine_commit_changes", "histogram", "Writes that were made durable by one sync");
  text.histogram(stats.commit_groups.bounds, stats.commit_groups.counts, stats.commit_groups.sum);
  text.family("holdfast_engine_commit_seconds", "histogram", "Time of one append to the journal with its sync");
  text.histogram(stats.commit_seconds.bounds, stats.commit_seconds.counts, stats.commit_seconds.sum);
  text.gauge("holdfast_engine_unsettled_bytes", "Bytes in the journal that are not yet in files",
             static_cast<double>(stats.unsettled_bytes));
  text.gauge("holdfast_engine_unsettled_age_seconds", "Age of the oldest change that is not yet in files", seconds(stats.unsettled_age));
  text.gauge("holdfast_engine_journal_live_bytes", "Bytes of the journal in use", static_cast<double>(stats.journal_live_bytes));
  text.gauge("holdfast_engine_journal_capacity_bytes", "Size of the journal", static_cast<double>(stats.journal_capacity_bytes));
  text.gauge("holdfast_engine_index_bytes", "Size of the index on disk", static_cast<double>(stats.index_bytes));
  const std::string drive = engine.deployment_id();
  const auto on_drive = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    text.gauge(name, help, static_cast<double>(value), {{"drive", drive}});
  };
  on_drive("minio_node_drive_total_bytes", "Size of the file system", stats.disk_total_bytes);
  on_drive("minio_node_drive_free_bytes", "Free space on the file system", stats.disk_free_bytes);
  on_drive("minio_node_drive_used_bytes", "Space in use on the file system", stats.disk_total_bytes - stats.disk_free_bytes);
  on_drive("minio_node_drive_total_inodes", "Inodes of the file system", stats.disk_total_inodes);
  on_drive("minio_node_drive_free_inodes", "Free inodes of the file system", stats.disk_free_inodes);
}

void collect_bucket_usage(const storage::Engine& engine, PrometheusText& text) {
  const auto buckets = engine.buckets();
  const auto by_bucket = [&](std::string_view name, std::string_view help, std::uint64_t storage::Usage::*member) {
    text.family(name, "gauge", help);
    for (const auto& bucket : buckets) {
      const auto usage = engine.usage(bucket->name);
      if (usage) text.sample(static_cast<double>((*usage).*member), {{"bucket", bucket->name}});
    }
  };
  by_bucket("minio_bucket_usage_total_bytes", "Bytes of all versions in a bucket", &storage::Usage::bytes);
  by_bucket("minio_bucket_usage_object_total", "Objects in a bucket", &storage::Usage::objects);
  by_bucket("minio_bucket_usage_version_total", "Versions in a bucket", &storage::Usage::versions);
  by_bucket("minio_bucket_usage_deletemarker_total", "Delete markers in a bucket", &storage::Usage::delete_markers);
  text.family("minio_bucket_quota_total_bytes", "gauge", "Quota of a bucket");
  for (const auto& bucket : buckets) {
    if (bucket->quota_bytes > 0) text.sample(static_cast<double>(bucket->quota_bytes), {{"bucket", bucket->name}});
  }
}

}  // namespace holdfast::services
