-- Who of the schools' staff looked at whose data in the last month: after loading, once. From then on people look by themselves.

insert into site.viewing (at, school_id, staff_id, role, purpose, class_id, pupil_id, team_id)
select a.at, a.school_id, a.staff_id, a.role, a.purpose, a.class_id, a.pupil_id, a.team_id
  from (
    -- The teacher opens the lesson while it goes on, and the marks after it.
    select timezone(s.time_zone, l.day + b.starts) + demo.dice('view ' || l.id) % 30 * interval '1 min' as at, k.school_id, l.staff_id,
           case when k.tutor_id = l.staff_id then 'tutor' else 'teacher' end as role, 'journal-lesson' as purpose, l.class_id, null::bigint as pupil_id,
           null::bigint as team_id
      from school.lesson l
      join school.class k on k.id = l.class_id
      join school.school s on s.id = k.school_id
      join school.bells r on r.school_id = s.id and r.is_default
      join school.bell b on b.bells_id = r.id and b.number = l.number
     where l.day > current_date - 30 and l.roll_at is not null
    union all
    select w.at, k.school_id, l.staff_id, case when k.tutor_id = l.staff_id then 'tutor' else 'teacher' end, 'journal-marks', l.class_id, null, null
      from (select m.work_id, max(m.day) + time '15:10' + demo.dice('marks ' || m.work_id) % 200 * interval '1 min' as local_at
              from school.mark m where m.day > current_date - 30 group by m.work_id) g
      join school.work k0 on k0.id = g.work_id
      join school.lesson l on l.id = k0.lesson_id
      join school.class k on k.id = l.class_id
      join school.school s on s.id = k.school_id
     cross join lateral (select timezone(s.time_zone, g.local_at) as at) w
    union all
    -- The tutor looks who is here, and at the meals; the canteen serves the class; both on each day with lessons.
    select timezone(s.time_zone, d.day + v.starts) + demo.dice(v.purpose || k.id || d.day) % 40 * interval '1 min', k.school_id, k.tutor_id,
           'tutor', v.purpose, k.id, null, null
      from school.class k
      join school.school s on s.id = k.school_id
     cross join (values ('class-attendance', time '09:00', 9000), ('class-meals', time '08:15', 6000)) v(purpose, starts, often)
     cross join lateral (select distinct l.day from school.lesson l where l.class_id = k.id and l.day between current_date - 30 and current_date) d
     where k.tutor_id is not null and demo.dice(v.purpose || ' ' || k.id || ' ' || d.day) < v.often
    union all
    select timezone(s.time_zone, d.day + time '10:20') + demo.dice('canteen ' || k.id || d.day) % 60 * interval '1 min', k.school_id, f.id,
           'canteen', 'canteen-list', k.id, null, null
      from school.class k
      join school.school s on s.id = k.school_id
      join demo.staff f on f.school_id = s.id and f.key = 'canteen'
     cross join lateral (select distinct l.day from school.lesson l where l.class_id = k.id and l.day between current_date - 30 and current_date) d
     where demo.dice('list ' || k.id || ' ' || d.day) < 5000
    union all
    -- The guard has the door's monitor all day long; now and then somebody opens the card of one child.
    select timezone(s.time_zone, d.day + time '07:40') + n * interval '15 min', s.id, f.id, 'guard', 'gate-monitor', null, null, null
      from school.school s
      join demo.staff f on f.school_id = s.id and f.key = 'guard'
     cross join lateral (select distinct l.day from school.class k join school.lesson l on l.class_id = k.id
                          where k.school_id = s.id and l.day between current_date - 30 and current_date) d
     cross join generate_series(0, 36, 2) n
    union all
    select timezone(s.time_zone, c.day + time '11:00') + demo.dice(c.purpose || p.id) % 180 * interval '1 min', s.id, f.id, c.role, c.purpose, null, p.id, null
      from (select p.id, p.school_id, v.key, v.role, v.purpose, current_date - 1 - demo.dice(v.purpose || ' day ' || p.id) % 28 as day
              from school.pupil p,
                   (values ('canteen', 'canteen', 'canteen-serve', 8000), ('librarian', 'librarian', 'library-desk', 6000),
                           ('canteen', 'canteen', 'canteen-child', 1000)) v(key, role, purpose, often)
             where p.state = 'active' and demo.dice(v.purpose || ' ' || p.id) < v.often) c
      join school.pupil p on p.id = c.id
      join school.school s on s.id = c.school_id
      join demo.staff f on f.school_id = s.id and f.key = c.key
     where extract(isodow from c.day) < 6
    union all
    -- The teacher of a paid group, each day that it is written off.
    select distinct timezone(s.time_zone, c.day + time '15:05') + demo.dice('team ' || c.team_id || c.day) % 40 * interval '1 min', c.school_id,
           c.staff_id, 'teacher', 'services-lesson', null::bigint, null::bigint, c.team_id
      from service.charge c join school.school s on s.id = c.school_id
     where c.day > current_date - 30) a
 where a.at < now() - interval '15 min' and a.staff_id is not null
   and not exists (select from site.viewing)
 order by a.at;
