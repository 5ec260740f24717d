-- Deploy kabinet:tables/school to pg
-- requires: roles

-- Schools and the pupils in them, by ИДН and account number; no names here. Every table says whose school it is about, and
-- composite foreign keys keep a class, its year and its pupils in one school.

begin;

set local role kabinet_owner;

create schema school;
comment on schema school is 'Schools, years, classes, pupils by ИДН; never a name of a person';

create table school.school (
    id           bigint generated always as identity primary key,
    region       text not null check (region ~ '^[0-9]{3}$'),
    number       text not null check (number ~ '^[0-9]{3}$'),
    name         text not null check (name <> ''),
    time_zone    text not null,
    next_serial  smallint not null default 0 check (next_serial between 0 and 10000),
    presence_floor  smallint not null default 90 check (presence_floor between 0 and 100),
    reception    text not null default '' check (char_length(reception) <= 300),
    reception_url  text not null default '' check (reception_url ~ '^(https://[^[:space:]"<>]{4,200})?$'),
    unique (region, number),
    -- timezone() refuses a zone that PostgreSQL does not know.
    check (timezone(time_zone, timestamptz '2026-01-01 00:00+00') is not null)
);
comment on table school.school is 'Schools';
comment on column school.school.region is 'Digits 1-3 of its account numbers';
comment on column school.school.number is 'Digits 4-6 of its account numbers';
comment on column school.school.name is 'As parents read it: «школа № 39»';
comment on column school.school.time_zone is 'IANA name: Asia/Krasnoyarsk. Everything shown to visitors is in this zone';
comment on column school.school.presence_floor is 'Per cent of lessons: who is present less often is warned about';
comment on column school.school.reception is 'Where official appeals go, in words: an address, an e-mail address, hours';
comment on column school.school.reception_url is 'The page of the school''s site for them; '''' for none';
comment on column school.school.next_serial is 'Digits 7-10 of the next account number; 10000: the numbers are used up';

create table school.year (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    first_day  date not null,
    last_day   date not null,
    check (first_day < last_day),
    unique (id, school_id),
    -- A school's years do not overlap. A range of one id stands for equality, which GiST lacks for bigint.
    exclude using gist (int8range(school_id, school_id, '[]') with &&, daterange(first_day, last_day, '[]') with &&)
);
comment on table school.year is 'School years';
create index year_school on school.year (school_id);

create table school.class (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    year_id    bigint not null,
    grade      smallint not null check (grade between 1 and 11),
    letter     text not null check (letter ~ '^[А-Я]$'),
    name       text not null generated always as (grade::text || ' «' || letter || '»') stored,
    shift      smallint not null default 1 check (shift in (1, 2)),
    foreign key (year_id, school_id) references school.year (id, school_id),
    unique (year_id, grade, letter),
    unique (id, school_id)
);
comment on table school.class is 'Classes of a year: 7 «Б» of next year is another row';
comment on column school.class.shift is 'Смена: when the class comes to school and eats';
create index class_school on school.class (school_id);

create type school.pupil_state as enum ('active', 'left');

create table school.pupil (
    id          bigint generated always as identity primary key,
    school_id   bigint not null references school.school,
    class_id    bigint,
    idn         text collate "C" not null unique check (idn ~ '^I[2-9A-HJKMNP-Z]{9}$'),
    account     text collate "C" not null unique check (account ~ '^[0-9]{10}$'),
    state       school.pupil_state not null default 'active',
    created_at  timestamptz not null default now(),
    foreign key (class_id, school_id) references school.class (id, school_id),
    check (state = 'left' or class_id is not null)
);
comment on table school.pupil is 'Pupils; who they are is known to the schema people alone';
comment on column school.pupil.class_id is 'NULL is allowed only for those who left';
comment on column school.pupil.idn is 'ИДН: the anonymous name of the cabinet. I and nine characters without look-alikes (0 O 1 I L)';
comment on column school.pupil.account is 'Лицевой счёт: region, school, serial. Stays with the pupil for life';
create index pupil_class on school.pupil (class_id);
create index pupil_school on school.pupil (school_id);

commit;
