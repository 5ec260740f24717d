-- Deploy kabinet:tables/people to pg
-- requires: tables/school

-- The only place where people have names. No program of the cabinet may use this schema; contracts are issued, and later
-- shown to school staff, by functions that do nothing else.

begin;

set local role kabinet_owner;

create schema people;
comment on schema people is 'Names and contracts. No program''s role has any right here';

create table people.person (
    id           bigint generated always as identity primary key,
    last_name    text not null check (last_name <> ''),
    first_name   text not null check (first_name <> ''),
    middle_name  text not null default '',
    created_at   timestamptz not null default now()
);
comment on table people.person is 'People: children and their adults';
comment on column people.person.middle_name is 'Отчество; empty for those who have none';

create table people.pupil (
    pupil_id   bigint primary key references school.pupil,
    person_id  bigint not null unique references people.person
);
comment on table people.pupil is 'Who a pupil is';

create table people.adult (
    pupil_id   bigint not null references people.pupil,
    ordinal    smallint not null check (ordinal between 1 and 9),
    person_id  bigint not null references people.person,
    primary key (pupil_id, ordinal),
    unique (pupil_id, person_id)
);
comment on table people.adult is 'The adults of a pupil';
comment on column people.adult.ordinal is 'As in the login name: 1 logs in as I44F2EUE5W, 2 as I44F2EUE5W-2';
create index adult_person on people.adult (person_id);

create table people.contract (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    number     text not null check (number <> ''),
    signed_on  date not null,
    payer_id   bigint not null references people.person,
    pupil_id   bigint not null references people.pupil,
    ended_on   date,
    check (ended_on >= signed_on),
    unique (school_id, number)
);
comment on table people.contract is 'Contracts: who pays for whom';
comment on column people.contract.payer_id is 'Плательщик, the party of the contract';
create unique index contract_in_force on people.contract (pupil_id) where ended_on is null;
create index contract_payer on people.contract (payer_id);

commit;
