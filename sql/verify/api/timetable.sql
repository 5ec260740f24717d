-- Verify kabinet:api/timetable on pg

begin;

select 1 / has_schema_privilege('kabinet_timetable', 'cabinet', 'usage')::int;

rollback;
