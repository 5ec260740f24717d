-- Verify kabinet:api/security on pg

begin;

select 1 / has_schema_privilege('kabinet_security', 'cabinet', 'usage')::int;

rollback;
