-- Revert kabinet:tables/staff from pg

begin;

alter table school.class drop column tutor_id;
drop table auth.staff_session;
delete from auth.attempt a where a.kind = 'staff';
delete from auth.credential c where c.kind = 'staff';
alter table auth.attempt drop column staff_id;
alter table auth.credential drop column staff_id;
drop table people.staff, auth.staff;
drop type auth.staff_role;

commit;
