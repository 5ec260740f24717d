#!/usr/bin/env bash
# backup.sh -- the demo of KABINET_HOME, with its money, to a backup and into a fresh cluster: the same balances, seals and
# passwords, and what is spoilt is noticed. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/lib.sh

HOME_DIR=$(realpath "${KABINET_HOME:-build/demo}")
DEMO="host=$HOME_DIR/run/postgresql dbname=kabinet user=postgres"
export KABINET_PEPPER=$HOME_DIR/pepper KABINET_BUILD=${KABINET_BUILD:-$PWD/build/release}
tests=0 failed=0

# like NAME GOT PATTERN
like() {
  tests=$((tests + 1))
  if [[ $2 =~ $3 ]]; then
    echo "ok $tests - $1"
  else
    echo "not ok $tests - $1"
    printf '# got    %q\n# wanted %q\n' "$2" "$3"
    failed=$((failed + 1))
  fi
}
# run COMMAND...: sets $out, what it said, and $code.
run() {
  code=0
  out=$("$@" 2>&1) || code=$?
}
sql() { PGOPTIONS='-c client_min_messages=warning' psql -XAtq -v ON_ERROR_STOP=1 -d "${DB:-$KABINET_DB}" "$@"; }
balances() { DB=$1 sql -c "select count(*), sum(balance_kop), md5(string_agg(account_id || ':' || balance_kop, ',' order by account_id)) from ledger.balance"; }
# folders DIR: how many backups, and how many that could not be proven.
folders() { printf '%s:%s' "$(find "$1" -name 'kabinet-*Z' | wc -l)" "$(find "$1" -name '*.bad' | wc -l)"; }

make_backup() {
  local before

  # Somebody may pay meanwhile; the demo's jobs do.
  for _ in 1 2 3; do
    rm -rf "$work/backups"
    before=$(balances "$DEMO")
    KABINET_DB=$DEMO KABINET_SEALS=$HOME_DIR/seals/seals.txt run scripts/backup "$work/backups" --quick
    [[ $before != "$(balances "$DEMO")" ]] || break
  done
  printf '%s\n' "$before" >"$work/balances"
  like 'a backup of the running demo' "$code:$out" '^0:.*kabinet-[0-9]{8}T[0-9]{6}Z: .* sealed days, not restored; the pepper is not in it$'
  folder=$(echo "$work"/backups/kabinet-*Z)
  like 'nobody else may read it' "$(stat -c '%a' "$folder" "$folder/database.dump" | tr '\n' ' ')" '^700 600 $'
  like 'the pepper is in none of its files' "$(grep -rlaF "$(cat "$KABINET_PEPPER")" "$folder" | wc -l)" '^0$'
}

# Inside scripts/with-database, whose cluster knows no role of Kabinet.
inside() {
  local login password file broken=$work/broken

  folder=$(echo "$work"/backups/kabinet-*Z)
  run env KABINET_DB= scripts/restore "$folder"
  like 'nothing is restored by default' "$code:$out" '^2:.*names no database'
  cp -r "$folder" "$broken"
  printf 'x' | dd of="$broken/database.dump" bs=1 seek=5000 conv=notrunc status=none
  run scripts/restore "$broken"
  like 'a damaged backup is not restored' "$code:$out" '^2:.*was damaged'
  # Somebody who may write where backups lie wants to be root; the sums are his to make, too.
  rm -rf "$broken"
  cp -r "$folder" "$broken"
  for file in roles grants; do
    cp "$folder/$file.sql" "$broken/$file.sql"
    printf '\\! touch %s/owned\n' "$work" >>"$broken/$file.sql"
    (cd "$broken" && sha256sum database.dump roles.sql grants.sql seals.txt about.txt >SHA256SUMS)
    run scripts/restore "$broken"
    like "a command among the $file is none of a backup's" "$code:$out" "^2:.*$file.sql holds what no backup writes"
    cp "$folder/$file.sql" "$broken/$file.sql"
  done
  # What is read twice must not be two things; what has no sum is no part of a backup.
  mkfifo "$work/pipe"
  rm "$broken/roles.sql"
  ln -s "$work/pipe" "$broken/roles.sql"
  run timeout 20 scripts/restore "$broken"
  like 'a pipe is no file of a backup' "$code:$out" '^2:.*roles.sql is missing, or no file'
  rm "$broken/roles.sql"
  cp "$folder/roles.sql" "$broken/roles.sql"
  sed -i /roles.sql/d "$broken/SHA256SUMS"
  run scripts/restore "$broken"
  like 'nor one without a sum' "$code:$out" '^2:.*SHA256SUMS names other files'
  like 'and is not run' "$(test -e "$work/owned" || echo none)" '^none$'
  # A day that was published otherwise: the last digit of the last but one seal.
  sed "2s/.\$/$(sed -n '2s/.*\(.\)$/\1/p' "$folder/seals.txt" | tr '0-9a-f' '1-9a-f0')/" "$folder/seals.txt" >"$work/other-seals"
  run scripts/restore "$folder" --published "$work/other-seals"
  like 'restored; books that were published otherwise are told' "$code:$out" '^1:.*WRONG   the seals are those that were published'
  like 'all else is well' "$(grep -c '^ok  ' <<<"$out"):$(grep -c '^WRONG' <<<"$out")" '^4:1$'
  like 'the same balances' "$(balances "$KABINET_DB")" "^$(cat "$work/balances")\$"
  like 'the same seals' "$(scripts/seals | cmp - "$folder/seals.txt" && echo same)" '^same$'
  like 'the published seals too' "$(cmp -n "$(stat -c %s "$HOME_DIR/seals/seals.txt")" "$HOME_DIR/seals/seals.txt" "$folder/seals.txt" && echo same)" '^same$'
  run scripts/restore "$folder"
  like 'never over a database that is not empty' "$code:$out" '^2:.*is not empty'

  # Roles see what they saw: their functions, and nothing else.
  like 'a role may connect and do its work' "$(sql -c 'set role kabinet_home' -c "select has_database_privilege(current_database(), 'connect')" \
    -c "select has_function_privilege('cabinet.home(text)', 'execute')" | tr '\n' ' ')" '^t t $'
  run sql -c 'set role kabinet_home' -c 'select from people.person'
  like 'and reads no table' "$code:$out" '^[13]:.*permission denied'
  run sql -c 'set role kabinet_home' -c 'select pg_advisory_lock(1)'
  like 'and takes no lock' "$code:$out" '^[13]:.*permission denied'
  like 'settings of roles and database' "$(sql -c "select count(distinct setconfig) || min(setconfig::text) from pg_db_role_setting
    s join pg_roles r on r.oid = s.setrole where r.rolname ~ '^kabinet_'")" '^1\{"search_path=\\"\\""\}$'

  # The password of a family, by the functions that the program calls; with another pepper it is worth nothing.
  IFS=$'\t' read -r login password < <(jq -r '.cabinets[] | select(.password) | [.login, .password] | @tsv' "$HOME_DIR/credentials.json" | tail -n 1)
  run scripts/contract --batch <<<"pupil"$'\t'"$login"$'\t'"$password"$'\t'"5b2k-9xw4-q7mt"
  like 'a parent logs in with the old password' "$code:$out" "^0:.*\"login\":\"$login-0\""
  (umask 077 && openssl rand -base64 48 >"$work/pepper")
  run env KABINET_PEPPER="$work/pepper" scripts/contract --batch <<<"pupil"$'\t'"$login"$'\t'"$password"$'\t'"5b2k-9xw4-q7mt"
  like 'but not with another pepper' "$code" '^1$'

  # Names with capitals, dots and texts with quotes are what a server may well have.
  sql -c 'alter database kabinet set log_min_error_statement = panic' -c "alter database kabinet set timezone = 'Asia/Vladivostok'" \
    -c "alter database kabinet set kabinet.note = 'it''s \\ here'" -c 'create role kabinet_2024 nologin'
  run scripts/backup "$work/capitals"
  like 'settings of all kinds are restored' "$code:$out" '^0:.*sealed days; the pepper is not in it$'
  # A kopeck that somebody with all rights added. The backup of it is a backup, and does not count.
  sql -c 'set session_replication_role = replica' -c 'update ledger.balance set balance_kop = balance_kop + 1 where account_id =
    (select min(account_id) from ledger.balance)'
  run scripts/backup "$work/backups" --keep 1
  like 'a backup of spoilt books is not proven' "$code:$out" '^1:.*could not be proven'
  like 'and the older one stays' "$(folders "$work/backups")" '^1:1$'
  sleep 1
  run scripts/backup "$work/backups" --keep 1 --quick
  like 'the newest is kept alone' "$code:$(folders "$work/backups"):$(test -e "$folder" || echo gone)" '^0:1:1:gone$'
  like 'what the database sets is in it' "$(cat "$work"/backups/kabinet-*Z/grants.sql)" "alter  ?database :\"DBNAME\" set log_min_error_statement = 'panic';"
  run env KABINET_DB='host=/nonexistent dbname=kabinet' scripts/backup "$work/backups"
  like 'no database' "$code:$out" '^2:.*no backup was made'
  like 'leaves nothing half-made' "$(find "$work/backups" -name '*.part' | wc -l)" '^0$'
  run scripts/backup
  like 'usage' "$code:$out" '^2:backup DIR'
  echo "1..$tests"
  ((failed == 0))
}

if [[ ${1-} == inside ]]; then
  work=$2 tests=$3 failed=$4
  inside
else
  work=$(mktemp -d /var/tmp/kabinet-backup.XXXXXX)
  trap 'rm -rf "$work"' EXIT
  make_backup
  scripts/with-database "$0" inside "$work" "$tests" "$failed"
fi
