-- Verify kabinet:api/catalogue on pg

begin;

select 1 / has_function_privilege('kabinet_librarian', 'staff.catalogue_stage(text, text, text, text, integer, text)', 'execute')::int;

rollback;
