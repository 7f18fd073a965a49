# How Holdfast is compiled: one place for warnings, ccache, linker and sanitizers.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # hash_dir off: clones in different folders share the cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE_PROGRAM})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wnull-dereference
                    -Wimplicit-fallthrough -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives inside inlined std::string, std::variant and coroutine frames.
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized -Wno-null-dereference -Wno-array-bounds -Wno-stringop-overflow
                      -Wno-stringop-overread -Wno-dangling-pointer -Wno-free-nonheap-object -Wno-mismatched-new-delete)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Without it GCC's symmetric transfer below -O2 is a plain call, and a loop of ready awaits grows the stack.
  add_compile_options(-foptimize-sibling-calls)
endif()
if(HOLDFAST_SANITIZE)
  add_compile_options(-fsanitize=${HOLDFAST_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HOLDFAST_SANITIZE})
  if(HOLDFAST_SANITIZE MATCHES "thread")
    # ThreadSanitizer does not know fences. Asio's handlers travel under its mutex as well.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # clang 14 can't emit this check for coroutines.
    add_compile_options(-fno-sanitize=function)
  endif()
endif()
# The same paths in every clone: reproducible builds, no machine's folders in the binary.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)

# holdfast_library(NAME links...): the layer in src/NAME with its headers in include/holdfast/NAME.
function(holdfast_library name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(NOT sources)
    set(sources ${CMAKE_SOURCE_DIR}/cmake/empty.cpp)
  endif()
  add_library(holdfast_${name} STATIC ${sources})
  target_include_directories(holdfast_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/src/${name})
  target_link_libraries(holdfast_${name} ${ARGN})
endfunction()

# holdfast_test(NAME FOLDER links...): one GoogleTest program of all *_test.cpp in tests/FOLDER.
function(holdfast_test name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${folder}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources})
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE ${ARGN} GTest::gtest_main GTest::gmock)
  add_test(NAME ${name} COMMAND test_${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
endfunction()
