-- What holds for every table and function of Kabinet, whoever adds them.
begin;
set local client_min_messages = warning;
create extension if not exists pgtap;
create schema inspection;
create extension if not exists plpgsql_check schema inspection;
select no_plan();

create temporary view ours as
    select n.oid, n.nspname from pg_namespace n join pg_roles r on r.oid = n.nspowner
     where r.rolname = 'kabinet_owner' and n.nspname !~ '^pg_';
create temporary view programs as
    select r.rolname from pg_roles r where r.rolname like 'kabinet\_%' and r.rolname <> 'kabinet_owner';

select ok((select count(*) from ours) >= 7, 'the schemas are there');
-- What follows looks at the owner's schemas alone: one made before `set local role kabinet_owner` would be seen by nobody.
select is_empty($$ select n.nspname from pg_namespace n where n.nspowner <> 'kabinet_owner'::regrole
    and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public', 'sqitch', 'trgm', 'inspection') $$, 'every schema is the owner''s');
select ok((select count(*) from programs) >= 5, 'the programs have roles');
select is_empty($$ select p.rolname from programs p join pg_roles r using (rolname)
    where not r.rolcanlogin or r.rolinherit or not has_database_privilege(r.oid, current_database(), 'connect')
       or has_database_privilege(r.oid, current_database(), 'create,temporary')
       or shobj_description(r.oid, 'pg_authid') is null
       or not exists (select from pg_db_role_setting s where s.setrole = r.oid and s.setconfig = '{"search_path=\"\""}'
           and s.setdatabase = (select d.oid from pg_database d where d.datname = current_database())) $$,
    'each was made by auth.add_program()');
select is_empty($$ select r.rolname from programs r where 1 <> (select count(*) from ours n
    where has_schema_privilege(r.rolname, n.oid, 'usage')) $$, 'and may use one schema');
select is_empty($$ select o.rolname from pg_roles o where o.rolname like 'kabinet\_%'
    and (o.rolsuper or o.rolcreaterole or o.rolcreatedb or o.rolbypassrls or o.rolreplication) $$, 'roles without privileges');
select is_empty($$ select m.roleid::regrole, m.member::regrole from pg_auth_members m
    where m.member in (select rolname::regrole from programs) $$, 'programs'' roles are members of nothing');
select is_empty($$ select c.oid::regclass from pg_class c join ours n on n.oid = c.relnamespace
    where c.relowner <> 'kabinet_owner'::regrole $$, 'one owner of tables');
select is_empty($$ select p.oid::regprocedure from pg_proc p join ours n on n.oid = p.pronamespace
    where p.proowner <> 'kabinet_owner'::regrole $$, 'one owner of functions');

-- The token wall
select is_empty($$ select r.rolname, c.oid::regclass, v.privilege
    from programs r, pg_class c join ours n on n.oid = c.relnamespace,
         unnest('{select,insert,update,delete,truncate,references,trigger}'::text[]) v(privilege)
    where c.relkind in ('r', 'p', 'v', 'm') and has_table_privilege(r.rolname, c.oid, v.privilege) $$,
    'no program has a right to any table');
select is_empty($$ select r.rolname, a.attrelid::regclass, a.attname
    from programs r, pg_attribute a join pg_class c on c.oid = a.attrelid join ours n on n.oid = c.relnamespace
    where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm')
      and has_column_privilege(r.rolname, a.attrelid, a.attnum, 'select,insert,update,references') $$, 'nor to a column');
select is_empty($$ select r.rolname, c.oid::regclass from programs r, pg_class c join ours n on n.oid = c.relnamespace
    where c.relkind = 'S' and has_sequence_privilege(r.rolname, c.oid, 'usage,select,update') $$, 'nor to a sequence');
select is_empty($$ select r.rolname, n.nspname from programs r, ours n where has_schema_privilege(r.rolname, n.oid, 'create') $$,
    'no program may create anything');
select is_empty($$ select r.rolname, n.nspname from programs r, ours n where n.nspname not in ('cabinet', 'staff', 'device', 'bank_api', 'job_api')
    and has_schema_privilege(r.rolname, n.oid, 'usage') $$, 'only API schemas may be used');
select is_empty($$ select r.rolname from programs r where has_schema_privilege(r.rolname, 'people', 'usage') $$,
    'nobody may use people');
select is_empty($$ select p.oid::regprocedure from pg_proc p join ours n on n.oid = p.pronamespace,
    aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0 $$, 'PUBLIC may execute nothing');
select is_empty($$ select p.oid::regprocedure, r.rolname from pg_proc p join ours n on n.oid = p.pronamespace, programs r
    where n.nspname not in ('cabinet', 'staff', 'device', 'bank_api', 'job_api') and has_function_privilege(r.rolname, p.oid, 'execute') $$,
    'programs execute API functions alone');
select is_empty($$ select p.oid::regprocedure from pg_proc p join ours n on n.oid = p.pronamespace
    where n.nspname in ('cabinet', 'staff', 'device', 'job_api') and not p.prosecdef $$, 'every API function runs as the owner');
select is_empty($$ select p.oid::regprocedure from pg_proc p join ours n on n.oid = p.pronamespace
    where n.nspname in ('cabinet', 'staff') and p.proargnames[1] is distinct from 'p_token'
      and p.proname not in ('login_begin', 'login_finish', 'login_first', 'calendar_feed') $$, 'every API function takes the token first');
select is_empty($$ select p.oid::regprocedure from pg_proc p join ours n on n.oid = p.pronamespace
    where p.prosecdef and p.provolatile = 'v' and p.proconfig is null $$, 'functions that write as the owner fix their search_path');

select is_empty($$ select r.rolname, p.oid::regprocedure from pg_proc p, programs r
    where p.pronamespace = 'pg_catalog'::regnamespace and p.proname ~ 'advisory|^lo_|^loread$|^lowrite$'
      and p.prorettype <> 'trigger'::regtype and has_function_privilege(r.rolname, p.oid, 'execute') $$,
    'programs take no advisory locks and make no large objects');

-- As each role, by hand: the catalog's opinion is not enough.
create temporary table tried (role name, statement text, state text);
do $$
declare
    v_role name;
    v_table regclass;
begin
    for v_role in select rolname from programs loop
        for v_table in select c.oid from pg_class c join ours n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v') loop
            begin
                execute format('set local role %I', v_role);
                execute format('select 1 from %s', v_table);
                raise exception 'allowed' using errcode = 'KB000';
            exception when others then
                reset role;
                insert into tried values (v_role, v_table::text, sqlstate);
            end;
        end loop;
    end loop;
end $$;
select ok((select count(*) from tried) >= 100, 'each role tried each table');
select is_empty($$ select role, statement, state from tried where state <> '42501' $$, 'each was denied');

-- Every API function that takes a token refuses one that is nobody's, an empty one and none.
create temporary table refused (call text, token text, state text);
do $$
declare
    v_function record;
    v_token text;
    v_call text;
begin
    for v_function in select p.oid::regprocedure as name, n.nspname, p.proname, p.pronargs, p.proargtypes
                        from pg_proc p join ours n on n.oid = p.pronamespace
                       where n.nspname in ('cabinet', 'staff') and p.proargnames[1] = 'p_token' loop
        foreach v_token in array array['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', '', null] loop
            v_call := format('select * from %I.%I(%L%s)', v_function.nspname, v_function.proname, v_token,
                (select coalesce(string_agg(format(', null::%s', t.type::regtype), '' order by t.place), '')
                   from unnest(v_function.proargtypes) with ordinality t(type, place) where t.place > 1));
            begin
                execute v_call;
                raise exception 'answered' using errcode = 'KB000';
            exception when others then
                insert into refused values (v_call, v_token, sqlstate);
            end;
        end loop;
    end loop;
end $$;
select ok((select count(*) from refused) >= 60, 'each function was called without a good token');
select is_empty($$ select call, state from refused where state <> 'KB401' $$, 'each said KB401');

-- plpgsql_check reads every body, with nothing on the search path: an unqualified name would not be found.
-- The importer's functions work on temporary tables that the first of them makes.
select 1 from bank_api.import_begin('nothing', sha256(''), '') \g /dev/null
select bank.import_sort(null, '', '', '', false) \g /dev/null
create temporary table registry_match (ordinal integer primary key, payment_id bigint not null unique);
set local search_path = '';
create temporary table findings as
select p.oid::regprocedure::text as function, f.level, f.message, f.statement, f.lineno
  from pg_catalog.pg_proc p
  join pg_temp.ours n on n.oid = p.pronamespace
  join pg_catalog.pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql',
       lateral inspection.plpgsql_check_function_tb(p.oid,
           coalesce((select t.tgrelid from pg_catalog.pg_trigger t where t.tgfoid = p.oid limit 1), 0::oid)::regclass,
           newtable := (select coalesce(t.tgnewtable, t.tgoldtable)::text from pg_catalog.pg_trigger t where t.tgfoid = p.oid limit 1),
           extra_warnings := true, performance_warnings := false, security_warnings := true) f
 where f.level <> 'warning extra' or f.message not like 'unused parameter%';
set local search_path = public, pg_catalog;
select is_empty('select function, lineno, level, message, statement from findings', 'plpgsql_check finds nothing');

-- Documentation: \d+ tells what a table is for.
select is_empty($$ select c.oid::regclass from pg_class c join ours n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v') and obj_description(c.oid, 'pg_class') is null $$, 'every table and view has a comment');
select is_empty($$ select p.oid::regprocedure from pg_proc p join ours n on n.oid = p.pronamespace
    where obj_description(p.oid, 'pg_proc') is null $$, 'every function has a comment');
select is_empty($$ select n.nspname from ours n where obj_description(n.oid, 'pg_namespace') is null $$, 'every schema too');

-- The cabinet never shows a name: none of its functions reads the schema of names, nor calls what does.
select is_empty($$ select p.oid::regprocedure from pg_proc p join ours n on n.oid = p.pronamespace
    where n.nspname in ('cabinet', 'device') and p.prosrc ~ '\mpeople\.' $$, 'no function of the cabinet reads people');

-- Refusals stand in the server's log: they name nobody.
select is_empty($$ select p.oid::regprocedure from pg_proc p join ours n on n.oid = p.pronamespace
    where p.prosrc ~ 'raise exception[^;]*\mpeople\.' $$, 'no refusal is made of a name');

-- Names of people stand in people alone.
select is_empty($$ select c.oid::regclass, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
    join ours n on n.oid = c.relnamespace
    where n.nspname <> 'people' and c.relkind in ('r', 'p', 'v')
      and a.attname in ('last_name', 'first_name', 'middle_name', 'full_name', 'surname', 'patronymic') $$,
    'no column for a name outside people');
select is_empty($$ select c.conrelid::regclass, c.conname from pg_constraint c join pg_class t on t.oid = c.conrelid
    join ours n on n.oid = t.relnamespace
    where c.contype = 'f' and not exists (select from pg_index i where i.indrelid = c.conrelid
      and (i.indkey::int2[])[0:0] <@ c.conkey and i.indkey[0] = any (c.conkey))
      and c.conrelid::regclass::text not in ('auth.budget') and n.nspname in ('school', 'people', 'auth', 'site')
      -- Who did it, of what kind: rows that end by a date and are never deleted, so nobody looks from their side.
      and not (n.nspname = 'school' and c.confrelid::regclass::text in ('auth.staff', 'auth.access', 'school.subject',
          'school.work_kind', 'school.exam_task', 'school.attendance_code', 'school.year')) $$,
    'foreign keys have an index that begins with one of their columns');

select finish();
rollback;
