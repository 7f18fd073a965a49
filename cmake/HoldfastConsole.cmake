# The web console: console/ is built by npm and Vite into one file that the server embeds, once for each change of it.
#   AUTO  embedded where npm is there and works; else the server is built without it and says so when it starts
#   ON    a build without it is an error
#   OFF   never
set(HOLDFAST_CONSOLE AUTO CACHE STRING "Embed the web console: AUTO, ON or OFF")

find_program(NPM_PROGRAM npm)
if(HOLDFAST_CONSOLE STREQUAL "ON" AND NOT NPM_PROGRAM)
  message(FATAL_ERROR "HOLDFAST_CONSOLE is ON, but there is no npm (apt-get install npm)")
endif()

if(NPM_PROGRAM AND NOT HOLDFAST_CONSOLE STREQUAL "OFF")
  set(console ${CMAKE_SOURCE_DIR}/console)
  set(generated ${CMAKE_BINARY_DIR}/generated/console)
  set(assets ${CMAKE_SOURCE_DIR}/src/admin/console/assets.cpp)
  file(GLOB_RECURSE console_sources CONFIGURE_DEPENDS ${console}/src/* ${console}/public/* ${console}/scripts/*)
  list(APPEND console_sources ${console}/index.html ${console}/package.json ${console}/package-lock.json ${console}/vite.config.ts)
  add_custom_command(
    OUTPUT ${generated}/console_assets.inc ${generated}/console_assets.bin
    COMMAND ${console}/scripts/build ${HOLDFAST_CONSOLE} ${generated}
    DEPENDS ${console_sources}
    COMMENT "Building the web console")
  set_source_files_properties(${assets} PROPERTIES
    COMPILE_DEFINITIONS HOLDFAST_CONSOLE_ASSETS
    COMPILE_OPTIONS "-I${generated};-Wa,-I${generated}"
    OBJECT_DEPENDS "${generated}/console_assets.inc;${generated}/console_assets.bin")
endif()
