-- Verify kabinet:api/tutor on pg

begin;

select 1 / count(*) from pg_roles where rolname = 'kabinet_tutor';

rollback;
