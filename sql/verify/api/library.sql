-- Verify kabinet:api/library on pg

begin;

select 1 / has_function_privilege('kabinet_library', f, 'execute')::int
  from unnest('{"cabinet.library_reader(text)","cabinet.library_loans(text)","cabinet.library_losses(text)",
                "cabinet.library_renew(text,uuid,bigint)","cabinet.library_holds(text)","cabinet.library_hold(text,bigint)",
                "cabinet.library_hold_drop(text,bigint)","cabinet.library_hold_sleep(text,bigint,date)",
                "cabinet.library_search(text,text,text,text,integer,boolean,integer,integer)","cabinet.library_shelf(text,integer)",
                "cabinet.library_title(text,bigint)","cabinet.library_copies(text,bigint)","cabinet.library_history(text,bigint,integer)",
                "cabinet.library_remember(text,boolean)","cabinet.library_card(text)","cabinet.library_debts(text)"}'::text[]) f;

rollback;
