-- Verify kabinet:api/login on pg

begin;

select 1 / has_function_privilege('kabinet_login', f, 'execute')::int
  from unnest('{"cabinet.login_begin(text,text,text,text)","cabinet.login_finish(uuid,bytea,text,text,text,text)",
                "cabinet.login_first(uuid,bytea,bytea,integer,bytea,text,text,text,text)","cabinet.logout(text)"}'::text[]) f;

rollback;
