-- Verify kabinet:api/class on pg

begin;

select 1 / has_schema_privilege('kabinet_class', 'staff', 'usage')::int;

rollback;
