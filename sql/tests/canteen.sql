-- What /staff/canteen asks, and the core beneath: orders that are held, served, released; serving by card, list and for money; the buffet; undo;
-- menus; льготы behind a noted opening; dry rations. Of the desk's own school alone.
begin;
\ir gate.inc
grant usage on schema public to kabinet_canteen;
select no_plan();

-- It is noon at the schools, whatever the hour is here.
update school.school set time_zone = case when n.ahead > 0 then 'Etc/GMT-' || n.ahead else 'Etc/GMT+' || -n.ahead end
  from (select 12 - extract(hour from now() at time zone 'UTC')::integer as ahead) n where region = '027' and number in ('839', '840');
create function pg_temp.today() returns date language sql stable security definer as $$
    select timezone(s.time_zone, now())::date from school.school s where s.region = '027' and s.number = '839'
$$;
update school.enrolment set first_day = first_day - 60;
insert into auth.staff (school_id, login, roles)
select people.school_of(v.school), v.login, '{canteen}' from (values ('027839', 'test-canteen'), ('027840', 'test-canteen-840')) v(school, login);
insert into people.staff (staff_id, person_id) select f.id, people.person_new('Горчичникова Октябрина Саввична') from auth.staff f where f.login like 'test-canteen%';
insert into auth.staff_session (token_hash, staff_id, address, agent)
select sha256(convert_to(f.login, 'UTF8')), f.id, '127.0.0.1', 'test' from auth.staff f where f.login like 'test-canteen%';
insert into ledger.account (kind, school_id) select 'provider', s.id from school.school s
 where s.number in ('839', '840') and ledger.provider_account(s.id) is null;
create function pg_temp.key(p_n integer) returns uuid language sql as $$ select ('00000000-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid $$;
create function pg_temp.top_up(p_idn text, p_kop bigint) returns bigint language sql as $$
    select ledger.post('top_up', 'test', gen_random_uuid()::text, pg_temp.today() - 20, 'test', 'реестр № 1', 'Сбербанк Онлайн',
        array[ledger.pupil_account(p.id), ledger.provider_account(p.school_id)], array[p_kop, -p_kop]) from school.pupil p where p.idn = p_idn
$$;
create function pg_temp.money(p_idn text) returns text language sql stable security definer as $$
    select b.balance_kop || ' ' || b.held_kop from ledger.balance b where b.account_id = ledger.pupil_account(pg_temp.pupil(p_idn))
$$;
create function pg_temp.menu(p_title text, p_days integer default 0, p_school text default '839') returns bigint language sql stable security definer as $$
    select m.id from canteen.menu m join canteen.complex c on c.id = m.complex_id join school.school s on s.id = m.school_id
     where c.title = p_title and m.day = pg_temp.today() + p_days and s.number = p_school
$$;
create function pg_temp.meal(p_title text, p_school text default '839') returns bigint language sql stable security definer as $$
    select e.id from canteen.meal e join school.school s on s.id = e.school_id where e.title = p_title and s.number = p_school
$$;
create function pg_temp.order_it(p_idn text, p_title text, p_days integer default 0) returns bigint language sql as $$
    select canteen.place_order(pg_temp.pupil(p_idn), pg_temp.menu(p_title, p_days), 'staff', null, 'test', false)
$$;
create function pg_temp.state(p_order bigint) returns text language sql stable security definer as $$
    select o.state || case when o.why <> '' then ': ' || o.why else '' end from canteen.meal_order o where o.id = p_order
$$;
create function pg_temp.dish(p_title text, p_school text default '839') returns bigint language sql stable security definer as $$
    select d.id from canteen.dish d join school.school s on s.id = d.school_id where d.title = p_title and s.number = p_school
$$;

create function pg_temp.serve(p_key integer, p_find text, p_pupil bigint default null, p_menu bigint default null, p_meal text default 'Обед', p_token text default 'test-canteen')
returns text language plpgsql as $$
declare
    v_done record;
begin
    select s.* into v_done from staff.canteen_serve(p_token, pg_temp.key(p_key), pg_temp.meal(p_meal), p_find, p_pupil, p_menu, 1) s;
    return concat_ws(' ', v_done.outcome, (select g.title from staff.canteen_serving(p_token, v_done.serving_id) g));
end $$;

insert into canteen.dish (school_id, title, category, weight_g, kcal, allergens, buffet_kop)
select s.id, d.title, d.category::canteen.category, 200, 100, d.allergens::canteen.allergen[], d.kop
  from school.school s, (values ('Суп', 'soup', '{milk}', null::bigint), ('Рагу', 'main', '{}', null), ('Плов', 'main', '{nuts}', null),
       ('Булочка', 'bakery', '{gluten}', 2500), ('Сок', 'drink', '{}', 4000)) d(title, category, allergens, kop) where s.number in ('839', '840');
insert into canteen.meal (school_id, title, serves_from, serves_to)
select s.id, m.title, m.a, m.b from school.school s, (values ('Завтрак', time '08:30', time '09:30'), ('Обед', '11:30', '14:00')) m(title, a, b)
 where s.number in ('839', '840');
insert into canteen.complex (school_id, meal_id, title, first_grade, last_grade, price_kop, is_default)
select m.school_id, m.id, c.title, c.a, c.b, c.kop, c.is_default
  from canteen.meal m join school.school s on s.id = m.school_id and s.number in ('839', '840')
  join (values ('Обед', '№ 1', 5, 11, 13550, true), ('Обед', '№ 2', 5, 11, 15000, false), ('Обед', 'младшим', 1, 4, 9001, true),
               ('Завтрак', 'каша', 1, 11, 8000, true)) c(meal, title, a, b, kop, is_default) on c.meal = m.title;
insert into canteen.menu (school_id, complex_id, day, price_kop)
select c.school_id, c.id, pg_temp.today() + d, c.price_kop from canteen.complex c join school.school s on s.id = c.school_id and s.number in ('839', '840'),
       generate_series(-5, 5) d;
insert into canteen.menu_dish (menu_id, rank, dish_id)
select m.id, 1, d.id from canteen.menu m join canteen.complex c on c.id = m.complex_id
  join canteen.dish d on d.school_id = m.school_id and d.title = case c.title when '№ 2' then 'Плов' when 'каша' then 'Суп' else 'Рагу' end;
select pg_temp.top_up('I2222AAAAA', 100000), pg_temp.top_up('I2222BBBBB', 10000), pg_temp.top_up('I2222DDDDD', 50000) \g /dev/null
select pg_temp.pupil('I2222AAAAA') as a, pg_temp.pupil('I2222BBBBB') as b, pg_temp.pupil('I2222CCCCC') as c, pg_temp.pupil('I2222DDDDD') as d,
       pg_temp.meal('Обед') as lunch, pg_temp.meal('Завтрак') as breakfast, pg_temp.meal('Обед', '840') as other_lunch,
       people.class_of(people.school_of('027839'), '7Б') as seven, people.class_of(people.school_of('027839'), '3А') as three \gset

-- The core: an order keeps the money; льготы of a half and of the whole; a limit
select pg_temp.order_it('I2222AAAAA', '№ 1') as order_a \gset
select is(pg_temp.money('I2222AAAAA'), '100000 13550', 'an order holds its price');
insert into canteen.benefit (pupil_id, kind_id, meal_id, share, first_day, last_day, document, staff_id)
select :b, k.id, :lunch, 50, pg_temp.today() - 10, pg_temp.today() + 10, 'справка № 1', f.id from canteen.benefit_kind k, auth.staff f where k.rank = 2 and f.login = 'test-canteen';
select pg_temp.order_it('I2222BBBBB', 'младшим') as order_b \gset
select is(pg_temp.money('I2222BBBBB'), '10000 4501', 'half is paid by the budget, the broken kopeck by the family');
insert into canteen.benefit (pupil_id, kind_id, meal_id, share, first_day, last_day, document, staff_id)
select :b, k.id, :breakfast, 100, pg_temp.today() - 10, pg_temp.today() + 10, 'справка № 1', f.id from canteen.benefit_kind k, auth.staff f where k.rank = 2 and f.login = 'test-canteen';
select pg_temp.order_it('I2222BBBBB', 'каша') as order_free \gset
select is(pg_temp.money('I2222BBBBB'), '10000 4501', 'all of it: nothing is held');
select throws_ok($$ select pg_temp.order_it('I2222CCCCC', '№ 1') $$, 'KB422', null, 'nothing is ordered without money');

set local role kabinet_canteen;
select results_eq($$ select ordered, served, waiting, released, off_title from staff.canteen_now('test-canteen', null) $$,
    $$ values (3::bigint, 0::bigint, 3::bigint, 0::bigint, ''::text) $$, 'the day in figures');
select results_eq($$ select meal, title, portions, class_name, ordered from staff.canteen_plan('test-canteen', null) $$,
    $$ values ('Завтрак'::text, 'каша'::text, 1::bigint, '3 «А»'::text, 1::bigint), ('Обед', 'младшим', 1, '3 «А»', 1), ('Обед', '№ 1', 1, '7 «Б»', 1), ('Обед', '№ 2', 0, '', 0) $$,
    'what to cook, by class');
select is_empty($$ select menu_id from staff.canteen_plan('test-canteen-840', null) where portions > 0 $$, 'the other school sees its own');
select results_eq($$ select class_name, meal, waiting from staff.canteen_uncounted('test-canteen', null) $$,
    $$ values ('3 «А»'::text, 'Завтрак'::text, 1::bigint), ('3 «А»', 'Обед', 1), ('7 «Б»', 'Обед', 1) $$, 'who has not been counted');
select results_eq($$ select title, is_now from staff.canteen_meals('test-canteen') $$, $$ values ('Завтрак'::text, false), ('Обед', true) $$, 'it is lunch time');
select throws_ok(format('select * from staff.canteen_now(%L, null)', v.token), v.code, null, v.token || ' is sent away')
  from (values ('test-guard', 'KB403'), ('test-teacher', 'KB403'), ('nobody', 'KB401')) v(token, code);
select throws_ok('select id from canteen.benefit', '42501', null, 'the role reads no table');

-- By card, account and name; once
select is(pg_temp.serve(1, '04aa0001'), 'served № 1', 'by card what is ordered');
select is(pg_temp.money('I2222AAAAA'), '86450 0', 'and the held money is charged');
select is(pg_temp.serve(1, '04aa0001'), 'served № 1', 'the same form again says the same');
select is(pg_temp.serve(2, '04аа0001'), 'unknown', 'Cyrillic letters that only look like hex');
select is(pg_temp.serve(3, '04фф0001'), 'refused', 'a reader under the Russian layout: found, served before');
select is(pg_temp.money('I2222AAAAA'), '86450 0', 'nothing is paid twice');
select throws_ok($$ select pg_temp.serve(1, '04aa0002') $$, 'KB409', null, 'another child under the same key');
select is(pg_temp.serve(4, 'deadbeef'), 'unknown', 'a strange card');
select is(pg_temp.serve(5, '04aa0004'), 'unknown', 'a card of another school');
select is(pg_temp.serve(6, 'вымышлев'), 'many', 'two of that name');
select is(pg_temp.serve(7, 'никого'), 'nobody', 'nobody');
select is(pg_temp.serve(8, 'вымышлева зл'), 'served младшим', 'by name');
select is(pg_temp.serve(9, '04AA0002', p_meal => 'Завтрак'), 'served каша', 'free of charge');
select is(pg_temp.money('I2222BBBBB'), '5499 0', 'half of lunch, nothing for breakfast');
select results_eq($$ select g.benefit, g.pay_kop, g.price_kop, g.place, g.may_undo from staff.canteen_serve('test-canteen', pg_temp.key(8), pg_temp.meal('Обед'), 'вымышлева зл', null, null, 1) s
    cross join lateral staff.canteen_serving('test-canteen', s.serving_id) g $$, $$ values ('Многодетная семья, 50 %'::text, 4501::bigint, 9001::bigint, 'касса 1'::text, true) $$,
    'the operator sees the льгота by which it was paid');
select is(g.benefit, '', 'nothing is said where there is no льгота') from staff.canteen_serve('test-canteen', pg_temp.key(1), :lunch, '04aa0001', null, null, 1) s
 cross join lateral staff.canteen_serving('test-canteen', s.serving_id) g;
select is_empty(format('select * from staff.canteen_serving(%L, %s)', 'test-canteen-840', s.serving_id), 'another school sees no serving')
  from staff.canteen_serve('test-canteen', pg_temp.key(1), :lunch, '04aa0001', null, null, 1) s;
reset role;
update gate.card set blocked_at = now() where pupil_id = :c;
set local role kabinet_canteen;
select is(pg_temp.serve(10, '04AA0003'), 'blocked', 'a blocked card');
reset role;
update gate.card set ended_at = now() where pupil_id = :c;
set local role kabinet_canteen;
select is(pg_temp.serve(11, '04AA0003'), 'ended', 'a card that was replaced');

-- Without an order: for money that is free
select is(pg_temp.serve(12, '', :c), 'refused', 'no order');
select results_eq(format('select code, balance_kop from staff.canteen_child(%L, %s, %s)', 'test-canteen', :lunch, :c), $$ values ('no_menu'::text, 0::bigint) $$, 'said so');
select results_eq(format('select title, pay_kop, code from staff.canteen_offers(%L, %s, %s)', 'test-canteen', :lunch, :c),
    $$ values ('№ 1'::text, 13550::bigint, 'no_money'::text), ('№ 2', 15000, 'no_money') $$, 'what could be had, for its class, had it money');
reset role;
select pg_temp.top_up('I2222CCCCC', 40000) \g /dev/null
insert into canteen.allergy (pupil_id, allergen, staff_id) select :c, 'nuts', f.id from auth.staff f where f.login = 'test-canteen';
set local role kabinet_canteen;
select is(pg_temp.serve(13, '', :c, pg_temp.menu('№ 2')), 'refused', 'nuts: refused');
select results_eq(format('select title, code, words from staff.canteen_offers(%L, %s, %s)', 'test-canteen', :lunch, :c),
    $$ values ('№ 1'::text, ''::text, ''::text), ('№ 2', 'allergy', 'Плов: орехи — аллергия ребёнка.') $$, 'and said why');
select is(pg_temp.serve(14, '', :c, pg_temp.menu('№ 1')), 'served № 1', 'the other one for money');
select is(pg_temp.money('I2222CCCCC'), '26450 0', 'is paid');
select throws_ok(format('select pg_temp.serve(15, %L, %s)', '', :d), 'KB404', null, 'a pupil of another school');
select throws_ok(format('select * from staff.canteen_serve(%L, pg_temp.key(16), %s, %L, null, null, 1)', 'test-canteen', :other_lunch, '04AA0001'), 'KB404', null, 'a meal of another school');

-- Taken back within the day, once; then by list
select s.serving_id as served_c from staff.canteen_serve('test-canteen', pg_temp.key(14), :lunch, '', :c, pg_temp.menu('№ 1'), 1) s \gset
select throws_ok(format('select staff.canteen_undo(%L, pg_temp.key(20), %s, %L)', v.token, :served_c, 'ошибка'), v.code, null, v.token || ' takes nothing back')
  from (values ('test-canteen-840', 'KB404'), ('test-guard', 'KB403'), ('nobody', 'KB401')) v(token, code);
select lives_ok(format('select staff.canteen_undo(%L, pg_temp.key(21), %s, %L)', 'test-canteen', :served_c, 'ошибка'), 'taken back');
select lives_ok(format('select staff.canteen_undo(%L, pg_temp.key(21), %s, %L)', 'test-canteen', :served_c, 'ошибка'), 'the form sent twice');
select throws_ok(format('select staff.canteen_undo(%L, pg_temp.key(22), %s, %L)', 'test-canteen', :served_c, 'ещё'), 'KB422', null, 'only once');
select is(pg_temp.money('I2222CCCCC'), '40000 0', 'the money is back');
select results_eq(format('select name, state, what from staff.canteen_class(%L, %s, %s, null)', 'test-canteen', :lunch, :seven),
    $$ values ('Вымышлев Тихон'::text, 'served'::text, '№ 1'::text), ('Посторонцев Мирон', 'none', '') $$, 'the class by name');
select is_empty(format('select name from staff.canteen_class(%L, %s, %s, null)', 'test-canteen-840', :lunch, :seven), 'not for another school');
select results_eq(format('select * from staff.canteen_serve_list(%L, pg_temp.key(30), %s, pg_temp.today(), null, %L)', 'test-canteen', :lunch, array[:a, :c, :d]),
    $$ values (0, 2) $$, 'served before, not ordered, not of this school');
select results_eq(format('select * from staff.canteen_serve_list(%L, pg_temp.key(31), %s, pg_temp.today(), %s, %L)', 'test-canteen', :lunch, pg_temp.menu('№ 1'), array[:a, :c]),
    $$ values (1, 1) $$, 'one goes through, the other stays');
select results_eq(format('select * from staff.canteen_serve_list(%L, pg_temp.key(31), %s, pg_temp.today(), %s, %L)', 'test-canteen', :lunch, pg_temp.menu('№ 1'), array[:a, :c]),
    $$ values (1, 1) $$, 'the same form again says the same');
select is(pg_temp.money('I2222CCCCC'), '26450 0', 'paid once');

-- A day without network: what was ordered and not fetched is written down afterwards
reset role;
select pg_temp.order_it('I2222AAAAA', '№ 2', -2) as late \gset
select canteen.release_rest(people.school_of('027839')) \g /dev/null
select is(pg_temp.state(:late), 'released: не получен', 'nobody fetched it');
set local role kabinet_canteen;
select results_eq(format('select state, what, why from staff.canteen_class(%L, %s, %s, pg_temp.today() - 2) where name ~ %L', 'test-canteen', :lunch, :seven, '^Вымышлев'),
    $$ values ('released'::text, '№ 2'::text, 'не получен'::text) $$, 'the list of that day');
select results_eq(format('select * from staff.canteen_serve_list(%L, pg_temp.key(32), %s, pg_temp.today() - 2, null, %L)', 'test-canteen', :lunch, array[:a]), $$ values (1, 0) $$, 'written down with its date');
select throws_ok(format('select * from staff.canteen_serve_list(%L, pg_temp.key(%s), %s, pg_temp.today() + %s, null, %L)', 'test-canteen', 40 - v.days, :lunch, v.days, array[:a]), 'KB422', null, v.name)
  from (values (-4, 'too far back'), (1, 'not ahead')) v(days, name);
select is(pg_temp.money('I2222AAAAA'), '71450 0', 'the price of that set meal');
select results_eq(format('select class_name, name, what from staff.canteen_sheet(%L, %s, 7, null)', 'test-canteen', :lunch), $$ values ('7 «Б»'::text, 'Вымышлев Тихон'::text, '№ 1'::text) $$, 'the sheet');

-- Absent, a day off, another class
reset role;
select pg_temp.order_it('I2222AAAAA', '№ 1', 1) as tomorrow, pg_temp.order_it('I2222AAAAA', '№ 1', 2) as day_after, pg_temp.order_it('I2222AAAAA', '№ 1', 3) as third \gset
insert into school.excuse (pupil_id, access_id, kind, reason, first_day, last_day, body, is_ahead)
select :c, a.id, 'absence', 'ill', pg_temp.today(), pg_temp.today(), 'болеет', true from auth.access a where a.pupil_id = :c and a.ordinal = 1;
delete from canteen.standing;
select pg_temp.order_it('I2222CCCCC', 'каша') as ill \gset
select is(canteen.release_absent(people.school_of('027839')), 1, 'who is absent');
select is(pg_temp.state(:ill), 'released: вы предупредили об отсутствии', 'with the reason for the parent');
select is(pg_temp.money('I2222CCCCC'), '26450 0', 'and its money is free');
insert into school.day_off (school_id, day, title) values (people.school_of('027839'), pg_temp.today() + 1, 'карантин');
select is(canteen.release_rest(people.school_of('027839')), 1, 'a day off');
select is(pg_temp.state(:tomorrow), 'released: выходной день: карантин', 'frees the order');
update school.pupil set class_id = :three where id = :a;
select is(pg_temp.state(:day_after), 'released: переход в другой класс', 'another grade: the set meal is not for it');
select results_eq(format('select c.title, o.pay_kop from canteen.meal_order o join canteen.menu m on m.id = o.menu_id join canteen.complex c on c.id = m.complex_id
    where o.pupil_id = %s and o.state = %L order by o.day', :a, 'ordered'), $$ values ('младшим'::text, 9001::bigint), ('младшим', 9001) $$, 'ordered anew with one that is');
select is(pg_temp.money('I2222AAAAA'), '71450 18002', 'at its price');
update school.pupil set class_id = :seven where id = :a;
insert into canteen.refusal (pupil_id, first_day, last_day, access_id) select :b, pg_temp.today() + 1, pg_temp.today() + 2, a.id from auth.access a where a.pupil_id = :b and a.ordinal = 1;
select is(canteen.order_by_itself(people.school_of('027839'), pg_temp.today() + 2), 0, 'a refusal: nothing by itself');
select is(canteen.order_by_itself(people.school_of('027839'), pg_temp.today() + 3), 1, 'after it: the breakfast that the budget pays');

-- The buffet
insert into canteen.spending_limit (pupil_id, kind, daily_kop, access_id) select :c, 'buffet', 9000, a.id from auth.access a where a.pupil_id = :c and a.ordinal = 1;
insert into canteen.allergy (pupil_id, allergen, staff_id) select :c, 'gluten', f.id from auth.staff f where f.login = 'test-canteen';
select pg_temp.dish('Сок') as juice, pg_temp.dish('Булочка') as bun, pg_temp.dish('Сок', '840') as other_juice \gset
set local role kabinet_canteen;
select results_eq(format('select title, price_kop, words from staff.canteen_goods(%L, %s)', 'test-canteen', :c),
    $$ values ('Сок'::text, 4000::bigint, ''::text), ('Булочка', 2500, 'Булочка: глютен — аллергия ребёнка.') $$, 'the counter, with what this child may not have');
select results_eq(format('select free_kop, left_kop, allergens from staff.canteen_buyer(%L, %s)', 'test-canteen', :c), $$ values (26450::bigint, 9000::bigint, 'глютен, орехи'::text) $$, 'the buyer');
select throws_ok(format('select * from staff.canteen_sell(%L, pg_temp.key(%s), %s, %L, %L, %s, 1)', v.token, 50 + v.n, v.pupil, v.dishes, v.counts, v.sum), v.code, null, v.name)
  from (values (1, 'test-canteen', :c, array[:bun], '{1}', 2500, 'KB422', 'an allergy'), (2, 'test-canteen', :c, array[:juice], '{3}', 12000, 'KB422', 'over the limit'),
               (3, 'test-canteen', :c, array[:juice], '{1}', 3999, 'KB422', 'another price than was shown'), (4, 'test-canteen', :c, array[:other_juice], '{1}', 4000, 'KB404', 'a dish of another school'),
               (5, 'test-canteen', :d, array[:juice], '{1}', 4000, 'KB404', 'a child of another school'), (6, 'test-guard', :c, array[:juice], '{1}', 4000, 'KB403', 'the guard sells nothing'))
           v(n, token, pupil, dishes, counts, sum, code, name);
select lives_ok(format('select * from staff.canteen_sell(%L, pg_temp.key(60), %s, %L, %L, 8000, 1)', 'test-canteen', :c, array[:juice], '{2}'), 'two juices');
select lives_ok(format('select * from staff.canteen_sell(%L, pg_temp.key(60), %s, %L, %L, 8000, 1)', 'test-canteen', :c, array[:juice], '{2}'), 'the form sent twice');
select throws_ok(format('select * from staff.canteen_sell(%L, pg_temp.key(61), %s, %L, %L, 4000, 1)', 'test-canteen', :c, array[:juice], '{1}'), 'KB422', null, 'the limit of the day is used up');
select is(pg_temp.money('I2222CCCCC'), '18450 0', 'paid once');
select results_eq(format('select what, pay_kop from staff.canteen_bought(%L, %s, null)', 'test-canteen', :c), $$ values ('Сок × 2'::text, 8000::bigint), ('Обед, № 1', 13550) $$, 'what it has had today');
select is((select count(*) from staff.canteen_recent('test-canteen', 'buffet')), 1::bigint, 'what the till sold last');
select is(staff.canteen_undo('test-canteen', pg_temp.key(62), r.serving_id, 'ошибка')::text, '', 'a sale is taken back') from staff.canteen_recent('test-canteen', 'buffet') r;
select is(pg_temp.money('I2222CCCCC'), '26450 0', 'and its money');

-- Menus
select lives_ok($$ select staff.canteen_save_dish('test-canteen', null, 'Компот', 'drink', 'яблоки', 200, 80, 0, 0, 195, '{}', null, false) $$, 'a dish');
select throws_ok($$ select staff.canteen_save_dish('test-canteen', null, 'Компот', 'drink', '', 200, 80, 0, 0, 0, '{}', null, false) $$, 'KB422', null, 'each title once');
select throws_ok(format('select staff.canteen_save_dish(%L, %s, %L, %L, %L, 200, 80, 0, 0, 0, %L, null, false)', 'test-canteen', :other_juice, 'Мой', 'drink', '', '{}'), 'KB404', null, 'a dish of another school');
select c.complex_id as second from staff.canteen_complexes('test-canteen') c where c.title = '№ 2' \gset
select c.complex_id as first from staff.canteen_complexes('test-canteen') c where c.title = '№ 1' \gset
select lives_ok(format('select staff.canteen_save_menu(%L, %s, pg_temp.today() + 2, 16000, array[%s, %s])', 'test-canteen', :second, :juice, pg_temp.dish('Компот')), 'a menu is changed');
select is((select m.dishes from staff.canteen_menu_week('test-canteen', pg_temp.today() + 2) m where m.complex_id = :second and m.day = pg_temp.today() + 2), 'Компот, Сок', 'its dishes');
select throws_ok(format('select staff.canteen_save_menu(%L, %s, pg_temp.today() + %s, 16000, %L)', v.token, :second, v.days, v.dishes), v.code, null, v.name)
  from (values ('test-canteen', -1, array[:juice], 'KB422', 'not of yesterday'), ('test-canteen', 2, '{}', 'KB422', 'not without dishes'),
               ('test-canteen', 2, array[:other_juice], 'KB404', 'not of another school''s dishes'), ('test-canteen-840', 2, array[:juice], 'KB404', 'not by another school')) v(token, days, dishes, code, name);
reset role;
select pg_temp.order_it('I2222AAAAA', '№ 1', 4) as fourth \gset
set local role kabinet_canteen;
select lives_ok(format('select staff.canteen_save_menu(%L, %s, pg_temp.today() + 4, 99900, array[%s])', 'test-canteen', :first, :juice), 'a dearer menu');
reset role;
select is((select o.pay_kop from canteen.meal_order o where o.id = :fourth), 13550::bigint, 'leaves the order as it is');
set local role kabinet_canteen;
select throws_ok(format('select staff.canteen_drop_menu(%L, %s, pg_temp.today() + 4)', 'test-canteen', :first), 'KB422', null, 'and what is ordered cannot be taken off');
select lives_ok(format('select staff.canteen_drop_menu(%L, %s, pg_temp.today() + 5)', 'test-canteen', :second), 'what is not ordered can');
select is(staff.canteen_copy_week('test-canteen', pg_temp.today(), pg_temp.today() + 70), (select count(*)::int from staff.canteen_menu_week('test-canteen', pg_temp.today()) m where m.menu_id is not null),
    'a week is copied');
select is(staff.canteen_copy_week('test-canteen', pg_temp.today(), pg_temp.today() + 70), 0, 'once: what is there stays');
select throws_ok($$ select staff.canteen_copy_week('test-canteen', pg_temp.today(), pg_temp.today()) $$, 'KB422', null, 'not onto itself');
select lives_ok($$ select staff.canteen_save_meal('test-canteen', null, 'Полдник', '15:00', '16:00') $$, 'a meal');
select lives_ok(format('select staff.canteen_save_complex(%L, null, %s, %L, 1, 4, 2, 5000, false, false)', 'test-canteen', pg_temp.meal('Полдник'), 'полдник'), 'a set meal');
select throws_ok(format('select staff.canteen_save_complex(%L, %s, %s, %L, 1, 4, 2, 5000, false, false)', 'test-canteen', :first, pg_temp.meal('Полдник'), '№ 1'), 'KB404', null, 'a set meal stays with its meal');
select lives_ok($$ select staff.canteen_save_rules('test-canteen', 1, '14:00', '10:00', 7, 2) $$, 'the rules');
select results_eq($$ select cutoff_days, cutoff_at, back_days from staff.canteen_rules('test-canteen') $$, $$ values (1::smallint, '14:00'::text, 2::smallint) $$, 'are changed');
select results_eq($$ select cutoff_days from staff.canteen_rules('test-canteen-840') $$, $$ values (0::smallint) $$, 'for this school alone');

-- Льготы: shown after a note, for half an hour, to that person
select is_empty($$ select * from staff.canteen_benefits('test-canteen', null, null, null, 10) $$, 'closed');
select throws_ok($$ select * from staff.canteen_report_csv('test-canteen', null, null) $$, 'KB403', null, 'the table too');
select lives_ok($$ select staff.canteen_open('test-canteen', null) $$, 'opened');
select results_eq($$ select name, kind, meal, share from staff.canteen_benefits('test-canteen', null, null, null, 10) $$,
    $$ values ('Вымышлева Злата'::text, 'Многодетная семья'::text, 'Завтрак'::text, 100::smallint), ('Вымышлева Злата', 'Многодетная семья', 'Обед', 50::smallint) $$, 'the list');
select results_eq($$ select label, meal, children, meals, budget_kop, family_kop from staff.canteen_report('test-canteen', pg_temp.today() - 5, pg_temp.today(), 'kind') $$,
    $$ values ('Многодетная семья'::text, 'Завтрак'::text, 1::bigint, 1::bigint, 8000::bigint, 0::bigint), ('Многодетная семья', 'Обед', 1, 1, 4500, 4501) $$, 'what the budget pays');
select results_eq($$ select label, sum(budget_kop) from staff.canteen_report('test-canteen', pg_temp.today(), pg_temp.today(), 'class') group by 1 $$, $$ values ('3 «А»'::text, 12500::numeric) $$, 'by class');
select is((select count(*) from staff.canteen_report_csv('test-canteen', null, null)), 2::bigint, 'as a table');
select throws_ok(format('select staff.canteen_add_benefit(%L, %s, 1, %s, 50, pg_temp.today(), pg_temp.today() + 30, %L)', 'test-canteen', :a, :lunch, 'справка'), 'KB403', null, 'a child is opened by itself');
select staff.canteen_open('test-canteen', :a), staff.canteen_open('test-canteen', :b) \g /dev/null
select throws_ok(format('select staff.canteen_open(%L, %s)', 'test-canteen', :d), 'KB404', null, 'not one of another school');
select lives_ok(format('select staff.canteen_add_benefit(%L, %s, 1, %s, 50, pg_temp.today() + 1, pg_temp.today() + 30, %L)', 'test-canteen', :a, :lunch, 'справка'), 'a льгота is given');
select throws_ok(format('select staff.canteen_add_benefit(%L, %s, 2, %s, 50, pg_temp.today() + 30, pg_temp.today() + 40, %L)', 'test-canteen', :a, :lunch, 'справка'), 'KB422', null, 'not two for the same days');
reset role;
select results_eq(format('select o.day - pg_temp.today(), o.pay_kop from canteen.meal_order o where o.pupil_id = %s and o.state = %L order by o.day', :a, 'ordered'),
    $$ values (2, 6775::bigint), (3, 6775), (4, 49950) $$, 'orders to come follow it, at the price of the menu');
set local role kabinet_canteen;
select lives_ok(format('select staff.canteen_end_benefit(%L, %s, pg_temp.today() + 2)', 'test-canteen', b.benefit_id), 'it ends') from staff.canteen_of_child('test-canteen', :a) b;
reset role;
select results_eq(format('select o.day - pg_temp.today(), o.pay_kop from canteen.meal_order o where o.pupil_id = %s and o.state = %L order by o.day', :a, 'ordered'),
    $$ values (2, 6775::bigint), (3, 13550) $$, 'and the orders after it: who cannot pay a dearer one is told');
select is((select k.day - pg_temp.today() from canteen.skipped k where k.pupil_id = :a and k.meal_id = :lunch), 4, 'why');
set local role kabinet_canteen;
select throws_ok(format('select staff.canteen_end_benefit(%L, %s, pg_temp.today() - 2)', 'test-canteen', b.benefit_id), 'KB422', null, 'not into the past') from staff.canteen_of_child('test-canteen', :a) b;
select throws_ok(format('select staff.canteen_end_benefit(%L, %s, pg_temp.today())', 'test-canteen-840', b.benefit_id), 'KB404', null, 'not by another school') from staff.canteen_of_child('test-canteen', :a) b;

-- What a льгота ordered by itself ends with it: it never becomes a meal for the family's money
select staff.canteen_open('test-canteen', :c) \g /dev/null
select lives_ok(format('select staff.canteen_add_benefit(%L, %s, 1, %s, 100, pg_temp.today() + 1, pg_temp.today() + 30, %L)', 'test-canteen', :c, :lunch, ''), 'lunch for nothing');
reset role;
select canteen.place_order(:c, pg_temp.menu('№ 1', 3), 'benefit', null, 'benefit', false) as by_itself \gset
set local role kabinet_canteen;
select lives_ok(format('select staff.canteen_end_benefit(%L, %s, pg_temp.today() + 1)', 'test-canteen', b.benefit_id), 'is taken back') from staff.canteen_of_child('test-canteen', :c) b;
reset role;
select ok((select h.held_kop = 0 from ledger.balance h where h.account_id = ledger.pupil_account(:c))
    and not exists (select from canteen.meal_order o where o.pupil_id = :c and o.state = 'ordered'), 'with the order, and holds no money');
set local role kabinet_canteen;

-- Dry rations
reset role;
insert into school.day_off (school_id, day, title) values (people.school_of('027839'), pg_temp.today() - 1, 'актировка');
set local role kabinet_canteen;
select lives_ok(format('select staff.canteen_set_study(%L, %s, pg_temp.today() - 4, pg_temp.today() + 20)', 'test-canteen', :b), 'taught at home');
select throws_ok(format('select staff.canteen_set_study(%L, %s, pg_temp.today(), pg_temp.today() + 1)', 'test-canteen', :b), 'KB422', null, 'once at a time');
reset role;
select is((select count(*) from canteen.meal_order o where o.pupil_id = :b and o.state = 'ordered' and o.pay_kop = 0 and o.day > pg_temp.today()), 0::bigint, 'meals that the budget pays are taken off');
set local role kabinet_canteen;
select results_eq($$ select name, days, since from staff.canteen_home('test-canteen') $$, $$ values ('Вымышлева Злата'::text, 3, pg_temp.today() - 4) $$, 'five days but for the day off and the one whose breakfast it has eaten');
reset role;
select throws_ok($$ select pg_temp.order_it('I2222BBBBB', 'каша', 1) $$, 'KB422', null, 'a meal beside the ration is not free');
set local role kabinet_canteen;
select lives_ok(format('select staff.canteen_issue(%L, pg_temp.key(80), %s)', 'test-canteen', :b), 'issued');
select lives_ok(format('select staff.canteen_issue(%L, pg_temp.key(80), %s)', 'test-canteen', :b), 'the form sent twice');
select throws_ok(format('select staff.canteen_issue(%L, pg_temp.key(81), %s)', 'test-canteen', :b), 'KB422', null, 'nothing more is due today');
select results_eq($$ select days, issued_on from staff.canteen_home('test-canteen') $$, $$ values (0, pg_temp.today()) $$, 'of today, whatever anybody says');
select throws_ok(format('select staff.canteen_issue(%L, pg_temp.key(82), %s)', 'test-canteen-840', :b), 'KB404', null, 'not by another school');
select throws_ok(format('select staff.canteen_end_study(%L, %s, pg_temp.today() - 1)', 'test-canteen', h.study_id), 'KB422', null, 'what a ration was issued for stays home schooling') from staff.canteen_study('test-canteen', :b) h;
reset role;
update auth.staff_session set last_used_at = now() - interval '2 h' where staff_id = (select f.id from auth.staff f where f.login = 'test-canteen');
select throws_ok($$ select * from staff.canteen_now('test-canteen', null) $$, 'KB401', null, 'an ended session');
select is((select array_agg(distinct a.action order by a.action) from site.audit a where a.action ~ 'benefit|canteen|ration|menu|dish'),
    '{benefit-add,benefit-end,benefit-view,canteen-look,canteen-rules,canteen-undo,dish-save,menu-copy,menu-drop,menu-save,ration-issue}', 'written down');
select is_empty('select * from ledger.violations', 'the books are right');

select * from finish();
rollback;
