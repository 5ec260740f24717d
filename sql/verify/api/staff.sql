-- Verify kabinet:api/staff on pg

begin;

select 1 / has_function_privilege('kabinet_staff', f, 'execute')::int
  from unnest('{"staff.visitor(text)","staff.session_touch(text)","staff.login_begin(text,text)",
                "staff.login_finish(uuid,bytea,text,text,text)","staff.logout(text)"}'::text[]) f;

rollback;
