-- Revert kabinet:api/meals from pg

begin;

drop function cabinet.meals_lift, cabinet.meals_ban, cabinet.meals_buffet, cabinet.meals_bans, cabinet.meals_allergens_save,
    cabinet.meals_allergens, cabinet.meals_limits_save, cabinet.meals_limits, cabinet.meals_eaten_totals,
    cabinet.meals_eaten, cabinet.meals_skipped, cabinet.meals_benefits, cabinet.meals_refusal_withdraw,
    cabinet.meals_refuse, cabinet.meals_refuse_check, cabinet.meals_refusals, cabinet.meals_standings,
    cabinet.meals_standing_end, cabinet.meals_standing, cabinet.meals_estimate, cabinet.meals_choices,
    cabinet.meals_hit, cabinet.meals_cancel, cabinet.meals_orders, cabinet.meals_order, cabinet.meals_check,
    cabinet.meals_month, cabinet.meals_dishes, cabinet.meals_menu, cabinet.meals_family, cabinet.meals_head;
drop function canteen.keep_limit, canteen.standing_span, canteen.weekday_words, canteen.why_kept, canteen.objection_words,
    canteen.reminder, canteen.days_to_order, canteen.menu_day, canteen.grams, canteen.local_now, canteen.actor, canteen.payer;
call auth.drop_program('meals');

commit;
