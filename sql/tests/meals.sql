-- What /meals asks: the menu with prices and льготы for adults alone, orders to the minute of the deadline, all or none and once per form; swaps,
-- refusals, standing orders, limits and allergies, how long the money lasts; this child alone.
begin;
\ir gate.inc
grant usage on schema public to kabinet_meals;
select no_plan();

-- It is past noon at the school, whatever the hour is here; orders for tomorrow close at two.
update school.school set time_zone = 'Etc/GMT' || case when n.ahead = 0 then '' else to_char(-n.ahead, 'FMSG00') end
  from (select 12 - extract(hour from now() at time zone 'UTC')::integer as ahead) n where region = '027' and number in ('839', '840');
update school.school set time_zone = regexp_replace(time_zone, '([+-])0', '\1') where number in ('839', '840');
create function pg_temp.local() returns timestamp language sql stable security definer as $$
    select timezone(s.time_zone, now()) from school.school s where s.region = '027' and s.number = '839'
$$;
create function pg_temp.today() returns date language sql stable as $$ select pg_temp.local()::date $$;
update canteen.policy set cutoff_days = 1, cutoff_at = '14:00';
update school.enrolment set first_day = first_day - 60;

select pg_temp.first('I2222AAAAA', 'code-I2222AAAAA', 'lemon', 'token-a'), pg_temp.add_child('token-a', 'I2222BBBBB', 'code-I2222BBBBB'),
       pg_temp.first('I2222CCCCC', 'code-I2222CCCCC', 'melon', 'token-c'), pg_temp.first('I2222DDDDD', 'code-I2222DDDDD', 'grape', 'token-d') \g /dev/null
create function pg_temp.session(p_pupil text, p_ordinal integer, p_token text, p_by text default 'password', p_finance boolean default false)
returns void language plpgsql as $$
declare
    v_login bigint;
begin
    insert into auth.login default values returning id into v_login;
    insert into auth.access (pupil_id, ordinal, login_id, may_finance) values (pg_temp.pupil(p_pupil), p_ordinal, v_login, p_finance)
    on conflict (pupil_id, ordinal) do update set login_id = excluded.login_id;
    insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent)
    select sha256(convert_to(p_token, 'UTF8')), p_by::auth.attempt_kind, v_login, a.id, '127.0.0.1', 'x' from auth.access a where a.login_id = v_login;
end $$;
select pg_temp.session('I2222AAAAA', 0, 'token-p'), pg_temp.session('I2222AAAAA', 2, 'token-poor'),
       pg_temp.session('I2222AAAAA', 3, 'token-pin', 'pin', true) \g /dev/null

insert into ledger.account (kind, school_id) select 'provider', s.id from school.school s
 where s.number in ('839', '840') and ledger.provider_account(s.id) is null;
create function pg_temp.top_up(p_idn text, p_kop bigint) returns bigint language sql as $$
    select ledger.post('top_up', 'test', gen_random_uuid()::text, pg_temp.today() - 20, 'test', 'реестр № 1', 'Сбербанк Онлайн',
        array[ledger.pupil_account(p.id), ledger.provider_account(p.school_id)], array[p_kop, -p_kop]) from school.pupil p where p.idn = p_idn
$$;
create function pg_temp.free(p_idn text) returns bigint language sql stable security definer as $$
    select b.balance_kop - b.held_kop from ledger.balance b where b.account_id = ledger.pupil_account((select p.id from school.pupil p where p.idn = p_idn))
$$;
select pg_temp.top_up('I2222AAAAA', 100000), pg_temp.top_up('I2222CCCCC', 10000) \g /dev/null

-- Lunch in two set meals, breakfast in one; lessons every day, a fortnight each way.
insert into canteen.dish (school_id, title, category, weight_g, kcal, protein_dg, allergens, buffet_kop)
select s.id, d.title, d.category::canteen.category, 200, 100, 95, d.allergens::canteen.allergen[], d.kop
  from school.school s, (values ('Суп молочный', 'soup', '{milk}', null::bigint), ('Рагу', 'main', '{}', null), ('Булочка', 'bakery', '{gluten}', 2500),
       ('Сок', 'drink', '{}', 4000)) d(title, category, allergens, kop) where s.number in ('839', '840');
insert into canteen.meal (school_id, title, serves_from, serves_to)
select s.id, m.title, m.a, m.b from school.school s, (values ('Завтрак', time '08:30', time '10:30'), ('Обед', '12:00', '14:00')) m(title, a, b)
 where s.number in ('839', '840');
insert into canteen.complex (school_id, meal_id, title, first_grade, last_grade, price_kop, is_default)
select m.school_id, m.id, c.title, c.a, c.b, c.kop, c.is_default
  from canteen.meal m join school.school s on s.id = m.school_id and s.number in ('839', '840')
  join (values ('Обед', '№ 1', 5, 11, 13550, true), ('Обед', '№ 2', 5, 11, 15000, false), ('Обед', 'младшим', 1, 4, 9000, true), ('Завтрак', 'каша', 1, 11, 8000, true))
       c(meal, title, a, b, kop, is_default) on c.meal = m.title;
insert into canteen.menu (school_id, complex_id, day, price_kop)
select c.school_id, c.id, pg_temp.today() + d, c.price_kop
  from canteen.complex c join school.school s on s.id = c.school_id and s.number in ('839', '840'), generate_series(0, 6) d;
insert into canteen.menu_dish (menu_id, rank, dish_id)
select m.id, n.rank, d.id from canteen.menu m join canteen.complex c on c.id = m.complex_id
  join (values ('№ 1', 1, 'Суп молочный'), ('№ 1', 2, 'Рагу'), ('№ 2', 1, 'Рагу'), ('каша', 1, 'Рагу'), ('младшим', 1, 'Рагу')) n(complex, rank, dish) on n.complex = c.title
  join canteen.dish d on d.school_id = m.school_id and d.title = n.dish;
insert into school.subject (school_id, title, rank) select s.id, 'Труд', 1 from school.school s where s.number = '839';
insert into school.lesson (class_id, day, number, subject_id, staff_id)
select k.id, pg_temp.today() + d, 1, j.id, (select f.id from auth.staff f where f.login = 'test-teacher')
  from school.class k join school.school s on s.id = k.school_id and s.number = '839' join school.subject j on j.school_id = s.id, generate_series(-14, 20) d;
create function pg_temp.menu(p_complex text, p_ahead integer default 1, p_school text default '839') returns bigint language sql stable security definer as $$
    select m.id from canteen.menu m join canteen.complex c on c.id = m.complex_id join school.school s on s.id = c.school_id
     where s.number = p_school and c.title = p_complex and m.day = pg_temp.today() + p_ahead
$$;
create function pg_temp.meal(p_title text, p_school text default '839') returns bigint language sql stable security definer as $$
    select m.id from canteen.meal m join school.school s on s.id = m.school_id where s.number = p_school and m.title = p_title
$$;
create function pg_temp.orders(p_idn text default 'I2222AAAAA') returns text language sql stable security definer as $$
    select string_agg(concat_ws(' ', o.day - pg_temp.today(), c.title, o.pay_kop, o.state, o.made_by), ', ' order by o.day, o.id)
      from canteen.meal_order o join canteen.menu m on m.id = o.menu_id join canteen.complex c on c.id = m.complex_id
     where o.pupil_id = pg_temp.pupil(p_idn)
$$;
create function pg_temp.order(p_token text, p_n integer, p_menus bigint[]) returns void language sql as $$
    select cabinet.meals_order(p_token, md5('order ' || p_n)::uuid, p_menus, (select sum(c.pay_kop)::bigint from cabinet.meals_check(p_token, p_menus) c))
$$;
create function pg_temp.cancel(p_token text, p_n integer, p_orders bigint[]) returns void language sql as $$
    select cabinet.meals_cancel(p_token, md5('cancel ' || p_n)::uuid, p_orders)
$$;
create function pg_temp.open_order(p_ahead integer) returns bigint language sql stable security definer as $$
    select max(o.id) from canteen.meal_order o where o.pupil_id = pg_temp.pupil('I2222AAAAA') and o.day = pg_temp.today() + p_ahead
$$;
create function pg_temp.lines(p_token text, p_ahead integer) returns setof text language sql as $$
    select concat_ws(' ', case when m.is_first then m.meal end, m.complex, m.price_kop, m.pay_kop, m.state, case when m.may_order then 'order' end,
                     case when m.may_swap then 'swap' end, case when m.may_cancel then 'cancel' end, nullif(m.against, ''))
      from cabinet.meals_menu(p_token, pg_temp.today() + p_ahead, 1) m
$$;
set local role kabinet_meals;

-- The menu
select results_eq($$ select * from pg_temp.lines('token-a', 1) $$,
    $$ values ('Завтрак каша 8000 8000  order'::text), ('Обед № 1 13550 13550  order'), ('№ 2 15000 15000  order') $$, 'what the class may have tomorrow');
select results_eq($$ select * from pg_temp.lines('token-a', 0) $$, $$ values ('Завтрак каша 8000 8000 '::text), ('Обед № 1 13550 13550 '), ('№ 2 15000 15000 ') $$,
    'of today nothing can be ordered any more');
select results_eq($$ select * from pg_temp.lines('token-p', 1) $$, $$ values ('Завтрак каша '::text), ('Обед № 1 '), ('№ 2 ') $$, 'the pupil sees no money and no button');
select results_eq($$ select * from pg_temp.lines('token-poor', 1) limit 1 $$, $$ values ('Завтрак каша 8000 8000 '::text) $$, 'who may not pay sees prices alone');
select is((select count(distinct m.day) from cabinet.meals_menu('token-a', pg_temp.today(), 7) m where m.menu_id is not null),
    least(7 - extract(isodow from pg_temp.today())::bigint + 1, 7), 'a week is Monday to Sunday');
select is((select min(m.day) from cabinet.meals_menu('token-a', null, 1) m), pg_temp.today(), 'without a day the next one with a menu');
select results_eq($$ select d.title, d.protein, d.allergens from cabinet.meals_dishes('token-a', pg_temp.today() + 1) d where d.menu_id = pg_temp.menu('№ 1') $$,
    $$ values ('Суп молочный'::text, '9,5'::text, 'молоко'::text), ('Рагу', '9,5', '') $$, 'what is on the plate');
select is((select count(*) from cabinet.meals_month('token-a', pg_temp.today()) d where d.in_month and d.menus > 0) > 0, true, 'the month has days with menus');
select is((select h.remind_day from cabinet.meals_head('token-a') h), pg_temp.today() + 1, 'tomorrow wants an order');
select results_eq($$ select h.remind_day, h.free_kop, h.is_payer from cabinet.meals_head('token-p') h $$, $$ values (null::date, null::bigint, false) $$, 'a pupil is asked for none');

-- Ordering
select results_eq($$ select c.complex, c.pay_kop, c.was, c.words, c.total_kop, c.free_kop from cabinet.meals_check('token-a', array[pg_temp.menu('№ 1'), pg_temp.menu('каша', 2), pg_temp.menu('№ 1', 0)]) c $$,
    $$ values ('№ 1'::text, 13550::bigint, ''::text, 'заказы уже не принимаются'::text, 21550::bigint, 100000::bigint), ('№ 1', 13550, '', '', 21550, 100000),
              ('каша', 8000, '', '', 21550, 100000) $$, 'the question before an order');
select is((select string_agg(c.words, ',') from cabinet.meals_check('token-a', array[pg_temp.menu('№ 1'), pg_temp.menu('№ 2')]) c),
    'выберите один комплекс,выберите один комплекс', 'one of a meal');
select is_empty($$ select from cabinet.meals_check('token-a', array[pg_temp.menu('№ 1', 1, '840')]) $$, 'not of another school');
select throws_ok(format('select cabinet.meals_order(%L, gen_random_uuid(), array[pg_temp.menu(%L)], %s)', 'token-a', '№ 1', v.kop), 'KB422', null, 'not for a sum that was not shown: ' || v.kop)
  from (values ('13549'), ('null')) v(kop);
select lives_ok($$ select pg_temp.order('token-a', 1, array[pg_temp.menu('№ 1'), pg_temp.menu('каша', 2)]) $$, 'two days at once');
select lives_ok($$ select pg_temp.order('token-a', 1, array[pg_temp.menu('№ 1'), pg_temp.menu('каша', 2)]) $$, 'the form sent twice');
select is(pg_temp.orders(), '1 № 1 13550 ordered parent, 2 каша 8000 ordered parent', 'is ordered once');
select is(pg_temp.free('I2222AAAAA'), 78450::bigint, 'and held once');
select throws_ok($$ select pg_temp.order('token-a', 1, array[pg_temp.menu('№ 2')]) $$, 'KB409', null, 'another body under the key');
select throws_ok(format('select pg_temp.order(%L, %s, %L)', v.token, 100 + v.n, v.menus), v.code, null, v.name)
  from (values (1, 'token-a', array[pg_temp.menu('№ 1', 0)], 'KB422', 'after the deadline'),
               (2, 'token-a', array[pg_temp.menu('младшим')], 'KB422', 'of another grade'),
               (3, 'token-a', array[pg_temp.menu('№ 1', 3), pg_temp.menu('№ 2', 3)], 'KB422', 'two of one meal'),
               (4, 'token-a', array[pg_temp.menu('№ 1', 1, '840')], 'KB404', 'of another school'),
               (5, 'token-a', '{}'::bigint[], 'KB404', 'nothing'), (6, 'token-a', array[pg_temp.menu('№ 1', 3), -5], 'KB404', 'one that is not there'),
               (7, 'token-p', array[pg_temp.menu('№ 1', 3)], 'KB403', 'by the pupil'),
               (8, 'token-poor', array[pg_temp.menu('№ 1', 3)], 'KB403', 'by an adult who may not pay'),
               (9, 'token-c', array[pg_temp.menu('№ 1', 3)], 'KB422', 'without the money'),
               (10, 'nobody', array[pg_temp.menu('№ 1', 3)], 'KB401', 'by a stranger')) v(n, token, menus, code, name);
select is(pg_temp.orders('I2222CCCCC'), null, 'nothing of it was ordered');
select throws_ok($$ select pg_temp.order('token-a', 20, array[pg_temp.menu('каша', 3), pg_temp.menu('№ 1', 0)]) $$, 'KB422', null, 'all or none');
select is(pg_temp.orders(), '1 № 1 13550 ordered parent, 2 каша 8000 ordered parent', 'none');
select results_eq($$ select c.was, c.was_kop, c.total_kop from cabinet.meals_check('token-a', array[pg_temp.menu('№ 2')]) c $$, $$ values ('№ 1'::text, 13550::bigint, 1450::bigint) $$, 'a swap holds the difference');
select lives_ok($$ select pg_temp.order('token-a', 2, array[pg_temp.menu('№ 2')]) $$, 'swapped');
select is(pg_temp.orders(), '1 № 1 13550 cancelled parent, 1 № 2 15000 ordered parent, 2 каша 8000 ordered parent', 'one ends, one begins');
select is(pg_temp.free('I2222AAAAA'), 77000::bigint, 'to the kopeck');
select results_eq($$ select * from pg_temp.lines('token-a', 1) offset 1 $$, $$ values ('Обед № 1 13550 13550 cancelled order swap'::text), ('№ 2 15000 15000 ordered swap cancel') $$, 'the page says so');

-- The minute of the deadline
reset role;
update canteen.policy set cutoff_at = (pg_temp.local() + interval '1 second')::time;
select lives_ok($$ select pg_temp.order('token-a', 3, array[pg_temp.menu('каша')]) $$, 'a second before');
update canteen.policy set cutoff_at = pg_temp.local()::time;
select throws_ok($$ select pg_temp.order('token-a', 4, array[pg_temp.menu('№ 1')]) $$, 'KB422', null, 'at the deadline itself it is over');
select throws_ok($$ select pg_temp.cancel('token-a', 1, array[pg_temp.open_order(1)]) $$, 'KB422', null, 'and nothing is cancelled any more');
select is((select bool_or(m.may_order or m.may_cancel) from cabinet.meals_menu('token-a', pg_temp.today() + 1, 1) m), false, 'no buttons either');
update canteen.policy set cutoff_at = '14:00';
insert into school.day_off select s.id, pg_temp.today() + 5, 'праздник' from school.school s where s.number = '839';
select throws_ok($$ select pg_temp.order('token-a', 5, array[pg_temp.menu('каша', 5)]) $$, 'KB422', null, 'nothing on a day off');
set local role kabinet_meals;

-- Cancelling
select results_eq($$ select o.complex, o.pay_kop, o.words, o.total_kop from cabinet.meals_orders('token-a', array[pg_temp.open_order(1), pg_temp.open_order(2)]) o $$,
    $$ values ('каша'::text, 8000::bigint, ''::text, 16000::bigint), ('каша', 8000, '', 16000) $$, 'the question before');
select is_empty($$ select from cabinet.meals_orders('token-c', array[pg_temp.open_order(1)]) $$, 'another family has no such order');
select throws_ok(format('select pg_temp.cancel(%L, %s, %L)', v.token, 100 + v.n, v.orders), v.code, null, v.name)
  from (values (1, 'token-c', array[pg_temp.open_order(1)], 'KB404', 'not another family''s'), (2, 'token-d', array[pg_temp.open_order(1)], 'KB404', 'nor at another school'),
               (3, 'token-p', array[pg_temp.open_order(1)], 'KB403', 'not by the pupil'), (4, 'token-poor', array[pg_temp.open_order(1)], 'KB403', 'nor who may not pay'),
               (5, 'token-a', '{}'::bigint[], 'KB404', 'nothing')) v(n, token, orders, code, name);
select pg_temp.open_order(1) as breakfast \gset
select lives_ok(format('select pg_temp.cancel(%L, 10, array[%s])', 'token-a', :breakfast), 'cancelled') from generate_series(1, 2);
select lives_ok(format('select pg_temp.cancel(%L, 11, array[%s])', 'token-a', :breakfast), 'by another form, it stays so');
select is(pg_temp.free('I2222AAAAA'), 77000::bigint, 'the money is free again, once');
select is((select string_agg(m.why, '' order by m.menu_id) from cabinet.meals_menu(v.token, pg_temp.today() + 1, 1) m where m.complex = 'каша'), v.why, 'why it ended: ' || v.token)
  from (values ('token-a', 'отменено семьёй'), ('token-p', '')) v(token, why);

-- Льготы: half of lunch; the pupil and another adult of another family do not know
reset role;
insert into canteen.benefit (pupil_id, kind_id, meal_id, share, first_day, last_day, document, staff_id)
select pg_temp.pupil('I2222AAAAA'), k.id, pg_temp.meal('Обед'), 50, pg_temp.today() + 3, pg_temp.today() + 30, 'справка № 7', (select f.id from auth.staff f where f.login = 'test-teacher')
  from canteen.benefit_kind k where k.title = 'Многодетная семья';
set local role kabinet_meals;
select is((select m.pay_kop from cabinet.meals_menu('token-a', pg_temp.today() + 3, 1) m where m.complex = '№ 1'), 6775::bigint, 'the family''s part');
select is((select bool_or(m.has_benefit) from cabinet.meals_menu('token-p', pg_temp.today() + 3, 1) m), false, 'the pupil is not told');
select is((select bool_or(m.has_benefit) from cabinet.meals_menu('token-c', pg_temp.today() + 3, 1) m), false, 'nor another family');
select results_eq($$ select b.title, b.share, b.state from cabinet.meals_benefits('token-poor') b $$, $$ values ('Многодетная семья'::text, 50::smallint, 'ahead'::text) $$, 'any of its adults');
select throws_ok($$ select from cabinet.meals_benefits('token-p') $$, 'KB403', null, 'the pupil asks in vain');
select is_empty($$ select from cabinet.meals_benefits('token-c') $$, 'another family has its own');
select lives_ok($$ select pg_temp.order('token-a', 6, array[pg_temp.menu('№ 1', 3)]) $$, 'ordered by льгота');
select is(pg_temp.free('I2222AAAAA'), 70225::bigint, 'half is held');

-- Allergies, bans, limits
select lives_ok($$ select cabinet.meals_allergens_save('token-pin', '{milk}') $$, 'an allergy is told, by a PIN too');
select results_eq($$ select a.title from cabinet.meals_allergens('token-poor') a where a.is_set $$, $$ values ('молоко'::text) $$, 'it is kept');
select throws_ok($$ select from cabinet.meals_allergens('token-p') $$, 'KB403', null, 'the pupil has no list of them');
select results_eq($$ select h.day - pg_temp.today(), h.complex, h.against, h.may_cancel from cabinet.meals_hit('token-a') h $$,
    $$ values (3, '№ 1'::text, 'Суп молочный: молоко — аллергия ребёнка.'::text, true) $$, 'an order that it hits is named');
select is_empty($$ select from cabinet.meals_hit('token-p') $$, 'to adults alone');
select is((select string_agg(m.complex || m.may_order, ' ') from cabinet.meals_menu('token-a', pg_temp.today() + 4, 1) m), 'кашаtrue № 1false № 2true', 'no button there');
select is((select string_agg(m.against, '') from cabinet.meals_menu('token-p', pg_temp.today() + 4, 1) m), '', 'the pupil''s menu says nothing of it');
select throws_ok($$ select pg_temp.order('token-a', 7, array[pg_temp.menu('№ 1', 4)]) $$, 'KB422', null, 'nor by hand');
select throws_ok($$ select cabinet.meals_allergens_save('token-pin', '{eggs}') $$, 'KB422', null, 'a PIN takes none away');
select is((select string_agg(a.title, ' ') from cabinet.meals_allergens('token-a') a where a.is_set), 'молоко', 'nothing of that was done');
select lives_ok($$ select cabinet.meals_allergens_save('token-a', '{}') $$, 'a password does');
select throws_ok($$ select cabinet.meals_allergens_save('token-p', '{milk}') $$, 'KB403', null, 'not the pupil');

select lives_ok($$ select cabinet.meals_limits_save('token-pin', 20000, 5000) $$, 'limits, by a PIN');
select lives_ok($$ select cabinet.meals_limits_save('token-pin', 10000, 5000) $$, 'lower ones too');
select throws_ok(format('select cabinet.meals_limits_save(%L, %s, %s)', 'token-pin', v.meal, v.buffet), 'KB422', null, 'a PIN raises none')
  from (values ('10001', '5000'), ('null', '5000'), ('10000', 'null')) v(meal, buffet);
select lives_ok($$ select cabinet.meals_limits_save('token-a', 6000, null) $$, 'by a password');
select throws_ok($$ select pg_temp.order('token-a', 9, array[pg_temp.menu('№ 1', 4)]) $$, 'KB422', null, 'over the limit of a day');
select results_eq($$ select l.meal_kop, l.buffet_kop, l.sees_money from cabinet.meals_limits('token-poor') l $$, $$ values (6000::bigint, null::bigint, false) $$, 'any adult sees them');
select throws_ok($$ select from cabinet.meals_limits('token-p') $$, 'KB403', null, 'the pupil does not');
select lives_ok($$ select cabinet.meals_limits_save('token-a', null, null) $$, 'no limits');

select lives_ok(format('select cabinet.meals_ban(%L, %s, %L)', 'token-pin', v.dish, v.category), 'a ban, by a PIN: ' || v.name)
  from (values ('null', 'soup', 'soups'), ('null', 'soup', 'twice'), ((select d.dish_id::text from cabinet.meals_buffet('token-a') d where d.title = 'Булочка'), '', 'a bun')) v(dish, category, name);
select results_eq($$ select b.title, b.kind from cabinet.meals_bans('token-a') b $$, $$ values ('Супы'::text, 'category'::text), ('Булочка', 'dish') $$, 'each once');
select results_eq($$ select d.title, d.price_kop, d.against <> '', d.is_banned from cabinet.meals_buffet('token-a') d order by d.title $$,
    $$ values ('Булочка'::text, 2500::bigint, true, true), ('Сок', 4000, false, false) $$, 'the price list knows');
select results_eq($$ select d.title, d.price_kop, d.against <> '', d.is_banned from cabinet.meals_buffet('token-p') d order by d.title $$,
    $$ values ('Булочка'::text, null::bigint, false, false), ('Сок', null, false, false) $$, 'the pupil''s has neither');
select throws_ok($$ select cabinet.meals_ban('token-a', null, 'pizza') $$, 'KB404', null, 'no such kind');
select throws_ok($$ select cabinet.meals_ban('token-d', (select d.dish_id from cabinet.meals_buffet('token-a') d limit 1), '') $$, 'KB404', null, 'no dish of another school');
select (select b.ban_id from cabinet.meals_bans('token-a') b where b.kind = 'category') as ban \gset
select throws_ok(format('select cabinet.meals_lift(%L, %s)', v.token, :ban), v.code, null, v.name)
  from (values ('token-pin', 'KB422', 'a PIN lifts none'), ('token-c', 'KB404', 'nor another family'), ('token-p', 'KB403', 'nor the pupil')) v(token, code, name);
select lives_ok(format('select cabinet.meals_lift(%L, %s)', 'token-a', :ban), 'lifted') from generate_series(1, 2);

-- Refusals
select results_eq($$ select c.complex, c.pay_kop, c.words from cabinet.meals_refuse_check('token-a', pg_temp.today() + 2, pg_temp.today() + 4, null) c $$,
    $$ values ('каша'::text, 8000::bigint, ''::text), ('№ 1', 6775, '') $$, 'what a refusal would cancel');
select lives_ok($$ select cabinet.meals_refuse('token-a', md5('r1')::uuid, pg_temp.today() + 2, pg_temp.today() + 4, pg_temp.meal('Завтрак'), 'гости') $$, 'no breakfasts') from generate_series(1, 2);
select is((select count(*) from cabinet.meals_refusals('token-poor') r where r.state = 'open'), 1::bigint, 'told once, seen by both adults');
select is(pg_temp.free('I2222AAAAA'), 78225::bigint, 'the breakfast is cancelled, the lunch stays');
select throws_ok(format('select cabinet.meals_refuse(%L, %L, %L::date + %s, %L::date + %s, %s, %L)', v.token, md5(v.name)::uuid, pg_temp.today(), v.a, pg_temp.today(), v.b, v.meal, ''), v.code, null, v.name)
  from (values ('token-a', -1, 3, 'null', 'KB422', 'from yesterday on'), ('token-a', 3, 2, 'null', 'KB422', 'backwards'), ('token-a', 1, 400, 'null', 'KB422', 'for ever'),
               ('token-a', 1, 2, pg_temp.meal('Обед', '840')::text, 'KB422', 'another school''s meal'), ('token-p', 1, 2, 'null', 'KB403', 'by the pupil'),
               ('token-poor', 1, 2, 'null', 'KB403', 'by who may not pay'), ('nobody', 1, 2, 'null', 'KB401', 'by a stranger')) v(token, a, b, meal, code, name);
select (select r.refusal_id from cabinet.meals_refusals('token-a') r) as refusal \gset
select throws_ok(format('select cabinet.meals_refusal_withdraw(%L, %s)', 'token-c', :refusal), 'KB404', null, 'another family has no such refusal');
select lives_ok(format('select cabinet.meals_refusal_withdraw(%L, %s)', 'token-a', :refusal), 'taken back') from generate_series(1, 2);

-- A refusal of a long time ends every order of it, however many
reset role;
savepoint few;
insert into canteen.meal_order (school_id, pupil_id, menu_id, meal_id, day, price_kop, pay_kop, made_by, benefit_id)
select o.school_id, o.pupil_id, o.menu_id, o.meal_id, pg_temp.today() + 100 + g, o.price_kop, 0, 'staff', null
  from (select * from canteen.meal_order q where q.pupil_id = pg_temp.pupil('I2222AAAAA') limit 1) o, generate_series(1, 70) g;
set local role kabinet_meals;
select cabinet.meals_refuse('token-a', md5('r70')::uuid, pg_temp.today() + 100, pg_temp.today() + 200, null, '') \g /dev/null
reset role;
select is((select count(*) from canteen.meal_order o where o.pupil_id = pg_temp.pupil('I2222AAAAA') and o.day > pg_temp.today() + 99 and o.state = 'ordered'), 0::bigint,
    'seventy orders end as one does');
rollback to few;
set local role kabinet_meals;

-- Standing orders
reset role;
create function pg_temp.complex(p_title text) returns bigint language sql stable security definer as $$
    select m.complex_id from canteen.menu m where m.id = pg_temp.menu(p_title)
$$;
create function pg_temp.stand(p_token text, p_n integer, p_meal bigint, p_complex text default null, p_days integer default null, p_first integer default 1) returns void language sql as $$
    select cabinet.meals_standing(p_token, md5('standing ' || p_n)::uuid, p_meal, pg_temp.complex(p_complex), 127, pg_temp.today() + p_first, p_days)
$$;
set local role kabinet_meals;
select results_eq($$ select e.complex, e.weekday_words, e.last_day - pg_temp.today(), e.days, e.each_kop, e.total_kop, e.words from cabinet.meals_estimate('token-a', pg_temp.meal('Обед'), null, 127, pg_temp.today() + 1, 4) e $$,
    $$ values ('№ 1'::text, 'каждый день'::text, 4, 4::bigint, 13550::bigint, 13550::bigint * 2 + 6775 * 2, ''::text) $$, 'four school days: two without the льгота, two with it');
select is((select e.words <> '' from cabinet.meals_estimate('token-a', pg_temp.meal('Обед'), null, 127, pg_temp.today() + 1, 100) e), true, 'not more days than the timetable has');
select lives_ok($$ select pg_temp.stand('token-a', 1, pg_temp.meal('Завтрак')) $$, 'breakfast every day') from generate_series(1, 2);
select throws_ok($$ select pg_temp.stand('token-a', 2, pg_temp.meal('Завтрак')) $$, 'KB422', null, 'one for a meal');
select throws_ok($$ select pg_temp.stand('token-a', 3, pg_temp.meal('Обед'), 'младшим') $$, 'KB422', null, 'not of another grade');
select throws_ok($$ select pg_temp.stand('token-a', 4, pg_temp.meal('Обед', '840')) $$, 'KB404', null, 'nor of another school');
select throws_ok($$ select pg_temp.stand('token-a', 5, pg_temp.meal('Обед'), '№ 2', 3, -1) $$, 'KB422', null, 'nor from yesterday');
select throws_ok(format('select pg_temp.stand(%L, %s, %s)', v.token, 10 + v.n, pg_temp.meal('Обед')), v.code, null, 'standing: ' || v.token)
  from (values (1, 'token-p', 'KB403'), (2, 'token-poor', 'KB403'), (3, 'nobody', 'KB401')) v(n, token, code);
reset role;
update canteen.policy set cutoff_at = '23:59:59', cutoff_days = 0;
select canteen.order_by_itself((select s.id from school.school s where s.number = '839'), pg_temp.today() + 6) as made \gset
select is(:made, 1, 'a job orders by it');
set local role kabinet_meals;
select results_eq($$ select t.meal, t.complex, t.is_over, t.orders from cabinet.meals_standings('token-a') t $$, $$ values ('Завтрак'::text, ''::text, false, 1::bigint) $$, 'and the page tells of it');
select is_empty($$ select from cabinet.meals_standings('token-c') $$, 'another family has none');
select is((select m.by_itself from cabinet.meals_menu('token-a', pg_temp.today() + 6, 1) m where m.complex = 'каша'), true, 'in the menu too');
reset role;
insert into canteen.skipped (pupil_id, day, meal_id, words) values (pg_temp.pupil('I2222AAAAA'), pg_temp.today() + 1, pg_temp.meal('Обед'), 'не хватило');
set local role kabinet_meals;
select results_eq($$ select k.meal, k.words from cabinet.meals_skipped('token-a') k $$, $$ values ('Обед'::text, 'не хватило'::text) $$, 'what was not ordered is told');
select is_empty($$ select from cabinet.meals_skipped('token-poor') $$, 'to those who see money');

-- How long the money lasts: breakfasts of 80.00 on every day but those that have one, nothing eaten yet
reset role;
create function pg_temp.expected() returns integer language plpgsql stable security definer as $$
declare
    v_left bigint := pg_temp.free('I2222AAAAA');
    v_till integer;
begin
    for d in 1..20 loop
        if not exists (select from canteen.meal_order o where o.pupil_id = pg_temp.pupil('I2222AAAAA') and o.day = pg_temp.today() + d and o.meal_id = pg_temp.meal('Завтрак')) then
            v_left := v_left - 8000;
        end if;
        exit when v_left < 0;
        v_till := d;
    end loop;
    return v_till;
end $$;
set local role kabinet_meals;
select is((select h.enough_till - pg_temp.today() from cabinet.meals_head('token-a') h), pg_temp.expected(), 'day by day the same');
select is((select h.day_kop from cabinet.meals_head('token-a') h), 8000::bigint, 'a day costs a breakfast');
select results_eq($$ select h.free_kop, h.enough_till from cabinet.meals_head('token-poor') h $$, $$ values (null::bigint, null::date) $$, 'not for who may not pay');
select is((select h.day_kop from cabinet.meals_head('token-c') h), null, 'who spends nothing has no day');
select (select t.standing_id from cabinet.meals_standings('token-a') t) as standing \gset
select throws_ok(format('select cabinet.meals_standing_end(%L, %s)', 'token-c', :standing), 'KB404', null, 'another family ends nothing');
select lives_ok(format('select cabinet.meals_standing_end(%L, %s)', 'token-a', :standing), 'ended') from generate_series(1, 2);

-- What was eaten
reset role;
create function pg_temp.staff() returns bigint language sql stable security definer as $$ select f.id from auth.staff f where f.login = 'test-teacher' $$;
select cabinet.meals_allergens_save('token-a', '{}'), (select cabinet.meals_lift('token-a', b.ban_id) from cabinet.meals_bans('token-a') b) \g /dev/null
select canteen.sell(pg_temp.pupil('I2222AAAAA'), array(select d.id from canteen.dish d where d.title in ('Булочка', 'Сок') and d.school_id = (select s.id from school.school s where s.number = '839') order by d.title), '{2,1}', pg_temp.staff(), 'касса 1') as sale \gset
select canteen.serve(pg_temp.pupil('I2222AAAAA'), pg_temp.menu('№ 2', 0), pg_temp.meal('Обед'), pg_temp.today(), pg_temp.staff(), 'касса 2') as lunch \gset
select canteen.undo(:lunch, pg_temp.staff(), 'ошибка кассы') \g /dev/null
set local role kabinet_meals;
select results_eq($$ select e.kind, e.title, replace(e.items, U&'\00A0', ' '), e.place, e.pay_kop, e.is_undone, e.undo_why from cabinet.meals_eaten('token-a', null, null, 5) e order by e.kind $$,
    $$ values ('buffet'::text, 'Буфет'::text, 'Булочка × 2 — 50,00 ₽; Сок — 40,00 ₽'::text, 'касса 1'::text, 9000::bigint, false, ''::text),
              ('meal', 'Обед, № 2', 'Рагу', 'касса 2', 15000, true, 'ошибка кассы') $$, 'what, where, for how much');
select results_eq($$ select t.meals, t.meal_kop, t.buffets, t.buffet_kop, t.undone from cabinet.meals_eaten_totals('token-a', null) t $$,
    $$ values (0::bigint, 0::bigint, 1::bigint, 9000::bigint, 1::bigint) $$, 'what was undone does not count');
select results_eq($$ select e.items, e.pay_kop from cabinet.meals_eaten('token-p', null, null, 5) e where e.kind = 'buffet' $$, $$ values ('Булочка × 2; Сок'::text, null::bigint) $$, 'the pupil sees no sums');
select is_empty($$ select from cabinet.meals_eaten('token-c', null, null, 5) $$, 'another family has eaten its own');
select is_empty($$ select from cabinet.meals_eaten('token-a', pg_temp.today(), pg_temp.today(), 5) $$, 'the page before');
select results_eq($$ select f.idn, f.free_kop is not null from cabinet.meals_family('token-a') f $$, $$ values ('I2222AAAAA'::text, true), ('I2222BBBBB', true) $$, 'a line per own child');
select is_empty($$ select from cabinet.meals_family('token-c') $$, 'not for one child');

-- Breakfast and lunch keep within the limit of a day each, and not together: what is ordered counts.
reset role;
select pg_temp.top_up('I2222CCCCC', 100000) \g /dev/null
set local role kabinet_meals;
select lives_ok($$ select cabinet.meals_limits_save('token-c', 8000 + 13550 - 1, null) $$, 'a kopeck less than both');
select lives_ok($$ select pg_temp.order('token-c', 90, array[pg_temp.menu('каша', 6)]) $$, 'breakfast');
select throws_matching($$ select pg_temp.order('token-c', 91, array[pg_temp.menu('№ 1', 6)]) $$, 'предел|лимит', 'and no lunch');
select lives_ok($$ select cabinet.meals_limits_save('token-c', 8000 + 13550, null) $$, 'a kopeck more');
select lives_ok($$ select pg_temp.order('token-c', 92, array[pg_temp.menu('№ 1', 6)]) $$, 'and lunch');
reset role;
select is_empty('select id, detail from ledger.violations', 'the books are whole');

-- Whoever is barred has no say
update auth.access a set barred_at = now() where a.pupil_id = pg_temp.pupil('I2222AAAAA') and a.ordinal = 3;
select throws_ok($$ select cabinet.meals_limits_save('token-pin', 1, 1) $$, 'KB401', null, 'barred');
select * from finish();
rollback;
