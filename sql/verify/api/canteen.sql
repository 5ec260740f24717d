-- Verify kabinet:api/canteen on pg

begin;

select 1 / count(*) from pg_roles where rolname = 'kabinet_canteen';

rollback;
