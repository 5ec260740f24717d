#!/usr/bin/env bash
# jobs.sh -- the runner of jobs: its log, its locks, a job that fails. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ ${1-} == inside ]] || exec scripts/with-database "$0" inside
. scripts/lib.sh

work=$(mktemp -d /var/tmp/kabinet-jobs.XXXXXX)
trap 'rm -rf "$work"' EXIT
export KABINET_JOBS_LOCK=$work/lock
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
sql() { PGOPTIONS='-c client_min_messages=warning' psql -XAtq -v ON_ERROR_STOP=1 -d "$KABINET_DB" "$@"; }
# jobs ARGUMENT...: sets $out, $err and $code.
jobs() {
  code=0
  out=$(scripts/jobs "$@" 2>"$work/err") || code=$?
  err=$(<"$work/err")
}
# A job's work is replaced by a body of plpgsql.
sabotage() {
  sql -c "create or replace function job.check_books() returns bigint language plpgsql stable security definer set search_path = '' as \$\$ begin $1 end \$\$"
}

scripts/db deploy >"$work/deploy.log" 2>&1 || { tail -5 "$work/deploy.log" >&2; exit 1; }
stamp='^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z jobs\[[0-9]+\] '

jobs due
like 'all well' "$code" '^0$'
like 'a line for each job' "$(grep -cE "$stamp""info job-done job=[a-z-]+ rows=[0-9]+ ms=[0-9]+$" <<<"$err")" "^$(sql -c "select count(*) from job.job")\$"
jobs due
like 'nothing is due, nothing is said' "$code:$err" '^0:$'

sabotage "raise exception E'I4: \"three\"\n2026-01-01T00:00:00.000Z jobs[1] info forged';"
jobs run books sweep
like 'a job that fails is told' "$err" 'error job-failed job=books rows=0 failed=1 ms=[0-9]+ why=I4:\\x20\\x22three'
like 'in one line' "$(grep -c . <<<"$err")" '^2$'
like 'the others run all the same' "$err" 'info job-done job=sweep'
like 'the exit status says it' "$code" '^1$'
jobs run nothing
like 'a job that is not there' "$code:$err" '^1:.*error job-broken job=nothing'

# Somebody else, another machine or this one, has the job.
sabotage 'perform pg_sleep(2); return 1;'
scripts/jobs run books 2>"$work/first" &
sleep 0.7
KABINET_JOBS_LOCK=$work/other-machine jobs run books
like 'another machine leaves it alone' "$code:$err" '^0:.*info job-elsewhere job=books$'
jobs due
like 'this machine does not even ask' "$code:$err" '^0:.*info jobs-busy$'
wait
like 'the first one is not disturbed' "$(<"$work/first")" 'info job-done job=books rows=1'

code=0
err=$(KABINET_DB='host=/nonexistent dbname=kabinet' scripts/jobs due 2>&1) || code=$?
like 'no database' "$code:$err" '^2:.*error db-lost why='
jobs nonsense
like 'usage' "$code:$err" '^2:jobs \['
jobs list
like 'a list' "$out" 'books +- +2[0-9]{3}-'

echo "1..$tests"
((failed == 0))
