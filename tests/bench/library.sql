-- library.sql -- psql -v number=NNN: a school with a library for tests/bench/library: 300 readers in ten classes, a librarian at two
-- desks and one family at home, whose sessions have the tokens `desk-1-NNN`, `desk-2-NNN` and `home-NNN`, filled up to 43 characters;
-- and bench.fill_library(school, titles), which grows its catalogue to so many titles. Words have the frequencies of a catalogue: a few
-- are in every tenth title, most in a handful.

begin;
create schema if not exists bench;
select set_config('bench.number', :'number', true) \g /dev/null

do $$
declare
    c_number text := current_setting('bench.number');
    v_school bigint;
    v_staff bigint;
    v_person bigint;
    v_pupil bigint;
    v_access bigint;
    v_login bigint;
begin
    insert into school.school (region, number, name, time_zone) values ('027', c_number, 'школа № ' || c_number, 'Asia/Vladivostok')
    returning id into v_school;
    update library.policy y set max_loans = 100 where y.school_id = v_school;
    insert into school.year (school_id, first_day, last_day) values (v_school, current_date - 60, current_date + 60);
    insert into auth.staff (school_id, login, roles) values (v_school, 'bench-' || c_number, '{librarian}') returning id into v_staff;
    insert into people.person (last_name, first_name) values ('Книжников', 'Тест') returning id into v_person;
    insert into people.staff (staff_id, person_id) values (v_staff, v_person);
    insert into school.class (school_id, year_id, grade, letter)
    select v_school, y.id, n, 'А' from school.year y, generate_series(1, 10) n where y.school_id = v_school;
    insert into school.pupil (school_id, class_id, idn, account)
    select v_school, c.id, 'I' || translate(lpad(to_hex(c_number::int * 4096 + k.n), 9, '0'), '0123456789abcdef', 'ABCDEFGH23456789'),
           '027' || c_number || lpad(k.n::text, 4, '0')
      from (select c.id, row_number() over (order by c.grade) as nth from school.class c where c.school_id = v_school) c
     cross join lateral (select (c.nth - 1) * 30 + i as n from generate_series(1, 30) i) k
     order by k.n;
    for v_pupil in select p.id from school.pupil p where p.school_id = v_school order by p.id loop
        insert into people.person (last_name, first_name) values ('Читалкин', 'Тест' || v_pupil) returning id into v_person;
        insert into people.pupil (pupil_id, person_id) values (v_pupil, v_person);
    end loop;
    select min(p.id) into v_pupil from school.pupil p where p.school_id = v_school;
    insert into auth.login default values returning id into v_login;
    insert into auth.access (pupil_id, ordinal, may_finance, login_id) values (v_pupil, 1, true, v_login) returning id into v_access;
    insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent, last_used_at)
    values (sha256(convert_to(rpad('home-' || c_number, 43, 'x'), 'UTF8')), 'password', v_login, v_access, '127.0.0.1', 'bench',
            now() + interval '12 h');
    insert into auth.staff_session (token_hash, staff_id, address, agent)
    select sha256(convert_to(rpad('desk-' || n || '-' || c_number, 43, 'x'), 'UTF8')), v_staff, '127.0.0.1', 'bench'
      from generate_series(1, 2) n;
end $$;

create or replace function bench.word(p_n bigint) returns text language sql immutable as $$
    -- 30 beginnings, 40 middles, 50 endings: 60 000 words, each written one way.
    select ('{вер,гор,дар,зар,кор,лес,мор,нив,обл,пол,рос,сад,тер,уро,фон,хол,цвет,чер,шир,эхо,юнг,ясн,бор,вод,гра,дом,жар,зим,крас,луг}'::text[])[1 + p_n % 30]
        || ('{а,о,е,и,у,ав,ов,ев,ив,ан,он,ен,ин,ун,ар,ор,ер,ир,ал,ол,ел,ил,ам,ом,ем,им,ас,ос,ес,ис,ат,от,ет,ит,аж,ож,еж,иж,ач,оч}'::text[])[1 + p_n / 30 % 40]
        || ('{ка,ник,ница,ство,ение,ость,арь,тель,чик,щик,ица,ина,изна,ота,ба,льня,ище,ник,овка,анец,анка,еня,ыня,ура,ада,ка,ерня,атка,итель,ичка,ушка,онка,ышко,унья,евна,ович,аж,арня,енок,очек,ония,инка,овье,истость,арство,ение,ание,овство,ига,омор}'::text[])[1 + p_n / 1200 % 50]
$$;

create or replace function bench.fill_library(p_school bigint, p_titles integer) returns bigint language sql as $$
    with grown as (
        insert into library.title (school_id, title, authors, year, shelf, subject, price_kop)
        select p_school,
               initcap((array['история', 'русский', 'рассказы', 'школьный', 'большая', 'повесть', 'задачи', 'книга', 'сказки', 'мир'])[1 + n % 10])
                   || ' ' || bench.word(n::bigint * 7919 % 60000) || ' и ' || bench.word((n::bigint * 104729 + 17) % 3000),
               initcap(bench.word((n::bigint * 31 + 5) % 20000)) || ' ' || chr(1040 + n % 30) || '. ' || chr(1040 + n / 30 % 30) || '.',
               1950 + n % 75, 'Абонемент, ' || n % 90, (array['Проза', 'Поэзия', 'Наука', 'Искусство'])[1 + n % 4], 30000 + n % 50 * 1000
          from generate_series((select count(*)::integer from library.title t where t.school_id = p_school) + 1, p_titles) n
        returning id),
    copied as (
        insert into library.copy (school_id, title_id, barcode, acquired_on)
        select p_school, g.id, 'B' || lpad(g.id::text, 9, '0') || i, current_date from grown g, generate_series(1, 2) i
        returning 1)
    select count(*) from copied
$$;
commit;
