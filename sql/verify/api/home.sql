-- Verify kabinet:api/home on pg

begin;

select 1 / has_function_privilege('kabinet_home', f, 'execute')::int
  from unnest('{"cabinet.home(text)","cabinet.home_statistics(text)","cabinet.home_announcements(text,integer,bigint)",
                "cabinet.home_contacts(text)"}'::text[]) f;

rollback;
