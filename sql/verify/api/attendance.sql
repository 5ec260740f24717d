-- Verify kabinet:api/attendance on pg

begin;

select 1 / has_schema_privilege('kabinet_attendance', 'cabinet', 'usage')::int;

rollback;
