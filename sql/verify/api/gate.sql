-- Verify kabinet:api/gate on pg

begin;

select 1 / has_schema_privilege('kabinet_gate', 'staff', 'usage')::int;

rollback;
