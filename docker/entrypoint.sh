#!/bin/sh
# Takes what compose files written for other servers pass: the arguments with or without a leading `minio` or
# `holdfast`, with or without `server`, flags and folder in any order. A shell or curl is run as asked.
set -eu
case "${1:-}" in
  sh|bash|/bin/sh|/bin/bash|curl) exec "$@" ;;
  minio|holdfast|/usr/bin/minio|/usr/bin/holdfast) shift ;;
esac
for argument in "$@"; do
  case "$argument" in
    server|healthcheck|presign|check|rebuild-index|version|--version|--help|-h) exec /usr/bin/holdfast "$@" ;;
  esac
done
[ $# -gt 0 ] || set -- /data
exec /usr/bin/holdfast server "$@"
