-- Verify kabinet:api/head on pg

begin;

select 1 / (count(*) > 20 and bool_and(has_function_privilege('kabinet_head', p.oid, 'execute')) and
            not bool_or(has_function_privilege('public', p.oid, 'execute')))::int
  from pg_proc p where p.pronamespace = 'staff'::regnamespace and p.proname like 'head\_%';
select 1 / (not has_function_privilege('kabinet_head', 'school.remake_lessons(bigint, date)', 'execute'))::int;

rollback;
