// Result<T>: a value or an Error. Exceptions are for start-up and bugs only.
#pragma once

#include "holdfast/base/error.hpp"

#include <boost/system/result.hpp>

namespace holdfast {

template <class T = void>
using Result = boost::system::result<T, Error>;

[[noreturn]] void throw_exception_from_error(Error const& error, boost::source_location const& where);

}  // namespace holdfast

// HOLDFAST_TRY(name, expr): name is the value of expr, or the enclosing function returns its error.
// HOLDFAST_CO_TRY is the same inside a coroutine. The _VOID forms are for Result<void>.
#define HOLDFAST_TRY(name, expr)                               \
  auto name##_result = (expr);                                 \
  if (!name##_result) return std::move(name##_result).error(); \
  auto& name = *name##_result
#define HOLDFAST_TRY_VOID(expr)                          \
  do {                                                   \
    auto hf_result = (expr);                             \
    if (!hf_result) return std::move(hf_result).error(); \
  } while (false)
#define HOLDFAST_CO_TRY(name, expr)                               \
  auto name##_result = (expr);                                    \
  if (!name##_result) co_return std::move(name##_result).error(); \
  auto& name = *name##_result
#define HOLDFAST_CO_TRY_VOID(expr)                          \
  do {                                                      \
    auto hf_result = (expr);                                \
    if (!hf_result) co_return std::move(hf_result).error(); \
  } while (false)
