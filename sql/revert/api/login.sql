-- Revert kabinet:api/login from pg

begin;

drop function cabinet.login_begin, cabinet.login_finish, cabinet.login_first, cabinet.child_add, cabinet.password_begin,
    cabinet.password_change, cabinet.pupil_access, cabinet.pupil_access_new, cabinet.pupil_access_end, cabinet.devices,
    cabinet.sessions, cabinet.attempts, cabinet.device_revoke, cabinet.session_end, cabinet.sessions_end_others;
drop function auth.parent, auth.drop_empty_login, auth.set_code, auth.set_password, auth.enter, auth.note,
    auth.finish_attempt, auth.begin_attempt, auth.credential_of, auth.give_back, auth.charge, auth.lock_budgets, auth.budgets;

commit;
