-- Verify kabinet:tables/people on pg

begin;

select id, last_name, first_name, middle_name, created_at from people.person where false;
select pupil_id, person_id from people.pupil where false;
select pupil_id, ordinal, person_id from people.adult where false;
select id, school_id, number, signed_on, payer_id, pupil_id, ended_on from people.contract where false;

do $$
begin
    assert not exists (select from pg_catalog.pg_roles r
                        where r.rolname like 'kabinet\_%' and r.rolname <> 'kabinet_owner'
                          and has_schema_privilege(r.oid, 'people', 'usage'));
end $$;

rollback;
