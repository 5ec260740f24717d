-- Verify kabinet:api/meals on pg

begin;

select 1 / has_function_privilege('kabinet_meals', f, 'execute')::int
  from unnest('{"cabinet.meals_head(text)", "cabinet.meals_family(text)", "cabinet.meals_menu(text,date,integer)",
                "cabinet.meals_dishes(text,date)", "cabinet.meals_month(text,date)", "cabinet.meals_check(text,bigint[])",
                "cabinet.meals_order(text,uuid,bigint[],bigint)", "cabinet.meals_orders(text,bigint[])",
                "cabinet.meals_cancel(text,uuid,bigint[])", "cabinet.meals_hit(text)", "cabinet.meals_choices(text)",
                "cabinet.meals_estimate(text,bigint,bigint,integer,date,integer)",
                "cabinet.meals_standing(text,uuid,bigint,bigint,integer,date,integer)", "cabinet.meals_standing_end(text,bigint)",
                "cabinet.meals_standings(text)", "cabinet.meals_refusals(text)",
                "cabinet.meals_refuse_check(text,date,date,bigint)", "cabinet.meals_refuse(text,uuid,date,date,bigint,text)",
                "cabinet.meals_refusal_withdraw(text,bigint)", "cabinet.meals_benefits(text)", "cabinet.meals_skipped(text)",
                "cabinet.meals_eaten(text,date,date,integer)", "cabinet.meals_eaten_totals(text,date)",
                "cabinet.meals_limits(text)", "cabinet.meals_limits_save(text,bigint,bigint)", "cabinet.meals_allergens(text)",
                "cabinet.meals_allergens_save(text,text[])", "cabinet.meals_bans(text)", "cabinet.meals_buffet(text)",
                "cabinet.meals_ban(text,bigint,text)", "cabinet.meals_lift(text,bigint)"}'::text[]) f;

rollback;
