-- Deploy kabinet:api/canteen to pg
-- requires: api/staff
-- requires: api/gate
-- requires: tables/canteen

-- The canteen's desk: what to cook, serving by card and by list, the buffet's till, menus, льготы, dry rations. Money is moved by
-- canteen.serve, sell and undo alone. Льготы are shown to the canteen and to nobody else; who looks at them is written down first.

begin;

call auth.add_program('canteen', 'The canteen: menu, serving, buffet', 'staff');
set local role kabinet_owner;

-- ---- what the functions share ------------------------------------------------------------------------------------------------

create function canteen.today(p_visit auth.staff_visit) returns date language sql stable as $$
    select timezone((p_visit).time_zone, now())::date
$$;
comment on function canteen.today is 'The local day at a desk';

create function canteen.own_pupil(p_visit auth.staff_visit, p_pupil bigint) returns school.pupil language plpgsql stable as $$
declare
    v_pupil school.pupil;
begin
    select p.* into v_pupil from school.pupil p
     where p.id = p_pupil and p.school_id = (p_visit).school_id and p.state = 'active';
    if v_pupil.id is null then
        raise exception 'no such pupil' using errcode = 'KB404';
    end if;
    return v_pupil;
end $$;
comment on function canteen.own_pupil is 'A pupil of the desk''s school, else KB404';

create function canteen.check_meal(p_visit auth.staff_visit, p_meal bigint) returns void language plpgsql stable as $$
begin
    if not exists (select from canteen.meal e where e.id = p_meal and e.school_id = (p_visit).school_id) then
        raise exception 'no such meal' using errcode = 'KB404';
    end if;
end $$;
comment on function canteen.check_meal is 'KB404 for a meal that is not the desk''s school''s';

create function canteen.check_back(p_visit auth.staff_visit, p_day date) returns void language plpgsql stable as $$
declare
    v_today date := canteen.today(p_visit);
    v_back smallint := (select o.back_days from canteen.policy o where o.school_id = (p_visit).school_id);
begin
    if p_day > v_today then
        perform canteen.refuse('closed', 'Этот день ещё не наступил: выдать наперёд нельзя.');
    elsif p_day < v_today - v_back then
        perform canteen.refuse('closed', format('Записать выдачу можно за последние дни, не раньше %s.', to_char(v_today - v_back, 'DD.MM.YYYY')));
    end if;
end $$;
comment on function canteen.check_back is 'KB422 for a day that is to come, or further back than the rules of the canteen allow';

create function canteen.dish_titles(p_menu bigint) returns text language sql stable as $$
    select coalesce(string_agg(d.title, ', ' order by m.rank), '') from canteen.menu_dish m join canteen.dish d on d.id = m.dish_id
     where m.menu_id = p_menu
$$;
comment on function canteen.dish_titles is 'What is on the plate, in words';

create function canteen.allergies_of(p_pupil bigint) returns text language sql stable as $$
    select canteen.allergen_words(array(select a.allergen from canteen.allergy a where a.pupil_id = p_pupil))
$$;
comment on function canteen.allergies_of is 'A child''s allergies in words; empty for none';

-- ---- today -------------------------------------------------------------------------------------------------------------------

create function staff.canteen_now(p_token text, p_day date)
returns table (day date, today date, previous_day date, next_day date, ordered bigint, served bigint, waiting bigint, released bigint,
               sales bigint, sales_kop bigint, deadline timestamp, is_closed boolean, off_title text, as_of timestamp)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_now timestamp := timezone(v_visit.time_zone, now());
    v_day date := coalesce(p_day, v_now::date);
    v_deadline timestamp := canteen.deadline(v_visit.school_id, v_day);
begin
    return query
    select v_day, v_now::date,
           coalesce((select max(m.day) from canteen.menu m where m.school_id = v_visit.school_id and m.day < v_day), v_day - 1),
           coalesce((select min(m.day) from canteen.menu m where m.school_id = v_visit.school_id and m.day > v_day), v_day + 1),
           o.waiting + s.meals, s.meals, o.waiting, o.released, s.sales, s.sales_kop, v_deadline, v_now >= v_deadline,
           coalesce((select f.title from school.day_off f where f.school_id = v_visit.school_id and f.day = v_day), ''), v_now
      from (select count(*) filter (where r.state = 'ordered') as waiting, count(*) filter (where r.state = 'released') as released
              from canteen.meal_order r where r.school_id = v_visit.school_id and r.day = v_day) o,
           (select count(*) filter (where g.kind = 'meal') as meals, count(*) filter (where g.kind = 'buffet') as sales,
                   coalesce(sum(g.pay_kop) filter (where g.kind = 'buffet'), 0)::bigint as sales_kop
              from canteen.serving g where g.school_id = v_visit.school_id and g.day = v_day and g.undone_at is null) s;
end $$;
comment on function staff.canteen_now is
    'One row of figures of a day (NULL: today). ordered: what is to be cooked, whether served yet or waiting; deadline: until when families order';

create function staff.canteen_plan(p_token text, p_day date)
returns table (menu_id bigint, meal text, serves_from text, serves_to text, title text, dishes text, portions bigint, all_served bigint,
               class_id bigint, class_name text, ordered bigint, served bigint)
language plpgsql stable security definer rows 60 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_day date := coalesce(p_day, canteen.today(v_visit));
begin
    return query
    with portion as (
        select o.menu_id, o.pupil_id, false as is_served from canteen.meal_order o
         where o.school_id = v_visit.school_id and o.day = v_day and o.state = 'ordered'
         union all
        select s.menu_id, s.pupil_id, true from canteen.serving s
         where s.school_id = v_visit.school_id and s.day = v_day and s.kind = 'meal' and s.undone_at is null),
    by_class as (
        select p.menu_id, k.id as class_id, k.name, k.grade, k.letter, count(*) as ordered, count(*) filter (where p.is_served) as served
          from portion p join school.class k on k.id = school.class_on(p.pupil_id, v_day)
         group by p.menu_id, k.id)
    select m.id, e.title, to_char(e.serves_from, 'HH24:MI'), to_char(e.serves_to, 'HH24:MI'), c.title, canteen.dish_titles(m.id),
           coalesce(sum(b.ordered) over w, 0)::bigint, coalesce(sum(b.served) over w, 0)::bigint,
           b.class_id, coalesce(b.name, ''), coalesce(b.ordered, 0), coalesce(b.served, 0)
      from canteen.menu m
      join canteen.complex c on c.id = m.complex_id
      join canteen.meal e on e.id = c.meal_id
      left join by_class b on b.menu_id = m.id
     where m.school_id = v_visit.school_id and m.day = v_day
    window w as (partition by m.id)
     order by e.serves_from, e.id, c.first_grade, c.title, c.id, b.grade, b.letter;
end $$;
comment on function staff.canteen_plan is
    'What to cook that day: set meals by meal, each by class. A set meal that nobody ordered is one row without a class';

create function staff.canteen_uncounted(p_token text, p_day date)
returns table (class_id bigint, class_name text, meal_id bigint, meal text, waiting bigint, tutor text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_now timestamp := timezone(v_visit.time_zone, now());
    v_day date := coalesce(p_day, v_now::date);
begin
    return query
    with waits as (
        select school.class_on(o.pupil_id, v_day) as class_id, o.meal_id, count(*) as waiting
          from canteen.meal_order o
         where o.school_id = v_visit.school_id and o.day = v_day and o.state = 'ordered'
         group by 1, 2),
    has as (
        select distinct school.class_on(s.pupil_id, v_day) as class_id, s.meal_id
          from canteen.serving s
         where s.school_id = v_visit.school_id and s.day = v_day and s.kind = 'meal' and s.undone_at is null)
    select k.id, k.name, e.id, e.title, w.waiting, coalesce(people.staff_name(k.tutor_id), '')
      from waits w
      join school.class k on k.id = w.class_id
      join canteen.meal e on e.id = w.meal_id
     where v_day + e.serves_from <= v_now
       and not exists (select from has h where h.class_id = w.class_id and h.meal_id = w.meal_id)
     order by e.serves_from, e.id, k.grade, k.letter
     limit 60;
end $$;
comment on function staff.canteen_uncounted is 'Classes of which nobody has been served a meal that has begun, though it was ordered: who has not been counted';

create function staff.canteen_meals(p_token text)
returns table (id bigint, title text, serves_from text, serves_to text, is_now boolean)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_now time := timezone(v_visit.time_zone, now())::time;
begin
    return query
    select e.id, e.title, to_char(e.serves_from, 'HH24:MI'), to_char(e.serves_to, 'HH24:MI'),
           e.id = first_value(e.id) over (order by v_now > e.serves_to, case when v_now > e.serves_to then 'allballs' else e.serves_from end,
               e.serves_from desc, e.id)
      from canteen.meal e where e.school_id = v_visit.school_id
     order by e.serves_from, e.id;
end $$;
comment on function staff.canteen_meals is 'Meals of the school; is_now: the one that is on, else the next, in the evening the last';

-- ---- serving -----------------------------------------------------------------------------------------------------------------

create function staff.canteen_serve(p_token text, p_key uuid, p_meal bigint, p_find text, p_pupil bigint, p_menu bigint, p_till integer)
returns table (outcome text, pupil_id bigint, serving_id bigint)
language plpgsql security definer set search_path = '' rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_day date := canteen.today(v_visit);
begin
    perform canteen.check_meal(v_visit, p_meal);
    if p_pupil is null then
        select f.outcome, f.pupil_id into outcome, pupil_id from gate.find_pupil(v_visit, p_find) f;
        if outcome <> 'one' then
            return next;
            return;
        end if;
    else
        pupil_id := (canteen.own_pupil(v_visit, p_pupil)).id;
    end if;
    -- The number of a card is a secret: the form's digest is made of the pupil.
    if not site.once('staff ' || v_visit.staff_id || ' canteen-serve', p_key, format('%s|%s|%s|%s', p_meal, pupil_id, p_menu, p_till)) then
        serving_id := (select s.id from canteen.serving s
                        where s.pupil_id = canteen_serve.pupil_id and s.day = v_day and s.meal_id = p_meal and s.kind = 'meal'
                          and s.undone_at is null);
        outcome := case when serving_id is null then 'refused' else 'served' end;
        return next;
        return;
    end if;
    begin
        serving_id := canteen.serve(pupil_id, p_menu, p_meal, v_day, v_visit.staff_id, 'касса ' || p_till);
        outcome := 'served';
        perform auth.note_staff(v_visit, 'meal-serve', p.idn || ' ' || serving_id) from school.pupil p where p.id = canteen_serve.pupil_id;
    exception when sqlstate 'KB422' then
        outcome := 'refused';
        -- What is shown now tells what this child would pay, and so whether it has a льгота.
        perform auth.note_staff(v_visit, 'canteen-look', p.idn) from school.pupil p where p.id = canteen_serve.pupil_id;
    end;
    return next;
end $$;
comment on function staff.canteen_serve is
    'One Enter at the till: finds the child (by p_find, unless p_pupil is given) and serves it what is ordered, or p_menu. outcome: served; '
    'refused (staff.canteen_child() tells why); else of gate.find_pupil()';

create function staff.canteen_serving(p_token text, p_serving bigint)
returns table (serving_id bigint, pupil_id bigint, name text, initials text, face integer, class_name text, account text, kind text,
               meal_id bigint, meal text, title text, dishes text, allergens text, price_kop bigint, pay_kop bigint, balance_kop bigint,
               free_kop bigint, benefit text, at timestamp, place text, by_name text, is_undone boolean, may_undo boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_today date := canteen.today(v_visit);
begin
    return query
    select s.id, s.pupil_id, n.name, gate.initials(n.name), (s.pupil_id % 6)::integer, coalesce(k.name, ''), p.account::text, s.kind::text,
           s.meal_id, coalesce(e.title, 'Буфет'), coalesce(c.title, 'Буфет'),
           case when s.kind = 'meal' then canteen.dish_titles(s.menu_id)
                else (select string_agg(d.title || case when i.count > 1 then ' × ' || i.count else '' end, ', ' order by i.rank)
                        from canteen.serving_item i join canteen.dish d on d.id = i.dish_id where i.serving_id = s.id) end,
           canteen.allergies_of(s.pupil_id), s.price_kop, s.pay_kop, b.balance_kop, ledger.free_kop(b.account_id, v_today),
           case when f.id is null then '' else format('%s, %s %%', t.title, f.share) end, timezone(v_visit.time_zone, s.at), s.place, people.staff_name(s.staff_id),
           s.undone_at is not null, s.undone_at is null and timezone(v_visit.time_zone, s.at)::date = v_today
      from canteen.serving s
      join school.pupil p on p.id = s.pupil_id
      join ledger.balance b on b.account_id = ledger.pupil_account(s.pupil_id)
      left join school.class k on k.id = p.class_id
      left join canteen.menu m on m.id = s.menu_id
      left join canteen.complex c on c.id = m.complex_id
      left join canteen.meal e on e.id = s.meal_id
      left join canteen.benefit f on f.id = s.benefit_id
      left join canteen.benefit_kind t on t.id = f.kind_id
      cross join lateral people.pupil_name(s.pupil_id) n(name)
     where s.id = p_serving and s.school_id = v_visit.school_id;
end $$;
comment on function staff.canteen_serving is
    'What was given, for the big result; no row for another school''s. benefit: the льгота by which it was paid, words for the operator alone; '
    'may_undo: written down today, so that a till may take it back';

create function staff.canteen_child(p_token text, p_meal bigint, p_pupil bigint)
returns table (pupil_id bigint, name text, initials text, face integer, class_name text, account text, allergens text, balance_kop bigint,
               free_kop bigint, code text, words text, title text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_day date := canteen.today(v_visit);
    v_pupil school.pupil := canteen.own_pupil(v_visit, p_pupil);
    v_order canteen.meal_order;
    v_foreseen canteen.prospect;
begin
    perform canteen.check_meal(v_visit, p_meal);
    v_foreseen := canteen.foresee(p_pupil, null, p_meal, v_day);
    select o.* into v_order from canteen.meal_order o
     where o.pupil_id = p_pupil and o.day = v_day and o.meal_id = p_meal and o.state <> 'served'
     order by (o.state = 'ordered') desc, o.id desc limit 1;
    return query
    select p_pupil, n.name, gate.initials(n.name), (p_pupil % 6)::integer, coalesce(k.name, ''), v_pupil.account::text,
           canteen.allergies_of(p_pupil), b.balance_kop, ledger.free_kop(b.account_id, v_day),
           case when v_foreseen.code is null then 'ready' else v_foreseen.code end,
           case when v_foreseen.code = 'no_menu' then coalesce(v_order.why, '') else coalesce(v_foreseen.words, '') end,
           coalesce((select c.title from canteen.menu m join canteen.complex c on c.id = m.complex_id where m.id = v_order.menu_id), '')
      from ledger.balance b
      left join school.class k on k.id = v_pupil.class_id
      cross join lateral people.pupil_name(p_pupil) n(name)
     where b.account_id = ledger.pupil_account(p_pupil);
end $$;
comment on function staff.canteen_child is
    'A child at the till and why it gets nothing. code: ready (what is ordered waits) or '
    'of canteen.foresee(); of no_menu, which is no order, words say why one was taken off';

create function staff.canteen_offers(p_token text, p_meal bigint, p_pupil bigint)
returns table (menu_id bigint, title text, dishes text, price_kop bigint, pay_kop bigint, code text, words text)
language plpgsql stable security definer rows 4 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_day date := canteen.today(v_visit);
begin
    perform canteen.own_pupil(v_visit, p_pupil);
    return query
    select m.id, c.title, canteen.dish_titles(m.id), v.price_kop, v.pay_kop, coalesce(v.code, ''), coalesce(v.words, '')
      from canteen.menu m
      join canteen.complex c on c.id = m.complex_id and c.meal_id = p_meal
      cross join lateral canteen.foresee(p_pupil, m.id, p_meal, v_day) v
     where m.school_id = v_visit.school_id and m.day = v_day and v.code is distinct from 'not_theirs' and v.code is distinct from 'again'
       and v.order_id is null
     order by v.code is not null, c.is_default desc, c.title, c.id;
end $$;
comment on function staff.canteen_offers is 'Set meals that a child without an order could have now, what they cost, and what stands against one (code, words)';

create function staff.canteen_bought(p_token text, p_pupil bigint, p_serving bigint)
returns table (serving_id bigint, at timestamp, what text, pay_kop bigint)
language plpgsql stable security definer rows 4 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select s.id, timezone(v_visit.time_zone, s.at),
           coalesce((select e.title || ', ' || c.title from canteen.menu m join canteen.complex c on c.id = m.complex_id
                       join canteen.meal e on e.id = c.meal_id where m.id = s.menu_id),
                    (select string_agg(d.title || case when i.count > 1 then ' × ' || i.count else '' end, ', ' order by i.rank)
                       from canteen.serving_item i join canteen.dish d on d.id = i.dish_id where i.serving_id = s.id)),
           s.pay_kop
      from canteen.serving s
     where s.pupil_id = coalesce(p_pupil, (select g.pupil_id from canteen.serving g where g.id = p_serving))
       and s.school_id = v_visit.school_id and s.day = canteen.today(v_visit) and s.undone_at is null and s.id is distinct from p_serving
     order by s.at desc, s.id desc
     limit 20;
end $$;
comment on function staff.canteen_bought is 'What a child (NULL: the one of that serving) has had today, the latest first, without that serving';

create function staff.canteen_recent(p_token text, p_kind text)
returns table (serving_id bigint, at timestamp, name text, class_name text, what text, pay_kop bigint, is_undone boolean)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select s.id, timezone(v_visit.time_zone, s.at), people.pupil_name(s.pupil_id), coalesce(k.name, ''),
           coalesce((select c.title from canteen.menu m join canteen.complex c on c.id = m.complex_id where m.id = s.menu_id),
                    (select string_agg(d.title || case when i.count > 1 then ' × ' || i.count else '' end, ', ' order by i.rank)
                       from canteen.serving_item i join canteen.dish d on d.id = i.dish_id where i.serving_id = s.id)),
           s.pay_kop, s.undone_at is not null
      from (select r.* from canteen.serving r
             where r.staff_id = v_visit.staff_id and r.kind = p_kind::canteen.spending
               and r.at >= gate.day_begins(v_visit.time_zone, canteen.today(v_visit))
             order by r.staff_id, r.at desc limit 8) s
      join school.pupil p on p.id = s.pupil_id
      left join school.class k on k.id = p.class_id
     order by s.at desc, s.id desc;
end $$;
comment on function staff.canteen_recent is 'What this person served (meal) or sold (buffet) last today, to take back a mistake';

create function staff.canteen_candidates(p_token text, p_query text, p_limit integer)
returns table (pupil_id bigint, name text, initials text, face integer, class_name text)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query select * from gate.pupils_named(v_visit, p_query, p_limit);
end $$;
comment on function staff.canteen_candidates is 'Pupils of the school whose surname (and name) begins so';

create function staff.canteen_undo(p_token text, p_key uuid, p_serving bigint, p_why text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_serving canteen.serving;
begin
    if not site.once('staff ' || v_visit.staff_id || ' canteen-undo', p_key, format('%s|%s', p_serving, p_why)) then
        return;
    end if;
    select s.* into v_serving from canteen.serving s where s.id = p_serving and s.school_id = v_visit.school_id;
    if v_serving.id is null then
        raise exception 'no such serving' using errcode = 'KB404';
    elsif timezone(v_visit.time_zone, v_serving.at)::date <> canteen.today(v_visit) then
        perform canteen.refuse('closed', 'Касса отменяет выдачу только в тот же день. Позже деньги возвращает классный руководитель.');
    end if;
    perform canteen.undo(p_serving, v_visit.staff_id, p_why);
    perform auth.note_staff(v_visit, 'canteen-undo', p.idn || ' ' || p_serving) from school.pupil p where p.id = v_serving.pupil_id;
end $$;
comment on function staff.canteen_undo is 'A mistake of this day is taken back, with the reason that the parent reads; the money returns';

-- ---- by list -----------------------------------------------------------------------------------------------------------------

create function staff.canteen_classes(p_token text, p_meal bigint, p_day date)
returns table (class_id bigint, name text, grade smallint, waiting bigint, served bigint)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_day date := coalesce(p_day, canteen.today(v_visit));
begin
    return query
    select k.id, k.name, k.grade, coalesce(c.waiting, 0), coalesce(c.served, 0)
      from school.class k
      join school.year y on y.id = k.year_id and v_day between y.first_day and y.last_day
      left join (select school.class_on(u.pupil_id, v_day) as class_id, count(*) filter (where not u.is_served) as waiting,
                        count(*) filter (where u.is_served) as served
                   from (select o.pupil_id, false as is_served from canteen.meal_order o
                          where o.school_id = v_visit.school_id and o.day = v_day and o.meal_id = p_meal and o.state = 'ordered'
                          union all
                         select s.pupil_id, true from canteen.serving s
                          where s.school_id = v_visit.school_id and s.day = v_day and s.meal_id = p_meal and s.kind = 'meal'
                            and s.undone_at is null) u
                  group by 1) c on c.class_id = k.id
     where k.school_id = v_visit.school_id
     order by k.grade, k.letter;
end $$;
comment on function staff.canteen_classes is 'Classes of the school, and how many of each wait for that meal and have had it';

create function staff.canteen_class(p_token text, p_meal bigint, p_class bigint, p_day date)
returns table (pupil_id bigint, name text, state text, what text, why text, code text, words text, free_kop bigint)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_day date := coalesce(p_day, canteen.today(v_visit));
begin
    return query
    select p.id, n.name,
           case when s.id is not null then 'served' when o.state = 'ordered' then 'ordered' when o.state is not null then 'released' else 'none' end,
           coalesce(cs.title, co.title, ''), case when o.state <> 'ordered' then o.why else '' end, coalesce(a.code, ''),
           coalesce(a.words, ''), ledger.free_kop(ledger.pupil_account(p.id), v_day)
      from school.class k
      join school.enrolment r on r.class_id = k.id and v_day between r.first_day and coalesce(r.last_day, v_day)
      join school.pupil p on p.id = r.pupil_id and p.state = 'active'
      cross join lateral people.pupil_name(p.id) n(name)
      left join canteen.serving s on s.pupil_id = p.id and s.day = v_day and s.meal_id = p_meal and s.kind = 'meal' and s.undone_at is null
      left join lateral (select q.* from canteen.meal_order q
                          where q.pupil_id = p.id and q.day = v_day and q.meal_id = p_meal and q.state <> 'served'
                          order by (q.state = 'ordered') desc, q.id desc limit 1) o on s.id is null
      left join canteen.menu ms on ms.id = s.menu_id
      left join canteen.complex cs on cs.id = ms.complex_id
      left join canteen.menu mo on mo.id = o.menu_id
      left join canteen.complex co on co.id = mo.complex_id
      left join lateral canteen.foresee(p.id, o.menu_id, p_meal, v_day) a on o.menu_id is not null
     where k.id = p_class and k.school_id = v_visit.school_id
     order by n.name, p.id;
end $$;
comment on function staff.canteen_class is
    'A class by name for serving by list and for a day without network. Nothing here tells льготы, for a sheet of paper lies about. state: served, '
    'ordered, released (an order was taken off: why), none; code, words: why serving would be refused';

create function staff.canteen_menus(p_token text, p_meal bigint, p_day date) returns table (id bigint, title text, price_kop bigint)
language plpgsql stable security definer rows 4 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select m.id, c.title, m.price_kop
      from canteen.menu m join canteen.complex c on c.id = m.complex_id and c.meal_id = p_meal
     where m.school_id = v_visit.school_id and m.day = coalesce(p_day, canteen.today(v_visit))
     order by c.first_grade, c.title, c.id;
end $$;
comment on function staff.canteen_menus is 'What is cooked for a meal of that day';

create function staff.canteen_serve_list(p_token text, p_key uuid, p_meal bigint, p_day date, p_menu bigint, p_pupils bigint[])
returns table (served integer, refused integer)
language plpgsql security definer set search_path = '' rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_place text := case when p_day = canteen.today(v_visit) then 'по списку' else 'по списку за ' || to_char(p_day, 'DD.MM') end;
    v_one record;
begin
    perform canteen.check_meal(v_visit, p_meal);
    if not site.once('staff ' || v_visit.staff_id || ' canteen-list', p_key,
                     format('%s|%s|%s|%s', p_meal, p_day, p_menu, array_to_string(p_pupils, ','))) then
        return query select l.served::int, l.refused::int from canteen.list l where l.staff_id = v_visit.staff_id and l.key = p_key;
        return;
    end if;
    served := 0;
    refused := 0;
    perform canteen.check_back(v_visit, p_day);
    for v_one in
        select p.id, o.menu_id as ordered
          from school.pupil p
          -- What was ordered and taken off for want of the child was cooked for it all the same.
          left join lateral (select q.menu_id from canteen.meal_order q
                              where q.pupil_id = p.id and q.day = p_day and q.meal_id = p_meal
                              order by (q.state = 'ordered') desc, q.id desc limit 1) o on true
         where p.id = any (p_pupils) and p.school_id = v_visit.school_id and p.state = 'active'
         order by ledger.pupil_account(p.id)
    loop
        begin
            perform canteen.serve(v_one.id, coalesce(v_one.ordered, p_menu), p_meal, p_day, v_visit.staff_id, v_place);
            served := served + 1;
        exception when sqlstate 'KB422' then
            refused := refused + 1;
        end;
    end loop;
    insert into canteen.list (staff_id, key, served, refused) values (v_visit.staff_id, p_key, served, refused);
    perform auth.note_staff(v_visit, 'meal-serve-list', format('%s %s: %s', p_meal, p_day, served));
    return next;
end $$;
comment on function staff.canteen_serve_list is
    'Serves those who are ticked: what they ordered, the others p_menu (NULL: nothing). Who cannot be served stays on the list, the rest go '
    'through. The same form again is answered as the first time';

create function staff.canteen_sheet(p_token text, p_meal bigint, p_grade integer, p_day date)
returns table (class_id bigint, class_name text, name text, what text)
language plpgsql stable security definer rows 100 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_day date := coalesce(p_day, canteen.today(v_visit));
begin
    return query
    select k.id, k.name, people.pupil_name(o.pupil_id), c.title
      from canteen.meal_order o
      join canteen.menu m on m.id = o.menu_id
      join canteen.complex c on c.id = m.complex_id
      join school.class k on k.id = school.class_on(o.pupil_id, v_day) and k.grade = p_grade
     where o.school_id = v_visit.school_id and o.day = v_day and o.meal_id = p_meal and o.state in ('ordered', 'served')
     order by k.letter, 3, o.pupil_id
     limit 400;
end $$;
comment on function staff.canteen_sheet is 'The list of a grade on paper, for a day without network: who has ordered what, by class';

-- ---- the buffet's till ---------------------------------------------------------------------------------------------------------

create function staff.canteen_find(p_token text, p_find text) returns table (outcome text, pupil_id bigint)
language plpgsql security definer set search_path = '' rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query select f.outcome, f.pupil_id from gate.find_pupil(v_visit, p_find) f;
end $$;
comment on function staff.canteen_find is 'gate.find_pupil() for the till. Asked by a POST: the number of a card does not belong into an address';

create function staff.canteen_buyer(p_token text, p_pupil bigint)
returns table (pupil_id bigint, name text, initials text, face integer, class_name text, account text, allergens text, balance_kop bigint,
               free_kop bigint, left_kop bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_day date := canteen.today(v_visit);
    v_pupil school.pupil := canteen.own_pupil(v_visit, p_pupil);
begin
    return query
    select p_pupil, n.name, gate.initials(n.name), (p_pupil % 6)::integer, coalesce(k.name, ''), v_pupil.account::text,
           canteen.allergies_of(p_pupil), b.balance_kop, ledger.free_kop(b.account_id, v_day),
           (select greatest(l.daily_kop - canteen.spent_kop(p_pupil, 'buffet', v_day), 0) from canteen.spending_limit l
             where l.pupil_id = p_pupil and l.kind = 'buffet')
      from ledger.balance b
      left join school.class k on k.id = v_pupil.class_id
      cross join lateral people.pupil_name(p_pupil) n(name)
     where b.account_id = ledger.pupil_account(p_pupil);
end $$;
comment on function staff.canteen_buyer is 'Who stands at the till. left_kop: what the parents'' daily limit of the buffet leaves; NULL: no limit';

create function staff.canteen_goods(p_token text, p_pupil bigint)
returns table (dish_id bigint, title text, category text, category_title text, price_kop bigint, weight_g smallint, allergens text, words text)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    perform canteen.own_pupil(v_visit, p_pupil);
    return query
    select d.id, d.title, d.category::text, t.title, d.buffet_kop, d.weight_g, canteen.allergen_words(d.allergens), coalesce(a.words, '')
      from canteen.dish d
      join canteen.category_title t on t.category = d.category
      cross join lateral canteen.objection(p_pupil, array[d.id], 'buffet') a
     where d.school_id = v_visit.school_id and d.buffet_kop is not null and not d.is_retired
     order by d.category, d.title, d.id
     limit 120;
end $$;
comment on function staff.canteen_goods is 'What the buffet sells; words: why this child may not have it';

create function staff.canteen_sell(p_token text, p_key uuid, p_pupil bigint, p_dishes bigint[], p_counts integer[], p_sum bigint, p_till integer)
returns table (serving_id bigint)
language plpgsql security definer set search_path = '' rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    perform canteen.own_pupil(v_visit, p_pupil);
    if not site.once('staff ' || v_visit.staff_id || ' canteen-sell', p_key,
                     format('%s|%s|%s|%s', p_pupil, array_to_string(p_dishes, ','), array_to_string(p_counts, ','), p_sum)) then
        return query
        select max(s.id) from canteen.serving s
         where s.pupil_id = p_pupil and s.day = canteen.today(v_visit) and s.kind = 'buffet' and s.staff_id = v_visit.staff_id;
        return;
    end if;
    serving_id := canteen.sell(p_pupil, p_dishes, p_counts, v_visit.staff_id, 'касса ' || p_till);
    if p_sum is distinct from (select s.pay_kop from canteen.serving s where s.id = serving_id) then
        perform canteen.refuse('price', 'Цены только что изменились: проверьте сумму ещё раз.');
    end if;
    perform auth.note_staff(v_visit, 'buffet-sell', p.idn || ' ' || serving_id) from school.pupil p where p.id = p_pupil;
    return next;
end $$;
comment on function staff.canteen_sell is 'A sale of the buffet for the sum that the operator has seen; answers its id. KB422: a ban, an allergy, the limit, no money, a changed price';

-- ---- the week's menu -----------------------------------------------------------------------------------------------------------

create function canteen.monday(p_day date) returns date language sql immutable as $$
    select p_day - extract(isodow from p_day)::integer + 1
$$;
comment on function canteen.monday is 'The Monday of a day''s week';

create function staff.canteen_week(p_token text, p_day date)
returns table (monday date, today date, previous_week date, next_week date, this_week date, menus bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_today date := canteen.today(v_visit);
    v_monday date := canteen.monday(coalesce(p_day, v_today));
begin
    return query
    select v_monday, v_today, v_monday - 7, v_monday + 7, canteen.monday(v_today),
           (select count(*) from canteen.menu m where m.school_id = v_visit.school_id and m.day between v_monday and v_monday + 6);
end $$;
comment on function staff.canteen_week is 'The week that holds a day (NULL: today), and how many menus it has';

create function staff.canteen_menu_week(p_token text, p_day date)
returns table (day date, off_title text, is_past boolean, complex_id bigint, meal text, title text, menu_id bigint, price_kop bigint,
               dishes text, orders bigint)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_today date := canteen.today(v_visit);
    v_monday date := canteen.monday(coalesce(p_day, v_today));
begin
    return query
    select d.day, coalesce(f.title, ''), d.day < v_today, c.id, e.title, c.title, m.id, m.price_kop, canteen.dish_titles(m.id),
           (select count(*) from canteen.meal_order o
             where o.school_id = v_visit.school_id and o.day = d.day and o.menu_id = m.id and o.state in ('ordered', 'served'))
      from (select v_monday + g as day from generate_series(0, 6) g) d
      left join school.day_off f on f.school_id = v_visit.school_id and f.day = d.day
      left join canteen.complex c on c.school_id = v_visit.school_id
       and (not c.is_retired or exists (select from canteen.menu x where x.complex_id = c.id and x.day = d.day))
      left join canteen.meal e on e.id = c.meal_id
      left join canteen.menu m on m.complex_id = c.id and m.day = d.day
     where extract(isodow from d.day) < 7 or exists (select from canteen.menu x where x.school_id = v_visit.school_id and x.day = d.day)
     order by d.day, e.serves_from, e.id, c.first_grade, c.title, c.id;
end $$;
comment on function staff.canteen_menu_week is 'Days of a week by set meal; menu_id NULL: not cooked that day. Sundays only when something is cooked';

create function staff.canteen_menu(p_token text, p_complex bigint, p_day date)
returns table (complex_id bigint, title text, meal text, day date, menu_id bigint, price_kop bigint, orders bigint, is_past boolean,
               monday date)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select c.id, c.title, e.title, p_day, m.id, coalesce(m.price_kop, c.price_kop),
           (select count(*) from canteen.meal_order o where o.school_id = v_visit.school_id and o.day = p_day and o.menu_id = m.id
               and o.state in ('ordered', 'served')),
           p_day < canteen.today(v_visit), canteen.monday(p_day)
      from canteen.complex c
      join canteen.meal e on e.id = c.meal_id
      left join canteen.menu m on m.complex_id = c.id and m.day = p_day
     where c.id = p_complex and c.school_id = v_visit.school_id;
end $$;
comment on function staff.canteen_menu is 'A set meal on a day, for its form; no row for another school''s';

create function staff.canteen_menu_choice(p_token text, p_complex bigint, p_day date)
returns table (dish_id bigint, title text, category text, category_title text, weight_g smallint, kcal smallint, allergens text,
               is_selected boolean)
language plpgsql stable security definer rows 60 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select d.id, d.title, d.category::text, t.title, d.weight_g, d.kcal, canteen.allergen_words(d.allergens), x.dish_id is not null
      from canteen.dish d
      join canteen.category_title t on t.category = d.category
      left join (select md.dish_id from canteen.menu m join canteen.menu_dish md on md.menu_id = m.id
                  where m.complex_id = p_complex and m.day = p_day and m.school_id = v_visit.school_id) x on x.dish_id = d.id
     where d.school_id = v_visit.school_id and (not d.is_retired or x.dish_id is not null)
     order by d.category, d.title, d.id
     limit 250;
end $$;
comment on function staff.canteen_menu_choice is 'Dishes of the school and whether they are on that menu';

create function canteen.put_dishes(p_menu bigint, p_school bigint, p_dishes bigint[]) returns void language plpgsql as $$
begin
    if exists (select from unnest(p_dishes) u(id) left join canteen.dish d on d.id = u.id and d.school_id = p_school where d.id is null) then
        raise exception 'no such dish' using errcode = 'KB404';
    elsif cardinality(p_dishes) > 20 then
        perform canteen.refuse('many', 'В комплексе не больше 20 блюд.');
    end if;
    delete from canteen.menu_dish m where m.menu_id = p_menu;
    insert into canteen.menu_dish (menu_id, rank, dish_id)
    select p_menu, row_number() over (order by d.category, d.title), d.id from canteen.dish d where d.id = any (p_dishes);
end $$;
comment on function canteen.put_dishes is 'What is on the plate of a menu from now on: salad first, as on a table';

create function staff.canteen_save_menu(p_token text, p_complex bigint, p_day date, p_price bigint, p_dishes bigint[]) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_menu bigint;
begin
    if not exists (select from canteen.complex c where c.id = p_complex and c.school_id = v_visit.school_id) then
        raise exception 'no such complex' using errcode = 'KB404';
    elsif p_day < canteen.today(v_visit) then
        perform canteen.refuse('closed', 'Этот день прошёл: его меню уже не изменить.');
    elsif cardinality(p_dishes) = 0 then
        perform canteen.refuse('empty', 'Отметьте хотя бы одно блюдо.');
    end if;
    insert into canteen.menu (school_id, complex_id, day, price_kop) values (v_visit.school_id, p_complex, p_day, p_price)
        on conflict (complex_id, day) do update set price_kop = excluded.price_kop
    returning id into v_menu;
    perform canteen.put_dishes(v_menu, v_visit.school_id, p_dishes);
    perform auth.note_staff(v_visit, 'menu-save', v_menu::text);
end $$;
comment on function staff.canteen_save_menu is 'A set meal of a day: its dishes and price. Orders that are there keep their price';

create function staff.canteen_drop_menu(p_token text, p_complex bigint, p_day date) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_menu bigint;
begin
    select m.id into v_menu from canteen.menu m
     where m.complex_id = p_complex and m.day = p_day and m.school_id = v_visit.school_id for update;
    if v_menu is null then
        return;
    elsif exists (select from canteen.meal_order o where o.menu_id = v_menu) or exists (select from canteen.serving s where s.menu_id = v_menu) then
        perform canteen.refuse('ordered', 'Комплекс уже заказывали: убрать его нельзя. Блюда и цену изменить можно, сделанные заказы останутся по своей цене.');
    end if;
    delete from canteen.menu m where m.id = v_menu;
    perform auth.note_staff(v_visit, 'menu-drop', p_complex || ' ' || p_day);
end $$;
comment on function staff.canteen_drop_menu is 'A set meal is not cooked that day after all; KB422 once somebody has ordered it';

create function staff.canteen_copy_week(p_token text, p_from date, p_to date, out copied integer)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_from date := canteen.monday(p_from);
    v_shift integer := canteen.monday(p_to) - canteen.monday(p_from);
begin
    if v_shift = 0 then
        perform canteen.refuse('same', 'Это та же неделя: выберите другую.');
    elsif abs(v_shift) > 400 then
        perform canteen.refuse('far', 'Неделя слишком далеко: не дальше года.');
    end if;
    with made as (
        insert into canteen.menu (school_id, complex_id, day, price_kop)
        select m.school_id, m.complex_id, m.day + v_shift, c.price_kop
          from canteen.menu m join canteen.complex c on c.id = m.complex_id and not c.is_retired
         where m.school_id = v_visit.school_id and m.day between v_from and v_from + 6 and m.day + v_shift >= canteen.today(v_visit)
           and not exists (select from school.day_off f where f.school_id = v_visit.school_id and f.day = m.day + v_shift)
            on conflict (complex_id, day) do nothing
        returning id, complex_id, day),
    plates as (
        insert into canteen.menu_dish (menu_id, rank, dish_id)
        select n.id, row_number() over (partition by n.id order by x.rank), x.dish_id
          from made n
          join canteen.menu o on o.complex_id = n.complex_id and o.day = n.day - v_shift
          join canteen.menu_dish x on x.menu_id = o.id
          join canteen.dish d on d.id = x.dish_id and not d.is_retired)
    select count(*) into copied from made;
    perform auth.note_staff(v_visit, 'menu-copy', v_from || ' ' || (v_from + v_shift));
end $$;
comment on function staff.canteen_copy_week is
    'The menus of a week for another one, at the set meals'' prices of today; what is there already, days off, days gone by and what is '
    'not cooked any more are left out. Answers how many';

-- ---- dishes, set meals, rules ----------------------------------------------------------------------------------------------------

create function staff.canteen_dishes(p_token text, p_retired boolean)
returns table (dish_id bigint, title text, category text, category_title text, weight_g smallint, kcal smallint, protein_dg smallint,
               fat_dg smallint, carb_dg smallint, allergens text, buffet_kop bigint)
language plpgsql stable security definer rows 60 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select d.id, d.title, d.category::text, t.title, d.weight_g, d.kcal, d.protein_dg, d.fat_dg, d.carb_dg,
           canteen.allergen_words(d.allergens), d.buffet_kop
      from canteen.dish d join canteen.category_title t on t.category = d.category
     where d.school_id = v_visit.school_id and d.is_retired = p_retired
     order by d.category, d.title, d.id
     limit 250;
end $$;
comment on function staff.canteen_dishes is 'Dishes of the school by category, those that are cooked or those that are not any more';

create function staff.canteen_dish(p_token text, p_dish bigint)
returns table (dish_id bigint, title text, category text, composition text, weight_g smallint, kcal smallint, protein_dg smallint,
               fat_dg smallint, carb_dg smallint, buffet_kop bigint, is_retired boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select d.id, d.title, d.category::text, d.composition, d.weight_g, d.kcal, d.protein_dg, d.fat_dg, d.carb_dg, d.buffet_kop, d.is_retired
      from canteen.dish d where d.id = p_dish and d.school_id = v_visit.school_id;
end $$;
comment on function staff.canteen_dish is 'A dish for its form; no row for another school''s';

create function staff.canteen_allergens(p_token text, p_dish bigint) returns table (id text, title text, is_on boolean)
language plpgsql stable security definer rows 15 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select t.allergen::text, t.title,
           exists (select from canteen.dish d where d.id = p_dish and d.school_id = v_visit.school_id and t.allergen = any (d.allergens))
      from canteen.allergen_title t order by t.allergen;
end $$;
comment on function staff.canteen_allergens is 'All allergens, and which of them a dish has';

create function staff.canteen_categories(p_token text) returns table (id text, title text)
language plpgsql stable security definer rows 8 as $$
begin
    perform auth.staff_with(p_token, 'canteen');
    return query select t.category::text, t.title from canteen.category_title t order by t.category;
end $$;
comment on function staff.canteen_categories is 'Kinds of dishes';

create function staff.canteen_save_dish(p_token text, p_dish bigint, p_title text, p_category text, p_composition text, p_weight integer,
    p_kcal integer, p_protein integer, p_fat integer, p_carb integer, p_allergens text[], p_buffet bigint, p_retired boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_allergens canteen.allergen[] := array(select distinct a::canteen.allergen from unnest(p_allergens) a order by 1);
    v_id bigint;
begin
    if exists (select from canteen.dish d where d.school_id = v_visit.school_id and d.title = p_title and d.id is distinct from p_dish) then
        perform canteen.refuse('title', 'Такое блюдо уже есть: назовите это иначе.');
    end if;
    if p_dish is null then
        insert into canteen.dish (school_id, title, category, composition, weight_g, kcal, protein_dg, fat_dg, carb_dg, allergens,
            buffet_kop, is_retired)
        values (v_visit.school_id, p_title, p_category::canteen.category, p_composition, p_weight, p_kcal, p_protein, p_fat, p_carb,
            v_allergens, p_buffet, p_retired)
        returning id into v_id;
    else
        update canteen.dish d
           set title = p_title, category = p_category::canteen.category, composition = p_composition, weight_g = p_weight, kcal = p_kcal,
               protein_dg = p_protein, fat_dg = p_fat, carb_dg = p_carb, allergens = v_allergens, buffet_kop = p_buffet,
               is_retired = p_retired
         where d.id = p_dish and d.school_id = v_visit.school_id
        returning d.id into v_id;
        if v_id is null then
            raise exception 'no such dish' using errcode = 'KB404';
        end if;
    end if;
    perform auth.note_staff(v_visit, 'dish-save', v_id::text);
end $$;
comment on function staff.canteen_save_dish is
    'Adds a dish (p_dish NULL) or changes one. Its allergens count at once, for orders that are there too: what a child may not have is not served';

create function staff.canteen_complexes(p_token text)
returns table (meal_id bigint, meal text, serves_from text, serves_to text, complex_id bigint, title text, first_grade smallint,
               last_grade smallint, shift smallint, price_kop bigint, is_default boolean, is_retired boolean)
language plpgsql stable security definer rows 12 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select e.id, e.title, to_char(e.serves_from, 'HH24:MI'), to_char(e.serves_to, 'HH24:MI'), c.id, c.title, c.first_grade, c.last_grade,
           c.shift, c.price_kop, c.is_default, c.is_retired
      from canteen.meal e left join canteen.complex c on c.meal_id = e.id
     where e.school_id = v_visit.school_id
     order by e.serves_from, e.id, c.is_retired, c.first_grade, c.title, c.id
     limit 200;
end $$;
comment on function staff.canteen_complexes is 'Meals and their set meals; a meal that has none is one row with complex_id NULL';

create function staff.canteen_complex(p_token text, p_complex bigint)
returns table (complex_id bigint, meal_id bigint, title text, first_grade smallint, last_grade smallint, shift smallint, price_kop bigint,
               is_default boolean, is_retired boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select c.id, c.meal_id, c.title, c.first_grade, c.last_grade, c.shift, c.price_kop, c.is_default, c.is_retired
      from canteen.complex c where c.id = p_complex and c.school_id = v_visit.school_id;
end $$;
comment on function staff.canteen_complex is 'A set meal for its form; no row for another school''s';

create function staff.canteen_save_complex(p_token text, p_complex bigint, p_meal bigint, p_title text, p_first integer, p_last integer,
    p_shift integer, p_price bigint, p_default boolean, p_retired boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_id bigint;
begin
    perform canteen.check_meal(v_visit, p_meal);
    if exists (select from canteen.complex c where c.meal_id = p_meal and c.title = p_title and c.id is distinct from p_complex) then
        perform canteen.refuse('title', 'Такой комплекс уже есть: назовите этот иначе.');
    end if;
    if p_complex is null then
        insert into canteen.complex (school_id, meal_id, title, first_grade, last_grade, shift, price_kop, is_default, is_retired)
        values (v_visit.school_id, p_meal, p_title, p_first, p_last, p_shift, p_price, p_default, p_retired)
        returning id into v_id;
    else
        -- Orders and servings repeat the meal, so a set meal stays with its own.
        update canteen.complex c
           set title = p_title, first_grade = p_first, last_grade = p_last, shift = p_shift, price_kop = p_price, is_default = p_default,
               is_retired = p_retired
         where c.id = p_complex and c.school_id = v_visit.school_id and c.meal_id = p_meal
        returning c.id into v_id;
        if v_id is null then
            raise exception 'no such complex' using errcode = 'KB404';
        end if;
    end if;
    perform auth.note_staff(v_visit, 'complex-save', v_id::text);
end $$;
comment on function staff.canteen_save_complex is 'Adds a set meal (p_complex NULL) or changes one; menus that are made already keep their price';

create function staff.canteen_save_meal(p_token text, p_meal bigint, p_title text, p_from time, p_to time) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_id bigint;
begin
    if p_to <= p_from then
        perform canteen.refuse('hours', 'Конец раньше начала.');
    elsif exists (select from canteen.meal e where e.school_id = v_visit.school_id and e.title = p_title and e.id is distinct from p_meal) then
        perform canteen.refuse('title', 'Такой приём пищи уже есть.');
    end if;
    if p_meal is null then
        insert into canteen.meal (school_id, title, serves_from, serves_to) values (v_visit.school_id, p_title, p_from, p_to)
        returning id into v_id;
    else
        perform canteen.check_meal(v_visit, p_meal);
        update canteen.meal e set title = p_title, serves_from = p_from, serves_to = p_to where e.id = p_meal returning e.id into v_id;
    end if;
    perform auth.note_staff(v_visit, 'meal-save', v_id::text);
end $$;
comment on function staff.canteen_save_meal is 'Adds a meal of the day (p_meal NULL) or changes its name and hours';

create function staff.canteen_rules(p_token text)
returns table (cutoff_days smallint, cutoff_at text, absent_at text, refund_days smallint, back_days smallint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select o.cutoff_days, to_char(o.cutoff_at, 'HH24:MI'), to_char(o.absent_at, 'HH24:MI'), o.refund_days, o.back_days
      from canteen.policy o where o.school_id = v_visit.school_id;
end $$;
comment on function staff.canteen_rules is 'The rules of the canteen: canteen.policy';

create function staff.canteen_save_rules(p_token text, p_cutoff_days integer, p_cutoff_at time, p_absent_at time, p_refund_days integer,
    p_back_days integer) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    update canteen.policy o
       set cutoff_days = p_cutoff_days, cutoff_at = p_cutoff_at, absent_at = p_absent_at, refund_days = p_refund_days, back_days = p_back_days
     where o.school_id = v_visit.school_id;
    perform auth.note_staff(v_visit, 'canteen-rules', format('%s %s %s %s %s', p_cutoff_days, p_cutoff_at, p_absent_at, p_refund_days, p_back_days));
end $$;
comment on function staff.canteen_save_rules is 'Changes them, from now on';

-- ---- льготы ----------------------------------------------------------------------------------------------------------------------
-- A GET cannot write, and who looks at льготы is to be written down: so they are opened by a POST, which notes it, and stay open to
-- that person for half an hour. The object of the note is a child's ИДН, or «list».

create function canteen.is_open(p_visit auth.staff_visit, p_object text) returns boolean language sql stable as $$
    select exists (select from site.audit a
                    where a.school_id = (p_visit).school_id and a.at > now() - interval '30 min' and a.staff_id = (p_visit).staff_id
                      and a.action = 'benefit-view' and a.object = p_object)
$$;
comment on function canteen.is_open is 'Whether this person has opened the льготы of a child (or the list) in the last half hour';

create function canteen.must_be_open(p_visit auth.staff_visit, p_object text) returns void language plpgsql stable as $$
begin
    if not canteen.is_open(p_visit, p_object) then
        raise exception 'льготы were not opened' using errcode = 'KB403';
    end if;
end $$;
comment on function canteen.must_be_open is 'KB403 unless canteen.is_open()';

create function staff.canteen_open(p_token text, p_pupil bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    perform auth.note_staff(v_visit, 'benefit-view',
        case when p_pupil is null then 'list' else (canteen.own_pupil(v_visit, p_pupil)).idn::text end);
end $$;
comment on function staff.canteen_open is 'Notes that somebody looks at the льготы of a child (NULL: of the school), and shows them for half an hour';

create function staff.canteen_opened(p_token text, p_pupil bigint) returns table (is_open boolean, today date)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
begin
    return query
    select canteen.is_open(v_visit, case when p_pupil is null then 'list' else (canteen.own_pupil(v_visit, p_pupil)).idn::text end),
           canteen.today(v_visit);
end $$;
comment on function staff.canteen_opened is 'Whether they are shown now';

create function staff.canteen_benefits(p_token text, p_kind integer, p_class bigint, p_after text, p_limit integer)
returns table (pupil_id bigint, name text, class_name text, kind text, meal text, share smallint, first_day date, last_day date, document text,
               ends_soon boolean)
language plpgsql stable security definer rows 50 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_today date := canteen.today(v_visit);
begin
    if not canteen.is_open(v_visit, 'list') then
        return;
    end if;
    return query
    select p.id, n.name, k.name, t.title, e.title, b.share, b.first_day, b.last_day, b.document, b.last_day < v_today + 30
      from canteen.benefit b
      join school.pupil p on p.id = b.pupil_id and p.school_id = v_visit.school_id and p.state = 'active'
      join school.class k on k.id = p.class_id
      join canteen.benefit_kind t on t.id = b.kind_id
      join canteen.meal e on e.id = b.meal_id
      cross join lateral people.pupil_name(p.id) n(name)
     where b.last_day >= v_today and (p_kind is null or b.kind_id = p_kind) and (p_class is null or k.id = p_class)
       and (p_after is null or n.name > p_after)
     order by n.name, p.id, e.serves_from, b.first_day
     limit least(p_limit, 500);
end $$;
comment on function staff.canteen_benefits is 'Льготы in force or to come, by name; no rows while the list is not open. p_after: names after that one';

create function staff.canteen_kinds(p_token text) returns table (id smallint, title text)
language plpgsql stable security definer rows 7 as $$
begin
    perform auth.staff_with(p_token, 'canteen');
    return query select t.id, t.title from canteen.benefit_kind t order by t.rank, t.id;
end $$;
comment on function staff.canteen_kinds is 'Categories of льготы';

create function staff.canteen_of_child(p_token text, p_pupil bigint)
returns table (benefit_id bigint, kind text, meal text, share smallint, first_day date, last_day date, document text, by_name text,
               set_at timestamp, is_over boolean)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_pupil school.pupil := canteen.own_pupil(v_visit, p_pupil);
begin
    if not canteen.is_open(v_visit, v_pupil.idn) then
        return;
    end if;
    return query
    select b.id, t.title, e.title, b.share, b.first_day, b.last_day, b.document, coalesce(people.staff_name(b.staff_id), ''),
           timezone(v_visit.time_zone, b.set_at), b.last_day < canteen.today(v_visit)
      from canteen.benefit b
      join canteen.benefit_kind t on t.id = b.kind_id
      join canteen.meal e on e.id = b.meal_id
     where b.pupil_id = p_pupil
     order by b.last_day desc, b.id desc
     limit 40;
end $$;
comment on function staff.canteen_of_child is 'All льготы of a child, the latest first; no rows while they are not open';

create function canteen.reprice(p_pupil bigint, p_meal bigint, p_from date, p_to date, p_actor text) returns void language plpgsql as $$
declare
    v_order record;
begin
    for v_order in
        select o.id, o.menu_id, o.day, o.made_by, o.access_id from canteen.meal_order o
         where o.pupil_id = p_pupil and o.meal_id = p_meal and o.day between p_from and p_to and o.state = 'ordered'
         order by o.day, o.id
    loop
        perform canteen.end_order(v_order.id, 'released', p_actor, 'изменилась льгота');
        -- What the льгота alone had ordered the family never asked for: it does not become a meal for its money.
        continue when v_order.made_by = 'benefit' and (canteen.benefit_on(p_pupil, p_meal, v_order.day)).share is distinct from 100;
        begin
            perform canteen.place_order(p_pupil, v_order.menu_id, v_order.made_by, v_order.access_id, p_actor, false);
        exception when sqlstate 'KB422' then
            insert into canteen.skipped (pupil_id, day, meal_id, words) values (p_pupil, v_order.day, p_meal, sqlerrm)
            on conflict do nothing;
        end;
    end loop;
end $$;
comment on function canteen.reprice is
    'Orders of these days are made anew, so that the family pays what it pays by the льгота of now; those that a льгота made by itself end '
    'with it';

create function staff.canteen_add_benefit(p_token text, p_pupil bigint, p_kind integer, p_meal bigint, p_share integer, p_first date,
    p_last date, p_document text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_pupil school.pupil := canteen.own_pupil(v_visit, p_pupil);
    v_today date := canteen.today(v_visit);
begin
    perform canteen.check_meal(v_visit, p_meal);
    perform canteen.must_be_open(v_visit, v_pupil.idn);
    -- Two who add at once meet here, not at the constraint.
    perform from ledger.balance b where b.account_id = ledger.pupil_account(p_pupil) for no key update;
    if p_last < p_first then
        perform canteen.refuse('days', 'Последний день раньше первого.');
    elsif p_last > p_first + 400 then
        perform canteen.refuse('days', 'Льгота даётся не больше чем на учебный год.');
    elsif exists (select from canteen.benefit b where b.pupil_id = p_pupil and b.meal_id = p_meal and b.first_day <= p_last and b.last_day >= p_first) then
        perform canteen.refuse('again', 'На эти дни у ребёнка уже есть льгота на этот приём пищи: сначала завершите её.');
    end if;
    insert into canteen.benefit (pupil_id, kind_id, meal_id, share, first_day, last_day, document, staff_id)
    values (p_pupil, p_kind, p_meal, p_share, p_first, p_last, p_document, v_visit.staff_id);
    perform canteen.reprice(p_pupil, p_meal, greatest(p_first, v_today), p_last, 'staff ' || v_visit.staff_id);
    perform auth.note_staff(v_visit, 'benefit-add', v_pupil.idn || ' ' || p_meal);
end $$;
comment on function staff.canteen_add_benefit is 'A льгота for a child; orders of its days that are not served yet follow it. What was paid before stays';

create function staff.canteen_end_benefit(p_token text, p_benefit bigint, p_last date) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_today date := canteen.today(v_visit);
    v_benefit canteen.benefit;
    v_idn text;
begin
    select b.* into v_benefit from canteen.benefit b join school.pupil p on p.id = b.pupil_id and p.school_id = v_visit.school_id
     where b.id = p_benefit for update of b;
    if v_benefit.id is null then
        raise exception 'no such benefit' using errcode = 'KB404';
    end if;
    v_idn := (select p.idn from school.pupil p where p.id = v_benefit.pupil_id);
    perform canteen.must_be_open(v_visit, v_idn);
    if p_last < v_today - 1 then
        perform canteen.refuse('days', 'Задним числом льготу не завершают: последний день не раньше вчерашнего.');
    elsif p_last > v_benefit.last_day then
        perform canteen.refuse('days', 'Продлить льготу нельзя: добавьте новую с новым документом.');
    end if;
    if p_last < v_benefit.first_day then
        if exists (select from canteen.serving s where s.benefit_id = p_benefit) then
            perform canteen.refuse('days', 'По этой льготе уже кормили: последний день не раньше первого.');
        end if;
        update canteen.meal_order o set benefit_id = null where o.benefit_id = p_benefit and o.state <> 'ordered';
        perform canteen.end_order(o.id, 'released', 'staff ' || v_visit.staff_id, 'льгота отменена')
           from canteen.meal_order o where o.benefit_id = p_benefit and o.state = 'ordered';
        update canteen.meal_order o set benefit_id = null where o.benefit_id = p_benefit;
        delete from canteen.benefit b where b.id = p_benefit;
    else
        update canteen.benefit b set last_day = p_last where b.id = p_benefit;
        perform canteen.reprice(v_benefit.pupil_id, v_benefit.meal_id, greatest(p_last + 1, v_today), v_benefit.last_day, 'staff ' || v_visit.staff_id);
    end if;
    perform auth.note_staff(v_visit, 'benefit-end', v_idn || ' ' || v_benefit.meal_id);
end $$;
comment on function staff.canteen_end_benefit is 'A льгота ends with that day; one that has not begun goes altogether. Orders of later days are made anew at the full price';

create function staff.canteen_report(p_token text, p_from date, p_to date, p_by text)
returns table (label text, meal text, children bigint, meals bigint, price_kop bigint, budget_kop bigint, family_kop bigint)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_to date := coalesce(p_to, canteen.today(v_visit));
    v_from date := coalesce(p_from, date_trunc('month', canteen.today(v_visit))::date);
begin
    if not canteen.is_open(v_visit, 'list') then
        return;
    end if;
    return query
    select min(case p_by when 'class' then k.name else t.title end), e.title, count(distinct s.pupil_id), count(*),
           sum(s.price_kop)::bigint, sum(s.price_kop - s.pay_kop)::bigint, sum(s.pay_kop)::bigint
      from canteen.serving s
      join canteen.benefit b on b.id = s.benefit_id
      join canteen.benefit_kind t on t.id = b.kind_id
      join canteen.meal e on e.id = s.meal_id
      join school.class k on k.id = school.class_on(s.pupil_id, s.day)
     where s.school_id = v_visit.school_id and s.day between v_from and least(v_to, v_from + 400) and s.undone_at is null
     group by case p_by when 'class' then k.grade * 100 + ascii(k.letter) % 100 else t.rank end,
              case p_by when 'class' then k.id else t.id end, e.id
     order by 1 is null, case p_by when 'class' then min(k.grade) * 100 + min(ascii(k.letter)) % 100 else min(t.rank) end, min(e.serves_from), e.id
     limit 500;
end $$;
comment on function staff.canteen_report is
    'What the budget pays for meals served in a period (a year at most; NULLs: this month up to today), by kind of льгота or by class, and by meal; no rows while the list is not open';

create function staff.canteen_report_csv(p_token text, p_from date, p_to date)
returns table (kind text, class_name text, meal text, share smallint, children bigint, meals bigint, price_kop bigint, budget_kop bigint, family_kop bigint)
language plpgsql stable security definer rows 200 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_to date := coalesce(p_to, canteen.today(v_visit));
    v_from date := coalesce(p_from, date_trunc('month', canteen.today(v_visit))::date);
begin
    perform canteen.must_be_open(v_visit, 'list');
    return query
    select t.title, k.name, e.title, b.share, count(distinct s.pupil_id), count(*), sum(s.price_kop)::bigint,
           sum(s.price_kop - s.pay_kop)::bigint, sum(s.pay_kop)::bigint
      from canteen.serving s
      join canteen.benefit b on b.id = s.benefit_id
      join canteen.benefit_kind t on t.id = b.kind_id
      join canteen.meal e on e.id = s.meal_id
      join school.class k on k.id = school.class_on(s.pupil_id, s.day)
     where s.school_id = v_visit.school_id and s.day between v_from and least(v_to, v_from + 400) and s.undone_at is null
     group by t.id, k.id, e.id, b.share
     order by t.rank, t.id, k.grade, k.letter, e.serves_from, e.id, b.share
     limit 5000;
end $$;
comment on function staff.canteen_report_csv is 'The same by kind, class, meal and share, for the table that goes to the municipality; KB403 while the list is not open';

-- ---- dry rations -----------------------------------------------------------------------------------------------------------------

create function canteen.ration_due(p_pupil bigint, p_today date, out first_day date, out days integer) language plpgsql stable as $$
begin
    select min(d.day), count(*) into first_day, days
      from (select distinct m.day
              from canteen.home_study h
              join school.pupil p on p.id = h.pupil_id
              join canteen.benefit b on b.pupil_id = h.pupil_id and b.share = 100
              join canteen.complex c on c.school_id = p.school_id and c.meal_id = b.meal_id
              join canteen.menu m on m.complex_id = c.id and m.day between h.first_day and h.last_day and m.day between b.first_day and b.last_day
             where h.pupil_id = p_pupil and m.day <= p_today
               and not exists (select from school.day_off f where f.school_id = p.school_id and f.day = m.day)
               and not exists (select from canteen.serving s where s.pupil_id = p_pupil and s.day = m.day and s.meal_id = b.meal_id
                                  and s.benefit_id is not null and s.undone_at is null)
               and m.day > coalesce((select max(r.last_day) from canteen.ration r where r.pupil_id = p_pupil), '-infinity')) d;
end $$;
comment on function canteen.ration_due is
    'For how many days since the last issue a child taught at home is owed a dry ration: days on which its school cooks the meal that the '
    'budget pays for it, and it has not eaten that';

create function staff.canteen_home(p_token text)
returns table (pupil_id bigint, name text, class_name text, first_day date, last_day date, is_now boolean, since date, days integer,
               issued_on date)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_today date := canteen.today(v_visit);
begin
    if not canteen.is_open(v_visit, 'list') then
        return;
    end if;
    return query
    select p.id, n.name, k.name, h.first_day, h.last_day, v_today between h.first_day and h.last_day, d.first_day, d.days,
           (select max(r.last_day) from canteen.ration r where r.pupil_id = p.id)
      from (select distinct on (o.pupil_id) o.pupil_id, o.first_day, o.last_day from canteen.home_study o
             order by o.pupil_id, o.last_day desc) h
      join school.pupil p on p.id = h.pupil_id and p.school_id = v_visit.school_id and p.state = 'active'
      join school.class k on k.id = p.class_id
      cross join lateral people.pupil_name(p.id) n(name)
      cross join lateral canteen.ration_due(p.id, v_today) d
     where h.last_day >= v_today or d.days > 0
     order by n.name, p.id
     limit 200;
end $$;
comment on function staff.canteen_home is
    'Children taught at home, now, soon or not long ago, and for how many days a ration is due since which; no rows while the list is not open';

create function staff.canteen_study(p_token text, p_pupil bigint)
returns table (study_id bigint, first_day date, last_day date, is_over boolean)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_pupil school.pupil := canteen.own_pupil(v_visit, p_pupil);
begin
    return query
    select h.id, h.first_day, h.last_day, h.last_day < canteen.today(v_visit) from canteen.home_study h
     where h.pupil_id = p_pupil and canteen.is_open(v_visit, v_pupil.idn) order by h.first_day desc limit 20;
end $$;
comment on function staff.canteen_study is 'When a child is taught at home; no rows while its льготы are not open';

create function staff.canteen_set_study(p_token text, p_pupil bigint, p_first date, p_last date) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_pupil school.pupil := canteen.own_pupil(v_visit, p_pupil);
    v_today date := canteen.today(v_visit);
begin
    perform canteen.must_be_open(v_visit, v_pupil.idn);
    perform from ledger.balance b where b.account_id = ledger.pupil_account(p_pupil) for no key update;
    if p_last < p_first then
        perform canteen.refuse('days', 'Последний день раньше первого.');
    elsif p_first < v_today - 31 then
        perform canteen.refuse('days', 'Домашнее обучение начинается не раньше чем месяц назад.');
    elsif exists (select from canteen.home_study h where h.pupil_id = p_pupil and h.first_day <= p_last and h.last_day >= p_first) then
        perform canteen.refuse('again', 'На эти дни домашнее обучение уже записано.');
    end if;
    insert into canteen.home_study (pupil_id, first_day, last_day) values (p_pupil, p_first, p_last);
    perform canteen.end_order(o.id, 'released', 'staff ' || v_visit.staff_id, 'домашнее обучение: выдаётся сухой паёк')
       from canteen.meal_order o
      where o.pupil_id = p_pupil and o.day between greatest(p_first, v_today) and p_last and o.state = 'ordered' and o.pay_kop = 0;
    perform auth.note_staff(v_visit, 'study-home', v_pupil.idn);
end $$;
comment on function staff.canteen_set_study is
    'A child is taught at home in these days: rations instead of the meals that the budget pays, whose orders are taken off';

create function staff.canteen_end_study(p_token text, p_study bigint, p_last date) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_study canteen.home_study;
begin
    select h.* into v_study from canteen.home_study h join school.pupil p on p.id = h.pupil_id and p.school_id = v_visit.school_id
     where h.id = p_study for update of h;
    if v_study.id is null then
        raise exception 'no such span' using errcode = 'KB404';
    end if;
    if p_last > v_study.last_day or p_last < greatest(v_study.first_day, canteen.today(v_visit) - 1) then
        perform canteen.refuse('days', 'Последний день — между первым днём (не раньше вчерашнего) и прежним последним.');
    end if;
    if p_last < (select max(r.last_day) from canteen.ration r where r.pupil_id = v_study.pupil_id and r.last_day <= v_study.last_day) then
        perform canteen.refuse('days', 'Сухой паёк выдан и за более поздние дни: последний день — не раньше дня выдачи.');
    end if;
    update canteen.home_study h set last_day = p_last where h.id = p_study;
    perform auth.note_staff(v_visit, 'study-end', p.idn::text) from school.pupil p where p.id = v_study.pupil_id;
end $$;
comment on function staff.canteen_end_study is 'The child comes to school again after that day';

create function staff.canteen_issue(p_token text, p_key uuid, p_pupil bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'canteen');
    v_pupil school.pupil := canteen.own_pupil(v_visit, p_pupil);
    v_today date := canteen.today(v_visit);
    v_due record;
begin
    if not site.once('staff ' || v_visit.staff_id || ' canteen-issue', p_key, p_pupil::text) then
        return;
    end if;
    perform from ledger.balance b where b.account_id = ledger.pupil_account(p_pupil) for no key update;
    v_due := canteen.ration_due(p_pupil, v_today);
    if v_due.days = 0 then
        perform canteen.refuse('none', 'С прошлой выдачи ничего не накопилось.');
    end if;
    insert into canteen.ration (pupil_id, first_day, last_day, days, staff_id)
    values (p_pupil, v_due.first_day, v_today, v_due.days, v_visit.staff_id);
    perform auth.note_staff(v_visit, 'ration-issue', v_pupil.idn || ' ' || v_due.days);
end $$;
comment on function staff.canteen_issue is 'Dry rations for all days that are owed, today: the day of issue is never another one';

grant execute on function
    staff.canteen_now(text, date),
    staff.canteen_plan(text, date),
    staff.canteen_uncounted(text, date),
    staff.canteen_meals(text),
    staff.canteen_serve(text, uuid, bigint, text, bigint, bigint, integer),
    staff.canteen_serving(text, bigint),
    staff.canteen_child(text, bigint, bigint),
    staff.canteen_offers(text, bigint, bigint),
    staff.canteen_bought(text, bigint, bigint),
    staff.canteen_recent(text, text),
    staff.canteen_candidates(text, text, integer),
    staff.canteen_undo(text, uuid, bigint, text),
    staff.canteen_classes(text, bigint, date),
    staff.canteen_class(text, bigint, bigint, date),
    staff.canteen_menus(text, bigint, date),
    staff.canteen_serve_list(text, uuid, bigint, date, bigint, bigint[]),
    staff.canteen_sheet(text, bigint, integer, date),
    staff.canteen_find(text, text),
    staff.canteen_buyer(text, bigint),
    staff.canteen_goods(text, bigint),
    staff.canteen_sell(text, uuid, bigint, bigint[], integer[], bigint, integer),
    staff.canteen_week(text, date),
    staff.canteen_menu_week(text, date),
    staff.canteen_menu(text, bigint, date),
    staff.canteen_menu_choice(text, bigint, date),
    staff.canteen_save_menu(text, bigint, date, bigint, bigint[]),
    staff.canteen_drop_menu(text, bigint, date),
    staff.canteen_copy_week(text, date, date),
    staff.canteen_dishes(text, boolean),
    staff.canteen_dish(text, bigint),
    staff.canteen_allergens(text, bigint),
    staff.canteen_categories(text),
    staff.canteen_save_dish(text, bigint, text, text, text, integer, integer, integer, integer, integer, text[], bigint, boolean),
    staff.canteen_complexes(text),
    staff.canteen_complex(text, bigint),
    staff.canteen_save_complex(text, bigint, bigint, text, integer, integer, integer, bigint, boolean, boolean),
    staff.canteen_save_meal(text, bigint, text, time, time),
    staff.canteen_rules(text),
    staff.canteen_save_rules(text, integer, time, time, integer, integer),
    staff.canteen_open(text, bigint),
    staff.canteen_opened(text, bigint),
    staff.canteen_benefits(text, integer, bigint, text, integer),
    staff.canteen_kinds(text),
    staff.canteen_of_child(text, bigint),
    staff.canteen_add_benefit(text, bigint, integer, bigint, integer, date, date, text),
    staff.canteen_end_benefit(text, bigint, date),
    staff.canteen_report(text, date, date, text),
    staff.canteen_report_csv(text, date, date),
    staff.canteen_home(text),
    staff.canteen_study(text, bigint),
    staff.canteen_set_study(text, bigint, date, date),
    staff.canteen_end_study(text, bigint, date),
    staff.canteen_issue(text, uuid, bigint) to kabinet_canteen;

commit;
