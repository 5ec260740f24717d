-- Verify kabinet:api/session on pg

begin;

select 'auth.resolve(text)'::regprocedure;
select 1 / has_function_privilege('kabinet_' || r, f, 'execute')::int
  from unnest('{login,home,settings,finance}'::text[]) r,
       unnest('{"cabinet.visitor(text)","cabinet.session_touch(text)"}'::text[]) f;
select 1 / has_function_privilege('kabinet_login', 'cabinet.logout(text)', 'execute')::int;
select 1 / has_function_privilege('kabinet_settings', 'cabinet.choose_child(text,text)', 'execute')::int;

rollback;
