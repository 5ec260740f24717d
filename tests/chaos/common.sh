# common.sh -- what the drills share: a cluster of their own with the schema as deployed, clients, TAP. Sourced, never run.
# shellcheck shell=bash disable=SC2034

. scripts/lib.sh

BUILD=${KABINET_BUILD:-build/release}
CLIENTS=8
DB_USER=$(id -un)
! is_root || DB_USER=postgres
work=$(mktemp -d /var/tmp/kabinet-chaos.XXXXXX)
conninfo="host=$work/run user=postgres dbname=kabinet"
tests=0 failed=0
clients=()

# is NAME GOT WANTED
is() {
  tests=$((tests + 1))
  if [[ $2 == "$3" ]]; then
    echo "ok $tests - $1"
  else
    echo "not ok $tests - $1"
    printf '# got %s, wanted %s\n' "$2" "$3"
    failed=$((failed + 1))
  fi
}

sql() { PGOPTIONS='-c client_min_messages=warning' psql -XAtq -v ON_ERROR_STOP=1 -d "$conninfo" "$@"; }

cleanup() {
  ((${#clients[@]} == 0)) || kill "${clients[@]}" 2>/dev/null || true
  as "$DB_USER" "$PG_BIN/pg_ctl" -D "$work/pg" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

start_server() { as "$DB_USER" "$PG_BIN/pg_ctl" -D "$work/pg" -l "$work/run/log" -w -t 60 start >/dev/null 2>&1; }

# SIGKILL for the postmaster; its backends see that and go. Until the last of them is gone it cannot start again.
kill_server() {
  local pid
  read -r pid <"$work/pg/postmaster.pid"
  kill -KILL "$pid"
}

# An empty database with the schema as deployed.
make_database() {
  chmod 755 "$work"
  mkdir "$work/run"
  ! is_root || chown "$DB_USER:" "$work/run"
  make_cluster "$work/pg" "$DB_USER" "$work/initdb.log" || { cat "$work/initdb.log" >&2; exit 1; }
  # The WAL writer writes out each page as it fills, at once, and the last one after its delay: with a long one the control
  # loses what stood on that page. It changes nothing for those who wait for their COMMIT.
  { postgresql_conf "$work/run"; echo 'wal_writer_delay = 10s'; } | as "$DB_USER" tee "$work/pg/kabinet.conf" >/dev/null
  printf 'kabinet %s postgres\n' "$(id -un)" "$DB_USER" | sort -u | as "$DB_USER" tee "$work/pg/pg_ident.conf" >/dev/null
  start_server || { cat "$work/run/log" >&2; exit 1; }
  psql -XAtq -d "${conninfo/dbname=kabinet/dbname=postgres}" -c 'create database kabinet'
  scripts/db deploy "$conninfo" >"$work/deploy.log" 2>&1 || { tail -5 "$work/deploy.log" >&2; exit 1; }
}

# Sets $liars to the number of clients that saw an answer which was not the model's, and shows what they said.
wait_for_clients() {
  local pid
  liars=0
  for pid in "${clients[@]}"; do
    wait "$pid" || liars=$((liars + 1))
  done
  clients=()
}
stop_clients() {
  kill -TERM "${clients[@]}" 2>/dev/null || true
  wait_for_clients
}

violations() { sql -c 'select id, detail from ledger.violations limit 5'; }
nap() { sleep "$(awk -v s="$RANDOM" "BEGIN { printf \"%.2f\", $1 + ($2 - $1) * s / 32768 }")"; }

# finish: the last line, and whether all was well.
finish() {
  echo "1..$tests"
  ((failed == 0))
}
