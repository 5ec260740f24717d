-- Revert kabinet:api/home from pg

begin;

drop function cabinet.home, cabinet.home_statistics, cabinet.home_announcements, cabinet.home_contacts;
call auth.drop_program('home');

commit;
