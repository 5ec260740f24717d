-- Deploy kabinet:api/meals to pg
-- requires: api/settings
-- requires: tables/canteen

-- What /meals asks, of the child on show. Menus, orders and what was eaten are for the child too; льготы, allergies, bans and sums are
-- for its adults alone, and what moves its money for those of them who have a right to it. Money moves through the functions of tables/canteen.

begin;

call auth.add_program('meals', 'Meals: menu, orders, limits', 'cabinet');
set local role kabinet_owner;

create function canteen.payer(p_token text) returns auth.visit language plpgsql stable as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    if not v_visit.may_finance then
        raise exception 'orders are for those who pay' using errcode = 'KB403';
    end if;
    return v_visit;
end $$;
comment on function canteen.payer is 'auth.parent() for what moves the child''s money: KB403 without the right to it';

create function canteen.actor(p_visit auth.visit) returns text language sql immutable as $$
    select 'login ' || (p_visit).login_id
$$;
comment on function canteen.actor is 'What the books call a parent';

create function canteen.local_now(p_visit auth.visit) returns timestamp language sql stable as $$
    select timezone((p_visit).time_zone, now())
$$;
comment on function canteen.local_now is 'The time at the school';

-- ---- the page around ----------------------------------------------------------------------------------------------------------

create function canteen.days_to_order(p_visit auth.visit) returns table (day date, closes timestamp) language sql stable rows 3 as $$
    select d.day, canteen.deadline((p_visit).school_id, d.day)
      from (select distinct m.day
              from canteen.menu m
              join canteen.complex c on c.id = m.complex_id
             where m.school_id = (p_visit).school_id and m.day between canteen.local_now(p_visit)::date and canteen.local_now(p_visit)::date + 14
               and canteen.serves(c, school.class_on((p_visit).pupil_id, m.day))
               and not exists (select from school.day_off f where f.school_id = m.school_id and f.day = m.day)) d
     where canteen.deadline((p_visit).school_id, d.day) > canteen.local_now(p_visit)
     order by d.day
$$;
comment on function canteen.days_to_order is 'Days of the coming two weeks for which the child''s meals may be ordered still';

create function canteen.reminder(p_visit auth.visit) returns table (day date, closes timestamp) language plpgsql stable rows 1 as $$
declare
    v_today date := canteen.local_now(p_visit)::date;
    v_next record;
begin
    select d.day, d.closes into v_next from canteen.days_to_order(p_visit) d limit 1;
    if v_next.day is null or v_next.day > v_today + 3
       or exists (select from canteen.meal_order o where o.pupil_id = p_visit.pupil_id and o.day = v_next.day)
       or exists (select from canteen.standing t
                   where t.pupil_id = p_visit.pupil_id and t.ended_at is null
                     and v_next.day between t.first_day and coalesce(t.last_day, v_next.day)
                     and t.weekdays & (1 << extract(isodow from v_next.day)::int - 1) <> 0)
       or exists (select from canteen.refusal r where r.pupil_id = p_visit.pupil_id and r.withdrawn_at is null
                     and v_next.day between r.first_day and r.last_day)
       or exists (select from canteen.home_study y where y.pupil_id = p_visit.pupil_id and v_next.day between y.first_day and y.last_day)
       or exists (select from school.excuse e where e.pupil_id = p_visit.pupil_id and e.kind = 'absence'
                     and e.state in ('sent', 'accepted') and v_next.day between e.first_day and e.last_day) then
        return;
    end if;
    return query select v_next.day, v_next.closes;
end $$;
comment on function canteen.reminder is
    'The next day of meals, at most three days ahead, when nothing is ordered for it, will be ordered by itself or is not wanted';

create function cabinet.meals_head(p_token text)
returns table (is_payer boolean, has_canteen boolean, cutoff_at text, cutoff_days smallint, remind_day date, remind_till timestamp,
    free_kop bigint, held_kop bigint, day_kop bigint, enough_till date, enough_days integer, outlasts boolean, month_kop bigint,
    top_up_kop bigint, is_low boolean, as_of timestamp)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_now timestamp := canteen.local_now(v_visit);
begin
    return query
    select v_visit.is_parent and v_visit.may_finance,
           exists (select from canteen.menu m where m.school_id = v_visit.school_id),
           to_char(p.cutoff_at, 'FMHH24:MI'), p.cutoff_days, r.day, r.closes,
           o.free_kop, o.held_kop, o.day_kop, o.enough_till, o.enough_days, o.outlasts, o.month_kop, o.top_up_kop, coalesce(o.is_low, false), v_now
      from canteen.policy p
      left join canteen.reminder(v_visit) r on v_visit.is_parent and v_visit.may_finance
      left join canteen.outlook(v_visit.pupil_id, v_now::date) o on v_visit.is_parent and v_visit.may_finance
     where p.school_id = v_visit.school_id;
end $$;
comment on function cabinet.meals_head is
    'One row: until when orders are taken, whether a day wants one, how long the money lasts (canteen.outlook(), for who may see it)';

create function cabinet.meals_family(p_token text)
returns table (idn text, class_name text, is_current boolean, sees_money boolean, free_kop bigint, meals text)
language plpgsql stable security definer rows 2 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    if not v_visit.is_parent
       or (select count(*) from auth.access a where a.login_id = v_visit.login_id and a.barred_at is null) < 2 then
        return;
    end if;
    return query
    select p.idn::text, coalesce(k.name, ''), a.id = v_visit.access_id, a.may_finance, case when a.may_finance then b.balance_kop - b.held_kop end,
           coalesce(t.words, '')
      from auth.access a
      join school.pupil p on p.id = a.pupil_id
      join school.school s on s.id = p.school_id
      join ledger.balance b on b.account_id = ledger.pupil_account(p.id)
      left join school.class k on k.id = p.class_id
      left join lateral (
            select string_agg(lower(w.meal) || case when w.is_served then ' выдан' else ' заказан' end, ', ' order by w.meal_id) as words
              from (select e.title as meal, e.id as meal_id, false as is_served
                      from canteen.meal_order o join canteen.meal e on e.id = o.meal_id
                     where o.pupil_id = p.id and o.day = timezone(s.time_zone, now())::date and o.state = 'ordered'
                     union all
                    select e.title, e.id, true
                      from canteen.serving v join canteen.meal e on e.id = v.meal_id
                     where v.pupil_id = p.id and v.day = timezone(s.time_zone, now())::date and v.undone_at is null) w) t on true
     where a.login_id = v_visit.login_id and a.barred_at is null and a.mode = 'parent'
     order by a.id limit 8;
end $$;
comment on function cabinet.meals_family is 'The login''s own children, when it has several: what is free on the account and today''s meals. Eight at most';

-- ---- the menu -----------------------------------------------------------------------------------------------------------------

create function canteen.objection_words(p_visit auth.visit, p_menu bigint) returns text language sql stable as $$
    select (canteen.objection((p_visit).pupil_id, canteen.menu_dishes(p_menu), 'meal')).words where (p_visit).is_parent
$$;
comment on function canteen.objection_words is 'Why the child may not have a set meal, for its adults; NULL: it may, or a child asks';

create function canteen.menu_day(p_visit auth.visit) returns date language sql stable as $$
    select coalesce((select m.day from canteen.menu m where m.school_id = (p_visit).school_id and m.day >= t.today and m.day <= t.today + 14
                      order by m.day limit 1), t.today)
      from (select canteen.local_now(p_visit)::date as today) t
$$;
comment on function canteen.menu_day is 'The day that is shown when none is asked for: the next one with a menu, else today';

create function cabinet.meals_menu(p_token text, p_day date, p_days integer)
returns table (day date, is_today boolean, off_title text, closes timestamp, is_open boolean, menu_id bigint, meal_id bigint, is_first boolean,
    meal text, serves text, complex text, price_kop bigint, pay_kop bigint, has_benefit boolean, kcal bigint, dishes text, allergens text, against text,
    order_id bigint, state text, why text, by_itself boolean, may_order boolean, may_swap boolean, may_cancel boolean)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_now timestamp := canteen.local_now(v_visit);
    v_is_payer boolean := v_visit.is_parent and v_visit.may_finance;
    v_from date := coalesce(p_day, canteen.menu_day(v_visit));
begin
    if p_days > 1 then
        v_from := date_trunc('week', v_from)::date;
    end if;
    return query
    with day as (
        select g::date as day, f.title as off_title, canteen.deadline(v_visit.school_id, g::date) as closes,
               school.class_on(v_visit.pupil_id, g::date) as class_id
          from generate_series(v_from::timestamp, least(v_from + least(p_days, 7) - 1, '2199-12-31')::timestamp, interval '1 day') g
          left join school.day_off f on f.school_id = v_visit.school_id and f.day = g::date
    ), offer as (
        select d.day, d.closes > v_now and d.off_title is null as is_open, m.id, c.meal_id, c.title, c.is_default, m.price_kop, e.title as meal,
               to_char(e.serves_from, 'FMHH24:MI') || '–' || to_char(e.serves_to, 'FMHH24:MI') as serves, e.serves_from,
               b.id as benefit_id, coalesce(o.pay_kop, canteen.pays_kop(m.price_kop, b.share)) as pay_kop,
               o.id as order_id, case when s.id is not null then 'served' else o.state::text end as state, o.why, o.made_by,
               exists (select from canteen.meal_order x where x.pupil_id = v_visit.pupil_id and x.day = d.day and x.meal_id = c.meal_id
                          and x.state = 'ordered') as is_taken,
               exists (select from canteen.serving x where x.pupil_id = v_visit.pupil_id and x.day = d.day and x.meal_id = c.meal_id
                          and x.undone_at is null) as is_eaten
          from day d
          join canteen.menu m on m.school_id = v_visit.school_id and m.day = d.day
          join canteen.complex c on c.id = m.complex_id
          join canteen.meal e on e.id = c.meal_id
          left join lateral (select x.* from canteen.meal_order x where x.pupil_id = v_visit.pupil_id and x.menu_id = m.id
                              order by x.id desc limit 1) o on true
          left join canteen.serving s on s.pupil_id = v_visit.pupil_id and s.menu_id = m.id and s.undone_at is null
          left join lateral canteen.benefit_on(v_visit.pupil_id, c.meal_id, d.day) b on true
         where o.id is not null or s.id is not null or canteen.serves(c, d.class_id)
    )
    select d.day, d.day = v_now::date, coalesce(d.off_title, ''), d.closes, coalesce(f.is_open, d.closes > v_now), f.id, f.meal_id,
           f.meal_id is distinct from lag(f.meal_id) over line, f.meal, f.serves, f.title,
           case when v_visit.is_parent then f.price_kop end, case when v_visit.is_parent then f.pay_kop end,
           coalesce(v_visit.is_parent and f.benefit_id is not null, false), t.kcal, t.dishes, canteen.allergen_words(t.allergens),
           coalesce(a.words, ''), f.order_id, coalesce(f.state, ''),
           -- It may speak of a льгота.
           coalesce(case when v_visit.is_parent then f.why end, ''), coalesce(f.made_by in ('standing', 'benefit'), false),
           coalesce(v_is_payer and f.is_open and not f.is_eaten and a.words is null and f.state is distinct from 'ordered', false),
           coalesce(f.is_taken, false), coalesce(v_is_payer and f.is_open and f.state = 'ordered' and f.made_by <> 'benefit', false)
      from day d
      left join offer f on f.day = d.day
      left join lateral (select sum(i.kcal) as kcal, string_agg(i.title, ', ' order by x.rank) as dishes,
                                array(select distinct u from canteen.menu_dish y join canteen.dish z on z.id = y.dish_id, unnest(z.allergens) u
                                       where y.menu_id = f.id) as allergens
                           from canteen.menu_dish x join canteen.dish i on i.id = x.dish_id where x.menu_id = f.id) t on f.id is not null
      left join lateral (select canteen.objection_words(v_visit, f.id) as words) a on f.id is not null
     where f.id is not null or d.off_title is not null or extract(isodow from d.day) < 6 or p_days = 1
    window line as (partition by d.day order by f.serves_from, f.meal_id, f.is_default desc, f.id)
     order by d.day, f.serves_from, f.meal_id, f.is_default desc, f.id;
end $$;
comment on function cabinet.meals_menu is
    'The set meals that the child''s class may have on a day, or in its week when p_days is 7 (p_day NULL: canteen.menu_day()), with what became of its order; a day without any has one row, menu_id NULL. '
    'pay_kop: the family''s part; against: an allergy or a ban, why: of what has ended (adults alone); state: ordered, served, cancelled, released or empty; '
    'is_first: the first of its meal; by_itself: ordered by a standing order or a льгота';

create function canteen.grams(p_dg smallint) returns text language sql immutable as $$
    select p_dg / 10 || case when p_dg % 10 > 0 then ',' || p_dg % 10 else '' end
$$;
comment on function canteen.grams is 'Tenths of a gram as people write them: 9,5';

create function cabinet.meals_dishes(p_token text, p_day date)
returns table (menu_id bigint, title text, composition text, weight_g smallint, is_drink boolean, kcal smallint, protein text,
    fat text, carb text, allergens text, against text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select m.id, i.title, i.composition, i.weight_g, i.category = 'drink', i.kcal, canteen.grams(i.protein_dg), canteen.grams(i.fat_dg), canteen.grams(i.carb_dg),
           canteen.allergen_words(i.allergens),
           coalesce(case when v_visit.is_parent then (canteen.objection(v_visit.pupil_id, array[i.id], 'meal')).words end, '')
      from canteen.menu m
      join canteen.menu_dish x on x.menu_id = m.id
      join canteen.dish i on i.id = x.dish_id
     where m.school_id = v_visit.school_id and m.day = p_day
     order by m.id, x.rank;
end $$;
comment on function cabinet.meals_dishes is 'What is on the plates of a day, all set meals of the school; against: an allergy or a ban, for adults alone';

create function cabinet.meals_month(p_token text, p_month date)
returns table (day date, in_month boolean, is_today boolean, off_title text, menus bigint, ordered bigint, served bigint, buffet bigint)
language plpgsql stable security definer rows 42 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_month date := date_trunc('month', p_month)::date;
    v_from date := date_trunc('week', v_month)::date;
    v_to date := least(date_trunc('week', v_month + interval '1 month' - interval '1 day')::date + 6, '2199-12-31');
begin
    return query
    select g::date, date_trunc('month', g)::date = v_month, g::date = canteen.local_now(v_visit)::date, coalesce(f.title, ''),
           (select count(*) from canteen.menu m where m.school_id = v_visit.school_id and m.day = g::date),
           (select count(*) from canteen.meal_order o where o.pupil_id = v_visit.pupil_id and o.day = g::date and o.state = 'ordered'),
           (select count(*) from canteen.serving s where s.pupil_id = v_visit.pupil_id and s.day = g::date and s.undone_at is null
               and s.kind = 'meal'),
           (select count(*) from canteen.serving s where s.pupil_id = v_visit.pupil_id and s.day = g::date and s.undone_at is null
               and s.kind = 'buffet')
      from generate_series(v_from::timestamp, v_to::timestamp, interval '1 day') g
      left join school.day_off f on f.school_id = v_visit.school_id and f.day = g::date
     order by 1;
end $$;
comment on function cabinet.meals_month is 'The sheet of a month, whole weeks: set meals of the school, the child''s orders and what it was given';

-- ---- ordering -----------------------------------------------------------------------------------------------------------------

create function cabinet.meals_check(p_token text, p_menus bigint[])
returns table (menu_id bigint, day date, closes timestamp, meal text, complex text, price_kop bigint, pay_kop bigint, was text, was_kop bigint,
    words text, total_kop bigint, free_kop bigint)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := canteen.payer(p_token);
    v_now timestamp := canteen.local_now(v_visit);
begin
    return query
    with line as (
        select m.id, m.day, canteen.deadline(m.school_id, m.day) as closes, e.title as meal, c.title, m.price_kop,
               canteen.pays_kop(m.price_kop, (canteen.benefit_on(v_visit.pupil_id, c.meal_id, m.day)).share) as pay_kop,
               k.title as was, coalesce(o.pay_kop, 0) as was_kop, e.serves_from,
               case when o.menu_id = m.id then 'уже заказан'
                    when canteen.deadline(m.school_id, m.day) <= v_now then 'заказы уже не принимаются'
                    when canteen.serves(c, school.class_on(v_visit.pupil_id, m.day)) is not true then 'не для этого класса'
                    when count(*) over (partition by m.day, c.meal_id) > 1 then 'выберите один комплекс'
                    else coalesce(canteen.objection_words(v_visit, m.id), '') end as words
          from canteen.menu m
          join canteen.complex c on c.id = m.complex_id
          join canteen.meal e on e.id = c.meal_id
          left join canteen.meal_order o on o.pupil_id = v_visit.pupil_id and o.day = m.day and o.meal_id = c.meal_id and o.state = 'ordered'
          left join canteen.menu n on n.id = o.menu_id
          left join canteen.complex k on k.id = n.complex_id
         where m.id = any (p_menus) and m.school_id = v_visit.school_id
    )
    select l.id, l.day, l.closes, l.meal, l.title, l.price_kop, l.pay_kop, coalesce(l.was, ''), l.was_kop, l.words,
           coalesce(sum(l.pay_kop - l.was_kop) filter (where l.words = '') over (), 0)::bigint, b.balance_kop - b.held_kop
      from line l
      join ledger.balance b on b.account_id = ledger.pupil_account(v_visit.pupil_id)
     order by l.day, l.serves_from, l.id;
end $$;
comment on function cabinet.meals_check is
    'The question before an order: what will be held for each set meal, what is given up for it (was), and why it cannot be (words). '
    'total_kop: what is to be held in all, below zero when money comes free';

create function cabinet.meals_order(p_token text, p_key uuid, p_menus bigint[], p_pay_kop bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := canteen.payer(p_token);
    v_menu bigint;
begin
    if not site.once('login ' || v_visit.login_id || ' meals-order', p_key, concat_ws('|', v_visit.pupil_id, p_menus, p_pay_kop)) then
        return;
    end if;
    perform auth.stay(v_visit);
    if (select count(*) from canteen.menu m where m.id = any (p_menus) and m.school_id = v_visit.school_id)
       is distinct from cardinality(p_menus) or cardinality(p_menus) = 0 then
        raise exception 'no such menu' using errcode = 'KB404';
    end if;
    if exists (select from canteen.menu m join canteen.complex c on c.id = m.complex_id where m.id = any (p_menus)
                group by m.day, c.meal_id having count(*) > 1) then
        raise exception 'Выберите по одному комплексу.' using errcode = 'KB422';
    end if;
    for v_menu in select m.id from canteen.menu m where m.id = any (p_menus) order by m.day, m.id loop
        perform canteen.place_order(v_visit.pupil_id, v_menu, 'parent', v_visit.access_id, canteen.actor(v_visit));
    end loop;
    if p_pay_kop is distinct from (select sum(o.pay_kop) from canteen.meal_order o
                                    where o.pupil_id = v_visit.pupil_id and o.menu_id = any (p_menus) and o.state = 'ordered') then
        raise exception 'Цена только что изменилась: проверьте заказ ещё раз.' using errcode = 'KB422';
    end if;
    perform auth.note(v_visit.login_id, v_visit.access_id, 'meal-order');
end $$;
comment on function cabinet.meals_order is 'Orders these set meals, all or none, for the sum that the parent has seen; another set meal of the same meal is swapped for it';

create function canteen.why_kept(p_order canteen.meal_order, p_now timestamp) returns text language sql stable as $$
    select case when (p_order).state = 'served' then 'уже выдан'
                when (p_order).state <> 'ordered' then 'уже отменён'
                when canteen.deadline((p_order).school_id, (p_order).day) <= p_now then 'отменить уже нельзя'
                when (p_order).made_by = 'benefit' then 'бесплатное питание можно заменить, а отказаться от него — в «Абонементах и отказах»'
                else '' end
$$;
comment on function canteen.why_kept is 'Why a family cannot cancel an order now; empty: it can';

create function cabinet.meals_orders(p_token text, p_orders bigint[])
returns table (order_id bigint, day date, closes timestamp, meal text, complex text, pay_kop bigint, words text, total_kop bigint)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := canteen.payer(p_token);
begin
    return query
    select o.id, o.day, canteen.deadline(o.school_id, o.day), e.title, c.title, o.pay_kop, w.words,
           (sum(o.pay_kop) filter (where w.words = '') over ())::bigint
      from canteen.meal_order o
      join canteen.meal e on e.id = o.meal_id
      join canteen.menu m on m.id = o.menu_id
      join canteen.complex c on c.id = m.complex_id
     cross join lateral (select canteen.why_kept(o, canteen.local_now(v_visit)) as words) w
     where o.id = any (p_orders) and o.pupil_id = v_visit.pupil_id
     order by o.day, e.serves_from, o.id;
end $$;
comment on function cabinet.meals_orders is 'The question before orders are cancelled: what comes free, and what cannot be cancelled any more (words)';

create function cabinet.meals_cancel(p_token text, p_key uuid, p_orders bigint[]) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := canteen.payer(p_token);
    v_order canteen.meal_order;
    v_words text;
    v_count integer := 0;
begin
    if not site.once('login ' || v_visit.login_id || ' meals-cancel', p_key, concat_ws('|', v_visit.pupil_id, p_orders)) then
        return;
    end if;
    perform auth.stay(v_visit);
    for v_order in select o.* from canteen.meal_order o where o.id = any (p_orders) and o.pupil_id = v_visit.pupil_id order by o.id loop
        v_count := v_count + 1;
        continue when v_order.state in ('cancelled', 'released');
        v_words := canteen.why_kept(v_order, canteen.local_now(v_visit));
        if v_words = '' and not canteen.end_order(v_order.id, 'cancelled', canteen.actor(v_visit), 'отменено семьёй') then
            select canteen.why_kept(o, canteen.local_now(v_visit)) into v_words from canteen.meal_order o where o.id = v_order.id;
        end if;
        if v_words <> '' then
            raise exception 'Заказ на %: %.', to_char(v_order.day, 'DD.MM'), v_words using errcode = 'KB422';
        end if;
    end loop;
    if v_count is distinct from cardinality(p_orders) or v_count = 0 then
        raise exception 'no such order' using errcode = 'KB404';
    end if;
    perform auth.note(v_visit.login_id, v_visit.access_id, 'meal-cancel');
end $$;
comment on function cabinet.meals_cancel is 'Cancels these orders before their deadline, all or none, and frees their money; those that have ended without a meal stay as they are';

create function cabinet.meals_hit(p_token text)
returns table (order_id bigint, day date, meal text, complex text, pay_kop bigint, against text, may_cancel boolean)
language plpgsql stable security definer rows 2 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_now timestamp := canteen.local_now(v_visit);
begin
    if not v_visit.is_parent then
        return;
    end if;
    return query
    select o.id, o.day, e.title, c.title, case when v_visit.may_finance then o.pay_kop end, w.words,
           v_visit.may_finance and canteen.why_kept(o, v_now) = ''
      from canteen.meal_order o
      join canteen.meal e on e.id = o.meal_id
      join canteen.menu m on m.id = o.menu_id
      join canteen.complex c on c.id = m.complex_id
     cross join lateral (select canteen.objection_words(v_visit, o.menu_id) as words) w
     where o.pupil_id = v_visit.pupil_id and o.day >= v_now::date and o.state = 'ordered' and w.words is not null
     order by o.day, e.serves_from limit 20;
end $$;
comment on function cabinet.meals_hit is 'Orders of coming days that an allergy or a ban, told after them, will not let be served; for adults alone';

-- ---- standing orders, refusals, льготы ----------------------------------------------------------------------------------------

create function canteen.weekday_words(p_weekdays smallint) returns text language sql immutable as $$
    select case p_weekdays when 127 then 'каждый день' when 31 then 'с понедельника по пятницу' when 63 then 'с понедельника по субботу'
           else (select string_agg(w.word, ', ' order by w.n)
                   from unnest('{пн,вт,ср,чт,пт,сб,вс}'::text[]) with ordinality w(word, n)
                  where p_weekdays & (1 << w.n::int - 1) <> 0) end
$$;
comment on function canteen.weekday_words is '«пн, ср, пт» of the bits of canteen.standing.weekdays';

create function cabinet.meals_choices(p_token text)
returns table (meal_id bigint, meal text, serves text, complex_id bigint, complex text, price_kop bigint, pay_kop bigint, is_default boolean,
    has_standing boolean)
language plpgsql stable security definer rows 6 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_today date := canteen.local_now(v_visit)::date;
begin
    return query
    select e.id, e.title, to_char(e.serves_from, 'FMHH24:MI') || '–' || to_char(e.serves_to, 'FMHH24:MI'), c.id, c.title, c.price_kop,
           canteen.pays_kop(c.price_kop, (canteen.benefit_on(v_visit.pupil_id, e.id, v_today)).share), c.is_default,
           exists (select from canteen.standing t where t.pupil_id = v_visit.pupil_id and t.meal_id = e.id and t.ended_at is null
                      and coalesce(t.last_day, v_today) >= v_today)
      from canteen.meal e
      join canteen.complex c on c.meal_id = e.id and not c.is_retired and canteen.serves(c, school.class_on(v_visit.pupil_id, v_today))
     where e.school_id = v_visit.school_id
     order by e.serves_from, e.id, c.is_default desc, c.id;
end $$;
comment on function cabinet.meals_choices is 'Meals and their set meals for the class of the child; has_standing: the meal has a standing order already';

create function canteen.standing_span(p_pupil bigint, p_weekdays integer, p_first date, p_days integer, out last_day date, out days bigint)
language sql stable as $$
    select case when p_days is null then null else max(d.day) end, count(*)
      from (select s.day from canteen.school_days(school.class_on(p_pupil, current_date), p_first, p_first + 400) s
             where p_weekdays & (1 << extract(isodow from s.day)::int - 1) <> 0
             order by s.day limit p_days) d
$$;
comment on function canteen.standing_span is 'When a standing order of so many school days ends (NULL: open-ended), and how many of them are in the timetable';

create function cabinet.meals_estimate(p_token text, p_meal bigint, p_complex bigint, p_weekdays integer, p_first date, p_days integer)
returns table (meal text, complex text, weekday_words text, last_day date, days bigint, each_kop bigint, month_days bigint, month_kop bigint,
    total_kop bigint, free_kop bigint, words text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := canteen.payer(p_token);
    v_today date := canteen.local_now(v_visit)::date;
    v_class bigint := school.class_on(v_visit.pupil_id, v_today);
    v_complex canteen.complex := canteen.complex_of(p_meal, p_complex, v_class);
    v_span record;
begin
    select s.last_day, s.days into v_span from canteen.standing_span(v_visit.pupil_id, p_weekdays, p_first, p_days) s;
    return query
    select e.title, coalesce(v_complex.title, ''), canteen.weekday_words(p_weekdays::smallint), v_span.last_day, v_span.days,
           canteen.pays_kop(v_complex.price_kop, (canteen.benefit_on(v_visit.pupil_id, p_meal, p_first)).share), s.month_days, s.month_kop,
           case when p_days is not null then s.total_kop end, b.balance_kop - b.held_kop,
           case when v_complex.id is null then 'Такого комплекса для класса ребёнка нет.'
                when p_first < v_today then 'Первый день уже прошёл.'
                when p_first > v_today + 60 then 'Первый день — не дальше чем через 60 дней.'
                when v_span.days = 0 then 'В эти дни недели уроков по расписанию нет.'
                when v_span.days < p_days then format('До конца учебного года столько учебных дней нет, есть только %s.', v_span.days)
                else '' end
      from canteen.meal e
      join ledger.balance b on b.account_id = ledger.pupil_account(v_visit.pupil_id)
     cross join lateral (
           select count(*) filter (where d.day < p_first + 30) as month_days,
                  coalesce(sum(k.kop) filter (where d.day < p_first + 30), 0)::bigint as month_kop, coalesce(sum(k.kop), 0)::bigint as total_kop
             from canteen.school_days(v_class, p_first, coalesce(v_span.last_day, p_first + 29)) d
            cross join lateral (select canteen.pays_kop(v_complex.price_kop,
                                       (canteen.benefit_on(v_visit.pupil_id, p_meal, d.day)).share) as kop) k
            where p_weekdays & (1 << extract(isodow from d.day)::int - 1) <> 0) s
     where e.id = p_meal and e.school_id = v_visit.school_id;
end $$;
comment on function cabinet.meals_estimate is
    'What a standing order would cost: a day, the first 30 days, in all when it ends; words: why it cannot be. No row for a meal of another school';

create function cabinet.meals_standing(p_token text, p_key uuid, p_meal bigint, p_complex bigint, p_weekdays integer, p_first date,
    p_days integer) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := canteen.payer(p_token);
    v_words text;
    v_last date;
begin
    if not site.once('login ' || v_visit.login_id || ' meals-standing', p_key,
                     concat_ws('|', v_visit.pupil_id, p_meal, p_complex, p_weekdays, p_first, p_days)) then
        return;
    end if;
    perform auth.stay(v_visit);
    select e.words, e.last_day into v_words, v_last
      from cabinet.meals_estimate(p_token, p_meal, p_complex, p_weekdays, p_first, p_days) e;
    if not found then
        raise exception 'no such meal' using errcode = 'KB404';
    elsif v_words <> '' then
        raise exception '%', v_words using errcode = 'KB422';
    end if;
    -- Two adults at once: the second one waits and sees the first.
    perform from school.pupil p where p.id = v_visit.pupil_id for no key update;
    update canteen.standing t set ended_at = now()
     where t.pupil_id = v_visit.pupil_id and t.meal_id = p_meal and t.ended_at is null and t.last_day < canteen.local_now(v_visit)::date;
    if exists (select from canteen.standing t where t.pupil_id = v_visit.pupil_id and t.meal_id = p_meal and t.ended_at is null) then
        raise exception 'Абонемент на этот приём пищи уже есть: сначала завершите его.' using errcode = 'KB422';
    end if;
    insert into canteen.standing (pupil_id, meal_id, complex_id, weekdays, first_day, last_day, access_id)
    values (v_visit.pupil_id, p_meal, p_complex, p_weekdays, p_first, v_last, v_visit.access_id);
    perform auth.note(v_visit.login_id, v_visit.access_id, 'meal-standing');
end $$;
comment on function cabinet.meals_standing is 'Абонемент: from now on the meal is ordered by itself. p_complex NULL: the school''s default; p_days NULL: until it is ended';

create function cabinet.meals_standing_end(p_token text, p_standing bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := canteen.payer(p_token);
begin
    perform auth.stay(v_visit);
    update canteen.standing t set ended_at = now() where t.id = p_standing and t.pupil_id = v_visit.pupil_id and t.ended_at is null;
    if found then
        perform auth.note(v_visit.login_id, v_visit.access_id, 'meal-standing-end');
    elsif not exists (select from canteen.standing t where t.id = p_standing and t.pupil_id = v_visit.pupil_id) then
        raise exception 'no such standing order' using errcode = 'KB404';
    end if;
end $$;
comment on function cabinet.meals_standing_end is 'Nothing is ordered by it any more; orders that were made stay. Harmless twice';

create function cabinet.meals_standings(p_token text)
returns table (standing_id bigint, meal text, complex text, weekday_words text, first_day date, last_day date, pay_kop bigint, is_over boolean,
    orders bigint)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_today date := canteen.local_now(v_visit)::date;
begin
    return query
    select t.id, e.title, coalesce(c.title, ''), canteen.weekday_words(t.weekdays), t.first_day,
           coalesce(timezone(v_visit.time_zone, t.ended_at)::date, t.last_day),
           canteen.pays_kop((canteen.complex_of(t.meal_id, t.complex_id, school.class_on(v_visit.pupil_id, v_today))).price_kop,
               (canteen.benefit_on(v_visit.pupil_id, t.meal_id, v_today)).share),
           t.ended_at is not null or coalesce(t.last_day < v_today, false),
           (select count(*) from canteen.meal_order o where o.pupil_id = t.pupil_id and o.meal_id = t.meal_id and o.state = 'ordered'
               and o.made_by = 'standing' and o.day >= v_today)
      from canteen.standing t
      join canteen.meal e on e.id = t.meal_id
      left join canteen.complex c on c.id = t.complex_id
     where t.pupil_id = v_visit.pupil_id
     order by t.ended_at is not null, t.last_day < v_today, e.serves_from, t.id desc
     limit 10;
end $$;
comment on function cabinet.meals_standings is 'Standing orders of the child, those that go on first; orders: how many of coming days were made by it. Ten at most';

create function cabinet.meals_refusals(p_token text)
returns table (refusal_id bigint, meal text, first_day date, last_day date, body text, sent timestamp, state text)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_today date := canteen.local_now(v_visit)::date;
begin
    return query
    select r.id, coalesce(e.title, ''), r.first_day, r.last_day, r.body, timezone(v_visit.time_zone, r.sent_at),
           case when r.withdrawn_at is not null then 'withdrawn' when r.last_day < v_today then 'over' else 'open' end
      from canteen.refusal r
      left join canteen.meal e on e.id = r.meal_id
     where r.pupil_id = v_visit.pupil_id
     order by r.withdrawn_at is not null or r.last_day < v_today, r.first_day desc, r.id desc
     limit 10;
end $$;
comment on function cabinet.meals_refusals is 'Refusals of meals, those that hold first; meal empty: of all. Ten at most';

create function cabinet.meals_refuse_check(p_token text, p_first date, p_last date, p_meal bigint)
returns table (words text, meal text, order_id bigint, day date, order_meal text, complex text, pay_kop bigint, total_kop bigint)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.visit := canteen.payer(p_token);
    v_now timestamp := canteen.local_now(v_visit);
begin
    return query
    select case when p_last < p_first then 'Последний день раньше первого.'
                when p_last < v_now::date or p_first < v_now::date then 'Отказаться можно от сегодняшнего дня и вперёд.'
                when p_last > p_first + 366 then 'Отказ — не больше чем на год.'
                when p_meal is not null and t.title is null then 'Такого приёма пищи нет.' else '' end,
           coalesce(t.title, ''), o.id, o.day, e.title, c.title, o.pay_kop, (sum(o.pay_kop) over ())::bigint
      from (values (1)) one(n)
      left join canteen.meal t on t.id = p_meal and t.school_id = v_visit.school_id
      left join canteen.meal_order o on o.pupil_id = v_visit.pupil_id and o.day between p_first and p_last and o.state = 'ordered'
       and (p_meal is null or o.meal_id = p_meal) and canteen.deadline(o.school_id, o.day) > v_now
      left join canteen.meal e on e.id = o.meal_id
      left join canteen.menu m on m.id = o.menu_id
      left join canteen.complex c on c.id = m.complex_id
     order by o.day, e.serves_from
     limit 60;
end $$;
comment on function cabinet.meals_refuse_check is
    'The question before a refusal: the orders that it cancels, a row each; one row with order_id NULL when there are none. words: why it cannot be';

create function cabinet.meals_refuse(p_token text, p_key uuid, p_first date, p_last date, p_meal bigint, p_body text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := canteen.payer(p_token);
    v_words text;
begin
    if not site.once('login ' || v_visit.login_id || ' meals-refuse', p_key,
                     concat_ws('|', v_visit.pupil_id, p_first, p_last, p_meal, p_body)) then
        return;
    end if;
    perform auth.stay(v_visit);
    if (select count(*) from canteen.refusal r where r.pupil_id = v_visit.pupil_id and r.sent_at > now() - interval '1 day') >= 20 then
        raise exception 'За сутки можно подать 20 отказов. Остальное — через классного руководителя.' using errcode = 'KB422';
    end if;
    -- Whoever orders by itself holds this lock: it has seen the refusal, or its orders are seen here.
    perform from ledger.balance b where b.account_id = ledger.pupil_account(v_visit.pupil_id) for no key update;
    select c.words into v_words from cabinet.meals_refuse_check(p_token, p_first, p_last, p_meal) c limit 1;
    if v_words <> '' then
        raise exception '%', v_words using errcode = 'KB422';
    end if;
    insert into canteen.refusal (pupil_id, meal_id, first_day, last_day, body, access_id)
    values (v_visit.pupil_id, p_meal, p_first, p_last, p_body, v_visit.access_id);
    perform canteen.end_order(o.id, 'cancelled', canteen.actor(v_visit), 'отказ семьи от питания')
       from canteen.meal_order o
      where o.pupil_id = v_visit.pupil_id and o.day between p_first and p_last and o.state = 'ordered'
        and (p_meal is null or o.meal_id = p_meal) and canteen.deadline(o.school_id, o.day) > canteen.local_now(v_visit);
    perform auth.note(v_visit.login_id, v_visit.access_id, 'meal-refuse');
end $$;
comment on function cabinet.meals_refuse is 'Nothing is ordered by itself on these days, not by a льгота either; orders that can be cancelled still are. p_meal NULL: every meal';

create function cabinet.meals_refusal_withdraw(p_token text, p_refusal bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := canteen.payer(p_token);
begin
    perform auth.stay(v_visit);
    update canteen.refusal r set withdrawn_at = now() where r.id = p_refusal and r.pupil_id = v_visit.pupil_id and r.withdrawn_at is null;
    if found then
        perform auth.note(v_visit.login_id, v_visit.access_id, 'meal-refuse-withdraw');
    elsif not exists (select from canteen.refusal r where r.id = p_refusal and r.pupil_id = v_visit.pupil_id) then
        raise exception 'no such refusal' using errcode = 'KB404';
    end if;
end $$;
comment on function cabinet.meals_refusal_withdraw is 'The refusal is taken back; what it cancelled stays cancelled. Harmless twice';

create function cabinet.meals_benefits(p_token text)
returns table (title text, meal text, share smallint, first_day date, last_day date, document text, state text)
language plpgsql stable security definer rows 2 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_today date := canteen.local_now(v_visit)::date;
begin
    return query
    select k.title, e.title, b.share, b.first_day, b.last_day, b.document,
           case when v_today < b.first_day then 'ahead' when v_today > b.last_day then 'over' else 'now' end
      from canteen.benefit b
      join canteen.benefit_kind k on k.id = b.kind_id
      join canteen.meal e on e.id = b.meal_id
     where b.pupil_id = v_visit.pupil_id
     order by b.last_day < v_today, b.first_day desc, e.serves_from
     limit 20;
end $$;
comment on function cabinet.meals_benefits is 'Льготы of the child, for its adults alone (KB403): share is what the budget pays, per cent';

create function cabinet.meals_skipped(p_token text)
returns table (day date, meal text, words text, at timestamp)
language plpgsql stable security definer rows 2 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    return query
    select k.day, e.title, k.words, timezone(v_visit.time_zone, k.at)
      from canteen.skipped k
      join canteen.meal e on e.id = k.meal_id
     where k.pupil_id = v_visit.pupil_id and v_visit.may_finance and k.day >= canteen.local_now(v_visit)::date - 14
     order by k.day desc, e.serves_from
     limit 20;
end $$;
comment on function cabinet.meals_skipped is 'What was not ordered by itself and why, of the last two weeks and the coming days. The words name sums, so it is empty for who may not see them';

-- ---- what was eaten -----------------------------------------------------------------------------------------------------------

create function cabinet.meals_eaten(p_token text, p_month date, p_before date, p_days integer)
returns table (day date, at timestamp, kind text, title text, items text, place text, price_kop bigint, pay_kop bigint, is_undone boolean,
    undo_why text, has_more boolean)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_month date := date_trunc('month', coalesce(p_month, canteen.local_now(v_visit)::date))::date;
    v_sees boolean := v_visit.is_parent and v_visit.may_finance;
    v_days date[];
begin
    -- The days of this page: one more than it holds tells whether another follows.
    v_days := array(select distinct s.day from canteen.serving s
                     where s.pupil_id = v_visit.pupil_id and s.day >= v_month and s.day < least(v_month + interval '1 month', p_before::timestamp)
                     order by s.day desc limit p_days + 1);
    return query
    select s.day, date_trunc('second', timezone(v_visit.time_zone, s.at)), s.kind::text, coalesce(e.title || ', ' || c.title, 'Буфет'), coalesce(i.words, d.words, ''),
           s.place, case when v_sees then s.price_kop end, case when v_sees then s.pay_kop end, s.undone_at is not null,
           coalesce(s.undo_why, ''), cardinality(v_days) > p_days
      from canteen.serving s
      left join canteen.menu m on m.id = s.menu_id
      left join canteen.complex c on c.id = m.complex_id
      left join canteen.meal e on e.id = s.meal_id
      left join lateral (select string_agg(h.title || case when x.count > 1 then ' × ' || x.count else '' end
                                           || case when v_sees then ' — ' || ledger.roubles(x.price_kop * x.count) else '' end, '; '
                                           order by x.rank) as words
                           from canteen.serving_item x join canteen.dish h on h.id = x.dish_id where x.serving_id = s.id) i on true
      left join lateral (select string_agg(h.title, ', ' order by x.rank) as words
                           from canteen.menu_dish x join canteen.dish h on h.id = x.dish_id where x.menu_id = s.menu_id) d on true
     where s.pupil_id = v_visit.pupil_id and s.day between v_days[least(p_days, cardinality(v_days))] and v_days[1]
     order by s.day desc, s.at desc, s.id desc;
end $$;
comment on function cabinet.meals_eaten is
    'What the child was given in a month, by days, the latest first: up to p_days days below p_before. Sums are for who may see them';

create function cabinet.meals_eaten_totals(p_token text, p_month date)
returns table (month date, meals bigint, meal_kop bigint, buffets bigint, buffet_kop bigint, budget_kop bigint, undone bigint, sees_money boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_month date := date_trunc('month', coalesce(p_month, canteen.local_now(v_visit)::date))::date;
    v_sees boolean := v_visit.is_parent and v_visit.may_finance;
begin
    return query
    select v_month, count(*) filter (where s.kind = 'meal' and s.undone_at is null),
           case when v_sees then coalesce(sum(s.pay_kop) filter (where s.kind = 'meal' and s.undone_at is null), 0)::bigint end,
           count(*) filter (where s.kind = 'buffet' and s.undone_at is null),
           case when v_sees then coalesce(sum(s.pay_kop) filter (where s.kind = 'buffet' and s.undone_at is null), 0)::bigint end,
           case when v_sees then coalesce(sum(s.price_kop - s.pay_kop) filter (where s.undone_at is null), 0)::bigint end,
           count(*) filter (where s.undone_at is not null), v_sees
      from canteen.serving s
     where s.pupil_id = v_visit.pupil_id and s.day >= v_month and s.day < v_month + interval '1 month';
end $$;
comment on function cabinet.meals_eaten_totals is 'The month on show in figures; budget_kop: what льготы paid. Sums are for who may see them, NULL for others';

-- ---- limits -------------------------------------------------------------------------------------------------------------------

create function cabinet.meals_limits(p_token text)
returns table (meal_kop bigint, buffet_kop bigint, meal_spent_kop bigint, buffet_spent_kop bigint, has_password boolean, sees_money boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_today date := canteen.local_now(v_visit)::date;
begin
    return query
    select (select l.daily_kop from canteen.spending_limit l where l.pupil_id = v_visit.pupil_id and l.kind = 'meal'),
           (select l.daily_kop from canteen.spending_limit l where l.pupil_id = v_visit.pupil_id and l.kind = 'buffet'),
           case when v_visit.may_finance then canteen.spent_kop(v_visit.pupil_id, 'meal', v_today) end,
           case when v_visit.may_finance then canteen.spent_kop(v_visit.pupil_id, 'buffet', v_today) end,
           not v_visit.by_pin, v_visit.may_finance;
end $$;
comment on function cabinet.meals_limits is 'Daily limits, NULL for none, and what is spent or ordered today; has_password: this session may loosen';

create function canteen.keep_limit(p_visit auth.visit, p_kind canteen.spending, p_daily bigint) returns void language plpgsql as $$
declare
    v_before bigint;
begin
    select l.daily_kop into v_before from canteen.spending_limit l where l.pupil_id = p_visit.pupil_id and l.kind = p_kind for update;
    if v_before is not null and (p_daily is null or p_daily > v_before) then
        perform auth.by_password(p_visit);
    end if;
    if p_daily is null then
        delete from canteen.spending_limit l where l.pupil_id = p_visit.pupil_id and l.kind = p_kind;
    else
        insert into canteen.spending_limit as l (pupil_id, kind, daily_kop, access_id)
        values (p_visit.pupil_id, p_kind, p_daily, p_visit.access_id)
        on conflict (pupil_id, kind) do update set daily_kop = excluded.daily_kop, access_id = excluded.access_id, set_at = now()
         where l.daily_kop <> excluded.daily_kop;
    end if;
end $$;
comment on function canteen.keep_limit is 'A daily limit from now on, NULL for none. To raise it wants a session that began with a password';

create function cabinet.meals_limits_save(p_token text, p_meal_kop bigint, p_buffet_kop bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    perform auth.stay(v_visit);
    perform from school.pupil p where p.id = v_visit.pupil_id for no key update;
    perform canteen.keep_limit(v_visit, 'meal', p_meal_kop);
    perform canteen.keep_limit(v_visit, 'buffet', p_buffet_kop);
    perform auth.note(v_visit.login_id, v_visit.access_id, 'meal-limit');
end $$;
comment on function cabinet.meals_limits_save is 'Both daily limits as the form says; orders that were made stay';

create function cabinet.meals_allergens(p_token text)
returns table (allergen text, title text, is_set boolean, by_school boolean)
language plpgsql stable security definer rows 15 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    return query
    select t.allergen::text, t.title, a.allergen is not null, a.staff_id is not null
      from canteen.allergen_title t
      left join canteen.allergy a on a.pupil_id = v_visit.pupil_id and a.allergen = t.allergen
     order by t.allergen;
end $$;
comment on function cabinet.meals_allergens is 'All allergens, and which of them the child must not have; for its adults alone (KB403)';

create function cabinet.meals_allergens_save(p_token text, p_allergens text[]) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    perform auth.stay(v_visit);
    -- Whoever sells or orders holds the balance's lock: from now on the new list counts.
    perform from ledger.balance b where b.account_id = ledger.pupil_account(v_visit.pupil_id) for no key update;
    delete from canteen.allergy a where a.pupil_id = v_visit.pupil_id and a.allergen::text <> all (p_allergens);
    if found then
        perform auth.by_password(v_visit);
    end if;
    insert into canteen.allergy (pupil_id, allergen, access_id)
    select v_visit.pupil_id, t.allergen, v_visit.access_id from canteen.allergen_title t where t.allergen::text = any (p_allergens)
    on conflict do nothing;
    perform auth.note(v_visit.login_id, v_visit.access_id, 'meal-allergy');
end $$;
comment on function cabinet.meals_allergens_save is 'The child''s allergens are these. To take one away wants a session that began with a password';

create function cabinet.meals_bans(p_token text)
returns table (ban_id bigint, title text, kind text, since date)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    return query
    select b.id, coalesce(d.title, t.title, 'Буфет целиком'),
           case when d.id is not null then 'dish' when t.title is not null then 'category' else 'buffet' end,
           timezone(v_visit.time_zone, b.set_at)::date
      from canteen.ban b
      left join canteen.dish d on d.id = b.dish_id
      left join canteen.category_title t on t.category = b.category
     where b.pupil_id = v_visit.pupil_id and b.lifted_at is null
     order by num_nonnulls(b.dish_id, b.category), b.category, d.title, b.id
     limit 100;
end $$;
comment on function cabinet.meals_bans is 'What the family forbids now, the whole buffet first';

create function cabinet.meals_buffet(p_token text)
returns table (category text, category_title text, dish_id bigint, title text, weight_g smallint, is_drink boolean, kcal smallint, allergens text,
    price_kop bigint, against text, is_banned boolean)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select d.category::text, t.title, d.id, d.title, d.weight_g, d.category = 'drink', d.kcal, canteen.allergen_words(d.allergens),
           case when v_visit.is_parent then d.buffet_kop end,
           coalesce(case when v_visit.is_parent then (canteen.objection(v_visit.pupil_id, array[d.id], 'buffet')).words end, ''),
           v_visit.is_parent and exists (select from canteen.ban b where b.pupil_id = v_visit.pupil_id and b.lifted_at is null
                                            and (b.dish_id = d.id or b.category = d.category or num_nonnulls(b.dish_id, b.category) = 0))
      from canteen.dish d
      join canteen.category_title t on t.category = d.category
     where d.school_id = v_visit.school_id and d.buffet_kop is not null and not d.is_retired
     order by d.category, d.title
     limit 100;
end $$;
comment on function cabinet.meals_buffet is 'The price list of the buffet; against: why the child is not sold it (adults alone). A hundred dishes at most';

create function cabinet.meals_ban(p_token text, p_dish bigint, p_category text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_category canteen.category;
begin
    perform auth.stay(v_visit);
    if p_dish is not null and not exists (select from canteen.dish d where d.id = p_dish and d.school_id = v_visit.school_id) then
        raise exception 'no such dish' using errcode = 'KB404';
    end if;
    if p_category <> '' then
        select t.category into v_category from canteen.category_title t where t.category::text = p_category;
        if not found then
            raise exception 'no such kind of dishes' using errcode = 'KB404';
        end if;
    end if;
    perform from ledger.balance b where b.account_id = ledger.pupil_account(v_visit.pupil_id) for no key update;
    if (select count(*) from canteen.ban b where b.pupil_id = v_visit.pupil_id and b.lifted_at is null) >= 100 then
        raise exception 'Запретов уже сто. Запретите вид блюд целиком.' using errcode = 'KB422';
    end if;
    insert into canteen.ban (pupil_id, dish_id, category, access_id)
    values (v_visit.pupil_id, p_dish, v_category, v_visit.access_id) on conflict do nothing;
    if found then
        perform auth.note(v_visit.login_id, v_visit.access_id, 'meal-ban');
    end if;
end $$;
comment on function cabinet.meals_ban is 'Forbids a dish, a kind of dishes, or, with neither, the whole buffet. Harmless twice; one of the two at most';

create function cabinet.meals_lift(p_token text, p_ban bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    perform auth.by_password(v_visit);
    perform auth.stay(v_visit);
    update canteen.ban b set lifted_at = now() where b.id = p_ban and b.pupil_id = v_visit.pupil_id and b.lifted_at is null;
    if found then
        perform auth.note(v_visit.login_id, v_visit.access_id, 'meal-lift');
    elsif not exists (select from canteen.ban b where b.id = p_ban and b.pupil_id = v_visit.pupil_id) then
        raise exception 'no such ban' using errcode = 'KB404';
    end if;
end $$;
comment on function cabinet.meals_lift is 'A ban is lifted, by an adult who came with a password. Harmless twice';

grant execute on function
    cabinet.meals_head(text), cabinet.meals_family(text),
    cabinet.meals_menu(text, date, integer), cabinet.meals_dishes(text, date), cabinet.meals_month(text, date),
    cabinet.meals_check(text, bigint[]), cabinet.meals_order(text, uuid, bigint[], bigint),
    cabinet.meals_orders(text, bigint[]), cabinet.meals_cancel(text, uuid, bigint[]), cabinet.meals_hit(text),
    cabinet.meals_choices(text), cabinet.meals_estimate(text, bigint, bigint, integer, date, integer),
    cabinet.meals_standing(text, uuid, bigint, bigint, integer, date, integer), cabinet.meals_standing_end(text, bigint),
    cabinet.meals_standings(text), cabinet.meals_refusals(text), cabinet.meals_refuse_check(text, date, date, bigint),
    cabinet.meals_refuse(text, uuid, date, date, bigint, text), cabinet.meals_refusal_withdraw(text, bigint),
    cabinet.meals_benefits(text), cabinet.meals_skipped(text),
    cabinet.meals_eaten(text, date, date, integer), cabinet.meals_eaten_totals(text, date),
    cabinet.meals_limits(text), cabinet.meals_limits_save(text, bigint, bigint),
    cabinet.meals_allergens(text), cabinet.meals_allergens_save(text, text[]),
    cabinet.meals_bans(text), cabinet.meals_buffet(text), cabinet.meals_ban(text, bigint, text), cabinet.meals_lift(text, bigint)
    to kabinet_meals;

commit;
