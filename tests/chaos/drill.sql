-- drill.sql -- the world of the money drill: a school for each client, whose pupils nobody else touches, and one that all of
-- them share. drill.act() stands where the programs' API functions stand: a key first, then the core's function.
--
-- It is always about noon in these schools, whenever the drill runs: today's breakfast is over, lunch is not, and no run meets
-- a midnight. Orders close at the end of the day itself.

create schema drill;

create table drill.day (nth integer primary key, day date not null);   -- 0 yesterday, 1 today, 2 tomorrow …
create table drill.meal (nth integer primary key, title text, serves_from time, serves_to time);
insert into drill.meal values (0, 'Завтрак', '08:00', '09:00'), (1, 'Обед', '11:30', '15:00');
create table drill.dish (nth integer primary key, title text, category canteen.category, allergens canteen.allergen[], buffet_kop bigint);
insert into drill.dish values
    (0, 'Каша', 'main', '{milk}', null), (1, 'Суп', 'soup', '{}', null), (2, 'Котлета', 'main', '{gluten,eggs}', null),
    (3, 'Пирожное', 'bakery', '{nuts,eggs}', 4550), (4, 'Сок', 'drink', '{}', 3000), (5, 'Булочка', 'bakery', '{gluten}', 2530);
create table drill.complex (nth integer primary key, meal integer, title text, last_grade smallint, price_kop bigint, dishes integer[]);
insert into drill.complex values
    (0, 0, 'Завтрак 1', 11, 8500, '{0}'), (1, 0, 'Завтрак 2', 11, 9255, '{2,4}'), (2, 0, 'Завтрак младших', 4, 7000, '{0}'),
    (3, 1, 'Обед 1', 11, 14000, '{1,2}'), (4, 1, 'Обед 2', 11, 15533, '{0,1}'), (5, 1, 'Обед младших', 4, 11000, '{1}');
create table drill.team (nth integer primary key, title text, price_kop bigint);
insert into drill.team values (0, 'Шахматы', 35000), (1, 'Плавание', 4210);

create function drill.noon_zone() returns text language sql as $$
    select 'Etc/GMT' || case when h <= 12 then '-' || (12 - h) else '+' || (h - 12) end
      from (select extract(hour from now() at time zone 'UTC')::int as h) x
$$;

-- School 950 + p_nth with its class 7 «Б», p_pupils pupils, menus for every day, two groups of services.
create function drill.make_school(p_nth integer, p_pupils integer) returns void language plpgsql as $$
declare
    v_school bigint;
    v_staff bigint;
    v_number text := (950 + p_nth)::text;
begin
    insert into school.school (region, number, name, time_zone) values ('027', v_number, 'школа № ' || v_number, drill.noon_zone())
    returning id into v_school;
    update canteen.policy y set cutoff_days = 0, cutoff_at = '24:00', absent_at = '00:00' where y.school_id = v_school;
    insert into drill.day select n, timezone(drill.noon_zone(), now())::date + n - 1 from generate_series(0, 9) n on conflict do nothing;
    insert into school.year (school_id, first_day, last_day)
    select v_school, min(d.day) - 90, max(d.day) + 90 from drill.day d;
    insert into school.class (school_id, year_id, grade, letter) select v_school, y.id, 7, 'Б' from school.year y where y.school_id = v_school;
    insert into bank.agent_school (school_id, agent_id) select v_school, min(a.id) from bank.agent a;
    insert into auth.staff (school_id, login, roles) values (v_school, 'drill-' || v_number, '{teacher,canteen}') returning id into v_staff;
    insert into school.pupil (school_id, class_id, idn, account)
    select v_school, c.id, 'I' || translate(lpad(to_hex((p_nth + 16) * 4096 + n), 9, '0'), '0123456789abcdef', 'ABCDEFGH23456789'),
           '027' || v_number || lpad(n::text, 4, '0')
      from school.class c, generate_series(1, p_pupils) n where c.school_id = v_school order by n;
    insert into auth.access (pupil_id, ordinal, may_finance) select p.id, 1, true from school.pupil p where p.school_id = v_school;
    insert into canteen.meal (school_id, title, serves_from, serves_to) select v_school, m.title, m.serves_from, m.serves_to from drill.meal m;
    insert into canteen.dish (school_id, title, category, weight_g, kcal, allergens, buffet_kop)
    select v_school, d.title, d.category, 100, 100, d.allergens, d.buffet_kop from drill.dish d;
    insert into canteen.complex (school_id, meal_id, title, last_grade, price_kop)
    select v_school, e.id, c.title, c.last_grade, c.price_kop
      from drill.complex c join drill.meal m on m.nth = c.meal join canteen.meal e on e.title = m.title and e.school_id = v_school;
    insert into canteen.menu (school_id, complex_id, day, price_kop)
    select v_school, c.id, d.day, c.price_kop from canteen.complex c, drill.day d where c.school_id = v_school;
    insert into canteen.menu_dish (menu_id, rank, dish_id)
    select m.id, u.rank, d.id
      from canteen.menu m
      join canteen.complex c on c.id = m.complex_id
      join drill.complex x on x.title = c.title
     cross join unnest(x.dishes) with ordinality u(dish, rank)
      join drill.dish y on y.nth = u.dish
      join canteen.dish d on d.title = y.title and d.school_id = v_school
     where m.school_id = v_school;
    -- Every fourth pupil has half of its lunches paid by the budget, another one all meals.
    insert into canteen.benefit (pupil_id, kind_id, meal_id, share, first_day, last_day, staff_id)
    select p.id, 1, e.id, case p.nth % 4 when 1 then 50 else 100 end, d.first, d.last, v_staff
      from (select p.id, row_number() over (order by p.id) - 1 as nth from school.pupil p where p.school_id = v_school) p
      join canteen.meal e on e.school_id = v_school and (p.nth % 4 = 2 or (p.nth % 4 = 1 and e.title = 'Обед'))
     cross join (select min(d.day) as first, max(d.day) as last from drill.day d) d;
    insert into service.service (school_id, title, price_kop) select v_school, t.title, t.price_kop from drill.team t;
    insert into service.team (school_id, service_id, title, staff_id)
    select v_school, v.id, v.title, v_staff from service.service v where v.school_id = v_school;
    -- The last pupil is not in the first group.
    insert into service.member (team_id, pupil_id, first_day, waiver)
    select t.id, p.id, (select min(d.day) from drill.day d), case p.nth % 3 when 1 then 100 when 2 then 30 else 0 end
      from service.team t, (select p.id, row_number() over (order by p.id) - 1 as nth from school.pupil p where p.school_id = v_school) p
     where t.school_id = v_school and not (t.title = 'Шахматы' and p.nth = p_pupils - 1);
end $$;

-- ---- what a client asks before it begins --------------------------------------------------------------------------------------

create view drill.pupil as
    select p.id, p.school_id, ledger.pupil_account(p.id) as account_id, a.id as access_id,
           array(select coalesce((select b.share from canteen.benefit b where b.pupil_id = p.id and b.meal_id = e.id), 0)
                   from canteen.meal e where e.school_id = p.school_id order by e.serves_from) as shares,
           array(select coalesce((select m.waiver from service.member m where m.team_id = t.id and m.pupil_id = p.id), -1)
                   from drill.team d join service.team t on t.title = d.title and t.school_id = p.school_id order by d.nth) as waivers
      from school.pupil p
      join auth.access a on a.pupil_id = p.id;

create view drill.menu as
    select m.id, m.school_id, x.nth as complex, x.meal, d.nth as day, m.price_kop, x.last_grade >= 7 as is_theirs
      from canteen.menu m
      join canteen.complex c on c.id = m.complex_id
      join drill.complex x on x.title = c.title
      join drill.day d on d.day = m.day;

-- ---- what a client does -------------------------------------------------------------------------------------------------------

create table drill.answer (
    who     text,
    key     uuid,
    answer  text not null,
    primary key (who, key)
);

create function drill.today() returns date language sql stable as $$ select d.day from drill.day d where d.nth = 1 $$;
create function drill.day(p_nth bigint) returns date language sql stable as $$ select d.day from drill.day d where d.nth = p_nth $$;

-- «id:kopecks» of what was just made: volatile, to see it.
create function drill.ordered(p_order bigint) returns text language sql as $$
    select o.id || ':' || o.pay_kop from canteen.meal_order o where o.id = p_order
$$;
create function drill.served(p_serving bigint) returns text language sql as $$
    select s.id || ':' || s.pay_kop from canteen.serving s where s.id = p_serving
$$;
create function drill.charged(p_charge bigint) returns text language sql as $$
    select c.id || ':' || c.pay_kop from service.charge c where c.id = p_charge
$$;

-- A class in one form: who cannot pay is refused by name, the rest go through.
create function drill.serve_class(p_staff bigint, p_menu bigint, p_meal bigint, p_day date, p_pupils bigint[])
returns text language plpgsql as $$
declare
    v_pupil bigint;
    v_hint text;
    v_answers text[] := '{}';
begin
    foreach v_pupil in array p_pupils loop
        begin
            v_answers := v_answers || drill.served(canteen.serve(v_pupil, p_menu, p_meal, p_day, p_staff, 'классный руководитель'));
        exception when sqlstate 'KB422' then
            get stacked diagnostics v_hint = pg_exception_hint;
            v_answers := v_answers || v_hint;
        end;
    end loop;
    return array_to_string(v_answers, ',');
end $$;

-- What moves money by the ledger alone has the ledger's own key.
create function drill.post(p_who text, p_key uuid, p_op text, p bigint[]) returns text language plpgsql as $$
begin
    return case p_op
        when 'top_up' then ledger.post('top_up', p_who, p_key::text, drill.today(), 'drill', 'drill', 'Пополнение', array[p[1], p[2]],
            array[p[3], -p[3]])
        when 'withdraw' then ledger.post('withdrawal', p_who, p_key::text, drill.today(), 'drill', 'drill', 'Выплата', array[p[1], p[2]],
            array[-p[3], p[3]])
        when 'transfer' then ledger.post('transfer', p_who, p_key::text, drill.today(), 'drill', 'drill', 'Перевод', array[p[1], p[2]],
            array[-p[3], p[3]])
        when 'take_back' then ledger.reverse(p[1], p_who, p_key::text, 'drill', 'отозвано банком')
    end::text;
end $$;

create function drill.act(p_who text, p_key uuid, p_op text, p bigint[], p_dishes integer[] default null) returns text
language plpgsql as $$
declare
    v_answer text := 'done';
begin
    if p_op in ('top_up', 'withdraw', 'transfer', 'take_back') then
        return drill.post(p_who, p_key, p_op, p);
    elsif not site.once(p_who, p_key, concat_ws('|', p_op, p, p_dishes)) then
        return (select a.answer from drill.answer a where a.who = p_who and a.key = p_key);
    end if;
    case p_op
    when 'order' then   -- pupil, menu, access
        v_answer := drill.ordered(canteen.place_order(p[1], p[2], 'parent', p[3], 'drill'));
    when 'cancel' then  -- order
        v_answer := canteen.end_order(p[1], 'cancelled', 'drill', 'отменено');
    when 'serve' then   -- pupil, menu or NULL, meal, day, staff
        v_answer := drill.served(canteen.serve(p[1], p[2], p[3], drill.day(p[4]), p[5], 'касса 1'));
    when 'serve_class' then  -- staff, menu, meal, day, pupils …
        v_answer := drill.serve_class(p[1], p[2], p[3], drill.day(p[4]), p[5:]);
    when 'sell' then    -- pupil, staff; dishes
        v_answer := drill.served(canteen.sell(p[1],
            array(select d.id from unnest(p_dishes) with ordinality u(nth, rank) join drill.dish x using (nth)
                    join school.pupil q on q.id = p[1] join canteen.dish d on d.title = x.title and d.school_id = q.school_id
                   order by u.rank),
            array_fill(1, array[cardinality(p_dishes)]), p[2], 'касса 2'));
    when 'undo' then    -- serving, staff
        perform canteen.undo(p[1], p[2], 'ошибка');
    when 'service' then -- team, pupil, day, staff
        v_answer := drill.charged(service.write_off(p[1], p[2], drill.day(p[3]), p[4]));
    when 'service_undo' then  -- charge, staff
        perform service.undo(p[1], p[2], 'ошибка');
    when 'absent' then  -- pupil, access
        insert into school.excuse (pupil_id, access_id, kind, reason, first_day, last_day, body, is_ahead)
        values (p[1], p[2], 'absence', 'ill', drill.today(), drill.today(), 'Болеет', true) on conflict do nothing;
    when 'present' then -- pupil
        update school.excuse e set state = 'withdrawn' where e.pupil_id = p[1] and e.state = 'sent';
    when 'release_absent' then  -- school
        v_answer := canteen.release_absent(p[1]);
    when 'release_rest' then
        v_answer := canteen.release_rest(p[1]);
    when 'limit' then   -- pupil, access, kind, kopecks or NULL
        delete from canteen.spending_limit l where l.pupil_id = p[1] and l.kind = (enum_range(null::canteen.spending))[p[3] + 1];
        insert into canteen.spending_limit (pupil_id, kind, daily_kop, access_id)
        select p[1], (enum_range(null::canteen.spending))[p[3] + 1], p[4], p[2] where p[4] is not null
        on conflict (pupil_id, kind) do update set daily_kop = excluded.daily_kop;
    when 'allergy' then -- pupil, access, allergen by its number, whether
        delete from canteen.allergy a where a.pupil_id = p[1] and a.allergen = (enum_range(null::canteen.allergen))[p[3] + 1];
        insert into canteen.allergy (pupil_id, allergen, access_id)
        select p[1], (enum_range(null::canteen.allergen))[p[3] + 1], p[2] where p[4] = 1 on conflict do nothing;
    when 'ban' then     -- pupil, access, dish by its number or -1 for the whole buffet, whether
        update canteen.ban b set lifted_at = now()
         where b.pupil_id = p[1] and b.lifted_at is null and b.dish_id is not distinct from
               (select d.id from drill.dish x join canteen.dish d on d.title = x.title join school.pupil q on q.school_id = d.school_id
                 where x.nth = p[3] and q.id = p[1]);
        insert into canteen.ban (pupil_id, dish_id, access_id)
        select p[1], (select d.id from drill.dish x join canteen.dish d on d.title = x.title join school.pupil q on q.school_id = d.school_id
                       where x.nth = p[3] and q.id = p[1]), p[2]
         where p[4] = 1 on conflict do nothing;
    when 'credit' then  -- account, day, kopecks
        insert into ledger.credit (account_id, day, limit_kop, actor, reason)
        values (p[1], drill.day(p[2]), p[3], 'drill', 'drill') on conflict do nothing;
    end case;
    insert into drill.answer (who, key, answer) values (p_who, p_key, v_answer);
    return v_answer;
end $$;

-- ---- afterwards ---------------------------------------------------------------------------------------------------------------
-- Receipts are kept by the clients, outside the database: what was acknowledged, one pupil a line.

create table drill.receipt (who text, key uuid, op text, object_id bigint, pupil_id bigint, kop bigint);
create index receipt_object on drill.receipt (object_id, op);
create index receipt_key on drill.receipt (who, key);

-- Whether a receipt is what the database says. kop is what the pupil's account lost (below zero) or got.
create function drill.holds(r drill.receipt) returns boolean language sql stable as $$
    select case
        when r.op in ('top_up', 'withdraw', 'transfer', 'take_back') then exists (
            select from ledger.entry e join ledger.posting p on p.entry_id = e.id
             where e.id = r.object_id and (e.scope, e.key) = (r.who, r.key::text) and p.account_id = ledger.pupil_account(r.pupil_id)
               and p.amount_kop = r.kop)
        when r.op = 'order' then exists (
            select from canteen.meal_order o left join ledger.hold h on h.id = o.hold_id
             where o.id = r.object_id and o.pupil_id = r.pupil_id and -o.pay_kop = r.kop and coalesce(-h.amount_kop, 0) = r.kop)
        when r.op = 'cancel' then exists (
            select from canteen.meal_order o left join ledger.hold h on h.id = o.hold_id
             where o.id = r.object_id and o.state = 'cancelled' and o.why = 'отменено' and (h.id is null or h.why = 'отменено'))
        when r.op in ('serve', 'sell', 'serve_class') then exists (
            select from canteen.serving s left join ledger.posting p on p.entry_id = s.entry_id and p.account_id = ledger.pupil_account(s.pupil_id)
             where s.id = r.object_id and s.pupil_id = r.pupil_id and -s.pay_kop = r.kop and coalesce(p.amount_kop, 0) = r.kop)
        when r.op = 'undo' then exists (
            select from canteen.serving s left join ledger.entry e on e.id = s.undo_entry_id
             where s.id = r.object_id and s.undone_at is not null and e.reverses is not distinct from s.entry_id)
        when r.op = 'service' then exists (
            select from service.charge c left join ledger.posting p on p.entry_id = c.entry_id and p.account_id = ledger.pupil_account(c.pupil_id)
             where c.id = r.object_id and c.pupil_id = r.pupil_id and -c.pay_kop = r.kop and coalesce(p.amount_kop, 0) = r.kop)
        when r.op = 'service_undo' then exists (
            select from service.charge c left join ledger.entry e on e.id = c.undo_entry_id
             where c.id = r.object_id and c.undone_at is not null and e.reverses is not distinct from c.entry_id)
    end
$$;

-- What is there without a receipt: nobody asked for it, or it was done twice.
create view drill.unasked as
    select 'entry ' || e.id as what from ledger.entry e
     where e.scope like 'drill %' and not exists (select from drill.receipt r where (r.who, r.key) = (e.scope, e.key::uuid))
    union all
    select 'order ' || o.id from canteen.meal_order o
     where not exists (select from drill.receipt r where r.object_id = o.id and r.op = 'order')
    union all
    select 'cancellation of order ' || o.id from canteen.meal_order o
     where o.why = 'отменено' and not exists (select from drill.receipt r where r.object_id = o.id and r.op = 'cancel')
    union all
    select 'serving ' || s.id from canteen.serving s
     where 1 <> (select count(*) from drill.receipt r where r.object_id = s.id and r.op in ('serve', 'sell', 'serve_class'))
    union all
    select 'undoing of serving ' || s.id from canteen.serving s
     where s.undone_at is not null and 1 <> (select count(*) from drill.receipt r where r.object_id = s.id and r.op = 'undo')
    union all
    select 'charge ' || c.id from service.charge c
     where 1 <> (select count(*) from drill.receipt r where r.object_id = c.id and r.op = 'service')
    union all
    select 'undoing of charge ' || c.id from service.charge c
     where c.undone_at is not null and 1 <> (select count(*) from drill.receipt r where r.object_id = c.id and r.op = 'service_undo')
    union all
    select 'entry ' || e.id || ' of nothing' from ledger.entry e
     where e.scope in ('serving', 'hold', 'service', 'refund')
       and not exists (select from canteen.serving s where e.id in (s.entry_id, s.undo_entry_id))
       and not exists (select from service.charge c where e.id in (c.entry_id, c.undo_entry_id));

-- Holds against what they were placed for.
create view drill.crooked as
    select 'hold ' || h.id as what from ledger.hold h
      left join canteen.meal_order o on o.hold_id = h.id
      left join canteen.serving s on s.order_id = o.id
     where (case when h.ended_at is null then o.state = 'ordered' and s.id is null
                 when h.entry_id is not null then o.state = 'served' and s.entry_id = h.entry_id
                 else o.state in ('cancelled', 'released') and s.id is null end) is not true
    union all
    select 'order ' || o.id || ' twice at once' from canteen.meal_order o
      join canteen.serving s on s.pupil_id = o.pupil_id and s.day = o.day and s.meal_id = o.meal_id and s.undone_at is null
     where o.state = 'ordered';

-- Debits that left less on the account than was held at that moment for something else. Holds begin and end, and entries are written,
-- under the lock of the balance, each with the clock's time.
create view drill.spent_elsewhere as
    select 'entry ' || e.id as what
      from ledger.posting p
      join ledger.entry e on e.id = p.entry_id
     where p.version is not null and p.amount_kop < 0
       and p.balance_after_kop < (select sum(h.amount_kop) from ledger.hold h
                                   where h.account_id = p.account_id and h.at < e.at and coalesce(h.ended_at > e.at, true)
                                     and h.entry_id is distinct from e.id);

-- Debits that took an account below zero, or below the credit of their day. The running sum is made anew from the postings.
create view drill.below as
    select 'entry ' || p.entry_id as what
      from (select p.*, sum(p.amount_kop) over (partition by p.account_id order by p.version) as sum_kop
              from ledger.posting p where p.version is not null) p
      left join ledger.credit c on c.account_id = p.account_id and c.day = p.day
     where p.amount_kop < 0 and p.sum_kop < -coalesce(c.limit_kop, 0);
