-- Verify kabinet:api/head on pg

begin;

select 1 / has_schema_privilege('kabinet_head', 'staff', 'usage')::int;

rollback;
