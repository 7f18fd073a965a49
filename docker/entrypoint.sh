#!/bin/sh
# Takes what compose files written for other servers pass: the arguments with or without a leading `minio` or
# `holdfast`, with or without `server`, flags and folder in any order. A shell, curl or mc is run as asked.
#
# As root it gives the data folder to the user `holdfast` (or PUID and PGID) and goes on as that user, without a way back.
set -eu

case "${1:-}" in
  sh|bash|/bin/sh|/bin/bash|curl|mc|/usr/bin/mc) exec "$@" ;;
  minio|holdfast|/usr/bin/minio|/usr/bin/holdfast) shift ;;
esac

serve=yes
for argument in "$@"; do
  case "$argument" in
    server) serve=named; break ;;
    healthcheck|presign|check|rebuild-index|import|export|backup|admin|mc|version|--version|--help|-h) serve=no; break ;;
  esac
done

if [ "$serve" = yes ]; then
  folder=
  for argument in "$@"; do
    case "$argument" in /*) folder=$argument ;; esac
  done
  [ -n "$folder$(printenv MINIO_VOLUMES HOLDFAST_VOLUMES || true)" ] || set -- "$@" /data
  set -- server "$@"
fi

[ "$(id -u)" -eq 0 ] || exec /usr/bin/holdfast "$@"

user=${PUID:-$(id -u holdfast)}
group=${PGID:-$(id -g holdfast)}
case "$user$group" in *[!0-9]*) echo "PUID and PGID are numbers, not \"$user\" and \"$group\"" >&2; exit 2 ;; esac
if [ "$user" -eq 0 ]; then exec /usr/bin/holdfast "$@"; fi

# Only folders that aren't theirs yet: going through a large volume takes long. Where it fails (a read-only or network
# volume), the server says what to do.
give() {
  [ -d "$1" ] || mkdir -p "$1" 2>/dev/null || return 0
  [ "$(stat -c %u:%g "$1")" = "$user:$group" ] || chown -R "$user:$group" "$1" 2>/dev/null || true
}
if [ "$serve" != no ]; then
  previous=
  for argument in "$@" ${HOLDFAST_VOLUMES:-${MINIO_VOLUMES:-}}; do
    # A folder, not the value of a flag such as --certs-dir.
    case "$previous" in --*=*|--json|--quiet|--anonymous) ;; -*) previous=; continue ;; esac
    case "$argument" in /*) give "$argument" ;; esac
    previous=$argument
  done
fi
exec setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs /usr/bin/holdfast "$@"
