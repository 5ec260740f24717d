-- Verify kabinet:api/journal on pg

begin;

select 1 / has_schema_privilege('kabinet_journal', 'staff', 'usage')::int;

rollback;
