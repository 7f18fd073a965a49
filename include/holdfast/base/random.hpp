// Unpredictable bytes (the kernel's) and cheap unique ids.
#pragma once

#include "holdfast/base/bytes.hpp"

#include <cstdint>
#include <string>

namespace holdfast {

void random_bytes(ByteSpan out);  // getrandom(2): for keys, tokens, deployment ids
std::uint64_t random_u64();       // per-thread, seeded from the kernel: ids, jitter
std::string random_hex(std::size_t bytes);
std::string random_uuid();     // version 4
std::string new_request_id();  // 16 upper-case hex digits, as AWS and minio show it

}  // namespace holdfast
