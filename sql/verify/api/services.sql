-- Verify kabinet:api/services on pg

begin;

select 1 / count(*) from pg_roles where rolname = 'kabinet_services';

rollback;
