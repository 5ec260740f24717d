-- Doors, readers and cards. Of these readers nobody has the keys; scripts/demo makes others beside them for whoever plays a reader.

set local role kabinet_owner;

insert into gate.door (school_id, title, address)
select s.id, d.title, d.address
  from (values ('039', 'Главный вход', 'ул. Школьная, 39'), ('039', 'Второй вход', 'ул. Школьная, 39, со двора'),
               ('052', 'Главный вход', 'пер. Гимназический, 5')) d(school, title, address)
  join school.school s on s.number = d.school;

select gate.add_device(d.id, d.school, d.door, gen_random_uuid()::text)
  from (values ('turnstile-039-1', '027039', 'Главный вход'), ('turnstile-039-2', '027039', 'Второй вход'),
               ('turnstile-052-1', '027052', 'Главный вход')) d(id, school, door) \g /dev/null

create function demo.card_uid(p_account text, p_number integer default 1) returns text language sql immutable as $$
    select upper(substr(encode(sha256(convert_to('kabinet demo card ' || p_account || ' ' || p_number, 'UTF8')), 'hex'), 1, 8))
$$;
comment on function demo.card_uid is 'The UID of a pupil''s card, in hex; number 0 is one that was lost';

-- Everybody has a card, some a bracelet; some have lost one before.
insert into gate.card (school_id, pupil_id, kind, uid_hash, tail, issued_at, ended_at)
select p.school_id, p.id, case when demo.dice('bracelet ' || p.account) < 1200 then 'bracelet' else 'card' end::gate.card_kind,
       gate.card_hash(demo.card_uid(p.account, c.number)), right(demo.card_uid(p.account, c.number), 4),
       timezone(s.time_zone, y.first_day + interval '10 hours' + case when c.number = 1 and demo.dice('lost ' || p.account) < 800
           then interval '20 days' else interval '0' end),
       case when c.number = 0 then timezone(s.time_zone, y.first_day + interval '20 days 10 hours') end
  from school.pupil p
  join school.school s on s.id = p.school_id
  join school.class k on k.id = p.class_id
  join school.year y on y.id = k.year_id
 cross join (values (0), (1)) c(number)
 where c.number = 1 or demo.dice('lost ' || p.account) < 800
 order by p.account, c.number;
