-- Deploy kabinet:api/admin to pg
-- requires: api/staff

begin;

call auth.add_program('admin', 'The administrator: jobs', 'staff');
set local role kabinet_owner;

commit;
