-- Verify kabinet:tables/service on pg

begin;

select 1 / (to_regclass('service.' || t) is not null)::int from unnest('{service,team,member,charge,batch,batch_line}'::text[]) t;

rollback;
