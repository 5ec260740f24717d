-- Verify kabinet:api/session on pg

begin;

select 1 / has_function_privilege('kabinet_home', 'cabinet.visitor(text)', 'execute')::int;
select 1 / has_function_privilege('kabinet_home', 'cabinet.session_touch(text)', 'execute')::int;
select 1 / has_function_privilege('kabinet_login', 'cabinet.logout(text)', 'execute')::int;
select 1 / has_function_privilege('kabinet_settings', 'cabinet.choose_child(text, text)', 'execute')::int;
select 'auth.resolve(text)'::regprocedure;

rollback;
