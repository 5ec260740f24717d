-- Revert kabinet:api/security from pg

begin;

drop function cabinet.security_attempts, cabinet.security_permit_withdraw, cabinet.security_permit_ask,
    cabinet.security_permit_window, cabinet.security_permits, cabinet.security_card_order, cabinet.security_card_block,
    cabinet.security_cards, cabinet.security_visits, cabinet.security_period, cabinet.security_now;
drop function gate.permit_days, gate.evening, gate.late_after;
call auth.drop_program('security');

commit;
