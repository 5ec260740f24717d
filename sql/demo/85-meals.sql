-- What the children of the demo schools ate, bought and attended, up to now; menus and orders of the days to come. Run after
-- 80-days.sql, which says who was at school: after loading, and again by each start of the demo. What people did themselves stays.

create temporary table feeding on commit drop as
select s.id as school_id, s.number as school, s.time_zone, p.fed as since, p.menus, demo.now() as till,
       timezone(s.time_zone, demo.now())::date as today, c.id as canteen_id
  from demo.progress p
  join school.school s on s.id = p.school_id
  join demo.staff c on c.school_id = s.id and c.key = 'canteen';

-- ---- menus: up to three weeks ahead, where a class has lessons -----------------------------------------------------------------

with made as (
    insert into canteen.menu (school_id, complex_id, day, price_kop)
    select f.school_id, c.id, d.day, c.price_kop
      from feeding f
     cross join lateral (select g::date as day from generate_series(f.menus + 1, f.today + 21, interval '1 day') g) d
      join canteen.complex c on c.school_id = f.school_id and not c.is_retired
      join canteen.meal e on e.id = c.meal_id
     where cardinality(demo.plate(e.title, c.title, d.day)) > 0
       and exists (select from school.class k join school.lesson l on l.class_id = k.id
                    where k.school_id = f.school_id and k.grade between c.first_grade and c.last_grade and l.day = d.day
                      and not l.is_cancelled)
     order by d.day, c.id
        on conflict do nothing
    returning id, school_id, complex_id, day
)
insert into canteen.menu_dish (menu_id, rank, dish_id)
select m.id, u.rank, d.id
  from made m
  join canteen.complex c on c.id = m.complex_id
  join canteen.meal e on e.id = c.meal_id
 cross join lateral unnest(demo.plate(e.title, c.title, m.day)) with ordinality u(title, rank)
  join canteen.dish d on d.school_id = m.school_id and d.title = u.title;

-- ---- who was there ----------------------------------------------------------------------------------------------------------------

create temporary table attended on commit drop as
select e.pupil_id, p.account, a.id as account_id, f.school_id, l.day, k.grade, k.tutor_id, f.since, f.till, f.time_zone, f.canteen_id,
       coalesce(bool_and(c.scope is not distinct from 'absent') filter (where l.roll_at is not null), false) as is_absent,
       exists (select from canteen.allergy x where x.pupil_id = e.pupil_id)
           or exists (select from canteen.ban x where x.pupil_id = e.pupil_id and x.lifted_at is null) as is_choosy
  from feeding f
  join school.class k on k.school_id = f.school_id
  join school.lesson l on l.class_id = k.id and not l.is_cancelled and l.day between timezone(f.time_zone, f.since)::date and f.today
  join school.enrolment e on e.class_id = k.id and e.first_day <= l.day and coalesce(e.last_day, l.day) >= l.day
  join school.pupil p on p.id = e.pupil_id and p.state = 'active'
  join ledger.account a on a.pupil_id = p.id
  left join school.attendance t on t.lesson_id = l.id and t.pupil_id = p.id
  left join school.attendance_code c on c.id = t.code_id
 where l.subgroup_id is null or school.attends(p.id, l.subgroup_id)
 group by e.pupil_id, p.account, a.id, f.school_id, l.day, k.grade, k.tutor_id, f.since, f.till, f.time_zone, f.canteen_id;
create index on attended (pupil_id, day);
analyze attended;

-- ---- meals: what was ordered, what orders itself, and what is taken without an order -------------------------------------------

create temporary table due on commit drop as
select o.pupil_id, o.day, o.meal_id, o.menu_id, o.id as order_id, o.price_kop, o.pay_kop, o.benefit_id, null::canteen.ordered_by as made_by
  from canteen.meal_order o
  join feeding f on f.school_id = o.school_id
 where o.state = 'ordered' and o.day <= f.today
 union all
select w.pupil_id, m.day, w.meal_id, m.id, null, m.price_kop, canteen.pays_kop(m.price_kop, b.share), b.id, w.made_by
  from feeding f
 cross join lateral (select distinct t.day from attended t where t.school_id = f.school_id) d
 cross join lateral canteen.wanted(f.school_id, d.day) w
  join canteen.menu m on m.id = w.menu_id
  left join canteen.benefit b on b.pupil_id = w.pupil_id and b.meal_id = w.meal_id and m.day between b.first_day and b.last_day;

insert into due (pupil_id, day, meal_id, menu_id, price_kop, pay_kop, benefit_id)
select t.pupil_id, t.day, m.meal_id, m.id, m.price_kop, canteen.pays_kop(m.price_kop, b.share), b.id
  from attended t
 cross join lateral (
       select m.id, m.price_kop, c.meal_id
         from canteen.menu m
         join canteen.complex c on c.id = m.complex_id and t.grade between c.first_grade and c.last_grade
         join canteen.meal e on e.id = c.meal_id and e.title = 'Обед'
        where m.school_id = t.school_id and m.day = t.day
        order by demo.dice('choice ' || t.account || t.day || c.title) limit 1) m
  left join canteen.benefit b on b.pupil_id = t.pupil_id and b.meal_id = m.meal_id and t.day between b.first_day and b.last_day
 where demo.dice('hungry ' || t.account) < 7500 and demo.dice('lunch ' || t.account || t.day) < 8200 and not t.is_absent
   and not exists (select from canteen.home_study h where h.pupil_id = t.pupil_id)
   and not exists (select from due u where (u.pupil_id, u.day, u.meal_id) = (t.pupil_id, t.day, m.meal_id))
   and not exists (select from canteen.meal_order o where (o.pupil_id, o.day, o.meal_id) = (t.pupil_id, t.day, m.meal_id))
   and not exists (select from canteen.serving s where (s.pupil_id, s.day, s.meal_id) = (t.pupil_id, t.day, m.meal_id));

-- Small children eat with their class, and its tutor writes it down.
insert into demo.act (what, pupil_id, account_id, school_id, day, at, title, price_kop, pay_kop, staff_id, place, meal_id, menu_id, order_id,
    benefit_id, made_by)
select x.what, t.pupil_id, t.account_id, t.school_id, t.day, x.at, e.title || ', ' || c.title, u.price_kop, u.pay_kop,
       case when t.grade <= 4 then t.tutor_id else t.canteen_id end, case when t.grade <= 4 then 'классный руководитель' else 'касса 1' end,
       u.meal_id, u.menu_id, u.order_id, u.benefit_id, u.made_by
  from due u
  join attended t on t.pupil_id = u.pupil_id and t.day = u.day
  join canteen.meal e on e.id = u.meal_id
  join canteen.menu m on m.id = u.menu_id
  join canteen.complex c on c.id = m.complex_id
 cross join lateral (select case when t.is_absent then 'miss'
                                 when u.made_by = 'standing' and demo.dice('cancels ' || t.account || t.day || e.title) < 150 then 'cancel'
                                 else 'eat' end as what) w
 cross join lateral (select w.what, timezone(t.time_zone, t.day + case w.what
           when 'miss' then greatest(e.serves_from, time '09:40') when 'cancel' then time '07:30'
           else e.serves_from + (e.serves_to - e.serves_from) * (demo.dice('queue ' || t.account || t.day || e.title) / 10000.0) end) as at) x
 where x.at <= t.till and (x.at > t.since or u.order_id is not null)
   and not (t.is_choosy and w.what = 'eat'
            and (select o.code from canteen.objection(t.pupil_id, canteen.menu_dishes(u.menu_id), 'meal') o) is not null);

insert into demo.act (what, pupil_id, account_id, school_id, day, at, title, price_kop, pay_kop, staff_id, meal_id)
select 'undo', a.pupil_id, a.account_id, a.school_id, a.day, x.at, lower(e.title) || ' ' || to_char(a.day, 'DD.MM') || ', отмечен по ошибке',
       0, 0, t.tutor_id, a.meal_id
  from demo.act a
  join attended t on t.pupil_id = a.pupil_id and t.day = a.day
  join canteen.meal e on e.id = a.meal_id
 cross join lateral (select timezone(t.time_zone, a.day + time '16:20') as at) x
 where a.what = 'eat' and a.pay_kop > 0 and demo.dice('mistake ' || t.account || a.day || e.title) < 150 and x.at <= t.till;

-- ---- the buffet, and what is paid for besides --------------------------------------------------------------------------------------

insert into demo.act (what, pupil_id, account_id, school_id, day, at, title, price_kop, pay_kop, staff_id, place, dishes)
select 'buy', t.pupil_id, t.account_id, t.school_id, t.day, x.at, b.title, b.sum_kop, b.sum_kop, t.canteen_id, 'касса 2', b.dishes
  from attended t
 cross join lateral (
       select array_agg(d.id order by d.rank) as dishes, string_agg(d.title, ', ' order by d.rank) as title, sum(d.buffet_kop) as sum_kop
         from (select d.id, d.title, d.buffet_kop, row_number() over (order by demo.dice('takes ' || t.account || t.day || d.title)) as rank
                 from canteen.dish d where d.school_id = t.school_id and d.buffet_kop is not null and not d.is_retired
                  and d.category in ('bakery', 'snack', 'drink', 'fruit') and d.title not like 'Хлеб%') d
        where d.rank <= 1 + demo.dice('how many ' || t.account || t.day) % 3) b
 cross join lateral (select timezone(t.time_zone, t.day + time '10:02' + demo.dice('break ' || t.account || t.day) * interval '1.4 s') as at) x
  left join canteen.spending_limit l on l.pupil_id = t.pupil_id and l.kind = 'buffet'
 where demo.dice('has a sweet tooth ' || t.account) < 5500 and demo.dice('buffet ' || t.account || t.day) < 3000 and not t.is_absent
   and x.at > t.since and x.at <= t.till and b.sum_kop <= coalesce(l.daily_kop, b.sum_kop)
   and not (t.is_choosy and (select o.code from canteen.objection(t.pupil_id, b.dishes, 'buffet') o) is not null);

insert into demo.act (what, pupil_id, account_id, school_id, day, at, title, price_kop, pay_kop, staff_id, team_id)
select 'club', t.pupil_id, t.account_id, t.school_id, t.day, x.at, v.title || ', ' || g.title, v.price_kop,
       v.price_kop - v.price_kop * m.waiver / 100, g.staff_id, g.id
  from attended t
  join service.member m on m.pupil_id = t.pupil_id and t.day between m.first_day and coalesce(m.last_day, t.day)
  join service.team g on g.id = m.team_id and g.closed_at is null
  join service.service v on v.id = g.service_id
  join feeding f on f.school_id = t.school_id
  join demo.team_plan n on (n.school, n.service, n.title) = (f.school, v.title, g.title) and n.weekday = extract(isodow from t.day)
 cross join lateral (select timezone(t.time_zone, t.day + time '15:40' + demo.dice('club ' || t.account || t.day) * interval '0.1 s') as at) x
 where not t.is_absent and demo.dice('is at the club ' || t.account || t.day) < 9300 and x.at > t.since and x.at <= t.till
   and not exists (select from service.charge c where (c.team_id, c.pupil_id, c.day) = (g.id, t.pupil_id, t.day) and c.undone_at is null);

-- ---- it happens -------------------------------------------------------------------------------------------------------------------

do $$
declare
    v record;
begin
    for v in
        select a as act, f.since, a.day is distinct from lag(a.day) over (partition by a.account_id order by a.at, a.what) as is_first
          from demo.act a join feeding f on f.school_id = a.school_id
         order by a.account_id, a.at, a.what
    loop
        if v.is_first then
            perform demo.top_up(v.act, v.since);
        end if;
        if (v.act).what in ('eat', 'buy', 'club') and (v.act).order_id is null
           and ledger.free_kop((v.act).account_id, (v.act).day) < (v.act).pay_kop then
            continue;
        end if;
        case (v.act).what
        when 'eat' then perform demo.eat(v.act);
        when 'miss' then perform demo.miss(v.act);
        when 'cancel' then perform demo.past_order(v.act, 'cancelled', (v.act).at, 'parent', 'отменено вами');
        when 'undo' then perform demo.undo(v.act);
        when 'buy' then perform demo.buy(v.act);
        when 'club' then perform demo.attend(v.act);
        end case;
    end loop;
    truncate demo.act;
end $$;

-- ---- orders for the days to come, as the job makes them, and of today for what is not over ---------------------------------------

do $$
declare
    v record;
begin
    for v in
        select w.*, d.day
          from feeding f
         cross join lateral (select f.today + n as day from generate_series(0, 7) n) d
         cross join lateral canteen.wanted(f.school_id, d.day) w
          join canteen.meal e on e.id = w.meal_id
         where d.day + e.serves_to > timezone(f.time_zone, f.till)
         order by d.day, w.pupil_id, w.meal_id
    loop
        begin
            perform canteen.place_order(v.pupil_id, v.menu_id, v.made_by, null, v.made_by::text, false);
        exception when sqlstate 'KB422' then
            insert into canteen.skipped (pupil_id, day, meal_id, words) values (v.pupil_id, v.day, v.meal_id, sqlerrm)
                on conflict do nothing;
        end;
    end loop;
end $$;

update demo.progress p set fed = f.till, menus = greatest(p.menus, f.today + 21) from feeding f where f.school_id = p.school_id;
