#!/usr/bin/env bash
# school.sh -- a school from nothing to its first contract, by scripts/school, staff and contract. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ ${1-} == inside ]] || exec scripts/with-database "$0" inside
. scripts/lib.sh

work=$(mktemp -d /var/tmp/kabinet-school.XXXXXX)
trap 'rm -rf "$work"' EXIT
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
sql() { psql -XAtq -v ON_ERROR_STOP=1 -d "$KABINET_DB" -c "$1"; }

scripts/db deploy >"$work/deploy.log" 2>&1 || { tail -5 "$work/deploy.log" >&2; exit 1; }
make -s build/release/scripts/issue-contract build/release/scripts/staff-account >"$work/make.log" 2>&1
(umask 077 && openssl rand -base64 48 >"$work/pepper")
export KABINET_PEPPER=$work/pepper
this=$(date +%Y)
(($(date +%-m) >= 9)) || this=$((this - 1))
next=$((this + 1))
terms=("$this-09-01..$this-10-25" "$this-11-02..$this-12-30" "$next-01-11..$next-03-26" "$next-04-05..$next-05-26")

run scripts/school add 27039 'школа № 39' Asia/Vladivostok
like 'a number that is none' "$code:$out" '^1:.*шесть цифр'
run scripts/school add 027039 'школа № 39' Asia/Nowhere
like 'a clock that is none' "$code:$out" '^1:.*Нет часового пояса «Asia/Nowhere»'
run scripts/school add 027039 'школа № 39' Asia/Vladivostok
like 'a school' "$code:$out" '^0:$'
run scripts/school add 027039 'школа № 39' Asia/Vladivostok
like 'is added once' "$code:$out" '^1:.*уже есть'
like 'with bells, works and letters' "$(sql "select (select count(*) from school.bell), (select count(*) from school.work_kind),
  (select count(*) from school.attendance_code)")" '^16\|14\|8$'

run scripts/school class 027039 "$this" 7Б
like 'no class without a year' "$code:$out" '^1:.*ещё нет'
run scripts/school year 027039 "$this" 1-9 "${terms[@]:0:3}" nonsense
like 'a term that is none' "$code:$out" '^1:.*пишется так'
run scripts/school year 027039 "$this" 1-9 "${terms[@]:0:3}" "$next-04-05..$next-09-26"
like 'a term beyond the year' "$code:$out" '^1:.*Учебный год'
like 'what was refused left nothing' "$(sql 'select count(*) from school.year')" '^0$'
run scripts/school year 027039 "$this" 1-9 "${terms[@]}"
like 'a year of quarters' "$code:$out" '^0:$'
run scripts/school year 027039 "$this" 10-11 "$this-09-01..$this-12-30" "$next-01-11..$next-05-26"
like 'seniors have halves' "$code:$out" '^0:$'
run scripts/school year 027039 "$this" "${terms[@]}"
like 'no second terms for the same grades' "$code:$out" '^1:.*уже есть'
like 'terms' "$(sql "select string_agg(title, ', ' order by grades, ordinal) from school.term")" \
  '^1 четверть, 2 четверть, 3 четверть, 4 четверть, 1 полугодие, 2 полугодие$'
run scripts/school class 027039 "$this" 7Б '7 «в»' 12А
like 'all classes or none' "$code:$out:$(sql 'select count(*) from school.class')" '^1:.*Класс пишется так.*:0$'
run scripts/school class 027039 "$this" 7Б '7 «в»' 7Б
like 'classes' "$code:$out:$(sql 'select count(*) from school.class')" '^0::2$'
run scripts/school subject 027039 'Русский язык' Алгебра
like 'subjects' "$code:$(sql 'select string_agg(title, $$,$$ order by rank) from school.subject')" '^0:Русский язык,Алгебра$'

agent=('ООО «Расчёт»' 2799000013 279901001 40703810327990000018 'Учебный банк' 040813999 30101810000000000999)
run scripts/school agent 027039 "${agent[@]:0:3}" 407 "${agent[@]:4}"
like 'an account that is none' "$code:$out" '^1:.*счёт — 20'
run scripts/school agent 027039 "${agent[@]}"
like 'who takes the money' "$code:$out" '^0:$'
run scripts/school agent 027039 'ООО «Новое имя»' "${agent[@]:1}"
like 'under another name' "$code:$(sql 'select count(*), min(payee) from bank.agent')" '^0:1\|ООО «Новое имя»$'

run scripts/staff add teacher.039 --school 027039 --name 'Ладогина Инга Юрьевна' --roles teacher
like 'a teacher' "$code" '^0$'
run scripts/school tutor 027039 7Б head.039
like 'a tutor who is nobody' "$code:$out" '^1:.*Нет сотрудника'
run scripts/school tutor 027039 7Б teacher.039
like 'a tutor' "$code:$out" '^0:$'
run scripts/contract --school 027039 --class 7Б --payer 'Вымышлева Злата Тихоновна' --child 'Вымышлев Лука Саввич' --json
like 'the first contract' "$code:$out" '^0:.*"account":"0270390000"'
run scripts/school list
like 'schools' "$code:$out" '^0:027039  школа № 39  Asia/Vladivostok  получатель ООО «Новое имя»$'
run scripts/school list 027039
like 'its classes' "$code:$out" "^0:$this  7 «Б»  учеников: 1  классный руководитель teacher.039"$'\n'"$this  7 «В»  учеников: 0$"
run scripts/school open 027039
like 'usage' "$code:$out" '^2:school VERB'

echo "1..$tests"
((failed == 0))
