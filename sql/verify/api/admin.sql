-- Verify kabinet:api/admin on pg

begin;

select 1 / count(*) from pg_roles where rolname = 'kabinet_admin';

rollback;
