-- Verify kabinet:api/settings on pg

begin;

select 1 / has_function_privilege('kabinet_settings', f, 'execute')::int
  from unnest('{"cabinet.login_begin(text,text,text,text)","cabinet.choose_child(text,text)",
                "cabinet.child_add(text,uuid,bytea)","cabinet.password_begin(text)",
                "cabinet.password_change(text,uuid,bytea,bytea,integer,bytea,text)","cabinet.pupil_access(text)",
                "cabinet.pupil_access_begin(text)",
                "cabinet.pupil_access_new(text,uuid,bytea,integer,bytea)","cabinet.pupil_access_end(text)",
                "cabinet.devices(text,text)","cabinet.sessions(text)","cabinet.attempts(text)",
                "cabinet.device_revoke(text,uuid)","cabinet.session_end(text,uuid)",
                "cabinet.sessions_end_others(text)"}'::text[]) f;

rollback;
