-- Verify kabinet:api/reader on pg

begin;

select 1 / has_schema_privilege('kabinet_reader', 'device', 'usage')::int;

rollback;
