-- library.sql -- the world of tests/chaos/library: a school whose library has little, 24 readers with money and sessions `reader-N`, two
-- librarians with sessions `desk-N`; lib_drill.act(), one call of a client; and what the checker asks. Tokens are filled up to 43 characters.

create schema lib_drill;

insert into school.school (region, number, name, time_zone) values ('027', '901', 'школа № 901', 'Asia/Vladivostok');
insert into school.year (school_id, first_day, last_day) select id, current_date - 60, current_date + 60 from school.school where number = '901';
insert into school.class (school_id, year_id, grade, letter) select school_id, id, 7, 'Б' from school.year;
insert into school.pupil (school_id, class_id, idn, account)
select c.school_id, c.id, 'I' || translate(lpad(to_hex(n), 9, '0'), '0123456789abcdef', 'ABCDEFGH23456789'), '0279010' || lpad(n::text, 3, '0')
  from school.class c, generate_series(1, 24) n;
insert into auth.login (id) overriding system value select p.id from school.pupil p;
insert into auth.access (pupil_id, ordinal, may_finance, login_id) select p.id, 1, true, p.id from school.pupil p;
insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent, last_used_at)
select sha256(convert_to(rpad('reader-' || row_number() over (order by p.id), 43, 'x'), 'UTF8')), 'password', p.id, a.id, '127.0.0.1', 'drill', now() + interval '1 h'
  from school.pupil p join auth.access a on a.pupil_id = p.id;
insert into auth.staff (school_id, login, roles) select s.id, 'desk-' || n, '{librarian}' from school.school s, generate_series(1, 2) n;
insert into auth.staff_session (token_hash, staff_id, address, agent)
select sha256(convert_to(rpad(f.login, 43, 'x'), 'UTF8')), f.id, '127.0.0.1', 'drill' from auth.staff f;
-- Five titles of one copy, one of two.
insert into library.title (school_id, title, price_kop) select s.id, 'Книга ' || n, 10000 from school.school s, generate_series(1, 6) n;
insert into library.copy (school_id, title_id, barcode, acquired_on)
select t.school_id, t.id, 'D' || lpad(t.id::text, 4, '0') || i, current_date from library.title t, generate_series(1, 2) i
 where i = 1 or t.id = (select max(id) from library.title);
insert into bank.agent (payee, inn, account20, bank_name, bik) values ('Получатель', '9715357654', '40703810000000000939', 'Банк', '044525225');
insert into bank.agent_school (school_id, agent_id) select s.id, a.id from school.school s, bank.agent a;
update library.policy set max_holds = 4, max_loans = 4, renewals = 10;
select ledger.post('top_up', 'drill', p.id::text, current_date, 'drill', 'drill', 'drill',
    array[ledger.pupil_account(p.id), (select min(a.id) from ledger.account a where a.kind = 'bank')], array[100000000, -100000000])
  from school.pupil p \g /dev/null

create function lib_drill.act(p_op text, p_token text, p_key uuid, p_a bigint, p_b bigint, p_loan bigint) returns text language plpgsql as $$
declare
    v_scan bigint;
    v_answer text;
begin
    case p_op
    when 'lend', 'take' then
        select s.scan_id into v_scan
          from staff.librarian_scan(p_token, p_key, '', p_a, case p_op when 'take' then 'return' else '' end, p_b, null) s;
        select concat_ws(' ', n.outcome, n.loan_id, nullif(n.words, '')) into v_answer from library.scan n where n.id = v_scan;
    when 'lose' then select concat_ws(' ', s.outcome, s.words) into v_answer from staff.librarian_lose(p_token, p_key, p_a, p_loan, 10000, p_b = 1) s;
    when 'found' then select 'found ' || coalesce(s.refunded_kop, 0) into v_answer from staff.librarian_mark(p_token, p_key, p_a, p_loan, 'found', '') s;
    when 'repair' then select 'repaired' into v_answer from staff.librarian_mark(p_token, p_key, p_a, p_loan, 'repair', 'drill') s;
    when 'mend' then select 'mended' into v_answer from staff.librarian_mark(p_token, p_key, p_a, p_loan, 'mend', '') s;
    when 'ask' then select concat_ws(' ', s.state, s.hold_id) into v_answer from cabinet.library_hold(p_token, p_a) s;
    when 'drop' then perform cabinet.library_hold_drop(p_token, p_a); v_answer := 'dropped ' || p_a;
    when 'renew' then select 'renewed ' || coalesce(s.due_day::text, '-') into v_answer from cabinet.library_renew(p_token, p_key, p_a) s;
    end case;
    return coalesce(v_answer, 'nothing');
exception when sqlstate 'KB422' or sqlstate 'KB404' then
    return 'refused ' || sqlerrm;
end $$;
comment on function lib_drill.act is 'One form of a desk or a family, as its program would send it. Anything but a refusal in words is an error';

-- When a place in a queue was given its copy: the event that families are told of. Refreshed before the checker reads.
create materialized view lib_drill.kept as
select h.id, h.title_id, h.pupil_id, h.asked_at, h.ended_at, h.state, e.at as kept_at
  from library.hold h
  left join (select e.object_id, min(e.at) as at from notice.event e where e.kind = 'library-kept' group by e.object_id) e on e.object_id = h.id;
create index on lib_drill.kept (title_id, pupil_id, state);

create view lib_drill.wrong as
select 'copy ' || a.copy_id || ' was lent twice: loans ' || a.id || ' and ' || b.id as what
  from library.loan a join library.loan b on b.copy_id = a.copy_id and b.id > a.id
 where b.lent_at < coalesce(a.returned_at, 'infinity')
 union all
select 'place ' || b.id || ' was served before place ' || a.id
  from lib_drill.kept a join lib_drill.kept b on b.title_id = a.title_id and b.id > a.id
 where b.kept_at > a.asked_at and b.kept_at < coalesce(a.kept_at, a.ended_at, 'infinity')
 union all
select 'loan ' || l.id || ' overtook place ' || k.id
  from library.loan l join lib_drill.kept k on k.title_id = l.title_id and k.pupil_id <> l.pupil_id
 where l.lent_at > k.asked_at and l.lent_at < coalesce(k.kept_at, k.ended_at, 'infinity')
   and not exists (select from lib_drill.kept o where o.title_id = l.title_id and o.pupil_id = l.pupil_id and (o.id < k.id or o.kept_at < l.lent_at)
                      and o.state = 'taken' and o.ended_at between l.lent_at - interval '1 s' and l.lent_at)
 union all
select 'copy ' || c.id || ' is ' || c.state || ', its loan or place says otherwise'
  from library.copy c
 where (c.state = 'out') <> exists (select from library.loan l where l.copy_id = c.id and l.returned_at is null and l.lost_at is null)
    or (c.state = 'kept') <> exists (select from library.hold h where h.copy_id = c.id and h.state = 'kept')
 union all
select 'copy ' || c.id || ' lies on the shelf while place ' || h.id || ' waits'
  from library.copy c join library.hold h on h.title_id = c.title_id and h.state = 'waiting' where c.state = 'in'
 union all
select 'reader ' || h.pupil_id || ' has ' || count(*) || ' places' from library.hold h where h.state in ('waiting', 'kept') group by h.pupil_id having count(*) > 4
 union all
select 'reader ' || l.pupil_id || ' has ' || count(*) || ' books' from library.loan l where l.returned_at is null and l.lost_at is null group by l.pupil_id having count(*) > 4
 union all
select 'loan ' || l.id || ' was charged or refunded more than once'
  from library.loan l where (select count(*) from ledger.entry e where e.key in ('loan ' || l.id, 'library ' || l.id)) <> (l.entry_id is not null)::int + (l.refund_id is not null)::int
 union all
select 'books: ' || v.id || ': ' || v.detail from ledger.violations v;

-- A drill is a long day.
create or replace function library.max_asks() returns integer language sql immutable as 'select 1000000';
