-- serve.sql -- psql -v number=NNN: a school of 20 classes of 30 for tests/bench/serve. It is always about noon there; lunch is on
-- the menu, two children in three have ordered it, everybody has money. Two tills and a tutor have sessions whose tokens are
-- `till-1-NNN`, `till-2-NNN`, `tutor-NNN`, filled up to 43 characters.

\set zone `h=$(date -u +%-H); if [ "$h" -le 12 ]; then echo "Etc/GMT-$((12 - h))"; else echo "Etc/GMT+$((h - 12))"; fi`
begin;
select set_config('bench.number', :'number', true), set_config('bench.zone', :'zone', true) \g /dev/null

do $$
declare
    c_number text := current_setting('bench.number');
    v_school bigint;
    v_today date := timezone(current_setting('bench.zone'), now())::date;
    v_staff bigint[];
    v_meal bigint;
    v_menu bigint;
    v_bank bigint := (select min(a.id) from ledger.account a where a.kind = 'bank');
    v_pupil record;
begin
    insert into school.school (region, number, name, time_zone) values ('027', c_number, 'школа № ' || c_number, current_setting('bench.zone'))
    returning id into v_school;
    update canteen.policy y set cutoff_at = '24:00' where y.school_id = v_school;
    insert into school.year (school_id, first_day, last_day) values (v_school, v_today - 60, v_today + 60);
    insert into auth.staff (school_id, login, roles)
    select v_school, 'bench-' || c_number || '-' || n, case when n = 3 then '{teacher}' else '{canteen}' end::auth.staff_role[]
      from generate_series(1, 3) n;
    v_staff := array(select f.id from auth.staff f where f.school_id = v_school order by f.login);
    with person as (
        insert into people.person (last_name, first_name) select 'Кассов', 'Тест' || n from generate_series(1, 3) n returning id, first_name)
    insert into people.staff (staff_id, person_id) select v_staff[right(p.first_name, 1)::int], p.id from person p;
    insert into school.class (school_id, year_id, grade, letter, tutor_id)
    select v_school, y.id, 1 + n / 2, case when n % 2 = 0 then 'А' else 'Б' end, case n when 0 then v_staff[3] end
      from school.year y, generate_series(0, 19) n where y.school_id = v_school;
    insert into school.pupil (school_id, class_id, idn, account)
    select v_school, c.id, 'I' || translate(lpad(to_hex(c_number::int * 4096 + k.n), 9, '0'), '0123456789abcdef', 'ABCDEFGH23456789'),
           '027' || c_number || lpad(k.n::text, 4, '0')
      from (select c.id, row_number() over (order by c.grade, c.letter) as nth from school.class c where c.school_id = v_school) c
     cross join lateral (select (c.nth - 1) * 30 + i as n from generate_series(1, 30) i) k
     order by k.n;
    for v_pupil in select p.id, row_number() over (order by p.id) as nth from school.pupil p where p.school_id = v_school order by p.id loop
        with person as (insert into people.person (last_name, first_name) values ('Обедов', 'Тест' || v_pupil.nth) returning id)
        insert into people.pupil (pupil_id, person_id) select v_pupil.id, n.id from person n;
    end loop;
    insert into auth.access (pupil_id, ordinal, may_finance) select p.id, 1, true from school.pupil p where p.school_id = v_school;
    insert into canteen.meal (school_id, title, serves_from, serves_to) values (v_school, 'Обед', '11:00', '15:00') returning id into v_meal;
    insert into canteen.complex (school_id, meal_id, title, price_kop, is_default) values (v_school, v_meal, 'Комплекс № 1', 14250, true);
    insert into canteen.dish (school_id, title, category, weight_g, kcal, allergens)
    values (v_school, 'Суп', 'soup', 200, 120, '{celery}'), (v_school, 'Котлета', 'main', 100, 220, '{gluten,eggs}'),
           (v_school, 'Пюре', 'side', 150, 140, '{milk}'), (v_school, 'Компот', 'drink', 200, 90, '{}');
    insert into canteen.menu (school_id, complex_id, day, price_kop)
    select v_school, c.id, v_today, c.price_kop from canteen.complex c where c.school_id = v_school returning id into v_menu;
    insert into canteen.menu_dish (menu_id, rank, dish_id)
    select v_menu, row_number() over (order by d.id), d.id from canteen.dish d where d.school_id = v_school;
    for v_pupil in select p.id, a.id as access, row_number() over (order by p.id) as nth
                     from school.pupil p join auth.access a on a.pupil_id = p.id where p.school_id = v_school order by p.id loop
        perform ledger.post('top_up', 'bench', v_pupil.id::text, v_today - 10, 'bench', 'bench', 'bench',
            array[ledger.pupil_account(v_pupil.id), v_bank], array[100000, -100000]);
        if v_pupil.nth % 3 <> 0 then
            perform canteen.place_order(v_pupil.id, v_menu, 'parent', v_pupil.access, 'bench');
        end if;
    end loop;
    insert into auth.staff_session (token_hash, staff_id, address, agent)
    select sha256(convert_to(rpad(case n when 3 then 'tutor-' else 'till-' || n || '-' end || c_number, 43, 'x'), 'UTF8')), v_staff[n],
           '127.0.0.1', 'bench'
      from generate_series(1, 3) n;
end $$;
commit;
analyze;
