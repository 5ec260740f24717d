-- The first page: figures, announcements, contacts, each of the child on show alone.
begin;
set local client_min_messages = warning;
\ir world.inc
select no_plan();

select is(pg_temp.first('I2222AAAAA', 'code-I2222AAAAA', 'lemon', 'a'), 'ok', 'a family of one school');
select is(pg_temp.first('I2222EEEEE', 'code-I2222EEEEE', 'fig', 'e'), 'ok', 'a family of another');
select results_eq($$ select h.account, h.balance_kop, h.as_of from cabinet.home('a') h $$,
    $$ values ('0278390000', 0::bigint, now() at time zone 'Asia/Vladivostok') $$, 'the account, by the school''s clock');
select is((select h.as_of from cabinet.home('e') h), now() at time zone 'Asia/Krasnoyarsk', 'another school, another clock');

-- Статистика without anything to count
select results_eq($$ select f.term_title, f.has_ranks, f.subjects, f.average, f.results, f.quality, f.missed, f.marks_as_of is null
                       from cabinet.home_figures('a') f $$,
    $$ values (null::text, true, 0, null::int, 0, null::int, null::int, true) $$, 'no term, no marks: no data, and no zeroes for it');
select is((select string_agg(p.title, ', ') from cabinet.home_places('a') p where p.place is null and p.why = ''),
    'в классе, в параллели, в школе, в крае', 'four places, none taken');
select is((select count(*) from cabinet.home_marks('a')), 0::bigint, 'no marks');
select is((select count(*) from cabinet.home_ahead('a')), 0::bigint, 'nothing ahead');
select is((select count(*) from cabinet.home_week('a')), 0::bigint, 'no week');
select is((select count(*) from cabinet.home_subjects('a')), 0::bigint, 'no subjects');
select is((select count(*) from cabinet.home_history('a', 'class')), 0::bigint, 'no history');
select is((select count(*) from cabinet.home_exams('a')), 0::bigint, 'no exams');
select is((select count(*) from cabinet.home_children('a')), 0::bigint, 'one child needs no panel');

-- Объявления
insert into site.announcement (school_id, class_id, published_at, visible_until, is_pinned, title, body)
select s.id, k.id, now() - a.age, now() + a.until, a.is_pinned, a.title, 'words'
  from (values ('839', null, interval '3 days', null::interval, false, 'old'),
               ('839', null, interval '1 day', null, false, 'new'),
               ('839', null, interval '9 days', null, true, 'pinned'),
               ('839', null, interval '-1 hour', null, false, 'tomorrow'),
               ('839', null, interval '47 hours', interval '-1 hour', false, 'over'),
               ('839', null, interval '2 days', interval '1 hour', false, 'last hour'),
               ('839', '7 «Б»', interval '4 days', null, false, 'class'),
               ('839', '3 «А»', interval '4 days', null, true, 'other class'),
               ('840', null, interval '1 day', null, true, 'other school')) a(school, class, age, until, is_pinned, title)
  join school.school s on s.number = a.school and s.region = '027'
  left join school.class k on k.school_id = s.id and k.name = a.class;
create function pg_temp.news(p_token text, p_limit int, p_after text) returns text language sql as $$
    select string_agg(n.title, ', ')
      from cabinet.home_announcements(p_token, p_limit, (select a.id from site.announcement a where a.title = p_after)) n
$$;
select is(pg_temp.news('a', 100, null), 'pinned, new, last hour, old, class', 'pinned first, then new to old; no other class''s');
select is(pg_temp.news('a', 2, null), 'pinned, new', 'a page');
select is(pg_temp.news('a', 2, 'new'), 'last hour, old', 'the next');
select is(pg_temp.news('a', 2, 'old'), 'class', 'the last');
select is(pg_temp.news('a', 2, 'class'), null, 'and nothing after it');
select is(pg_temp.news('a', 2, 'other school'), null, 'another school''s announcement is no place in the order');
select is(pg_temp.news('a', 2, 'other class'), null, 'nor another class''s');
select is(pg_temp.news('a', 2, 'tomorrow'), null, 'nor what is not out yet');
select is(pg_temp.news('a', 2, 'over'), 'last hour, old', 'what is over still is');
select is(pg_temp.news('a', 1, 'pinned'), 'new', 'from the pinned ones to the rest');
select is(pg_temp.news('e', 100, null), 'other school', 'another school''s are its own');

-- ИНФО
delete from site.contact;
insert into site.contact (school_id, rank, subject, phone)
select s.id, c.rank, c.subject, '32-81-22'
  from (values (null, 1, 'for all'), ('839', 2, 'second'), ('839', 1, 'first'), ('840', 1, 'other')) c(school, rank, subject)
  left join school.school s on s.number = c.school and s.region = '027';
select is((select string_agg(c.subject, ', ') from cabinet.home_contacts('a') c), 'first, second, for all', 'the school''s own, then everybody''s');
select throws_ok($$ insert into site.contact (school_id, rank, subject) values (null, 1, 'again') $$, '23505', null, 'one place in the order');
select finish();
rollback;
