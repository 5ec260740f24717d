-- What the children of the demo schools read, up to now: after loading, and again by each start of the demo. Whoever is lent something
-- by hand meanwhile has it as anybody else has.

create temporary table shelf on commit drop as
select s.id as school_id, s.number as school, s.time_zone, r.till as since, demo.now() as till, timezone(s.time_zone, demo.now())::date as today,
       f.id as staff_id, r.till < demo.now() - interval '200 days' and not exists (select from library.loan) as is_first,
       (select max(y.first_day) from school.year y where y.school_id = s.id) as september
  from demo.reading r
  join school.school s on s.id = r.school_id
  join demo.staff f on f.school_id = s.id and f.key = 'librarian';

-- Two children do not want the library to remember.
insert into library.reader (pupil_id, keeps_history)
select p.id, false from school.pupil p where p.account in ('0270390011', '0270520004') and exists (select from shelf s where s.is_first);

-- At breaks and after lessons, every third week or so. Children whose cabinets the demo opens read by themselves: see below.
do $$
declare
    v record;
begin
    for v in
        select p.id, x.key, 1 + (k.grade > 4)::integer + (k.grade > 8)::integer as level, x.at, d.day, s.staff_id,
               extract(month from d.day) not in (6, 7, 8) and (extract(month from d.day) <> 5 or extract(day from d.day) < 15)
               and not (s.is_first and d.day > s.today - 40 and right(p.account, 4) in ('0000', '0001', '0002', '0006')) as may_take
          from shelf s
         cross join lateral (select distinct l.day from school.class k join school.lesson l on l.class_id = k.id
                              where k.school_id = s.school_id and l.day between timezone(s.time_zone, s.since)::date and s.today) d
          join school.pupil p on p.school_id = s.school_id and p.state = 'active'
          join school.class k on k.id = p.class_id
         cross join lateral (select 'library ' || p.account || d.day as key) w
         cross join lateral (select w.key, timezone(s.time_zone, d.day + time '10:05') + demo.dice('at ' || w.key) * interval '2 s' as at) x
         where demo.dice(w.key) < 350 + demo.dice('reader ' || p.account) / 9 + case when extract(month from d.day) = 5 and extract(day from d.day) >= 18 then 4000 else 0 end
           and x.at > s.since and x.at <= s.till
         order by x.at, p.id
    loop
        perform demo.visit_library(v.id, v.key, v.level, v.at, v.day, v.staff_id, v.may_take);
    end loop;
end $$;

-- ---- once: what stands there now ------------------------------------------------------------------------------------------------

create function pg_temp.free_copy(p_school bigint, p_title text) returns bigint language sql as $$
    select c.id from library.title t join library.copy c on c.title_id = t.id and c.state = 'in'
     where t.school_id = p_school and t.title = p_title order by c.id limit 1
$$;

-- Sets of textbooks, since September; two classes get theirs later.
do $$
declare
    v record;
    v_set bigint;
begin
    for v in
        select k.id, k.grade, s.school_id, s.staff_id, timezone(s.time_zone, s.september + 1 + time '09:30') + k.id % 5 * interval '40 min' as at,
               make_date(extract(year from s.september)::integer + 1, 5, 31) as due
          from shelf s
          join school.class k on k.school_id = s.school_id and (s.school, k.grade, k.letter) in
               (('039', 1, 'А'), ('039', 3, 'Б'), ('039', 7, 'Б'), ('039', 9, 'А'), ('052', 4, 'А'))
          join school.year y on y.id = k.year_id and y.first_day = s.september
         where s.is_first and s.september + 2 < s.today
         order by k.id
    loop
        insert into library.class_set (school_id, class_id, due_day, staff_id, at) values (v.school_id, v.id, v.due, v.staff_id, v.at)
        returning id into v_set;
        perform demo.took(c.id, p.id, v.staff_id, v.at, v.due, 0, v_set)
           from (select p.id, row_number() over (order by p.id) as n from school.pupil p where p.class_id = v.id and p.state = 'active') p
           join (select c.id, row_number() over (partition by t.id order by c.id) as n
                   from library.title t join library.copy c on c.title_id = t.id and c.state = 'in'
                  where t.school_id = v.school_id and t.kind = 'textbook' and t.grade = v.grade) c on c.n = p.n;
    end loop;
end $$;

-- Children of the cabinets: what has to come back soon, is late, was prolonged. What they had before, they have brought back.
select demo.brought(l.id, s.staff_id, timezone(s.time_zone, least(l.due_day - 1, s.today - 20) + time '13:10'))
  from library.loan l
  join school.pupil p on p.id = l.pupil_id and right(p.account, 4) in ('0000', '0001', '0002', '0006')
  join shelf s on s.school_id = p.school_id and s.is_first
 where l.returned_at is null and l.set_id is null \g /dev/null

do $$
declare
    v record;
begin
    for v in
        select pg_temp.free_copy(s.school_id, x.title) as copy, p.id, s.staff_id, s.today + x.left_days as due, x.renewals,
               timezone(s.time_zone, s.today + x.left_days - 21 - 14 * x.renewals + time '11:40') as at
          from (values
            ('0270390000', 'Дети капитана Гранта', 2, 1), ('0270390000', 'Тарас Бульба', -4, 0), ('0270390000', 'Занимательная физика. Книга 1', 13, 0),
            ('0270390001', 'Алёнушкины сказки', 1, 0), ('0270390001', 'Маугли', 9, 0), ('0270390002', 'Снежная королева', 3, 0),
            ('0270390002', 'Щелкунчик и Мышиный король', -1, 0), ('0270390006', 'Белый Клык', -12, 2), ('0270390006', 'Айвенго', 6, 1),
            ('0270390012', 'Остров сокровищ', -2, 0), ('0270520000', 'Конёк-Горбунок', 2, 0), ('0270520000', 'Кот в сапогах', 8, 0)) x(account, title, left_days, renewals)
          join school.pupil p on p.account = x.account
          join shelf s on s.school_id = p.school_id and s.is_first
         order by x.account, x.title
    loop
        if v.copy is not null then
            perform demo.took(v.copy, v.id, v.staff_id, v.at, v.due, v.renewals);
        end if;
    end loop;
end $$;

-- Queues: for a book of one copy, for one that waits on the shelf, for one that somebody wants to keep longer.
do $$
declare
    v record;
    v_hold bigint;
begin
    for v in
        select p.id, t.id as title, x.sleeps, s.today
          from (values
            (1, '0270390018', 'Остров сокровищ', 0), (2, '0270390000', 'Остров сокровищ', 0), (3, '0270390024', 'Остров сокровищ', 10),
            (4, '0270390000', 'Алые паруса', 0), (5, '0270390008', 'Снежная королева', 0), (6, '0270390030', 'Дерсу Узала', 0),
            (7, '0270520000', 'Маленький принц', 0)) x(rank, account, title, sleeps)
          join school.pupil p on p.account = x.account
          join shelf s on s.school_id = p.school_id and s.is_first
          join library.title t on t.school_id = s.school_id and t.title = x.title
         where not exists (select from library.loan l where l.title_id = t.id and l.pupil_id = p.id and l.returned_at is null)
         order by x.rank
    loop
        v_hold := library.ask(v.title, v.id);
        if v.sleeps > 0 then
            update library.hold h set asleep_till = v.today + v.sleeps where h.id = v_hold and h.state = 'waiting';
        end if;
    end loop;
end $$;

-- Whoever waits for a book of several copies waits because all are out.
do $$
declare
    v record;
begin
    for v in
        select c.id, s.staff_id, timezone(s.time_zone, s.today - 15 + time '12:20') as at, s.today + 6 as due, p.id as pupil
          from shelf s
          join library.title t on t.school_id = s.school_id and t.title = 'Снежная королева'
          join library.copy c on c.title_id = t.id and c.state in ('in', 'kept')
          join lateral (select p.id from school.pupil p
                         where p.school_id = s.school_id and p.state = 'active' and p.account > '0270390060'
                           and not exists (select from library.loan l where l.pupil_id = p.id and l.title_id = t.id)
                         order by p.account offset (select count(*) from library.copy o where o.title_id = t.id and o.id < c.id) limit 1) p on true
         where s.is_first
    loop
        update library.hold h set state = 'waiting', copy_id = null, kept_till = null where h.copy_id = v.id and h.state = 'kept';
        update library.copy c set state = 'in' where c.id = v.id;
        perform demo.took(v.id, v.pupil, v.staff_id, v.at, v.due);
    end loop;
end $$;

-- One book is lost and paid for, by the richest of those who can.
do $$
declare
    v record;
begin
    for v in
        select pg_temp.free_copy(s.school_id, 'Человек-амфибия') as copy, p.id, s.staff_id, timezone(s.time_zone, s.today - 50 + time '12:30') as at, s.today - 29 as due
          from shelf s
          join lateral (select p.id from school.pupil p join ledger.account a on a.pupil_id = p.id join ledger.balance b on b.account_id = a.id
                         where p.school_id = s.school_id and p.account = '0270390006' and ledger.free_kop(a.id, s.today) >= 80000) p on true
         where s.is_first and s.school = '039'
    loop
        perform library.lose(demo.took(v.copy, v.id, v.staff_id, v.at, v.due), v.staff_id, true);
    end loop;
end $$;

-- Some copies are being mended, some are missing, some were written off.
select library.mark(c.id, x.state, s.staff_id, x.note)
  from shelf s
 cross join (values ('Ревизор', 'repair'::library.copy_state, 'переплёт'), ('Мцыри', 'repair', 'выпали страницы'), ('Басни', 'gone', 'ветхость'),
                    ('Муму', 'gone', 'ветхость'), ('Гроза', 'lost', 'не найдена на полке')) x(title, state, note)
 cross join lateral (select pg_temp.free_copy(s.school_id, x.title) as id) c
 where s.is_first and c.id is not null \g /dev/null

-- The shelves were counted before this school year.
with made as (
    insert into library.inventory (school_id, title, staff_id, begun_at, ended_at)
    select s.school_id, 'Проверка фонда ' || extract(year from s.september), s.staff_id, timezone(s.time_zone, s.september - 80 + time '09:00'),
           timezone(s.time_zone, s.september - 77 + time '15:00')
      from shelf s where s.is_first
    returning id, school_id, staff_id, begun_at
)
insert into library.inventory_seen (inventory_id, copy_id, at, staff_id, state)
select m.id, c.id, m.begun_at + (row_number() over (partition by m.id order by c.id)) * interval '25 s', m.staff_id, 'in'
  from made m
  join library.copy c on c.school_id = m.school_id and c.acquired_on < m.begun_at::date
 where demo.dice('missed ' || c.barcode) > 40
   and not exists (select from library.loan l where l.copy_id = c.id and l.lent_at < m.begun_at and coalesce(l.returned_at, 'infinity') > m.begun_at);
insert into library.inventory_missing (inventory_id, copy_id, is_lost)
select i.id, c.id, false
  from library.inventory i join library.copy c on c.school_id = i.school_id and c.acquired_on < i.begun_at::date
 where not exists (select from library.inventory_seen s where s.inventory_id = i.id and s.copy_id = c.id)
   and not exists (select from library.loan l where l.copy_id = c.id and l.lent_at < i.begun_at and coalesce(l.returned_at, 'infinity') > i.begun_at)
on conflict do nothing;

update demo.reading r set till = s.till from shelf s where s.school_id = r.school_id;
