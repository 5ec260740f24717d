#!/usr/bin/env bash
# install.sh -- scripts/install from nothing to a purge, on this machine's own /etc, which a mount namespace covers with copies that
# vanish afterwards; without systemd, as --no-start. Prints TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/lib.sh

HOST=cabinet.example.ru
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
install_it() { run scripts/install --no-start "$@"; }
# What stands below the folders that may change, with owner, mode and content.
state() { { find /etc /opt /var/lib/kabinet ! -type d -printf '%p %u %m %s %C@\n' 2>/dev/null || true; } | sort | md5sum; }

# cover FOLDER...: from here on its files are copies.
cover() {
  local folder n=0

  mount -t tmpfs tmpfs "$work"
  for folder; do
    n=$((n + 1))
    mkdir -p "$work/$n/upper" "$work/$n/work" "$folder"
    mount -t overlay overlay -o "lowerdir=$folder,upperdir=$work/$n/upper,workdir=$work/$n/work" "$folder"
  done
  mount -t tmpfs -o mode=755 tmpfs /run
}

start_server() {
  install -d -o postgres /run/postgresql "$work/log"
  make_cluster "$work/pg" postgres "$work/initdb.log" || { cat "$work/initdb.log" >&2; exit 1; }
  postgresql_conf /run/postgresql | as postgres tee "$work/pg/kabinet.conf" >/dev/null
  # As Debian's own: everybody as himself.
  as postgres tee "$work/pg/pg_hba.conf" >/dev/null <<<'local all all peer'
  as postgres "$PG_BIN/pg_ctl" -D "$work/pg" -l "$work/log/log" -w -t 60 start >/dev/null
}

# asks USER ROLE STATEMENT
asks() { as "$1" psql -XAtq -d "host=/var/run/postgresql dbname=kabinet user=$2" -c "$3"; }

inside() {
  local before after unit

  mount --make-rprivate /
  cover /etc /opt /var/lib /var/log
  # cron need not be there to be written for.
  mkdir "$work/bin"
  printf '#!/bin/sh\n' >"$work/bin/cron" && chmod 755 "$work/bin/cron"
  chmod 755 "$work"
  PATH=$work/bin:$PATH
  start_server
  trap 'as postgres "$PG_BIN/pg_ctl" -D "$work/pg" -m immediate -w stop >/dev/null 2>&1 || true' EXIT
  rm -rf /opt/kabinet /etc/kabinet /etc/nginx/kabinet /etc/nginx/sites-*/kabinet

  install_it
  like 'what is missing is told at once' "$code:$out" '^1:.*--name HOST is missing.*no file /etc/kabinet/tls/server.crt'
  mkdir -p /etc/kabinet/tls
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$HOST" -keyout /etc/kabinet/tls/server.key \
    -out /etc/kabinet/tls/server.crt 2>/dev/null
  printf 'server { server_name %s; }\n' "$HOST" >/etc/nginx/sites-available/kabinet
  install_it --name "$HOST"
  like 'a site of somebody else is not touched' "$code:$out" '^1:.*kabinet is somebody else'
  mv /etc/nginx/sites-{available,enabled}/kabinet
  mv /etc/nginx/sites-enabled/{kabinet,other}
  install_it --name "$HOST"
  like 'nor is its name taken' "$code:$out" "^1:.*another site answers for $HOST already: /etc/nginx/sites-enabled/other"
  rm /etc/nginx/sites-enabled/other
  before=$(state)
  install_it --name "$HOST" --dry-run
  like 'a dry run says what it would do' "$code:$out" '^0:.*would write /opt/kabinet.*would create database kabinet.*nothing was done$'
  like 'and does nothing' "$(state)" "^$before\$"

  install_it --name "$HOST"
  like 'installed' "$code:$out" '^0:.*deploy the schema.*installed; nothing was started'
  [[ $code -eq 0 ]] || printf '%s\n' "$out" | sed 's/^/# /'
  run nginx -t -q
  like 'nginx reads the site' "$code:$out" '^0:$'
  like 'no word is left to be filled in' "$(grep -rlE '@[A-Z_]+@' /etc/nginx/kabinet /etc/nginx/sites-available/kabinet /etc/systemd/system/kabinet* \
    /etc/cron.d/kabinet | wc -l)" '^0$'
  like 'the pepper is its users'"'" "$(stat -c '%U %a' /etc/kabinet/pepper /etc/kabinet/peppers/{login,settings,staff} | tr '\n' ' ')" \
    '^root 600 kabinet-login 400 kabinet-settings 400 kabinet-staff 400 $'
  like 'a program comes in as its role' "$(asks kabinet-home kabinet_home 'select current_user')" '^kabinet_home$'
  run asks kabinet-home kabinet_login 'select 1'
  like 'and as no other' "$code:$out" '^2:.*Peer authentication failed'
  run asks www-data kabinet_home 'select 1'
  like 'nginx as nobody' "$code:$out" '^2:.*Peer authentication failed'
  like 'what others had in pg_hba.conf stays' "$(tail -n 1 "$work/pg/pg_hba.conf")" '^local all all peer$'
  like 'an installed script knows its database' "$(/opt/kabinet/scripts/school add 027039 'школа № 39' Asia/Vladivostok && /opt/kabinet/scripts/school list)" \
    '^027039  школа № 39'
  run as kabinet-jobs env KABINET_DB='host=/var/run/postgresql dbname=kabinet user=kabinet_jobs' KABINET_JOBS_LOCK=/dev/null /opt/kabinet/scripts/jobs list
  like 'the jobs can be run' "$code:$out" '^0:.*books'
  if type -P systemd-analyze >/dev/null; then
    mkdir "$work/units"
    for unit in kabinet@login.service kabinet@login.socket; do
      cp "/etc/systemd/system/kabinet@.${unit##*.}" "$work/units/$unit"
    done
    cp /etc/systemd/system/kabinet-jobs.* "$work/units/"
    run systemd-analyze verify --man=no --recursive-errors=no "$work"/units/kabinet*
    like 'systemd reads the units' "$code:$out" '^0:$'
  else
    echo "ok $((tests += 1)) - systemd reads the units # SKIP no systemd-analyze"
  fi
  # What systemd does: the socket is fd 0.
  env -i "$(sed -n 's/^Environment=\(KABINET_TEMPLATES=.*\)/\1/p' /etc/systemd/system/kabinet@.service)" \
    "$(sed -n 's/^Environment=\(KABINET_STATIC_MANIFEST=.*\)/\1/p' /etc/systemd/system/kabinet@.service)" \
    KABINET_DB='host=/var/run/postgresql dbname=kabinet user=kabinet_home' KABINET_BASE_URL="https://$HOST" \
    spawn-fcgi -n -s "$work/home.sock" -u kabinet-home -- /opt/kabinet/build/release/cgi-bin/home 2>"$work/home.log" &
  wait_until 5 grep -qs started "$work/home.log" || true
  like 'an installed program starts' "$(<"$work/home.log")" 'info started workers=2'
  kill %1
  wait %1 2>/dev/null || true

  before=$(state)
  install_it
  like 'a second time there is nothing to do' "$code:$out" "^0:nothing to change: $HOST is installed from this build\$"
  like 'and nothing is done' "$(state)" "^$before\$"
  after=$(md5sum </etc/kabinet/pepper)
  printf 'old\n' >/opt/kabinet/templates/home.html
  printf '# mine\n' >>/etc/kabinet/kabinet.env
  printf '# mine\n' >>/etc/nginx/kabinet/snippets/rates.conf
  printf '# mine\n' >>/etc/nginx/kabinet/snippets/tls.conf
  install_it
  like 'an upgrade writes what is another' "$code:$out" '^0:write /opt/kabinet'$'\n''write /etc/nginx/kabinet/snippets/tls.conf'$'\n''installed'
  like 'and leaves alone what is the administrator'"'s" "$(tail -qn 1 /etc/kabinet/kabinet.env /etc/nginx/kabinet/snippets/rates.conf | tr '\n' ' '
    md5sum </etc/kabinet/pepper)" "^# mine # mine $after\$"
  printf 'nonsense;\n' >>/etc/nginx/nginx.conf
  rm /etc/nginx/kabinet/errors/404.html
  install_it
  like 'what nginx refuses is taken back' "$code:$out" '^1:.*unknown directive "nonsense".*its files are as they were'
  like 'as it was' "$(test -e /etc/nginx/kabinet/errors/404.html || echo as it was)" '^as it was$'
  sed -i '$d' /etc/nginx/nginx.conf

  run /opt/kabinet/scripts/backup "$work/backups" --quick
  like 'a backup' "$code:$out" '^0:.*kabinet-'
  install_it --uninstall
  like 'uninstalled: the database stays' "$code:$out:$(asks root postgres 'select count(*) from school.school')" '^0:.*stay:1$'
  run nginx -t -q
  like 'nginx without it' "$code:$out:$(ls -d /opt/kabinet /etc/nginx/kabinet /etc/nginx/sites-*/kabinet /etc/systemd/system/kabinet* /etc/cron.d/kabinet 2>/dev/null)" '^0::$'
  install_it --uninstall --purge other.example.ru
  like 'a purge wants the name' "$code:$out" '^1:.*«cabinet.example.ru»'
  cp -a /etc/kabinet "$work/kept"
  install_it --uninstall --purge "$HOST"
  like 'purged' "$code:$(ls -d /etc/kabinet /var/lib/kabinet 2>/dev/null):$(as postgres psql -XAtq -d 'host=/run/postgresql dbname=postgres' \
    -c "select count(*) from pg_roles where rolname ~ '^kabinet'" -c "select count(*) from pg_database where datname = 'kabinet'" | tr '\n' ' '):$(
    grep -c kabinet "$work/pg/pg_hba.conf")" '^0::0 0 :0$'
  cp -a "$work/kept" /etc/kabinet
  install_it --name "$HOST" --restore "$(echo "$work"/backups/kabinet-*Z)"
  like 'and from a backup again' "$code:$out:$(asks root postgres 'select count(*) from school.school')" '^0:.*ok      the pepper is the one of the backup.*:1$'
  run scripts/install nonsense
  like 'usage' "$code:$out" '^2:install --name HOST'

  echo "1..$tests"
  ((failed == 0))
}

if [[ ${1-} == inside ]]; then
  work=$2
  inside
elif ! is_root || ! unshare --mount true 2>/dev/null; then
  echo 'ok 1 - scripts/install # SKIP only root can cover /etc'
  echo '1..1'
else
  make -s -j2 >/dev/null
  work=$(mktemp -d /var/tmp/kabinet-install.XXXXXX)
  trap 'rmdir "$work"' EXIT
  unshare --mount "$0" inside "$work"
fi
