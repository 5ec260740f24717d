-- Revert kabinet:api/staff from pg

begin;

drop function people.hire, people.set_staff_secret;
drop schema staff cascade;
drop function people.staff_name, people.pupil_name, auth.note_staff, auth.staff_with, auth.resolve_staff;
drop type auth.staff_visit;
call auth.drop_program('staff');

commit;
