-- Verify kabinet:tables/appeal on pg

begin;

select 1 / (to_regclass('appeal.' || t) is not null)::int
  from unnest('{category,counter,appeal,message,message_file,event,template,faq}'::text[]) t;

rollback;
