-- Revert kabinet:api/login from pg

begin;

drop function cabinet.login_begin, cabinet.login_finish, cabinet.login_first, cabinet.logout;
drop function auth.set_code, auth.set_password, auth.enter, auth.note, auth.attempts_of,
    auth.finish_attempt, auth.begin_attempt, auth.credential_of, auth.give_back, auth.charge, auth.is_spared, auth.lock_budgets, auth.budgets;
call auth.drop_program('login');

commit;
