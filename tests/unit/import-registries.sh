#!/usr/bin/env bash
# import-registries.sh -- what scripts/import-registries does with files, and two desks with one payment. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ ${1-} == inside ]] || exec scripts/with-database "$0" inside
. scripts/lib.sh

BUILD=${KABINET_BUILD:-build/release}
PAYEE=40703810000000000939
INN=9715357654
PUPIL=0279390001
work=$(mktemp -d /var/tmp/kabinet-inbox.XXXXXX)
trap 'rm -rf "$work"' EXIT
export KABINET_SETTLE_S=0
tests=0 failed=0

# is NAME GOT WANTED
is() {
  tests=$((tests + 1))
  if [[ $2 == "$3" ]]; then
    echo "ok $tests - $1"
  else
    echo "not ok $tests - $1"
    printf '# got    %q\n# wanted %q\n' "$2" "$3"
    failed=$((failed + 1))
  fi
}
sql() { PGOPTIONS='-c client_min_messages=warning' psql -XAtq -v ON_ERROR_STOP=1 -d "$KABINET_DB" "$@"; }
violations() { sql -c 'select id, detail from ledger.violations limit 5'; }
balance() { sql -c "select b.balance_kop from ledger.balance b join ledger.account a on a.id = b.account_id
  join school.pupil p on p.id = a.pupil_id where p.account = '$PUPIL'"; }

# registry NUMBER FOLDER [OPERATION ACCOUNT KOPECKS]...: an eps13 file of that number; sets $file.
registry() {
  local sum=0 rows=0 roubles
  file=$2/${INN}_${PAYEE}_$1.txt
  shift 2
  while (($# > 0)); do
    printf -v roubles '%s%d,%02d' "$( (($3 >= 0)) || echo -)" $((${3#-} / 100)) $((${3#-} % 100))
    printf '%s\r\n' "20-11-2026;09-32-33;8617;8617999V;$1;$2;ВЫМЫСЛОВА ЗЛАТА;Г ХАБАРОВСК;1126;$roubles;$roubles;0,00;5"
    sum=$((sum + $3)) rows=$((rows + 1))
    shift 3
  done >"$file"
  printf -v roubles '%s%d,%02d' "$( ((sum >= 0)) || echo -)" $((${sum#-} / 100)) $((${sum#-} % 100))
  printf '=%d;%s;%s;0,00;686336;21-11-2026\r\n' "$rows" "$roubles" "$roubles" >>"$file"
}

# import ARGUMENT...: sets $out, $err and $code.
import() {
  code=0
  out=$(scripts/import-registries "$@" 2>"$work/err") || code=$?
  err=$(<"$work/err")
}
# A home of folders for one test, with an empty inbox; sets $home and $inbox.
homes=0
new_home() {
  home=$work/home$((++homes)) inbox=$work/home$homes/inbox
  mkdir -p "$inbox"
}
files() { (cd "$home" && find . -type f -printf '%P\n' | sort | tr '\n' ' '); }

# sabotage SCRIPT: an importer that runs SCRIPT first, with the file in $1; the real one follows unless SCRIPT ends it.
sabotage() {
  mkdir -p "$work/build/scripts"
  printf '#!/usr/bin/env bash\n%s\nexec %q "$@"\n' "$1" "$PWD/$BUILD/scripts/registry-import" >"$work/build/scripts/registry-import"
  chmod 755 "$work/build/scripts/registry-import"
}

make_database() {
  scripts/db deploy >"$work/deploy.log" 2>&1 || { tail -5 "$work/deploy.log" >&2; exit 1; }
  sql >/dev/null <<END
    insert into school.school (region, number, name, time_zone) values ('027', '939', 'школа № 939', 'Asia/Krasnoyarsk');
    insert into school.year (school_id, first_day, last_day) select id, '2026-09-01', '2027-05-31' from school.school;
    insert into school.class (school_id, year_id, grade, letter) select school_id, id, 7, 'Б' from school.year;
    insert into school.pupil (school_id, class_id, idn, account) select c.school_id, c.id, 'IMMMMMMM22', '$PUPIL' from school.class c;
    insert into bank.agent (payee, inn, account20, bank_name, bik) values ('Получатель', '$INN', '$PAYEE', 'Банк', '044525225');
    insert into bank.agent_school (school_id, agent_id) select s.id, a.id from school.school s, bank.agent a;
END
}

# ---- the folders -----------------------------------------------------------------------------------------------------

inbox_and_folders() {
  new_home
  registry 1 "$inbox" 1 $PUPIL 1000
  registry 2 "$inbox" 2 $PUPIL 500
  sed -i 's/^=1;5,00/=1;5,01/' "$file"
  registry 3 "$inbox" 3 $PUPIL 25
  chmod 644 "$inbox"/*
  import "$inbox"
  is "a refused file: status 1" "$code" 1
  is "each file has its line, and is called by its place in the inbox" "$(grep -c "^$inbox/${INN}_${PAYEE}_[123].txt: " <<<"$out")" 3
  is "the line is exactly the one that was promised" "$(sed -n 1p <<<"$out")" \
    "$inbox/${INN}_${PAYEE}_1.txt: posted=1 amount=10,00 confirmed=0 duplicate=0 unidentified=0"
  is "accepted and refused files are sorted" "$(files)" \
    "archive/${INN}_${PAYEE}_1.txt archive/${INN}_${PAYEE}_3.txt refused/${INN}_${PAYEE}_2.txt refused/${INN}_${PAYEE}_2.txt.reason "
  is "nobody else reads the folders" "$(cd "$home" && stat -c %a work archive refused | tr '\n' ' ')" "700 700 700 "
  is "nor the files, with payers' names in them" "$(find "$home"/archive "$home"/refused -type f ! -perm 600)" ""
  is "the money is there" "$(balance)" 1025
  registry 1 "$home" 1 $PUPIL 1000
  import "$file"
  is "a FILE is read where it is" "$code $(basename "$out") $(test -f "$file" && echo kept)" \
    "0 ${INN}_${PAYEE}_1.txt: already loaded kept"
}

replaced_meanwhile() {
  local first
  new_home
  registry 10 "$home" 11 $PUPIL 100
  first=$file
  registry 10 "$inbox" 10 $PUPIL 100
  sabotage "cp -n '$first' '$inbox/'"
  cp "$file" "$work/original"
  KABINET_BUILD=$work/build import "$inbox"
  is "a file that comes under the same name while one is loaded" "$code $(files)" \
    "0 ${first##*/} archive/${file##*/} inbox/${file##*/} "
  is "what was loaded is what is kept" "$(cmp "$work/original" "$home/archive/${file##*/}" && echo same)" same
  import "$inbox"
  is "and the new file is loaded the next time" "$code ${out##*: }" "0 posted=1 amount=1,00 confirmed=0 duplicate=0 unidentified=0"
  is "beside the old one" "$(find "$home/archive" -type f | wc -l)" 2
}

one_bad_file() {
  local before
  new_home
  before=$(balance)
  registry 20 "$inbox" 20 $PUPIL 1
  registry 21 "$inbox" 21 $PUPIL 10
  registry 22 "$inbox" 22 $PUPIL 100
  sabotage 'case $1 in *_20.txt) kill -SEGV $$ ;; esac'
  KABINET_BUILD=$work/build import "$inbox"
  is "an importer that dies stops nobody else's file" "$code $(balance)" "1 $((before + 110))"
  is "it is told" "$(grep -c "_20.txt: not loaded, the importer ended with status 139" <<<"$err")" 1
  is "its file waits in work/" "$(ls "$home/work")" "${INN}_${PAYEE}_20.txt"
  registry 19 "$inbox" 19 $PUPIL 1000
  import "$inbox"
  is "and comes first the next time" "$code $(sed 's|.*_\([0-9]*\).txt.*|\1|' <<<"$out" | tr '\n' ' ')" "0 20 19 "
  is "everything is in" "$(balance) $(ls "$home/work")" "$((before + 1111)) "
}

no_database() {
  new_home
  registry 30 "$inbox" 30 $PUPIL 1
  registry 31 "$inbox" 31 $PUPIL 2
  KABINET_DB="host=$work/nowhere dbname=kabinet" import "$inbox"
  is "without a database everything waits: status 2" "$code $(files)" "2 inbox/${INN}_${PAYEE}_31.txt work/${INN}_${PAYEE}_30.txt "
  import "$inbox"
  is "for the next time" "$code $(ls "$home/archive" | wc -l)" "0 2"
}

strange_files() {
  local before
  new_home
  before=$(balance)
  registry 40 "$inbox" 40 $PUPIL 7
  cp "$file" "$inbox"/$'a\n\e[31m.txt'
  cp "$file" "$inbox"/$'b\xff.txt'
  ln -s /etc/passwd "$inbox/link.txt"
  mkfifo "$inbox/fifo.txt"
  import "$inbox"
  is "a name with control characters is skipped, the others are loaded" "$code $(balance)" "1 $((before + 7))"
  is "the warning is one clean line for each" "$(grep -c 'skipped$' <<<"$err") $(grep -c '[[:cntrl:]]' <<<"$err")" "2 0"
  ln -s "$home/archive/${file##*/}" "$home/link.txt"
  registry 41 "$home" 41 $PUPIL 3
  import "$home/link.txt" "$file"
  is "a symbolic link is not followed, and the next file is loaded" "$code $(balance)" "1 $((before + 10))"
  registry 42 "$home" 42 $PUPIL 5
  code=0
  KABINET_REGISTRY_XSD=lib/registry.xsd timeout 20 "$BUILD/scripts/registry-import" "$inbox/fifo.txt" "$home" $'c\e.txt' "$file" \
    >/dev/null 2>"$work/err" || code=$?
  is "nor is a FIFO waited for, or a folder read" "$code $(balance)" "1 $((before + 15))"
  is "each is told why" "$(sed "s|$home/||" "$work/err" | tr '\n' '|')" \
    "registry-import: inbox/fifo.txt: not a regular file|registry-import: $home: not a regular file|$(
    )registry-import: name with control characters or not in UTF-8: c\\x1B.txt|"
}

# ---- rows ------------------------------------------------------------------------------------------------------------

rows_of_xml() {
  local before
  new_home
  before=$(balance)
  file=$inbox/${INN}_${PAYEE}_50.xml
  cat >"$file" <<'END'
<Data><Body><PaymentExchange IdOfContragent="1" IdOfPacket="1" SyncTime="09.02.2010 10:33:21" Version="3"><PaymentRegistry>
  <PT ContractId="279390001" IdOfPayment="1" PayTime="08.02.2010 18:00:00" Sum="300"/><PT ContractId="0279390001" IdOfPayment="2" PayTime="08.02.2010 18:00:00" Sum="40"/>
  <PT ContractId="02793900015" IdOfPayment="3" PayTime="08.02.2010 18:00:00" Sum="5"/></PaymentRegistry></PaymentExchange></Body></Data>
END
  import "$inbox"
  is "two payments on one line of XML; one digit too many is nobody's" "$code ${out##*: }" \
    "0 posted=2 amount=3,40 confirmed=0 duplicate=0 unidentified=1"
  is "to the kopeck" "$(balance)" "$((before + 340))"
}

spent() {
  new_home
  sql >/dev/null <<END
    select ledger.post('meal', 'till', '1', '2026-11-20', 'till', 'столовая', 'Обед', array[a.id, s.id], array[-b.balance_kop, b.balance_kop])
      from ledger.account a join ledger.balance b on b.account_id = a.id, ledger.account s where a.kind = 'pupil' and s.kind = 'suspense';
END
  registry 60 "$inbox" 1 $PUPIL -1000 60 $PUPIL 800
  import "$inbox"
  is "a payment taken back that is spent: the others are posted" "$code ${out##*: } $(balance)" \
    "0 posted=1 amount=8,00 confirmed=0 duplicate=0 unidentified=0 800"
  is "and the accountant is told" "$(grep -c 'не отменено, ждут в bank.unreversed: 1$' <<<"$err")" 1
  is "where it waits" "$(sql -c 'select operation, owed_kop from bank.unreversed')" "1|1000"
  is "the books are healthy" "$(violations)" ""
}

# ---- two at once -----------------------------------------------------------------------------------------------------

# Is a session waiting for a lock; is the first of the two asleep with its locks in hand?
is_waiting() { [[ $(sql -c "select count(*) from pg_stat_activity where wait_event_type = 'Lock'") != 0 ]]; }
is_holding() { [[ $(sql -c "select count(*) from pg_stat_activity where query = 'select pg_sleep(3);' and state = 'active'") != 0 ]]; }
suspense() { sql -c "select coalesce(sum(p.amount_kop), 0) from ledger.posting p join ledger.account a on a.id = p.account_id where a.kind = 'suspense'"; }

# The desk gives a payment to a pupil while the bank takes it back, the desk first.
desk_first() {
  local before waited=no in_suspense
  new_home
  before=$(balance) in_suspense=$(suspense)
  registry 70 "$home" 70 105 2000
  import "$file"
  sql >/dev/null <<'END' &
    begin;
    select bank.identify(u.registry_id, u.ordinal, u.version, p.id, 'desk') from bank.unidentified u, school.pupil p where u.operation = '70';
    select pg_sleep(3);
    commit;
END
  wait_until 10 is_holding
  registry 71 "$home" 70 105 -2000
  scripts/import-registries "$file" >"$work/out" 2>/dev/null &
  ! wait_until 10 is_waiting || waited=yes
  wait
  is "the bank takes back what a desk is giving to a pupil: it waits" "$waited" yes
  is "and undoes both" "$(balance) $(suspense)" "$before $in_suspense"
  is "the books are healthy" "$(violations)" ""
}

bank_first() {
  local before waited=no in_suspense desk=0
  before=$(balance) in_suspense=$(suspense)
  registry 80 "$home" 80 105 3000
  import "$file"
  sql >/dev/null <<END &
    begin;
    set local role kabinet_import;
    select is_loaded from bank_api.import_begin('hand', sha256('hand'), '$PAYEE');
    insert into pg_temp.registry_staging values (1, 1, '80', '105', '2026-11-20', -3000, -3000, 0, 0, '');
    select reversal from bank_api.import_finish('hand', sha256('hand'), '$PAYEE', '', 'eps13', '', 1, -3000, -3000, 0, '', null);
    select pg_sleep(3);
    commit;
END
  wait_until 10 is_holding
  sql -v VERBOSITY=sqlstate -c "select bank.identify(r.registry_id, r.ordinal, r.version, p.id, 'desk')
    from bank.registry_row r, school.pupil p where r.operation = '80'" >/dev/null 2>"$work/err" &
  desk=$!
  ! wait_until 10 is_waiting || waited=yes
  wait "$desk" || true
  wait
  is "a desk gives to a pupil what the bank is taking back: it waits" "$waited" yes
  is "and hears that it is too late" "$(sed 's/.*: *//' "$work/err")" KB409
  is "nobody has the money" "$(balance) $(suspense)" "$before $in_suspense"
  is "the books are healthy" "$(violations)" ""
}

make -s "BUILD=$BUILD" "$BUILD/scripts/registry-import" >&2
make_database
inbox_and_folders
replaced_meanwhile
one_bad_file
no_database
strange_files
rows_of_xml
spent
desk_first
bank_first
echo "1..$tests"
((failed == 0))
