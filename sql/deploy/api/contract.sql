-- Deploy kabinet:api/contract to pg
-- requires: api/login
-- requires: tables/people
-- requires: tables/study

-- Issuing contracts and what is printed on them, for scripts/contract alone: it runs as the owner, in the school's office. The
-- secrets are made and hashed there; what comes here can open nothing without the pepper. And what has to be there before the
-- first contract, for scripts/school: schools, years, classes, subjects, the payee.

begin;

set local role kabinet_owner;

create type people.secret as (salt bytea, cost_log2 integer, hash bytea);
comment on type people.secret is 'A secret as auth.credential keeps it';

create function people.person_new(p_name text) returns bigint language plpgsql as $$
declare
    v_words text[] := regexp_split_to_array(btrim(p_name), '\s+');
    v_id bigint;
begin
    if coalesce(array_length(v_words, 1), 0) not between 2 and 4 then
        raise exception 'Имя пишется полностью: фамилия, имя, отчество, если оно есть.' using errcode = 'KB422';
    end if;
    insert into people.person (last_name, first_name, middle_name)
    values (v_words[1], v_words[2], coalesce(array_to_string(v_words[3:], ' '), '')) returning id into v_id;
    return v_id;
end $$;
comment on function people.person_new is 'A person from «Фамилия Имя Отчество»';

create function people.school_of(p_school text) returns bigint language plpgsql stable as $$
declare
    v_id bigint;
begin
    select s.id into v_id from school.school s where s.region || s.number = p_school;
    if not found then
        raise exception 'Нет школы «%»: нужны три цифры региона и три цифры школы, например 027039.', p_school
            using errcode = 'KB422';
    end if;
    return v_id;
end $$;
comment on function people.school_of is 'The school by the first six digits of its accounts';

create function people.class_words(p_class text) returns text[] language sql immutable as $$
    select array[m.part[1], translate(m.part[2], 'абвгдежзиклмнопрстуфхцчшщэюя', 'АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ')]
      from regexp_match(p_class, '^\s*([0-9]{1,2})\s*[«"-]?\s*([А-Яа-я])\s*[»"]?\s*$') m(part)
     where m.part is not null
$$;
comment on function people.class_words is 'Grade and letter of what people write: 7Б, 7 «б»; NULL when it is no class';

create function people.class_of(p_school bigint, p_class text) returns bigint language plpgsql stable as $$
declare
    v_part text[] := people.class_words(p_class);
    v_id bigint;
begin
    -- The year that runs, or in summer the next one.
    select k.id into v_id
      from school.class k
      join school.year y on y.id = k.year_id
      join school.school s on s.id = k.school_id
     where k.school_id = p_school and k.grade = v_part[1]::smallint
       and k.letter = v_part[2]
       and y.last_day >= (now() at time zone s.time_zone)::date
     order by y.first_day limit 1;
    if not found then
        raise exception 'В этой школе нет класса «%». Класс пишется так: 7Б.', p_class using errcode = 'KB422';
    end if;
    return v_id;
end $$;
comment on function people.class_of is 'A class by what people write: 7Б, 7 «Б»';

create function people.enroll(p_school text, p_class text, p_idn text, p_child text, p_payer text, p_number text,
    out pupil_id bigint, out account text, out number text)
language plpgsql as $$
declare
    v_school bigint := people.school_of(p_school);
    v_class bigint := people.class_of(v_school, p_class);
    v_today date;
    v_serial smallint;
    v_payer bigint;
begin
    -- The school's row is locked until COMMIT: serials follow each other, whoever else is issuing contracts.
    update school.school s set next_serial = s.next_serial + 1
     where s.id = v_school and s.next_serial < 10000
    returning s.next_serial - 1, (now() at time zone s.time_zone)::date into v_serial, v_today;
    if not found then
        raise exception 'В этой школе кончились номера лицевых счетов.' using errcode = 'KB422';
    end if;
    account := p_school || to_char(v_serial, 'FM0000');
    number := coalesce(nullif(p_number, ''), format('%s-%s/%s', right(p_school, 3), right(account, 4), to_char(v_today, 'YYYY')));

    if exists (select from people.contract c where c.school_id = v_school and c.number = enroll.number) then
        raise exception 'Договор № % в этой школе уже есть.', number using errcode = 'KB409';
    end if;

    insert into school.pupil (school_id, class_id, idn, account) values (v_school, v_class, p_idn, account)
    returning id into pupil_id;
    insert into people.pupil (pupil_id, person_id) values (enroll.pupil_id, people.person_new(p_child));
    v_payer := people.person_new(p_payer);
    insert into people.adult (pupil_id, ordinal, person_id) values (enroll.pupil_id, 1, v_payer);
    insert into people.contract (school_id, number, signed_on, payer_id, pupil_id)
    values (v_school, enroll.number, v_today, v_payer, enroll.pupil_id);
    insert into auth.access (pupil_id, ordinal, may_finance) values (enroll.pupil_id, 1, true);
end $$;
comment on function people.enroll is 'A contract without secrets: pupil, account, payer, first access. p_number NULL or empty: made from the account';

create function people.access_named(p_name text) returns auth.access language plpgsql as $$
declare
    v_part text[] := auth.name_parts(p_name);
    v_access auth.access;
begin
    select a.* into v_access
      from school.pupil p join auth.access a on a.pupil_id = p.id
     where (p.idn = v_part[1] or p.account = v_part[1]) and a.ordinal = coalesce(v_part[2], '1')::smallint
       for update of a;
    if not found then
        raise exception 'Нет кабинета с именем входа «%».', p_name using errcode = 'KB422';
    end if;
    return v_access;
end $$;
comment on function people.access_named is 'The access of a login name, locked; KB422 when there is none';

create function people.set_pin(p_pupil bigint, p_pin people.secret) returns void language plpgsql as $$
begin
    insert into auth.credential (kind, pupil_id, salt, cost_log2, hash)
    values ('pin', p_pupil, (p_pin).salt, (p_pin).cost_log2, (p_pin).hash)
        on conflict (pupil_id) do update
       set salt = excluded.salt, cost_log2 = excluded.cost_log2, hash = excluded.hash, made_at = now();
end $$;
comment on function people.set_pin is 'The pupil''s PIN from now on';

create function people.slip(p_access bigint)
returns table (name text, idn text, account text, class_name text, school_name text, number text, signed_on date,
               payer text, child text, adult text, expires timestamp)
language sql stable as $$
    select auth.name_of(p.idn, a.ordinal), p.idn::text, p.account::text, coalesce(k.name, ''), s.name, c.number, c.signed_on,
           concat_ws(' ', payer.last_name, payer.first_name, nullif(payer.middle_name, '')),
           concat_ws(' ', child.last_name, child.first_name, nullif(child.middle_name, '')),
           concat_ws(' ', adult.last_name, adult.first_name, nullif(adult.middle_name, '')),
           code.expires_at at time zone s.time_zone
      from auth.access a
      join school.pupil p on p.id = a.pupil_id
      join school.school s on s.id = p.school_id
      left join school.class k on k.id = p.class_id
      join people.contract c on c.pupil_id = p.id and c.ended_on is null
      join people.person payer on payer.id = c.payer_id
      join people.pupil pp on pp.pupil_id = p.id
      join people.person child on child.id = pp.person_id
      left join people.adult pa on pa.pupil_id = p.id and pa.ordinal = a.ordinal
      left join people.person adult on adult.id = pa.person_id
      left join auth.credential code on code.access_id = a.id
     where a.id = p_access
$$;
comment on function people.slip is 'What is printed on a slip besides the secrets; adult: whose access it is';

create function people.contract_issue(p_school text, p_class text, p_idn text, p_child text, p_payer text, p_number text,
    p_pin_salt bytea, p_pin_hash bytea, p_code_salt bytea, p_code_hash bytea, p_cost_log2 integer)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_pupil bigint;
    v_access bigint;
begin
    select e.pupil_id into strict v_pupil from people.enroll(p_school, p_class, p_idn, p_child, p_payer, p_number) e;
    select a.id into strict v_access from auth.access a where a.pupil_id = v_pupil and a.ordinal = 1;
    perform people.set_pin(v_pupil, (p_pin_salt, p_cost_log2, p_pin_hash)::people.secret);
    perform auth.set_code(v_access, p_code_salt, p_cost_log2, p_code_hash, interval '30 days');
    perform auth.note(null, v_access, 'contract-issue');
    return v_access;
end $$;
comment on function people.contract_issue is 'A whole contract in one transaction; the code is good for 30 days. Answers the access, for people.slip()';

create function people.code_again(p_name text, p_salt bytea, p_hash bytea, p_cost_log2 integer)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_access auth.access := people.access_named(p_name);
begin
    perform auth.set_code(v_access.id, p_salt, p_cost_log2, p_hash, interval '30 days');
    perform auth.note(null, v_access.id, 'code-issue');
    return v_access.id;
end $$;
comment on function people.code_again is 'A new code instead of a lost one, which is worth nothing from now on; used with a login, it sets a new password';

create function people.adult_add(p_name text, p_adult text, p_may_finance boolean, p_salt bytea, p_hash bytea,
    p_cost_log2 integer)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_first auth.access := people.access_named(p_name);
    v_ordinal smallint;
    v_access bigint;
begin
    -- The first access is locked, so two second adults get two ordinals.
    select max(a.ordinal) + 1 into strict v_ordinal from auth.access a where a.pupil_id = v_first.pupil_id;
    if v_ordinal > 9 then
        raise exception 'У кабинета уже девять взрослых.' using errcode = 'KB422';
    end if;
    insert into people.adult (pupil_id, ordinal, person_id) values (v_first.pupil_id, v_ordinal, people.person_new(p_adult));
    insert into auth.access (pupil_id, ordinal, may_finance) values (v_first.pupil_id, v_ordinal, p_may_finance)
    returning id into v_access;
    perform auth.set_code(v_access, p_salt, p_cost_log2, p_hash, interval '30 days');
    perform auth.note(null, v_access, 'adult-add');
    return v_access;
end $$;
comment on function people.adult_add is 'One more adult of a child, by the name of the first access: the next ordinal and a code of their own';

create function people.pin_again(p_name text, p_salt bytea, p_hash bytea, p_cost_log2 integer)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_access auth.access := people.access_named(p_name);
begin
    perform people.set_pin(v_access.pupil_id, (p_salt, p_cost_log2, p_hash)::people.secret);
    perform auth.note(null, v_access.id, 'pin-issue');
    return v_access.id;
end $$;
comment on function people.pin_again is 'A new PIN instead of a lost one';

create function people.access_bar(p_name text, p_is_barred boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_access auth.access := people.access_named(p_name);
begin
    update auth.access a set barred_at = case when p_is_barred then coalesce(a.barred_at, now()) end where a.id = v_access.id;
    perform auth.note(null, v_access.id, case when p_is_barred then 'access-bar' else 'access-unbar' end);
end $$;
comment on function people.access_bar is 'Closes an adult''s (or the pupil''s) way to the child, or opens it again; the others'' stay as they are';

-- ---- schools, for scripts/school ------------------------------------------------------------------------------------------

create function people.school_open(p_school text, p_name text, p_zone text) returns bigint language plpgsql as $$
declare
    v_id bigint;
    v_bells bigint;
begin
    if p_school !~ '^[0-9]{6}$' then
        raise exception 'Школа — это шесть цифр: три цифры региона и три цифры школы, например 027039.' using errcode = 'KB422';
    end if;
    if not exists (select from pg_catalog.pg_timezone_names z where z.name = p_zone and z.name like '%/%') then
        raise exception 'Нет часового пояса «%». Пояс пишется так: Asia/Vladivostok.', p_zone using errcode = 'KB422';
    end if;
    insert into school.school (region, number, name, time_zone)
    values (left(p_school, 3), right(p_school, 3), btrim(p_name), p_zone)
        on conflict (region, number) do nothing
    returning id into v_id;
    if not found then
        raise exception 'Школа «%» уже есть.', p_school using errcode = 'KB422';
    end if;
    perform school.furnish(v_id);
    -- Eight lessons of 40 minutes from half past eight: the head changes them.
    insert into school.bells (school_id, title, is_default) values (v_id, 'Обычный день', true) returning id into v_bells;
    insert into school.bell (bells_id, number, starts, ends)
    select v_bells, b.number, b.starts, b.starts + interval '40 min'
      from unnest('{8:30,9:20,10:20,11:20,12:15,13:05,13:55,14:45}'::time[]) with ordinality b(starts, number);
    insert into school.bells (school_id, title, is_default) values (v_id, 'Сокращённый день', false) returning id into v_bells;
    insert into school.bell (bells_id, number, starts, ends)
    select v_bells, b.number, b.starts, b.starts + interval '30 min'
      from unnest('{8:30,9:10,9:50,10:30,11:10,11:50,12:30,13:10}'::time[]) with ordinality b(starts, number);
    return v_id;
end $$;
comment on function people.school_open is 'A new school with the usual bells, kinds of works and letters of absences';

create function people.year_open(p_school text, p_year integer, p_grades int4range, p_terms text[]) returns void
language plpgsql as $$
declare
    v_school bigint := people.school_of(p_school);
    v_year bigint;
    v_kind school.term_kind := (case cardinality(p_terms) when 4 then 'quarter' when 3 then 'trimester' when 2 then 'half' end)::school.term_kind;
begin
    if v_kind is null or exists (select from unnest(p_terms) t where t !~ '^\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d$') then
        raise exception 'Нужны четыре четверти, три триместра или два полугодия; каждое пишется так: 2026-09-01..2026-10-25.'
            using errcode = 'KB422';
    end if;
    insert into school.year (school_id, first_day, last_day)
    select v_school, make_date(p_year, 9, 1), make_date(p_year + 1, 8, 31)
     where not exists (select from school.year y where y.school_id = v_school and y.first_day = make_date(p_year, 9, 1));
    v_year := (select y.id from school.year y where y.school_id = v_school and y.first_day = make_date(p_year, 9, 1));
    if exists (select from unnest(p_terms) t, school.year y
                where y.id = v_year and not (split_part(t, '..', 1)::date >= y.first_day and split_part(t, '..', 2)::date <= y.last_day)) then
        raise exception 'Учебный год — с 1 сентября % по 31 августа.', p_year using errcode = 'KB422';
    end if;
    if exists (select from school.term t where t.year_id = v_year and t.grades && p_grades) then
        raise exception 'Учебные периоды этих классов уже есть: завуч правит их на своём рабочем месте.' using errcode = 'KB422';
    end if;
    insert into school.term (school_id, year_id, kind, ordinal, grades, first_day, last_day)
    select v_school, v_year, v_kind, t.n, p_grades, split_part(t.term, '..', 1)::date, split_part(t.term, '..', 2)::date
      from unnest(p_terms) with ordinality t(term, n);
end $$;
comment on function people.year_open is
    'A school year from 1 September with the terms of some grades, each FROM..TO; the same year again for other grades';

create function people.class_open(p_school text, p_year integer, p_class text) returns void language plpgsql as $$
declare
    v_part text[] := people.class_words(p_class);
    v_year school.year;
begin
    select y.* into v_year from school.year y
     where y.school_id = people.school_of(p_school) and y.first_day = make_date(p_year, 9, 1);
    if not found then
        raise exception 'Учебного года с 1 сентября % ещё нет: заведите его (year).', p_year using errcode = 'KB422';
    end if;
    if v_part is null or v_part[1]::int not between 1 and 11 then
        raise exception 'Класс пишется так: 7Б, а не «%».', p_class using errcode = 'KB422';
    end if;
    insert into school.class (school_id, year_id, grade, letter)
    values (v_year.school_id, v_year.id, v_part[1]::smallint, v_part[2])
        on conflict (year_id, grade, letter) do nothing;
end $$;
comment on function people.class_open is 'A class of a year; one that is there stays as it is';

create function people.tutor_set(p_school text, p_class text, p_login text) returns void language plpgsql as $$
begin
    update school.class k set tutor_id = f.id
      from auth.staff f
     where k.id = people.class_of(people.school_of(p_school), p_class)
       and f.id = people.staff_of(p_login) and f.school_id = k.school_id and 'teacher' = any (f.roles) and f.left_at is null;
    if not found then
        raise exception '«%» — не учитель этой школы.', p_login using errcode = 'KB422';
    end if;
end $$;
comment on function people.tutor_set is 'Names the tutor of a class of the year that runs or comes next';

create function people.subject_open(p_school text, p_title text) returns void language sql as $$
    insert into school.subject (school_id, title, rank)
    select s.id, btrim(p_title), 1 + coalesce((select max(j.rank) from school.subject j where j.school_id = s.id), 0)
      from people.school_of(p_school) s(id)
        on conflict (school_id, title) do nothing
$$;
comment on function people.subject_open is 'A subject, in the order in which they are named';

create function people.agent_open(p_school text, p_payee text, p_inn text, p_kpp text, p_account20 text, p_bank text, p_bik text,
    p_corr text) returns void language plpgsql as $$
declare
    v_school bigint := people.school_of(p_school);
    v_agent bigint;
begin
    insert into bank.agent as a (payee, inn, kpp, account20, bank_name, bik, corr_account)
    values (p_payee, p_inn, p_kpp, p_account20, p_bank, p_bik, p_corr)
        on conflict (account20) do update
       set payee = excluded.payee, inn = excluded.inn, kpp = excluded.kpp, bank_name = excluded.bank_name, bik = excluded.bik,
           corr_account = excluded.corr_account
    returning a.id into v_agent;
    update bank.agent_school m set on_slip = false where m.school_id = v_school and m.on_slip;
    insert into bank.agent_school as m (school_id, agent_id) values (v_school, v_agent)
        on conflict (school_id, agent_id) do update set on_slip = true;
exception when check_violation then
    raise exception 'Реквизиты: ИНН — 10 или 12 цифр, КПП — 9, счёт — 20, БИК — 9, корсчёт — 20; названия не пусты, получатель до 160 знаков, банк до 45.'
        using errcode = 'KB422';
end $$;
comment on function people.agent_open is 'Who takes the school''s money from now on, by the number of the bank account: its slips carry these requisites';

commit;
