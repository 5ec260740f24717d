-- The days of the demo schools, up to now: who was there, what was taught, asked and marked. Run after loading and again by each
-- start of the demo: what happened is kept, what has ended since is added. Every choice comes from demo.dice() of the lesson and
-- the pupil, so the same days come out whenever they are played. A lesson that somebody has marked himself stays as it is.

create temporary table moment on commit drop as
select s.id as school_id, s.number as school, s.time_zone, p.till as since, p.planned, demo.now() as till,
       (demo.now() at time zone s.time_zone)::date as today
  from demo.progress p
  join school.school s on s.id = p.school_id;

-- ---- changes of the timetable: this week, the next, and all before ----------------------------------------------------------

create temporary table plan on commit drop as
select l.id, l.class_id, l.subgroup_id, l.day, l.number, l.staff_id, k.school_id, k.year_id, k.grade, k.tutor_id, c.code,
       c.is_graded, c.tests, l.subject_id as subject_id, coalesce(l.was_subject_id, l.subject_id) as planned_id,
       format('%s %s%s %s/%s %s', m.school, k.grade, k.letter, l.day, l.number, g.title) as key,
       row_number() over year_of as place, count(*) over (partition by l.class_id, coalesce(l.was_subject_id, l.subject_id), l.subgroup_id) as places
  from school.lesson l
  join school.class k on k.id = l.class_id
  join moment m on m.school_id = k.school_id
  join school.subject j on j.id = coalesce(l.was_subject_id, l.subject_id)
  join demo.subject c on j.title in (c.title, c.title_10)
  left join school.subgroup g on g.id = l.subgroup_id
 -- What was added to the timetable by hand is nothing that this file knows of.
 where exists (select from school.slot t
                where t.class_id = l.class_id and t.weekday = extract(isodow from l.day) and t.number = l.number
                  and t.subgroup_id is not distinct from l.subgroup_id)
window year_of as (partition by l.class_id, coalesce(l.was_subject_id, l.subject_id), l.subgroup_id order by l.day, l.number);
create index on plan (class_id, subject_id, day, number);
create index on plan (id);
analyze plan;

-- One lesson of a class and week is given by somebody else, mostly of the same subject; now and then the last lesson of a day is
-- cancelled.
create temporary table change on commit drop as
select p.id, p.key, p.school_id, p.class_id, p.day, p.number, p.staff_id, p.subject_id,
       case when p.sub = 1 and demo.dice('substitution ' || p.key) < 7500 then 'other'
            when p.off = 1 and p.is_last and demo.dice('cancelled ' || p.key) < 6000 then 'cancelled'
            when demo.dice('remote ' || p.key) < 50 and p.grade >= 5 then 'remote' end as kind
  from (select p.*, p.number = max(p.number) over (partition by p.class_id, p.day) as is_last,
               row_number() over (partition by p.class_id, date_trunc('week', p.day) order by demo.dice('sub' || p.key)) as sub,
               row_number() over (partition by p.class_id, date_trunc('week', p.day)
                                  order by p.number < 5, demo.dice('off' || p.key)) as off
          from plan p where p.code <> 'РоВ' and p.subgroup_id is null) p
  join moment m on m.school_id = p.school_id
 where p.day > m.planned and p.day <= m.today + 11;

create temporary table substitute on commit drop as
select distinct on (c.school_id, o.staff_id, c.day, c.number) c.id, o.staff_id, o.subject_id
  from change c
 cross join lateral (
       select t.staff_id, t.subject_id
         from (select t.staff_id, c.subject_id, 1 as rank from school.teaching t
                where t.subject_id = c.subject_id and t.staff_id <> c.staff_id
               union
               select t.staff_id, t.subject_id, 2 from school.teaching t
                 join school.subject j on j.id = t.subject_id and j.title <> 'Разговоры о важном'
                where t.class_id = c.class_id and t.subgroup_id is null and t.staff_id <> c.staff_id) t
        where not exists (select from plan b where b.staff_id = t.staff_id and b.day = c.day and b.number = c.number)
        order by t.rank, demo.dice(c.key || t.staff_id || t.subject_id) limit 1) o
 where c.kind = 'other'
 order by c.school_id, o.staff_id, c.day, c.number, c.id;

update school.lesson l
   set staff_id = s.staff_id, was_staff_id = l.staff_id, subject_id = s.subject_id,
       was_subject_id = case when s.subject_id <> l.subject_id then l.subject_id end,
       room = f.room, was_room = case when f.room <> l.room then l.room end,
       note = demo.pick('why ' || c.key, '{Учитель болен,Учитель на курсах,Учитель на семинаре,Учитель сопровождает класс на олимпиаду}')
  from change c
  join substitute s on s.id = c.id
 cross join lateral (select w.room from school.slot w where w.staff_id = s.staff_id order by w.id limit 1) f
 where l.id = c.id and l.revision = 0 and l.roll_at is null;

update school.lesson l
   set is_cancelled = true, note = demo.pick('why ' || c.key,
       '{Учитель болен,Педсовет,Отключение отопления в кабинете,Подготовка к концерту,Медосмотр}')
  from change c where l.id = c.id and c.kind = 'cancelled' and l.revision = 0 and l.roll_at is null;

update school.lesson l
   set remote_url = 'https://urok.school.example/' || substr(encode(sha256(convert_to(c.key, 'UTF8')), 'hex'), 1, 12),
       note = 'Урок пройдёт дистанционно'
  from change c where l.id = c.id and c.kind = 'remote' and l.revision = 0 and l.roll_at is null;

-- What stands in the timetable now.
update plan p set subject_id = l.subject_id, staff_id = l.staff_id
  from school.lesson l where l.id = p.id and (l.subject_id, l.staff_id) is distinct from (p.subject_id, p.staff_id);
delete from plan p using school.lesson l where l.id = p.id and l.is_cancelled;

-- ---- lessons that have ended ------------------------------------------------------------------------------------------------

create temporary table ended on commit drop as
select l.id, p.class_id, p.subgroup_id, l.day, l.number, l.subject_id, l.staff_id, p.school_id, p.grade, p.tutor_id, p.key,
       c.code, c.is_graded and p.grade > 1 as is_graded, c.tests, p.place, p.places, m.today, m.till, m.time_zone,
       timezone(m.time_zone, l.day + b.starts) as starts_at, timezone(m.time_zone, l.day + b.ends) as ends_at,
       h.title as theme, h.is_first, h.is_last, h.length,
       demo.dice('forgotten ' || p.key) < 150 and l.day > m.today - 10 as is_forgotten
  from plan p
  join school.lesson l on l.id = p.id
  join moment m on m.school_id = p.school_id
  join school.bells_on(p.school_id, l.day) n on true
  join school.bell b on b.bells_id = n and b.number = l.number
  join school.subject j on j.id = l.subject_id
  join demo.subject c on j.title in (c.title, c.title_10)
  left join lateral (
       select t.title, (p.place - 1) * t.n / p.places <> (p.place - 2) * t.n / p.places or p.place = 1 as is_first,
              p.place * t.n / p.places <> (p.place - 1) * t.n / p.places as is_last, p.places / t.n as length
         from (select t.title, t.ordinal, count(*) over () as n from demo.theme t where t.code = c.code and t.grade = p.grade) t
        where t.ordinal = 1 + (p.place - 1) * t.n / p.places) h on true
 where not l.is_cancelled and l.roll_at is null
   and timezone(m.time_zone, l.day + b.ends) > m.since and timezone(m.time_zone, l.day + b.ends) <= m.till
   and not exists (select from school.work w where w.lesson_id = l.id);
create index on ended (id);
create index on ended (class_id, day);
analyze ended;

update school.lesson l
   set roll_at = least(e.till, e.starts_at + interval '3 min' + demo.dice('roll ' || e.key) * interval '0.2 s'), roll_by = e.staff_id,
       theme = coalesce(e.theme || case when e.is_last and e.length >= 4 and e.tests <> '' then '. ' || e.tests
           when e.is_first or e.code in ('ФК', 'РоВ', 'Муз', 'Изо', 'Лит', 'Чт') then ''
           when e.code in ('Мат', 'Алг', 'Геом', 'ВиС', 'Физ', 'Хим', 'Инф')
               then demo.pick('more ' || e.key, '{"",". Закрепление",". Практикум",". Решение задач",". Решение задач"}')
           else demo.pick('more ' || e.key, '{"","",". Закрепление",". Практикум",". Повторение"}') end, '')
  from ended e where l.id = e.id and not e.is_forgotten;

-- ---- who was there ----------------------------------------------------------------------------------------------------------

-- Pupils of those classes on those days, today with its lessons to come among them, and what keeps them from being there.
create temporary table fate on commit drop as
select d.class_id, d.day, d.school_id, d.today, p.id as pupil_id, p.account, i.since as ill_since,
       demo.dice('family ' || p.account || d.day) < 90 as is_away,
       demo.dice('skips ' || p.account) < 800 and demo.dice('skips ' || p.account || d.day) < 450 as is_skipping,
       case when demo.dice('late ' || p.account || d.day) < 120 + demo.dice('sleeps ' || p.account) / 40
            then 2 + demo.dice('how late ' || p.account || d.day) % 18 end as late_min,
       demo.dice('early ' || p.account || d.day) < 70 as is_early
  from (select distinct p.class_id, p.day, p.school_id, m.today
          from plan p join moment m on m.school_id = p.school_id
         where p.day >= (m.since at time zone m.time_zone)::date and p.day <= m.today) d
  join school.enrolment e on e.class_id = d.class_id and e.first_day <= d.day and (e.last_day is null or e.last_day >= d.day)
  join school.pupil p on p.id = e.pupil_id
 cross join lateral (select demo.ill_since(p.account, d.day) as since) i;
create index on fate (class_id, day);
create index on fate (pupil_id, day);
analyze fate;

-- Every pupil of every lesson that has ended, with the letter that stands there in the end: of those who have just come back and
-- brought nothing it is «н» for some days more.
create temporary table seat on commit drop as
select e.id as lesson_id, e.subject_id, e.day, e.number, e.staff_id, e.tutor_id, e.school_id, e.starts_at, e.ends_at, e.is_graded,
       e.is_forgotten, e.till, e.code, e.key, f.pupil_id, f.account, f.today, x.letter,
       case x.letter when 'о' then f.late_min when 'р' then 5 + demo.dice('left ' || f.account || e.day) % 25
            when 'ру' then 5 + demo.dice('left ' || f.account || e.day) % 25 end as minutes,
       x.letter in ('б', 'у', 'нп') as is_absent,
       x.letter in ('б', 'у') and e.day > f.today - 5 and demo.dice('unknown ' || f.account || coalesce(f.ill_since, e.day)) < 5500
           as is_unknown
  from ended e
  join fate f on f.class_id = e.class_id and f.day = e.day
 cross join lateral (select min(p.number) as first, max(p.number) as last from plan p where p.class_id = e.class_id and p.day = e.day) n
 cross join lateral (select case
           when f.ill_since is not null then 'б' when f.is_away then 'у'
           when f.is_skipping and (e.number >= 4 or e.number = n.last) then 'нп'
           when f.late_min is not null and e.number = n.first then 'о'
           when f.is_early and e.number = n.last then case when demo.dice('asked ' || f.account || e.day) < 6000 then 'ру' else 'р' end
           end as letter) x
 where school.attends(f.pupil_id, e.subgroup_id);
create index on seat (lesson_id);
analyze seat;

insert into school.attendance (lesson_id, pupil_id, subject_id, day, code_id, minutes, source, set_by, set_at)
select s.lesson_id, s.pupil_id, s.subject_id, s.day, c.id, s.minutes, case when s.letter in ('б', 'у') and not s.is_unknown
           then 'tutor' else 'teacher' end::school.attendance_source,
       case when s.letter in ('б', 'у') and not s.is_unknown then s.tutor_id else s.staff_id end, least(s.till, s.starts_at + interval '5 min')
  from seat s
  join school.attendance_code c on c.school_id = s.school_id and c.letter = case when s.is_unknown then 'н' else s.letter end
 where not s.is_forgotten
    on conflict do nothing;

-- ---- homework ---------------------------------------------------------------------------------------------------------------

-- Given at a lesson for the next one of the same subject, on another day.
create temporary table given on commit drop as
select e.id as from_id, e.key, e.code, e.grade, e.day, e.ends_at, e.till, e.staff_id, e.school_id, e.theme, e.class_id, n.id as lesson_id, h.task
  from ended e
 cross join lateral (select p.id, p.day from plan p
                      where p.class_id = e.class_id and p.subject_id = e.subject_id and p.day >= e.day
                        and p.subgroup_id is not distinct from e.subgroup_id and (p.day, p.number) > (e.day, e.number)
                      order by p.day, p.number limit 1) n
 cross join lateral (select t.task, count(*) over () as n, t.ordinal from demo.homework t
                      where t.code = e.code and e.grade between t.first_grade and t.last_grade) h
 where n.day > e.day and h.ordinal = 1 + demo.dice('what ' || e.key) % h.n
   and demo.dice('homework ' || e.key) < case when e.grade = 1 then 2500 when e.code in ('Муз', 'Изо', 'ОБЗР', 'ОДН', 'ВиС') then 3500
                                              else 8000 end;

insert into school.homework (lesson_id, given_on, task, minutes, link, wants_answer, staff_id, set_at)
select g.lesson_id, g.day,
       replace(replace(replace(replace(replace(replace(g.task, '{p}', (1 + demo.dice('p' || g.key) % 48)::text),
           '{s}', (10 + demo.dice('s' || g.key) % 180)::text), '{r}', (12 + demo.dice('s' || g.key) % 180)::text), '{n}', (11 + demo.dice('n' || g.key) % 600)::text),
           '{m}', (13 + demo.dice('n' || g.key) % 600 + demo.dice('m' || g.key) % 5)::text), '{t}', coalesce(g.theme, 'пройденное')),
       case when demo.dice('minutes ' || g.key) < 7500 then 5 * (2 + demo.dice('how long ' || g.key) % (2 + least(g.grade, 6))) end,
       case when demo.dice('link ' || g.key) < 500 then 'https://urok.school.example/zadanie/' || demo.dice('n' || g.key) end,
       demo.dice('answer ' || g.key) < 400, g.staff_id, least(g.till, g.ends_at + interval '10 min')
  from given g
    on conflict (lesson_id) do nothing;

-- Sheets and pictures with some of it.
do $$
declare
    v record;
begin
    for v in
        select h.id, g.school_id, g.key, demo.dice('file ' || g.key) as die
          from given g join school.homework h on h.lesson_id = g.lesson_id and h.given_on = g.day
         where g.code in ('Мат', 'Алг', 'Геом', 'Физ', 'Био', 'Гг') and demo.dice('file ' || g.key) < 250
           and not exists (select from school.homework_file f where f.homework_id = h.id)
         order by g.day, g.key
    loop
        insert into school.homework_file (homework_id, file_id)
        values (v.id, case when v.die < 120 then site.keep_file(v.school_id, 'График.png', 'image/png', demo.picture())
                           else site.keep_file(v.school_id, 'Лист в клетку.pdf', 'application/pdf', demo.sheet()) end);
    end loop;
end $$;

-- Some families tick it off, and some pupils hand in what was asked for.
insert into school.homework_done (homework_id, pupil_id, at)
select h.id, e.pupil_id, least(g.till, g.ends_at + interval '6 h')
  from given g
  join school.homework h on h.lesson_id = g.lesson_id and h.given_on = g.day
  join school.lesson l on l.id = h.lesson_id
  join school.enrolment e on e.class_id = g.class_id and e.first_day <= g.day and (e.last_day is null or e.last_day >= g.day)
  join school.pupil p on p.id = e.pupil_id
 where demo.dice('ticks ' || p.account) < 3500 and demo.dice('done ' || p.account || g.key) < 7000 and school.attends(p.id, l.subgroup_id)
   and g.ends_at + interval '6 h' <= g.till
    on conflict do nothing;

with answer as (
    insert into school.homework_answer (homework_id, pupil_id, body, sent_at, is_late)
    select h.id, p.id, demo.pick('says ' || g.key || p.account, '{"Сделал в тетради, фото прикладываю.","Ответы: 1) 12; 2) 0,5; 3) –4.",'
               '"Готово, не получилось последнее задание.","Отправляю решение."}'),
           g.ends_at + interval '5 h', false
      from given g
      join school.homework h on h.lesson_id = g.lesson_id and h.given_on = g.day and h.wants_answer
      join school.lesson l on l.id = h.lesson_id
      join school.enrolment e on e.class_id = g.class_id and e.first_day <= g.day and (e.last_day is null or e.last_day >= g.day)
      join school.pupil p on p.id = e.pupil_id
     where demo.dice('hands in ' || g.key || p.account) < 5500 and school.attends(p.id, l.subgroup_id) and g.ends_at + interval '5 h' <= g.till
       and g.day > (select m.today - 40 from moment m where m.school_id = g.school_id)
    returning id, pupil_id
)
insert into school.answer_file (answer_id, file_id)
select a.id, site.keep_file(p.school_id, 'Тетрадь.png', 'image/png', demo.picture())
  from answer a join school.pupil p on p.id = a.pupil_id;

-- ---- works and marks --------------------------------------------------------------------------------------------------------

create temporary table task on commit drop as
select e.*, k.id as kind_id, k.title as kind, k.weight, x.share, x.shift,
       case when x.kind in ('Ответ на уроке', 'Домашняя работа', 'Норматив') then '' else left(coalesce(e.theme, ''), 120) end as title
  from (select e.*, demo.dice('work ' || e.key) as die from ended e where e.is_graded and not e.is_forgotten) e
 cross join lateral (
       select w.kind, w.share, w.shift from (values
           (e.is_last and e.length >= 4 and e.grade in (9, 11) and e.code in ('Рус', 'Алг') and e.die < 3500, 'Пробный экзамен', 1.0, -0.3),
           (e.is_last and e.length >= 4, e.tests, 1.0, -0.15),
           (e.is_last and e.length >= 2 and e.die < 4500, 'Проверочная работа', 1.0, -0.1),
           (e.code = 'ФК' and e.die < 3500, 'Норматив', 0.8, 0.55),
           (e.code in ('Изо', 'Труд', 'Муз') and e.die < 4500, 'Творческая работа', 0.9, 0.5),
           (e.code in ('Рус', 'Анг') and e.die < 900, 'Словарный диктант', 0.9, 0.0),
           (e.code in ('Физ', 'Хим', 'Био', 'Инф', 'Гг') and e.die < 1400, 'Практическая работа', 0.9, 0.15),
           (e.code in ('Ист', 'Общ', 'Лит', 'Окр', 'ОБЗР') and e.die < 1100, 'Тест', 0.9, 0.0),
           (e.die < 1000, 'Самостоятельная работа', 0.9, -0.1),
           (e.die < 2300, 'Домашняя работа', 0.35, 0.25),
           (e.die < 7800, 'Ответ на уроке', 0.22, 0.1)) w(is_so, kind, share, shift)
        where w.is_so limit 1) x
  join school.work_kind k on k.school_id = e.school_id and k.title = x.kind;

insert into school.work (lesson_id, subject_id, day, kind_id, title, weight, is_exam, exam_task_id)
select t.id, t.subject_id, t.day, t.kind_id, t.title, t.weight, t.kind = 'Пробный экзамен', x.id
  from task t
  left join lateral (
       select x.id from school.exam_task x
        where t.grade in (9, 11) and x.exam = case t.grade when 9 then 'ОГЭ' else 'ЕГЭ' end and t.share > 0.5
          and x.subject = case when t.code in ('Алг', 'Геом', 'ВиС') then 'Математика' else
              (select j.title from demo.subject j where j.code = t.code) end
        order by demo.dice(t.key || x.number) limit 1) x on true
 order by t.day, t.key;

-- The sums are made anew at the end, all at once.
alter table school.mark disable trigger sum_marks;

-- Whoever missed a big work has a «точка»: it can be written later.
insert into school.mark (work_id, pupil_id, ordinal, subject_id, day, value, comment, point_till, set_at, set_by)
select w.id, s.pupil_id, 1, s.subject_id, s.day, v.value,
       case when v.value = '.' then 'Не был на работе, можно написать до срока' when demo.dice('comment ' || s.key || s.account) >= 450 then ''
            else demo.pick('words ' || s.key || s.account, case v.value
                when '5' then '{Отличная работа!,"Молодец, так держать","Помог одноклассникам",Оригинальное решение}'
                when '4' then '{"Есть неточности","Хорошо, но торопишься","Ошибка в вычислениях","Не хватило примера"}'
                when '3' then '{"Повторить правило","Нужно разобрать ошибки","Половина заданий верно","Выучить определения"}'
                when '2' then '{"Не готов к уроку","Прийти на консультацию","Домашняя работа не сделана","Пересдать на неделе"}'
                else '{""}' end::text[]) end,
       case when v.value = '.' then s.day + 14 end,
       least(s.till, s.ends_at + case when t.share = 1 then interval '5 h' else interval '1 min' end
                     + demo.dice('when ' || s.key || s.account) * interval '0.03 s'), s.staff_id
  from task t
  join school.work w on w.lesson_id = t.id
  join seat s on s.lesson_id = t.id
 cross join lateral (select case
           when s.is_absent then case when t.share = 1 and demo.dice('later ' || s.key || s.account) < 6500 then '.' end
           when s.code = 'ФК' and demo.dice('no sport ' || s.account) < 400 then case when t.kind = 'Норматив' then 'осв' end
           when demo.dice('asked ' || s.key || s.account) < t.share * 10000 * case when t.share < 0.5 then
                1 + 4.0 / (select count(*) from seat o where o.lesson_id = t.id) else 1 end
               then demo.value(s.account, s.code, s.key, t.shift) end as value) v
 where v.value is not null;

-- A second one for what was written: content, then language.
insert into school.mark (work_id, pupil_id, ordinal, subject_id, day, value, set_at, set_by)
select m.work_id, m.pupil_id, 2, m.subject_id, m.day, demo.value(s.account, 'Рус', 'language ' || s.key, -0.25), m.set_at, m.set_by
  from task t
  join school.work w on w.lesson_id = t.id
  join school.mark m on m.work_id = w.id and m.points is not null
  join seat s on s.lesson_id = t.id and s.pupil_id = m.pupil_id
 where t.kind in ('Сочинение', 'Контрольный диктант') and t.grade > 3;

-- Some weeks later most of the works are written, and some bad marks put right. Only what this file set, and once.
update school.mark m
   set value = demo.value(p.account, '', 'late work ' || m.work_id, -0.2), point_till = null,
       set_at = timezone(o.time_zone, m.point_till - 3 + time '14:40'), reason = 'Работа написана'
  from school.pupil p, moment o
 where p.id = m.pupil_id and o.school_id = p.school_id and m.value = '.' and m.point_till - 3 < o.today
   and m.comment = 'Не был на работе, можно написать до срока' and demo.dice('writes ' || p.account || m.day) < 8500;

update school.mark m
   set value = case when m.value = '2' and demo.dice('better ' || p.account || m.day) < 6000 then '3' else '4' end::school.mark_value,
       set_at = timezone(o.time_zone, m.day + 7 + time '14:15'),
       reason = demo.pick('why better ' || p.account || m.day,
           '{"Пересдача на консультации","Исправлена ошибка проверки","Работа над ошибками","Выставлено по апелляции"}')
  from school.pupil p, moment o
 where p.id = m.pupil_id and o.school_id = p.school_id and m.value in ('2', '3') and m.ordinal = 1 and m.reason = ''
   and m.day + 7 < o.today and m.day + 7 >= (o.since at time zone o.time_zone)::date
   and demo.dice('better ' || p.account || m.day || m.subject_id) < case m.value when '2' then 2200 else 250 end;

alter table school.mark enable trigger sum_marks;
select school.rebuild_averages() \g /dev/null

-- ---- what families say ------------------------------------------------------------------------------------------------------

-- An illness or a day away that began in these days: most parents write, on the first morning or the evening after; the class
-- tutor accepts, and now and then does not.
create temporary table told on commit drop as
select w.*, a.id as access_id, demo.dice('fate ' || w.account || w.first_day) as die
  from (select f.pupil_id, f.account, f.class_id, f.school_id, f.today, f.first_day, demo.ill_till(f.account, f.first_day) as last_day, 'ill' as reason
          from (select f.pupil_id, f.account, f.class_id, f.school_id, f.today, min(f.day) as seen, coalesce(f.ill_since, f.day) as first_day
                  from fate f where f.ill_since is not null group by 1, 2, 3, 4, 5, 7) f
        union all
        select f.pupil_id, f.account, f.class_id, f.school_id, f.today, f.day, f.day, 'excused' from fate f where f.is_away and f.ill_since is null) w
  join auth.access a on a.pupil_id = w.pupil_id and a.ordinal = 1
 where demo.dice('tells ' || w.account || w.first_day) < 6500;

create temporary table touched (excuse_id bigint not null) on commit drop;

do $$
declare
    v record;
    v_id bigint;
    v_sent timestamptz;
    v_state school.excuse_state;
    v_ahead boolean;
begin
    for v in select t.*, m.till, m.time_zone, k.tutor_id
               from told t join moment m on m.school_id = t.school_id join school.class k on k.id = t.class_id
              order by t.first_day, t.account loop
        v_ahead := v.die % 10 < 4;
        v_sent := timezone(v.time_zone, v.first_day + case when v_ahead then time '07:20' else time '19:40' end
                           + (v.die % 40) * interval '1 min');
        continue when v_sent > v.till;
        v_state := case when v.first_day > v.today - 6 and v.die < 5500 then 'sent' when v.die % 100 < 6 then 'rejected'
                        when v.die % 100 < 9 then 'withdrawn' else 'accepted' end;
        continue when exists (select from school.excuse e where e.pupil_id = v.pupil_id and e.kind = 'absence'
            and daterange(e.first_day, e.last_day, '[]') && daterange(v.first_day, v.last_day, '[]'));
        insert into school.excuse (pupil_id, access_id, kind, reason, first_day, last_day, body, file_id, is_ahead, state, sent_at,
            decided_by, decided_at, answer)
        values (v.pupil_id, v.access_id, 'absence', v.reason::school.absence_reason, v.first_day, v.last_day,
            demo.pick('body ' || v.account || v.first_day, case v.reason
                when 'ill' then '{"Температура, вызвали врача.","ОРВИ, на больничном. Справку принесём.","Болит горло, остаёмся дома.",'
                    '"Отравление, врач оставил дома на несколько дней."}'
                else '{"Семейные обстоятельства.","Соревнования по плаванию, письмо от тренера приложим.","Плановый приём у врача в поликлинике.",'
                    '"Едем к родственникам, вернёмся завтра."}' end::text[]),
            case when v.reason = 'ill' and v.die % 7 = 0 and v.first_day > v.today - 60
                 then site.keep_file(v.school_id, 'Справка.png', 'image/png', demo.picture()) end,
            v_ahead, v_state, v_sent, case when v_state in ('accepted', 'rejected') then v.tutor_id end,
            case when v_state in ('accepted', 'rejected') then least(v.till, v_sent + interval '5 h') end,
            case when v_state = 'rejected' then demo.pick('no ' || v.account || v.first_day,
                '{"Нужна справка от врача.","Ребёнка видели в школе в этот день.","Просим принести документ."}') else '' end)
        returning id into v_id;
        insert into pg_temp.touched (excuse_id) values (v_id);
    end loop;
end $$;

-- Word of what is to come: somebody in each class knows already that he will be away on a day of the next week.
insert into school.excuse (pupil_id, access_id, kind, reason, first_day, last_day, body, is_ahead, state, sent_at, decided_by, decided_at)
select p.id, a.id, 'absence', 'excused', d.day, d.day,
       'Выезжаем на соревнования, вернёмся на следующий день.', true,
       x.state, m.till - interval '3 h', case x.state when 'accepted' then k.tutor_id end, case x.state when 'accepted' then m.till - interval '1 h' end
  from moment m
  join school.year y on y.school_id = m.school_id and m.today between y.first_day and y.last_day
  join school.class k on k.year_id = y.id
  join lateral (select p.id, p.account from school.pupil p where p.class_id = k.id
                 order by demo.dice('next week ' || p.account || date_trunc('week', m.today)) limit 1) p on true
  join auth.access a on a.pupil_id = p.id and a.ordinal = 1
 cross join lateral (select (date_trunc('week', m.today) + interval '8 days')::date as day) d
 cross join lateral (select case when demo.dice('sees ' || p.account || d.day) < 5000 then 'sent' else 'accepted' end::school.excuse_state as state) x
 where not exists (select from school.excuse e where e.pupil_id = p.id and e.kind = 'absence' and e.state in ('sent', 'accepted')
                      and d.day between e.first_day and e.last_day)
   and exists (select from school.lesson l where l.class_id = k.id and l.day = d.day);

-- Tutors come to what was sent a week ago.
with seen as (
    update school.excuse e
       set state = 'accepted', decided_by = k.tutor_id, decided_at = timezone(m.time_zone, e.first_day + 6 + time '15:00')
      from school.class k, moment m
     where e.state = 'sent' and m.school_id = k.school_id and e.first_day + 6 < m.today
       and e.sent_at < timezone(m.time_zone, e.first_day + 6 + time '15:00') and k.id = school.class_on(e.pupil_id, e.first_day)
    returning e.id
)
insert into touched (excuse_id) select s.id from seen s;

-- The journal says what was decided: while nobody has, the reason is not named.
update school.attendance a
   set code_id = c.id, source = case when e.state = 'accepted' then 'excuse' when e.state = 'rejected' then 'tutor' else 'teacher' end::school.attendance_source,
       set_by = coalesce(e.decided_by, a.set_by), set_at = coalesce(e.decided_at, a.set_at)
  from touched t
  join school.excuse e on e.id = t.excuse_id and e.state <> 'withdrawn', school.attendance_code o, school.attendance_code c
 where a.pupil_id = e.pupil_id and a.day between e.first_day and e.last_day and o.id = a.code_id and o.letter in ('н', 'б', 'у')
   and c.school_id = o.school_id
   and c.letter = case when e.state = 'sent' then 'н' when e.state = 'rejected' then 'нп' when e.reason = 'ill' then 'б' else 'у' end;

-- Tutors ask about what nobody has explained.
update school.attendance a
   set code_id = c.id, source = 'tutor', set_by = k.tutor_id, set_at = timezone(m.time_zone, a.day + 5 + time '14:30')
  from school.lesson l, school.class k, moment m, school.attendance_code o, school.attendance_code c, school.pupil p
 where l.id = a.lesson_id and k.id = l.class_id and m.school_id = k.school_id and o.id = a.code_id and o.letter = 'н' and p.id = a.pupil_id
   and a.source = 'teacher' and a.day + 5 < m.today and demo.dice('asks ' || p.account || a.day) < 8000 and c.school_id = k.school_id
   and c.letter = case when demo.ill_since(p.account, a.day) is null then 'у' else 'б' end;

-- ---- questions about a lesson, signatures of weeks --------------------------------------------------------------------------

insert into school.lesson_message (lesson_id, pupil_id, access_id, body, sent_at, reply, replied_by, replied_at)
select s.lesson_id, s.pupil_id, a.id, q.words[1], s.ends_at + interval '4 h', r.reply, case when r.reply is not null then s.staff_id end,
       case when r.reply is not null then s.ends_at + interval '20 h' end
  from seat s
  join auth.access a on a.pupil_id = s.pupil_id and a.ordinal = 1
 cross join lateral (select array[
     array['Можно ли сдать работу на консультации? Болел.', 'Да, приходите в среду после шестого урока.'],
     array['Не поняли задание на дом: какие номера делать?', 'Первые два обязательно, третий по желанию.'],
     array['За что снижена отметка?', 'Не хватило пояснений в решении, разберём на уроке.'],
     array['Подскажите, что повторить к контрольной?', 'Параграфы последних двух недель и разобранные задачи.']] as all_words) w
 cross join lateral (select array[w.all_words[n.n][1], w.all_words[n.n][2]] as words
                       from (select 1 + demo.dice('which ' || s.key || s.account) % 4 as n) n) q
 cross join lateral (select case when demo.dice('replies ' || s.key || s.account) < 8000 and s.ends_at + interval '20 h' <= s.till
                                 then q.words[2] end as reply) r
 where demo.dice('question ' || s.key || s.account) < 12 and s.is_graded and not s.is_forgotten and s.ends_at + interval '4 h' <= s.till
   and s.day > s.today - 120;

-- On Sunday evenings; the last week is signed by few as yet.
insert into school.week_signature (pupil_id, monday, access_id, signed_at)
select p.id, w.monday, a.id, x.at
  from moment m
  join school.pupil p on p.school_id = m.school_id
  join auth.access a on a.pupil_id = p.id and a.ordinal = 1
 cross join lateral (select distinct date_trunc('week', f.day)::date as monday from fate f where f.pupil_id = p.id) w
 cross join lateral (select timezone(m.time_zone, w.monday + 4 + time '18:00' + demo.dice('signs at ' || p.account || w.monday) * interval '25 s') as at) x
 where demo.dice('signs ' || p.account || w.monday) < 4500 + demo.dice('careful ' || p.account) / 2 and x.at <= m.till
    on conflict do nothing;

-- ---- the gate: the last sixty days ------------------------------------------------------------------------------------------

-- When each pupil came and went on each day: by his own lessons of that day, those to come today among them.
create temporary table walk on commit drop as
select f.pupil_id, f.account, f.school_id, f.day, m.time_zone, m.since, m.till, d.starts, d.ends, f.is_early, f.late_min,
       timezone(m.time_zone, f.day + d.starts + case when f.late_min is not null then f.late_min * interval '1 min'
           else - interval '4 min' - demo.dice('comes ' || f.account || f.day) * interval '0.15 s' end) as in_at,
       timezone(m.time_zone, f.day + case when f.is_early or f.is_skipping then d.ends - interval '37 min' else d.ends end
           + interval '3 min' + demo.dice('goes ' || f.account || f.day) * interval '0.12 s'
           + case when demo.dice('club ' || f.account || extract(isodow from f.day)) < 1500 and not f.is_early then interval '95 min'
                  else interval '0' end) as out_at
  from fate f
  join moment m on m.school_id = f.school_id
 cross join lateral (
       select min(b.starts) as starts, max(b.ends) as ends
         from school.lesson l
         join school.bell b on b.bells_id = (select school.bells_on(f.school_id, f.day)) and b.number = l.number
        where l.class_id = f.class_id and l.day = f.day and not l.is_cancelled and school.attends(f.pupil_id, l.subgroup_id)) d
 where f.day > m.today - 60 and f.ill_since is null and not f.is_away and d.starts is not null;

create temporary table step on commit drop as
select w.school_id, w.pupil_id, w.account, w.day, x.direction::gate.direction as direction, x.at, w.time_zone,
       demo.dice('card ' || w.account || w.day || x.direction) < 140 as has_no_card, x.is_strange,
       demo.dice('asked ' || w.account || w.day) < 6000 as is_permitted,
       case when w.school_id = (select s.id from school.school s where s.number = '039') and demo.dice('door ' || w.account) < 2500
            then 2 else 1 end as door
  from walk w
 cross join lateral (values ('in', w.in_at, false), ('out', w.out_at, w.is_early)) x(direction, at, is_strange)
 where x.at > w.since and x.at <= w.till;

-- What parents wrote to the guard before, used up at the door; and what he may expect today and tomorrow.
insert into gate.permit (pupil_id, access_id, kind, day, at, body, sent_at)
select s.pupil_id, a.id, 'early', s.day, (s.at at time zone s.time_zone)::time - interval '5 min',
       demo.pick('permit ' || s.account || s.day, '{"Приём у врача, заберу сама.","Отпустите, пожалуйста, на соревнования.","Семейные обстоятельства."}'),
       s.at - interval '4 h'
  from step s
  join auth.access a on a.pupil_id = s.pupil_id and a.ordinal = 1
 where s.is_strange and s.is_permitted and s.direction = 'out';

insert into gate.permit (pupil_id, access_id, kind, day, at, body, sent_at)
select p.id, a.id, x.kind::gate.permit_kind, d.day, x.at, x.body, m.till - interval '2 h'
  from moment m
 cross join lateral (select min(l.day) as day from school.lesson l join school.class k on k.id = l.class_id
                      where k.school_id = m.school_id and l.day > m.today) d
 cross join lateral (select p.id, p.account, row_number() over (order by demo.dice('permit ' || p.account || d.day)) as n
                       from school.pupil p where p.school_id = m.school_id and p.state = 'active' order by n limit 2) p
  join auth.access a on a.pupil_id = p.id and a.ordinal = 1
  join (values (1, 'early', time '11:30', 'Запись к стоматологу на 12:00, отпустите после четвёртого урока.'),
               (2, 'late', time '10:15', 'Сдаём анализы, придём к третьему уроку.')) x(n, kind, at, body) on x.n = p.n
 where d.day is not null
   and not exists (select from gate.permit g where g.pupil_id = p.id and g.day = d.day);

insert into gate.event (school_id, pupil_id, direction, at, source, door_id, device_id, number, said_at, card_id, is_warning, why, staff_id,
    note, received_at)
select s.school_id, s.pupil_id, s.direction, s.at, case when s.has_no_card then 'guard' else 'card' end::gate.source, d.door_id,
       case when not s.has_no_card then d.id end,
       case when not s.has_no_card then coalesce((select max(e.number) from gate.event e where e.device_id = d.id), 0)
           + row_number() over (partition by d.id, s.has_no_card order by s.at, s.pupil_id) end,
       case when not s.has_no_card then s.at end, case when not s.has_no_card then c.id end,
       s.has_no_card or (s.is_strange and not s.is_permitted),
       case when s.has_no_card then 'no_card' when s.is_strange and not s.is_permitted then 'no_permit' end::gate.why,
       case when s.has_no_card then g.id end, case when s.has_no_card then demo.pick('why ' || s.account || s.day,
           '{"Забыл карту дома","Карта не читается","Карта в другой куртке"}') else '' end, s.at + interval '1 s'
  from step s
  join lateral (select v.id, v.door_id from gate.device v where v.school_id = s.school_id and v.id like 'turnstile-%'
                 order by v.id offset s.door - 1 limit 1) d on true
  join gate.card c on c.pupil_id = s.pupil_id and c.ended_at is null and c.uid_hash = gate.card_hash(demo.card_uid(s.account))
  join demo.staff g on g.school_id = s.school_id and g.key = 'guard'
 order by s.at, s.pupil_id;

-- A lost card that somebody found, a transport card: the door stays shut.
insert into gate.event (school_id, pupil_id, direction, at, source, door_id, device_id, number, said_at, card_id, is_refused, is_warning, why, received_at)
select x.school_id, x.pupil_id, 'in', x.at, 'card', v.door_id, v.id,
       (select max(e.number) from gate.event e where e.device_id = v.id) + row_number() over (partition by v.id order by x.at), x.at, x.card_id,
       true, x.card_id is not null, case when x.card_id is null then 'unknown' else 'replaced' end::gate.why, x.at + interval '1 s'
  from (select distinct on (s.school_id, s.day) s.school_id, s.at - interval '8 s' as at, c.id as card_id, c.pupil_id
          from step s
          left join gate.card c on c.pupil_id = s.pupil_id and c.ended_at < s.at
         where s.direction = 'in' and demo.dice('strange card ' || s.school_id || s.day) < 900
         order by s.school_id, s.day, c.id, demo.dice('strange ' || s.account || s.day)) x
  join gate.device v on v.id = 'turnstile-' || (select s.number from school.school s where s.id = x.school_id) || '-1';

update gate.permit p set state = 'used', event_id = e.id
  from gate.event e, moment m
 where p.state = 'asked' and p.kind = 'early' and m.school_id = e.school_id and e.pupil_id = p.pupil_id and e.direction = 'out' and not e.is_refused
   and e.device_id like 'turnstile-%' and (e.at at time zone m.time_zone)::date = p.day and (e.at at time zone m.time_zone)::time >= p.at;

insert into gate.presence (pupil_id, school_id, is_inside, since, event_id)
select distinct on (e.pupil_id) e.pupil_id, e.school_id, e.direction = 'in', e.at, e.id
  from gate.event e join moment m on m.school_id = e.school_id
 where e.pupil_id is not null and not e.is_refused and e.at > m.till - interval '60 days'
 order by e.pupil_id, e.at desc, e.id desc
    on conflict (pupil_id) do update
   set is_inside = excluded.is_inside, since = excluded.since, event_id = excluded.event_id where gate.presence.since < excluded.since;

-- The same words again when somebody writes; readers that live say so.
update gate.device d set last_seen_at = m.till - interval '20 s', skew_s = 0
  from moment m where m.school_id = d.school_id and d.id like 'turnstile-%';

-- ---- marks of terms and years -----------------------------------------------------------------------------------------------

-- Of terms that are over: the weighted average, rounded; who has too few marks for one is not attested.
insert into school.final_mark (pupil_id, year_id, subject_id, period, term_id, value, set_by, set_at)
select a.pupil_id, t.year_id, a.subject_id, 'term', t.id,
       case when j.title = 'Физическая культура' and demo.dice('no sport ' || p.account) < 400 then 'осв'
            when a.n < 1 then 'н/а' else greatest(2, round(1.0 * a.weighted / a.weight))::text end::school.mark_value,
       h.staff_id, timezone(m.time_zone, t.last_day - 1 + time '15:30')
  from school.average a
  join school.term t on t.id = a.term_id
  join moment m on m.school_id = t.school_id and t.last_day < m.today
  join school.pupil p on p.id = a.pupil_id
  join school.subject j on j.id = a.subject_id
 cross join lateral (select c.staff_id from school.teaching c
                      where c.class_id = school.class_on(a.pupil_id, t.last_day) and c.subject_id = a.subject_id
                      order by c.subgroup_id, c.staff_id limit 1) h
    on conflict do nothing;

-- Of years that are over, and the exam that the last but one grades take.
insert into school.final_mark (pupil_id, year_id, subject_id, period, value, set_by, set_at)
select f.pupil_id, f.year_id, f.subject_id, x.period::school.final_period, x.value::school.mark_value, f.set_by, f.at
  from (select f.pupil_id, f.year_id, f.subject_id, min(f.set_by) as set_by, k.grade, j.title, p.account,
               greatest(2, round(avg(f.value::numeric) filter (where f.value in ('5', '4', '3', '2'))))::text as value,
               bool_or(f.value = 'осв') as is_free, timezone(m.time_zone, max(t.last_day) - 1 + time '16:00') as at
          from school.final_mark f
          join school.term t on t.id = f.term_id
          join moment m on m.school_id = t.school_id
          join school.year y on y.id = f.year_id
          join school.pupil p on p.id = f.pupil_id
          join school.class k on k.id = school.class_on(f.pupil_id, t.last_day)
          join school.subject j on j.id = f.subject_id
         where f.period = 'term' and m.today > (select max(o.last_day) from school.term o where o.year_id = f.year_id)
         group by f.pupil_id, f.year_id, f.subject_id, k.grade, j.title, p.account, m.time_zone) f
 cross join lateral (values ('year', case when f.is_free then 'осв' else coalesce(f.value, 'н/а') end),
                            ('exam', case when f.grade in (8, 10) and f.title in ('Алгебра', 'Алгебра и начала анализа', 'Русский язык')
                                          and not f.is_free then demo.value(f.account, 'exam', f.title, -0.1) end),
                            ('final', case when f.is_free then 'осв' else coalesce(f.value, 'н/а') end)) x(period, value)
 where x.value is not null
    on conflict do nothing;

update demo.progress p set till = m.till, planned = greatest(p.planned, m.today + 11) from moment m where m.school_id = p.school_id;
