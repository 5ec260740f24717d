-- Revert kabinet:api/settings from pg

begin;

drop function cabinet.choose_child, cabinet.child_add, cabinet.password_begin, cabinet.password_change, cabinet.pupil_access,
    cabinet.pupil_access_begin, cabinet.pupil_access_new, cabinet.pupil_access_end, cabinet.devices, cabinet.sessions, cabinet.attempts,
    cabinet.device_revoke, cabinet.session_end, cabinet.sessions_end_others;
drop function auth.begin_inside, auth.drop_empty_login;
call auth.drop_program('settings');

commit;
