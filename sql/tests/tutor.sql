-- The class tutor's desk for money: one's own class alone, a write-off that refuses by name and does the rest, once for a key; a refund that
-- mirrors its entry once, within the days of the school; no word of льготы, allergens, bans and limits.
begin;
set local client_min_messages = warning;
\ir meals.inc
select no_plan();

select pg_temp.lesson(pg_temp.today() - d, 1) from generate_series(0, 3) d \g /dev/null
select '11111111-1111-4111-8111-111111111111' as key, '22222222-2222-4222-8222-222222222222' as other_key,
       pg_temp.pupils('ACFGHK') as all_pupils, pg_temp.menu('Комплекс № 1') as menu \gset
create function pg_temp.written(p_batch bigint) returns text language sql stable security definer as $$
    select string_agg(right(p.idn, 1) || case when l.serving_id is not null then '+' else '-' end, ' ' order by p.idn)
      from canteen.write_off_line l join school.pupil p on p.id = l.pupil_id where l.write_off_id = p_batch
$$;
create function pg_temp.serving(p_pupil text) returns bigint language sql stable security definer as $$
    select s.id from canteen.serving s where s.pupil_id = pg_temp.pupil(p_pupil) order by s.id desc limit 1
$$;

-- What is foreseen is what happens: each pupil by itself, undone after it.
create function pg_temp.tried(p_pupil text, p_menu bigint) returns text language plpgsql security definer as $$
declare
    v_meal bigint := (select c.meal_id from canteen.menu m join canteen.complex c on c.id = m.complex_id where m.id = p_menu);
    v_code text;
    v_was bigint := pg_temp.balance(p_pupil);
begin
    begin
        perform canteen.serve(pg_temp.pupil(p_pupil), p_menu, v_meal, pg_temp.today(), pg_temp.staff('tutor'), 'проба');
        raise exception 'paid %', v_was - pg_temp.balance(p_pupil) using errcode = 'KB000';
    exception when sqlstate 'KB422' then
        get stacked diagnostics v_code = pg_exception_hint;
        return v_code;
    when sqlstate 'KB000' then
        return sqlerrm;
    end;
end $$;
create function pg_temp.foreseen(p_pupil text, p_menu bigint) returns text language sql stable security definer as $$
    select coalesce(f.code, 'paid ' || f.pay_kop)
      from canteen.menu m join canteen.complex c on c.id = m.complex_id,
           lateral canteen.foresee(pg_temp.pupil(p_pupil), m.id, c.meal_id, m.day) f where m.id = p_menu
$$;
select results_eq($$ select p, pg_temp.tried(p, pg_temp.menu(c)) from unnest('{A,C,F,G,H,K}'::text[]) p, unnest('{Комплекс № 1,Комплекс № 2,Младшим}'::text[]) c $$,
    $$ select p, pg_temp.foreseen(p, pg_temp.menu(c)) from unnest('{A,C,F,G,H,K}'::text[]) p, unnest('{Комплекс № 1,Комплекс № 2,Младшим}'::text[]) c $$,
    'serving does what was foreseen');
select results_eq($$ select pg_temp.foreseen(p, pg_temp.menu('Комплекс № 1')) from unnest('{A,C,F,G,H,K}'::text[]) p $$,
    $$ values ('paid 12000'), ('no_money'), ('allergy'), ('paid 0'), ('banned'), ('limit') $$, 'each for its own reason');
select is(pg_temp.foreseen('A', pg_temp.menu('Комплекс № 2')), 'paid 15000', 'another set meal in the place of what was ordered');
-- An order of 120 holds all but 30 of 150: the swap to 150 is possible because it frees them.
select ledger.post('meal', 'test', 'spend', pg_temp.today(), 'test', 'столовая', 'Обед',
    array[ledger.pupil_account(pg_temp.pupil('A')), ledger.provider_account(pg_temp.school('839'))], array[-35000, 35000]) \g /dev/null
select is(pg_temp.free('A'), 3000::bigint, 'thirty roubles are free');
select is(pg_temp.tried('A', pg_temp.menu('Комплекс № 2')), 'paid 15000', 'the held ones count for the swap');

set local role kabinet_tutor;
select results_eq($$ select class_title, day, may_write, complex from staff.tutor_head('tutor', null, null, null) $$,
    $$ values ('7 «Б»', pg_temp.today(), true, 'Комплекс № 1') $$, 'the class of the tutor');
select results_eq($$ select complex, price_kop, ordered from staff.tutor_menus('tutor', null, null) $$,
    $$ values ('Комплекс № 1', 12000::bigint, 1::bigint), ('Комплекс № 2', 15000, 0) $$, 'what the class may have, the default first, nothing for little ones');
select results_eq($$ select name, free_kop, held_kop, meals, is_ordered from staff.tutor_pupils('tutor', null, null, pg_temp.menu('Комплекс № 1')) where held_kop > 0 $$,
    $$ values ('Вымышлев Тихон', 3000::bigint, 12000::bigint, 'Обед: Комплекс № 1', true) $$, 'what is free and what is held');
select is((select count(*) from staff.tutor_pupils('tutor', null, null, :menu)), 6::bigint, 'the whole class');
select results_eq($$ select name, price_kop, is_ordered, words from staff.tutor_foresee('tutor', null, pg_temp.menu('Комплекс № 1'), pg_temp.pupils('ACFGHK')) $$,
    $$ values ('Аллергикова Ярина', 12000::bigint, false, 'Выдать нельзя: ограничение здоровья, уточните в столовой.'),
              ('Вымышлев Тихон', 12000, true, ''),
              ('Запретов Фрол', 12000, false, 'Родители запретили блюдо этого комплекса.'),
              ('Лимитов Тихон', 12000, false, 'Не хватает дневного лимита, который поставили родители.'),
              ('Льготников Мирон', 12000, false, ''),
              ('Посторонцев Мирон', 12000, false, 'На лицевом счёте недостаточно денег.') $$,
    'who is refused and why, in words for tutors');

-- who may not
select throws_ok(format(q.sql, w.token), w.code, null, format('%s: %s', w.token, q.name))
  from (values ('teacher', 'KB404'), ('far', 'KB404'), ('head', 'KB403'), ('nobody', 'KB401')) w(token, code),
       (values ('head', 'select day from staff.tutor_head(%L, ' || pg_temp.class('839', 7) || ', null, null)'),
               ('menus', 'select meal from staff.tutor_menus(%L, ' || pg_temp.class('839', 7) || ', null)'),
               ('pupils', 'select name from staff.tutor_pupils(%L, ' || pg_temp.class('839', 7) || ', null, null)'),
               ('foresee', 'select name from staff.tutor_foresee(%L, ' || pg_temp.class('839', 7) || ', pg_temp.menu(''Комплекс № 1''), pg_temp.pupils(''A''))'),
               ('write-off', 'select staff.tutor_write_off(%L, gen_random_uuid(), ' || pg_temp.class('839', 7) || ', pg_temp.menu(''Комплекс № 1''), pg_temp.pupils(''A''))'),
               ('batches', 'select day from staff.tutor_batches(%L, ' || pg_temp.class('839', 7) || ')'),
               ('paid', 'select day from staff.tutor_paid(%L, ' || pg_temp.class('839', 7) || ', null, null, 9)'),
               ('gaps', 'select day from staff.tutor_gaps(%L, ' || pg_temp.class('839', 7) || ')')) q(name, sql);
select throws_ok($$ select day from staff.tutor_counts('tutor', null) $$, 'KB403', null, 'the school''s counts are the head''s');
select throws_ok(format($$ select staff.tutor_write_off('tutor', gen_random_uuid(), null, pg_temp.menu(%L, %s, %L), pg_temp.pupils(%L)) $$, r.complex, r.back, r.school, r.pupils),
    r.code, null, r.why)
  from (values ('Комплекс № 1', 0, '839', 'AB', 'KB404', 'a child of another class'), ('Комплекс № 1', 0, '839', 'AD', 'KB404', 'of another school'),
               ('Комплекс № 1', 0, '840', 'A', 'KB404', 'another school''s menu'), ('Младшим', 0, '839', 'A', 'KB404', 'a menu for other grades'),
               ('Комплекс № 1', 4, '839', 'A', 'KB422', 'too long ago'), ('Комплекс № 1', -1, '839', 'A', 'KB422', 'tomorrow')) r(complex, back, school, pupils, code, why);
select throws_ok($$ select staff.tutor_write_off('tutor', gen_random_uuid(), null, pg_temp.menu('Комплекс № 1'), '{}') $$, 'KB422', null, 'nobody is ticked');
reset role;
select is((select count(*) from canteen.write_off), 0::bigint, 'nothing was written');

-- the write-off
set local role kabinet_tutor;
select staff.tutor_write_off('tutor', :'key', null, :menu, :'all_pupils') as batch \gset
select is(staff.tutor_write_off('tutor', :'key', null, :menu, pg_temp.pupils('KHGFCA')), :batch::bigint, 'the same form again, in another order, is the same batch');
select throws_ok(format($$ select staff.tutor_write_off('tutor', %L, null, %s, pg_temp.pupils('AC')) $$, :'key', :menu), 'KB409', null, 'another body under the key');
reset role;
select is(pg_temp.written(:batch), 'A+ C- F- G+ H- K-', 'who has no money or may not is refused, the others go through');
select is(pg_temp.balance('A'), 3000::bigint, 'the ordered meal is charged, once');
select results_eq($$ select o.state, h.entry_id is not null from canteen.meal_order o join ledger.hold h on h.id = o.hold_id where o.pupil_id = pg_temp.pupil('A') $$,
    $$ values ('served'::canteen.order_state, true) $$, 'by its hold');
select is(pg_temp.balance('G'), 50000::bigint, 'a льгота of all of it costs nothing');
select is((select count(*) from canteen.serving), 2::bigint, 'two servings');
select is((select count(*) from ledger.entry e where e.kind = 'meal' and e.source = 'столовая, классный руководитель'), 1::bigint, 'one entry for each who pays');
set local role kabinet_tutor;
select results_eq(format($$ select served, refused, undone, sum_kop, who from staff.tutor_batch('tutor', %s) $$, :batch),
    $$ values (2::bigint, 4::bigint, 0::bigint, 24000::bigint, 'Учительская Tutor') $$, 'the result stays');
select is_empty(format($$ select name from staff.tutor_batch_lines('tutor', %s) where words ~* 'молок|аллерг|50,00|льгот|суп' $$, :batch), 'no allergen, limit or dish is told or kept');
select throws_ok(format($$ select day from staff.tutor_batch(%L, %s) $$, w.token, :batch), w.code, null, w.token || ' sees no batch of another class')
  from (values ('far', 'KB404'), ('teacher', 'KB404'), ('head', 'KB403'), ('nobody', 'KB401')) w(token, code);
select throws_ok($$ select name from staff.tutor_batch_lines('tutor', 999999) $$, 'KB404', null, 'there is no such batch');
select is(staff.tutor_write_off('tutor', :'other_key', null, :menu, pg_temp.pupils('AG')) > :batch, true, 'a second form for the same children');
select results_eq($$ select served, refused, sum_kop from staff.tutor_batches('tutor', null) $$,
    $$ values (0::bigint, 2::bigint, 0::bigint), (2, 4, 24000) $$, 'refuses each of them: served already');
reset role;
select is(pg_temp.balance('A'), 3000::bigint, 'and charges nobody');

-- an earlier day, for a swap of an order that is open
set local role kabinet_tutor;
select is((select count(*) from staff.tutor_gaps('tutor', null)), 3::bigint, 'three days with lessons were not written off');
select staff.tutor_write_off('tutor', gen_random_uuid(), null, pg_temp.menu('Комплекс № 2', 3), pg_temp.pupils('FH')) \g /dev/null
select is((select count(*) from staff.tutor_gaps('tutor', null)), 2::bigint, 'two are left');
select is((select count(*) from staff.tutor_paid('tutor', null, null, null, 100)), 4::bigint, 'four servings to give back from');
select results_eq($$ select name, title, place, price_kop, is_undone from staff.tutor_paid('tutor', null, pg_temp.pupil('F'), null, 100) $$,
    $$ values ('Аллергикова Ярина', 'Обед, Комплекс № 2', 'классный руководитель', 15000::bigint, false) $$, 'of one child');
reset role;

-- the refund
select pg_temp.serving('A') as paid, pg_temp.serving('G') as free, pg_temp.serving('F') as early \gset
set local role kabinet_tutor;
select results_eq(format($$ select name, what, price_kop, is_undone, is_late from staff.tutor_refundable('tutor', 'meal', %s) $$, :paid),
    $$ values ('Вымышлев Тихон', 'Обед, Комплекс № 1', 12000::bigint, false, false) $$, 'what would be given back');
select throws_ok(format($$ select * from staff.tutor_refund(%L, gen_random_uuid(), 'meal', %s, 'x') $$, w.token, :paid), w.code, null, w.token || ' gives nothing back')
  from (values ('far', 'KB404'), ('teacher', 'KB404'), ('head', 'KB403'), ('nobody', 'KB401')) w(token, code);
select throws_ok($$ select * from staff.tutor_refund('tutor', gen_random_uuid(), 'meal', 999999, 'x') $$, 'KB404', null, 'there is none');
select lives_ok(format($$ select staff.tutor_refund('tutor', %L, 'meal', %s, 'Отметили по ошибке') from generate_series(1, 2) $$, :'key', :paid), 'given back, the form sent twice');
select throws_ok(format($$ select * from staff.tutor_refund('tutor', %L, 'meal', %s, 'Другое') $$, :'key', :paid), 'KB409', null, 'another body under the key');
select throws_ok(format($$ select * from staff.tutor_refund('tutor', gen_random_uuid(), 'meal', %s, 'Ещё раз') $$, :paid), 'KB422', null, 'once is all');
select lives_ok(format($$ select * from staff.tutor_refund('tutor', gen_random_uuid(), 'meal', %s, 'Не ел') $$, :free), 'what cost nothing is undone too');
reset role;
select is(pg_temp.balance('A'), 15000::bigint, 'the money is back, once');
select results_eq(format($$ select e.kind, e.reason, e.reverses = s.entry_id from canteen.serving s join ledger.entry e on e.id = s.undo_entry_id where s.id = %s $$, :paid),
    $$ values ('refund'::ledger.entry_kind, 'Отметили по ошибке', true) $$, 'by the mirror of its entry');
set local role kabinet_tutor;
select results_eq($$ select price_kop, is_undone, undone_by, undo_why from staff.tutor_paid('tutor', null, pg_temp.pupil('A'), null, 9) $$,
    $$ values (12000::bigint, true, 'Учительская Tutor', 'Отметили по ошибке') $$, 'its state is seen afterwards');
select results_eq(format($$ select served, undone, sum_kop from staff.tutor_batch('tutor', %s) $$, :batch), $$ values (2::bigint, 2::bigint, 0::bigint) $$, 'in the batch too');
select is((select served from staff.tutor_menus('tutor', null, null) limit 1), 0::bigint, 'the meal may be given again');
reset role;

-- the edge of the window
update canteen.policy set refund_days = 3 where school_id = pg_temp.school('839');
set local role kabinet_tutor;
select is((select is_late from staff.tutor_refundable('tutor', 'meal', :early)), false, 'the last day');
reset role;
update canteen.policy set refund_days = 2 where school_id = pg_temp.school('839');
set local role kabinet_tutor;
select is((select is_late from staff.tutor_refundable('tutor', 'meal', :early)), true, 'the day after');
select throws_ok(format($$ select * from staff.tutor_refund('tutor', gen_random_uuid(), 'meal', %s, 'Поздно') $$, :early), 'KB422', null, 'is too late');
select is((select count(*) from staff.tutor_paid('tutor', null, pg_temp.pupil('F'), null, 9)), 0::bigint, 'and not in the list');

-- the head's counts
select results_eq($$ select class_title, tutor, pupils, ordered, served, is_sent, unsent from staff.tutor_counts('head', null) $$,
    $$ values ('7 «Б»', 'Учительская Tutor', 6::bigint, 1::bigint, 0::bigint, false, 1::bigint) $$, 'nobody of the class is written off today, after the refunds');
select is((select is_sent from staff.tutor_counts('head', pg_temp.today() - 3)), true, 'three days ago it was');
reset role;

select results_eq($$ select action, count(*) from site.audit where staff_id = pg_temp.staff('tutor') group by action order by action $$,
    $$ values ('meal-refund', 2::bigint), ('meal-write-off', 3) $$, 'what a tutor does is noted, once');
select lives_ok($$ select ledger.lock_pupils(pg_temp.pupils('AC')) $$, 'many balances in one statement');
select is((select count(*) from ledger.balance b where b.xmax <> 0 and b.account_id in (ledger.pupil_account(pg_temp.pupil('A')), ledger.pupil_account(pg_temp.pupil('C')))),
    2::bigint, 'are locked');
select is_empty('select id, detail from ledger.violations', 'the books are healthy');
select finish();
rollback;
