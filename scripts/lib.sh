# lib.sh -- what the shell scripts share. Sourced, never run; the caller has `set -euo pipefail`.
# shellcheck shell=bash

export LC_ALL=C.UTF-8
umask 022

KABINET_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PG_BIN=/usr/lib/postgresql/15/bin
# nginx lives in sbin, which is not on the path of an ordinary user.
PATH=$PATH:/usr/sbin:/sbin

say() { printf "%s\n" "$@"; }
warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { warn "$@"; exit 1; }

is_root() { [[ $EUID -eq 0 ]]; }

# as USER COMMAND...: runs it as that user when we are root, as ourselves otherwise.
as() {
  local user=$1
  shift
  if is_root; then
    setpriv --reuid="$user" --regid="$user" --clear-groups -- "$@"
  else
    "$@"
  fi
}

# wait_until SECONDS COMMAND...: polls ten times a second; false when the time is over.
wait_until() {
  local tries=$(($1 * 10))
  shift
  until "$@"; do
    ((--tries > 0)) || return 1
    sleep 0.1
  done
}
