-- Verify kabinet:tables/gate on pg

begin;

select 1 / (to_regclass('gate.' || t) is not null)::int
  from unnest('{door,device,message,card,card_order,event,presence,permit}'::text[]) t;

rollback;
