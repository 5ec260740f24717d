# lib.sh -- what the shell scripts share. Sourced, never run; the caller has `set -euo pipefail`.
# shellcheck shell=bash disable=SC2034

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

# as USER COMMAND...: runs it as that user when we are root, as ourselves otherwise. drop_to USER sets DROP, the words that
# do so, for those who need the process itself.
drop_to() {
  DROP=()
  ! is_root || DROP=(setpriv --reuid="$1" --regid="$1" --clear-groups --)
}
as() {
  drop_to "$1"
  shift
  "${DROP[@]}" "$@"
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

# ---- the database that people's scripts work on ----------------------------------------------------------------------

# use_database: KABINET_DB and KABINET_PEPPER, where the caller did not name them: those of this server when this is an installed
# Kabinet, which has them in office.env beside it; else those of the demo of KABINET_HOME.
use_database() {
  local demo

  demo=$(realpath -m "${KABINET_HOME:-$KABINET_SOURCE/build/demo}")
  # shellcheck disable=SC1091
  [[ ! -r $KABINET_SOURCE/office.env ]] || . "$KABINET_SOURCE/office.env"
  export KABINET_DB=${KABINET_DB:-host=$demo/run/postgresql dbname=kabinet user=postgres}
  export KABINET_PEPPER=${KABINET_PEPPER:-$demo/pepper}
}

# ask_owner SQL [NAME=VALUE...]: one transaction; values reach the statement as :'NAME'. A refusal is told in the database's own words.
ask_owner() {
  local statement=$1 pair words
  local -a variables=()

  shift
  for pair; do variables+=(-v "$pair"); done
  words=$(PGOPTIONS='-c client_min_messages=warning' psql -XAtq -F $'\t' -v ON_ERROR_STOP=1 -v VERBOSITY=terse "${variables[@]}" \
    -d "$KABINET_DB" 2>&1 <<<"$statement") ||
    die "$(sed -n 's/.*ERROR:  *//p' <<<"$words" | head -n 1 | grep . || head -n 1 <<<"$words")"
  [[ -z ${words//$'\n'/} ]] || say "$words"
}

# pepper_mark: tells the pepper KABINET_PEPPER from another one, and nothing more.
pepper_mark() { printf 'mark %s\n' "$(sha256sum <"$KABINET_PEPPER" | sha256sum | cut -c1-12)"; }

# run_tool NAME ARGUMENT...: becomes a compiled tool of scripts/, made first where there is only its source.
run_tool() {
  local program

  program=$(realpath -ms "${KABINET_BUILD:-$KABINET_SOURCE/build/release}")/scripts/$1
  [[ -x $program ]] || make -s -C "$KABINET_SOURCE" "${program#"$KABINET_SOURCE/"}" >&2 || exit 2
  exec "$program" "${@:2}"
}

# ---- private PostgreSQL clusters, for the demo and for tests ---------------------------------------------------------

# make_cluster DATA USER LOG: a new cluster that USER runs, with a superuser `postgres`; its settings go to DATA/kabinet.conf.
make_cluster() {
  local data=$1 user=$2 log=$3 provider

  rm -rf "$data"
  mkdir -m 700 "$data"
  ! is_root || chown "$user:" "$data"
  # Names in a class list sort the Russian way where this PostgreSQL can.
  for provider in "--locale-provider=icu --icu-locale=ru-RU" ""; do
    # shellcheck disable=SC2086
    if as "$user" "$PG_BIN/initdb" -D "$data" -U postgres --encoding=UTF8 --locale=C.UTF-8 $provider \
      --data-checksums --auth=peer >"$log" 2>&1; then
      break
    fi
    [[ -n $provider ]] || return 1
  done
  # Programs see their database alone: what others have for PUBLIC is none of their business.
  printf 'local %s peer map=kabinet\n' 'all postgres' 'kabinet all' | as "$user" tee "$data/pg_hba.conf" >/dev/null
  as "$user" tee -a "$data/postgresql.conf" >/dev/null <<<"include = 'kabinet.conf'"
}

# postgresql_conf RUN: the settings, with the socket in RUN.
postgresql_conf() {
  cat <<END
listen_addresses = ''
unix_socket_directories = '$1'
# The programs refuse a server that could forget what it acknowledged.
fsync = on
full_page_writes = on
synchronous_commit = on
shared_buffers = 128MB
max_wal_size = 2GB
max_connections = 60
jit = off
# What these databases read lies in memory or on a flash disk.
random_page_cost = 1.1
log_timezone = 'UTC'
# No statement, parameter or row reaches the log: they hold people's names and hashes of secrets.
log_statement = none
log_min_duration_statement = -1
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_line_prefix = '%m [%p] %q%u '
END
}
