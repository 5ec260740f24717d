-- Verify kabinet:api/meals on pg

begin;

select 1 / count(*) from pg_roles where rolname = 'kabinet_meals';

rollback;
