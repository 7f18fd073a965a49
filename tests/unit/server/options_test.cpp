#include "server/options.hpp"

#include "server/command_line.hpp"
#include "server/settings.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace holdfast::server {
namespace {

Settings settings_of(ResolveInput input) {
  input.environment.emplace("HOME", "/nonexistent");
  auto settings = make_settings(input, {"/data"});
  EXPECT_TRUE(settings) << settings.error().text();
  return *settings;
}

std::string refusal_of(ResolveInput input, std::vector<std::string> directories = {"/data"}) {
  const auto settings = make_settings(input, directories);
  return settings ? "" : std::string(settings.error().text());
}

TEST(Options, Precedence_flagThenHoldfastThenMinioThenFileThenDefault) {
  const std::string path = testing::TempDir() + "holdfast-options.json";
  std::ofstream(path) << R"({"region": "file", "domain": "file.example.org", "config": "ignored"})";
  ResolveInput input;
  input.environment = {{"MINIO_REGION", "minio"}, {"HOLDFAST_REGION", "holdfast"}, {"HOLDFAST_CONFIG", path}};
  input.flags = {{"region", "flag"}};
  EXPECT_EQ(settings_of(input).region, "flag");
  input.flags.clear();
  EXPECT_EQ(settings_of(input).region, "holdfast");
  input.environment.erase("HOLDFAST_REGION");
  EXPECT_EQ(settings_of(input).region, "minio");
  input.environment.erase("MINIO_REGION");
  EXPECT_EQ(settings_of(input).region, "file");
  input.environment.erase("HOLDFAST_CONFIG");
  EXPECT_EQ(settings_of(input).region, "");
}

TEST(Options, OldNames_workWithAWarning) {
  ResolveInput input;
  input.environment = {{"MINIO_ACCESS_KEY", "old-user"}, {"MINIO_SECRET_KEY", "old-password"}};
  const Settings settings = settings_of(input);
  EXPECT_EQ(settings.root_user, "old-user");
  EXPECT_FALSE(settings.default_credentials);
  ASSERT_EQ(settings.warnings.size(), 2U);
  EXPECT_NE(settings.warnings[0].find("MINIO_ROOT_USER"), std::string::npos);
}

TEST(Options, DefaultCredentials_onlyWhenNeitherIsSet) {
  const Settings settings = settings_of({});
  EXPECT_TRUE(settings.default_credentials);
  EXPECT_EQ(settings.root_user, "minioadmin");
  ResolveInput one;
  one.environment = {{"MINIO_ROOT_USER", "someone"}};
  EXPECT_NE(refusal_of(one).find("MINIO_ROOT_PASSWORD"), std::string::npos);
}

TEST(Options, SecretFile_thatCannotBeReadStopsTheStart) {
  ResolveInput input;
  input.environment = {{"MINIO_ROOT_USER_FILE", "/nonexistent/file"}, {"MINIO_ROOT_PASSWORD", "long enough"}};
  EXPECT_NE(refusal_of(input).find("/nonexistent/file"), std::string::npos);
}

TEST(Options, HalfACertificate_stopsTheStart) {
  const std::string directory = testing::TempDir() + "holdfast-certs";
  std::filesystem::remove_all(directory);  // of an earlier run
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/public.crt") << "x";
  ResolveInput input;
  input.flags = {{"certs-dir", directory}};
  EXPECT_NE(refusal_of(input).find("private.key"), std::string::npos);
  std::ofstream(directory + "/private.key") << "x";
  EXPECT_EQ(settings_of(input).certificate_file, directory + "/public.crt");
}

TEST(Options, SeveralDrives_areRefused) {
  EXPECT_NE(refusal_of({}, {"/data{1...4}"}).find("one folder"), std::string::npos);
  EXPECT_NE(refusal_of({}, {"/a", "/b"}).find("one folder"), std::string::npos);
  EXPECT_NE(refusal_of({}, {"http://host/data"}).find("other servers"), std::string::npos);
  EXPECT_NE(refusal_of({}, {}).find("Usage"), std::string::npos);
  ResolveInput input;
  input.environment = {{"MINIO_VOLUMES", "/from/env"}, {"HOME", "/nonexistent"}};
  EXPECT_EQ(make_settings(input, {})->directory, "/from/env");
}

TEST(Options, UnservedMinioNames_areNamedInOneWarning) {
  ResolveInput input;
  input.environment = {{"MINIO_FOO", "1"}, {"MINIO_BAR", "2"}, {"MINIO_REGION", "r"}, {"MINIO_VOLUMES", "/data"}, {"MINIO_EMPTY", ""}};
  const Settings settings = settings_of(input);
  ASSERT_EQ(settings.warnings.size(), 1U);
  EXPECT_EQ(settings.warnings[0], "Not served, and ignored: MINIO_BAR, MINIO_FOO");
}

TEST(Options, EveryOption_hasANameOfItsOwnAndHelp) {
  std::map<std::string_view, int> names;
  std::map<std::string_view, int> variables;
  for (const Option& option : option_table()) {
    EXPECT_EQ(names[option.name]++, 0) << option.name;
    EXPECT_EQ(variables[option.variable]++, 0) << option.variable;
    EXPECT_GT(option.help.size(), 10U) << option.name;
  }
}

TEST(HostPort, Forms) {
  EXPECT_EQ(parse_host_port(":9000")->host, "");
  EXPECT_EQ(parse_host_port("127.0.0.1:80")->port, 80);
  EXPECT_EQ(parse_host_port("[::1]:9000")->host, "::1");
  for (const char* bad : {"", "9000", "host", "host:", "host:x", "::1:9000", "host:70000", ":-1"})
    EXPECT_FALSE(parse_host_port(bad)) << bad;
}

TEST(Size, Forms) {
  EXPECT_EQ(*parse_size("8MiB"), 8U << 20);
  EXPECT_EQ(*parse_size("123"), 123U);
  for (const char* bad : {"", "MiB", "-1", "1.5GiB", "99999999999TiB"}) EXPECT_FALSE(parse_size(bad)) << bad;
}

TEST(DefaultBuckets, Forms) {
  const auto buckets = parse_default_buckets("one,two:download; three:public four");
  ASSERT_TRUE(buckets);
  const DefaultBuckets wanted{{"one", "none"}, {"two", "download"}, {"three", "public"}, {"four", "none"}};
  EXPECT_EQ(*buckets, wanted);
  EXPECT_FALSE(parse_default_buckets("UPPER"));
  EXPECT_FALSE(parse_default_buckets("bucket:admin"));
}

TEST(Arguments, SplitAsAShellDoes) {
  const std::vector<std::string> wanted{"--address", ":9000", "--config", "a file", ""};
  EXPECT_EQ(split_arguments("--address :9000  --config \"a file\" ''"), wanted);
}

const ServerArguments& server_arguments(const Command& command) {
  EXPECT_TRUE(std::holds_alternative<ServerArguments>(command));
  return std::get<ServerArguments>(command);
}

TEST(CommandLine, FlagsAndFolder_inAnyOrder) {
  for (const std::vector<std::string>& line :
       std::vector<std::vector<std::string>>{{"server", "/data", "--address", ":1"},
                                             {"minio", "server", "--address", ":1", "/data"},
                                             {"--json", "server", "--address=:1", "/data"},
                                             {"holdfast", "server", "--address", ":1", "--json", "/data"}}) {
    const Command command = parse_command_line(line, {});
    const ServerArguments& arguments = server_arguments(command);
    EXPECT_EQ(arguments.directories, std::vector<std::string>{"/data"});
    EXPECT_EQ(arguments.input.flags.at("address"), ":1");
    EXPECT_EQ(arguments.input.flags.contains("region"), false);
  }
}

TEST(CommandLine, MinioOpts_comeBeforeTheCommandLine) {
  const Command command = parse_command_line({"server", "/data", "--region", "asked"}, {{"MINIO_OPTS", "--address :7 --region other"}});
  EXPECT_EQ(server_arguments(command).input.flags.at("address"), ":7");
  EXPECT_EQ(server_arguments(command).input.flags.at("region"), "asked");
}

TEST(Duration, Forms) {
  EXPECT_EQ(*parse_duration("90"), std::chrono::seconds(90));
  EXPECT_EQ(*parse_duration("7d"), std::chrono::hours(168));
  for (const char* bad : {"", "s", "1w", "-5s", "99999999999999d"}) EXPECT_FALSE(parse_duration(bad)) << bad;
}

}  // namespace
}  // namespace holdfast::server
