-- Verify kabinet:api/diary on pg

begin;

select 1 / has_schema_privilege('kabinet_diary', 'cabinet', 'usage')::int;

rollback;
