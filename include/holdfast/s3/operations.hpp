// Which of S3's operations this server has.
#pragma once

#include <string>
#include <vector>

namespace holdfast::s3 {

std::vector<std::string> served_operations();  // AWS's names

}  // namespace holdfast::s3
