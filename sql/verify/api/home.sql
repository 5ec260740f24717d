-- Verify kabinet:api/home on pg

begin;

select 1 / has_function_privilege('kabinet_home', f, 'execute')::int
  from unnest('{"cabinet.home(text)",
                "cabinet.home_books(text)",
                "cabinet.home_figures(text)",
                "cabinet.home_places(text)",
                "cabinet.home_subjects(text)",
                "cabinet.home_history(text,text)",
                "cabinet.home_exams(text)",
                "cabinet.home_ahead(text)",
                "cabinet.home_marks(text)",
                "cabinet.home_week(text)",
                "cabinet.home_children(text)",
                "cabinet.home_now(text)", "cabinet.home_appeals(text)",
                "cabinet.home_announcements(text,integer,bigint)",
                "cabinet.home_contacts(text)"}'::text[]) f;

rollback;
