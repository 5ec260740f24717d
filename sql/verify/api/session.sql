-- Verify kabinet:api/session on pg

begin;

select 'auth.resolve(text)'::regprocedure, 'auth.add_program(text,text,text)'::regprocedure, 'auth.drop_program(text)'::regprocedure;
-- The programs deployed so far, whichever they are
select 1 / has_function_privilege(r.rolname, f, 'execute')::int
  from pg_roles r, unnest('{"cabinet.visitor(text)","cabinet.session_touch(text)","cabinet.expect_child(text,text)"}'::text[]) f
 where r.rolname like 'kabinet\_%' and has_schema_privilege(r.rolname, 'cabinet', 'usage');

rollback;
