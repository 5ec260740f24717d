-- Verify kabinet:tables/library on pg

begin;

select 1 / (to_regclass('library.' || t) is not null)::int
  from unnest('{policy,title,word,copy,event,reader,ask_count,class_set,loan,hold,inventory,inventory_seen,inventory_missing,import,import_row}'::text[]) t;

rollback;
