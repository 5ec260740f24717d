-- Verify kabinet:api/security on pg

begin;

select 1 / has_function_privilege('kabinet_security', f, 'execute')::int
  from unnest('{"cabinet.security_now(text)","cabinet.security_period(text,date,date)",
                "cabinet.security_visits(text,date,date,date,integer)","cabinet.security_cards(text)",
                "cabinet.security_card_block(text,bigint)","cabinet.security_card_order(text)","cabinet.security_permits(text)",
                "cabinet.security_permit_window(text)","cabinet.security_permit_ask(text,uuid,text,date,time,text)",
                "cabinet.security_permit_withdraw(text,bigint)","cabinet.security_attempts(text)"}'::text[]) f;

rollback;
