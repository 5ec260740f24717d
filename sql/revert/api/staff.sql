-- Revert kabinet:api/staff from pg

begin;

drop function people.staff_list, people.staff_leave, people.set_staff_roles, people.hire, people.set_staff_secret,
    people.staff_roles, people.staff_of, people.note_staff;
drop schema staff cascade;
drop function people.staff_name, people.pupil_name, auth.note_staff, auth.staff_with, auth.resolve_staff;
drop type auth.staff_visit;
call auth.drop_program('staff');

commit;
