-- What /appeals asks: whose appeals one sees, what writing does, terms over holidays, limits, the FAQ.
begin;
set local client_min_messages = warning;
\ir roll.inc
grant usage on schema public to kabinet_appeals;
select no_plan();
create function pg_temp.key(p_n int) returns uuid language sql immutable as $$ select ('00000000-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid $$;
create function pg_temp.send(p_token text, p_key int, p_subject text, p_category text default 'meals', p_bytes bytea default null) returns bigint
language sql as $$
    select cabinet.appeals_send(p_token, pg_temp.key(p_key), p_category, p_subject, 'Ребёнок остался без обедов.',
        case when p_bytes is not null then 'чек.pdf' end, case when p_bytes is not null then 'application/pdf' end, p_bytes,
        null, null, null, null, null, null)
$$;
create function pg_temp.add(p_token text, p_key int, p_appeal bigint, p_seen bigint, p_body text) returns boolean language sql as $$
    select cabinet.appeals_add(p_token, pg_temp.key(p_key), p_appeal, p_seen, p_body, null, null, null, null, null, null, null, null, null)
$$;
create function pg_temp.attach(p_token text, p_key int, p_appeal bigint, p_seen bigint, p_bytes bytea) returns boolean language sql as $$
    select cabinet.appeals_add(p_token, pg_temp.key(p_key), p_appeal, p_seen, 'файл', 'чек.pdf', 'application/pdf', p_bytes, null, null, null, null, null, null)
$$;
create function pg_temp.state(p_appeal bigint) returns text language sql stable as $$ select a.state::text from appeal.appeal a where a.id = p_appeal $$;
create function pg_temp.seen(p_appeal bigint) returns bigint language sql stable as $$
    select max(m.id) from appeal.message m where m.appeal_id = p_appeal and m.author <> 'note'
$$;
create function pg_temp.desk(p_appeal bigint, p_state text, p_body text default null, p_author text default 'desk') returns void language plpgsql as $$
begin
    if p_body is not null then
        perform appeal.write(p_appeal, p_author::appeal.author, null, pg_temp.staff('head'), p_body, '{}');
    end if;
    if p_state is not null then
        perform appeal.move(appeal.lock(p_appeal), p_state::appeal.state, (select a.desk from appeal.appeal a where a.id = p_appeal), null,
            pg_temp.staff('head'), '');
    end if;
end $$;
-- The parent has a second child, in the same login, and a phone with a PIN.
update auth.access a set login_id = -1 where a.pupil_id = pg_temp.pupil('B') and a.ordinal = 1;
insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent)
select sha256(convert_to(v.token, 'UTF8')), v.kind::auth.attempt_kind, -1, a.id, '127.0.0.1', 'test'
  from (values ('sibling', 'password', 'B'), ('by-pin', 'pin', 'A')) v(token, kind, pupil)
  join auth.access a on a.pupil_id = pg_temp.pupil(v.pupil) and a.ordinal = 1;

-- ---- sending ------------------------------------------------------------------------------------------------------------------

select results_eq($$ select desk from cabinet.appeals_categories('parent') where code = 'meals' $$, $$ values ('canteen') $$, 'who will answer is said before');
select results_eq($$ select register_by, answer_by from cabinet.appeals_categories('parent') where code = 'meals' $$,
    $$ values (appeal.working_days_on(pg_temp.school('839'), pg_temp.today(), 3), appeal.working_days_on(pg_temp.school('839'), pg_temp.today(), 30)) $$,
    'and until when');
select pg_temp.send('parent', 1, 'Не пришёл обед', p_bytes => '%PDF-1.4') as id \gset
select is(pg_temp.send('parent', 1, 'Не пришёл обед', p_bytes => '%PDF-1.4'), :id::bigint, 'the same form again is the same appeal');
select throws_ok($$ select pg_temp.send('parent', 1, 'Другое') $$, 'KB409', null, 'its key with other words');
select throws_ok($$ select pg_temp.send('parent', 101, 'Не пришёл обед') $$, 'KB422',
    format('Такое обращение вы только что отправили: № %s.', (select a.number from appeal.appeal a where a.id = :id)), 'the same words under another key, from a page that came back');
select results_eq($$ select count(*), count(distinct number), bool_and(access_id = (select id from auth.access where pupil_id = pg_temp.pupil('A') and ordinal = 1))
    from appeal.appeal $$, $$ values (1::bigint, 1::bigint, true) $$, 'it is there once');
select results_eq('select count(*) from site.file', $$ values (1::bigint) $$, 'with its file');
select throws_ok($$ select pg_temp.send('parent', 2, 'Тема', 'nothing') $$, 'KB404', null, 'a category that is none');
select throws_ok(format($$ select pg_temp.send(%L, 3, 'Тема') $$, w.token), w.code, null, w.token || ' cannot write')
  from (values ('child', 'KB403'), ('nobody', 'KB401'), ('', 'KB401'), ('by-pin', 'KB422')) w(token, code);
select is((select by_pin from cabinet.appeals_frame('by-pin')), true, 'a session by PIN is told so before it writes');
select is((select count(*) from cabinet.appeals_list('by-pin', true, '', 10, null)), 1::bigint, 'and reads');

-- ---- whose it is --------------------------------------------------------------------------------------------------------------

select is((select count(*) from cabinet.appeals_list('sibling', true, '', 10, null)), 1::bigint, 'the login sees it with its other child on show');
select is((select idn from cabinet.appeals_list('sibling', true, '', 10, null)), 'I2222AAAAA', 'and whom it is about');
select is((select count(*) from cabinet.appeals_list(w.token, false, '', 10, null)), 0::bigint, w.token || ' sees nothing')
  from (values ('other-adult'), ('stranger'), ('far-parent')) w(token);
create temporary table theirs as select f.file_id from appeal.message_file f;
select throws_ok(format(q.call, w.token, :id), 'KB404', null, format('%s: %s', w.token, q.call))
  from (values ('other-adult'), ('stranger'), ('far-parent')) w(token),
       (values ('select * from cabinet.appeals_appeal(%L, %s)'), ('select * from cabinet.appeals_messages(%L, %s, 20, null)'),
               ('select * from cabinet.appeals_files(%L, %s)'), ('select * from cabinet.appeals_steps(%L, %s)'),
               ('select pg_temp.add(%L, 4, %s, 1, ''x'')'), ('select cabinet.appeals_close(%L, %s, 1, 5, '''')'),
               ('select cabinet.appeals_withdraw(%L, %s, 1)'), ('select cabinet.appeals_read(%L, %s)'),
               ('select cabinet.appeals_file(%L, (select file_id from theirs)) where %s > 0')) q(call);
select throws_ok(format(q.call, w.token, :id), w.code, null, format('%s: %s', w.token, q.call))
  from (values ('child', 'KB403'), ('nobody', 'KB401')) w(token, code),
       (values ('select * from cabinet.appeals_list(%L, true, '''', 10, null) where %s > 0'), ('select * from cabinet.appeals_frame(%L) where %s > 0'),
               ('select * from cabinet.appeals_categories(%L) where %s > 0'), ('select * from cabinet.appeals_appeal(%L, %s)'),
               ('select * from cabinet.appeals_messages(%L, %s, 20, null)'), ('select * from cabinet.appeals_files(%L, %s)'),
               ('select * from cabinet.appeals_steps(%L, %s)'), ('select pg_temp.add(%L, 4, %s, 1, ''x'')'),
               ('select cabinet.appeals_close(%L, %s, 1, 5, '''')'), ('select cabinet.appeals_withdraw(%L, %s, 1)'),
               ('select cabinet.appeals_read(%L, %s)'), ('select cabinet.appeals_file(%L, (select file_id from theirs)) where %s > 0'),
               ('select * from cabinet.appeals_hints(%L, ''meals'') where %s > 0'), ('select * from cabinet.appeals_faq(%L, null, '''', 10, null) where %s > 0'),
               ('select cabinet.appeals_helped(%L, %s)')) q(call);
select results_eq($$ select name, type, bytes from cabinet.appeals_file('sibling', (select file_id from theirs)) $$,
    $$ values ('чек.pdf', 'application/pdf', '%PDF-1.4'::bytea) $$, 'its own file');
update auth.access set barred_at = now() where pupil_id = pg_temp.pupil('A') and ordinal = 1;
select is_empty($$ select * from cabinet.appeals_list('sibling', false, '', 10, null) $$, 'an access that the school closed takes its appeals along');
select throws_ok(format($$ select * from cabinet.appeals_appeal('sibling', %s) $$, :id), 'KB404', null, 'each of them');
update auth.access set barred_at = null where pupil_id = pg_temp.pupil('A') and ordinal = 1;

-- ---- a thread -----------------------------------------------------------------------------------------------------------------

select pg_temp.desk(:id, 'registered', 'Спросить повара', 'note') \g /dev/null
insert into appeal.message_file (message_id, rank, file_id)
select max(m.id), 1, site.keep_file(pg_temp.school('839'), 'внутреннее.pdf', 'application/pdf', '%PDF-') from appeal.message m \g /dev/null
select is((select count(*) from cabinet.appeals_messages('parent', :id, 20, null)), 1::bigint, 'notes are no part of it');
select is((select count(*) from cabinet.appeals_files('parent', :id)), 1::bigint, 'nor are their files');
select throws_ok($$ select * from cabinet.appeals_file('parent', (select id from site.file where name = 'внутреннее.pdf')) $$, 'KB404', null, 'by their id neither');
select is((select unread_count from cabinet.appeals_frame('parent')), 0::bigint, 'and nothing to read');
select is(pg_temp.add('parent', 5, :id, pg_temp.seen(:id), 'Это было во вторник.'), false, 'a note and a step of the desk are no conflict');
select pg_temp.seen(:id) as seen \gset
select pg_temp.desk(:id, 'answered', 'Обед отменён, деньги вернулись.') \g /dev/null
select results_eq($$ select unread_count from cabinet.appeals_frame('sibling') $$, $$ values (1::bigint) $$, 'an answer waits');
select results_eq($$ select unread_appeals, unread_id from cabinet.home_appeals('parent') $$, format($$ values (1::bigint, %s::bigint) $$, :id), 'on the first page too');
select is((select unread_appeals from cabinet.home_appeals(w.token)), 0::bigint, 'but not for ' || w.token) from (values ('child'), ('other-adult'), ('far-parent')) w(token);
select throws_ok(format($$ select pg_temp.add('parent', 6, %s, %s, 'x') $$, :id, :seen), 'KB422', null, 'who has not seen it is told');
select throws_ok(format($$ select cabinet.appeals_withdraw('parent', %s, %s) $$, :id, :seen), 'KB422', null, 'before withdrawing too');
select throws_ok(format($$ select cabinet.appeals_withdraw('parent', %s, %s) $$, :id, pg_temp.seen(:id)), 'KB422', null, 'an answered one is not withdrawn');
select lives_ok(format($$ select cabinet.appeals_read('by-pin', %s) $$, :id), 'read');
select is((select unread_appeals from cabinet.home_appeals('parent')), 0::bigint, 'it waits no more');
select results_eq(format($$ select author, desk, body from cabinet.appeals_messages('parent', %s, 20, null) $$, :id),
    $$ values ('family', 'canteen', 'Ребёнок остался без обедов.'), ('family', 'canteen', 'Это было во вторник.'), ('desk', 'canteen', 'Обед отменён, деньги вернулись.') $$,
    'oldest first, desks by their role');
select is((select count(*) from cabinet.appeals_messages('parent', :id, 2, null)), 2::bigint, 'the last two');
select is((select body from cabinet.appeals_messages('parent', :id, 20, :seen)), 'Ребёнок остался без обедов.', 'what was before');
select is((select count(*) from cabinet.appeals_list('parent', true, 'обед деньги', 10, null)), 1::bigint, 'found by words of the thread');
select is_empty($$ select * from cabinet.appeals_list('parent', true, 'повар', 10, null) $$, 'not by those of notes');
select is((select count(*) from cabinet.appeals_list('parent', true, (select number from appeal.appeal where id = :id), 10, null)), 1::bigint, 'and by number');
select is((select string_agg(l.subject, ', ') from cabinet.appeals_list('parent', true, format(f.form, n.school, n.year, n.serial), 10, null) l), 'Не пришёл обед', 'as ' || f.form)
  from (select m[1] as school, m[2] as year, m[3] as serial from regexp_match((select number from appeal.appeal where id = :id), '(.*)-(.*)/(.*)') m) n,
       (values ('№ %s-%s/%s'), (E'№\u00a0%s-%s/%s от 28.11.2026'), ('%2$s/%3$s'), ('%3$s')) f(form);
select is_empty($$ select * from cabinet.appeals_list('parent', true, '1999/1', 10, null) $$, 'not by that of another year');

select is(pg_temp.add('parent', 7, :id, pg_temp.seen(:id), 'Деньги не вернулись.'), true, 'not content: it is open again');
select is(pg_temp.add('parent', 7, :id, pg_temp.seen(:id), 'Деньги не вернулись.'), true, 'said once');
select results_eq(format($$ select term, answer_by, may_rate, may_withdraw from cabinet.appeals_appeal('parent', %s) $$, :id),
    $$ values ('answer', appeal.working_days_on(pg_temp.school('839'), pg_temp.today(), 30), false, true) $$, 'its term begins anew');
select throws_ok(format($$ select cabinet.appeals_close('parent', %s, %s, 5, '') $$, :id, pg_temp.seen(:id)), 'KB422', null, 'without an answer it is not closed');
select pg_temp.desk(:id, 'answered', 'Теперь вернулись.') \g /dev/null
select throws_ok(format($$ select cabinet.appeals_close('by-pin', %s, %s, 5, '') $$, :id, pg_temp.seen(:id)), 'KB422', null, 'nor by PIN');
select lives_ok(format($$ select cabinet.appeals_close('parent', %s, %s, 4, 'Спасибо'), cabinet.appeals_close('parent', %s, %s, 1, '') $$, :id, pg_temp.seen(:id), :id, pg_temp.seen(:id)), 'closed, twice');
select results_eq(format($$ select state, rating::int, rating_words, may_rate, may_add from cabinet.appeals_appeal('parent', %s) $$, :id),
    $$ values ('closed', 4, 'Спасибо', false, true) $$, 'the first mark stays');
select is_empty($$ select * from cabinet.appeals_list('parent', true, '', 10, null) $$, 'not among the open ones');
select is(pg_temp.add('parent', 8, :id, pg_temp.seen(:id), 'И снова нет.'), true, 'within two weeks it opens again');
select pg_temp.desk(:id, 'answered', 'Всё.') \g /dev/null
select appeal.move(appeal.lock(:id), 'closed', 'canteen', null, null, '') \g /dev/null
select results_eq($$ select state, is_unread from cabinet.appeals_list('parent', true, '', 10, null) $$, $$ values ('closed', true) $$, 'closed by the clock, its answer is still to be read');
select cabinet.appeals_close('parent', :id, pg_temp.seen(:id), null, ''), cabinet.appeals_read('parent', :id) \g /dev/null
update appeal.appeal set closed_at = now() - interval '14 days 1 minute' where id = :id;
select throws_ok(format($$ select pg_temp.add('parent', 9, %s, %s, 'x') $$, :id, pg_temp.seen(:id)), 'KB422', null, 'later a new one is written');
select is((select may_add from cabinet.appeals_appeal('parent', :id)), false, 'which the page says');
select results_eq(format($$ select step from cabinet.appeals_steps('parent', %s) $$, :id),
    $$ values ('sent'), ('registered'), ('answered'), ('reopened'), ('answered'), ('closed'), ('reopened'), ('answered'), ('closed') $$, 'all of it is in the record');

select pg_temp.send('sibling', 10, 'Не нужно') as gone \gset
select lives_ok(format($$ select cabinet.appeals_withdraw('parent', %s, %s), cabinet.appeals_withdraw('parent', %s, %s) $$, :gone, pg_temp.seen(:gone), :gone, pg_temp.seen(:gone)), 'withdrawn, twice');
select is(pg_temp.state(:gone), 'withdrawn', 'it is');
select throws_ok(format($$ select pg_temp.add('parent', 11, %s, %s, 'x') $$, :gone, pg_temp.seen(:gone)), 'KB422', null, 'and stays so');

-- At the desk it went from hand to hand: a family is told where it is, not who has it.
select pg_temp.send('parent', 12, 'Куда') as moved \gset
select pg_temp.desk(:moved, 'registered'), pg_temp.desk(:moved, 'in_work'), pg_temp.desk(:moved, 'in_work'), pg_temp.desk(:moved, 'registered') \g /dev/null
select appeal.move(appeal.lock(:moved), 'registered', 'school', null, pg_temp.staff('head'), 'Вопрос о здании') \g /dev/null
select results_eq(format($$ select step, desk, words from cabinet.appeals_steps('parent', %s) $$, :moved),
    $$ values ('sent', 'canteen', ''), ('registered', 'canteen', ''), ('in_work', 'canteen', ''), ('moved', 'school', 'Вопрос о здании') $$, 'steps in a family''s words');

-- ---- a term over a holiday ------------------------------------------------------------------------------------------------------

-- Sent on the last day whose thirty working days are over today.
select pg_temp.send('parent', 13, 'Долго') as slow \gset
select pg_temp.desk(:slow, 'registered') \g /dev/null
alter table appeal.appeal disable trigger registered_once;
update appeal.appeal a set sent_at = timezone('Asia/Vladivostok', d.day + time '12:00'), answer_by = d.answer_by
  from (select g::date as day, appeal.working_days_on(pg_temp.school('839'), g::date, 30) as answer_by
          from generate_series(pg_temp.today() - 90, pg_temp.today(), interval '1 day') g) d
 where a.id = :slow and d.day = (select max(g::date) from generate_series(pg_temp.today() - 90, pg_temp.today(), interval '1 day') g
                                  where appeal.working_days_on(pg_temp.school('839'), g::date, 30) < pg_temp.today());
alter table appeal.appeal enable trigger registered_once;
select is((select term from cabinet.appeals_appeal('parent', :slow)), 'late', 'the term passed');
insert into school.day_off (school_id, day, title)
select pg_temp.school('839'), max(g::date), 'актированный день' from generate_series(pg_temp.today() - 30, pg_temp.today() - 1, interval '1 day') g
 where appeal.is_working(pg_temp.school('839'), g::date);
select results_eq(format($$ select term, is_escalated from cabinet.appeals_appeal('parent', %s) $$, :slow), $$ values ('answer', false) $$, 'a day off in it moves it on');
select is(appeal.escalate(pg_temp.school('839')), 0, 'and nobody is late');
delete from school.day_off where title = 'актированный день';
select is(appeal.escalate(pg_temp.school('839')), 1, 'without it the job says so');
select results_eq(format($$ select term, is_escalated from cabinet.appeals_appeal('parent', %s) $$, :slow), $$ values ('late', true) $$, 'the family sees that the head has it');
select is((select step || ': ' || words from cabinet.appeals_steps('parent', :slow) order by at desc limit 1), 'late: срок ответа прошёл', 'and when');
select results_eq($$ select term, is_escalated from cabinet.appeals_list('parent', true, 'долго', 10, null) $$, $$ values ('late', true) $$, 'in the list too');

-- ---- limits -------------------------------------------------------------------------------------------------------------------

select lives_ok(format($$ select pg_temp.send('sibling', %s, 'Ещё %s') $$, 20 + n, n), 'the next of the day') from generate_series(1, 7) n;
select throws_matching($$ select pg_temp.send('parent', 30, 'Лишнее') $$, '10 обращений', 'ten a day, of all children together');
select results_eq($$ select subject from cabinet.appeals_list('parent', true, 'ещё', 3, null) $$, $$ values ('Ещё 7'), ('Ещё 6'), ('Ещё 5') $$, 'a page');
select is((select string_agg(subject, ', ') from cabinet.appeals_list('parent', true, 'ещё', 3, (select id from appeal.appeal where subject = 'Ещё 5'))),
    'Ещё 4, Ещё 3, Ещё 2', 'and the next');
select id as chatty from appeal.appeal where subject = 'Ещё 1' \gset
select pg_temp.add('parent', 40 + n, :chatty, pg_temp.seen(:chatty), 'Слово ' || n)
  from generate_series(1, 30 - (select count(*) from appeal.message where access_id is not null)::int) n \g /dev/null
select throws_matching(format($$ select pg_temp.add('parent', 99, %s, %s, 'x') $$, :chatty, pg_temp.seen(:chatty)), '30 сообщений', 'thirty messages a day');
-- What is attached stays for ever, in every backup.
select appeal.send(pg_temp.access('stranger'), 'meals', 'Файлы', 'Все чеки.',
    array(select site.keep_file(p.school_id, n || '.pdf', 'application/pdf', decode(repeat('25504446', 1310720), 'hex'))
            from generate_series(1, 5) n, auth.access a join school.pupil p on p.id = a.pupil_id where a.id = pg_temp.access('stranger'))) as heavy \gset
select lives_ok(format($$ select pg_temp.attach('stranger', 98, %s, %s, decode(repeat('25504446', 1310720), 'hex')) $$, :heavy, pg_temp.seen(:heavy)), '30 MiB of files a day');
select throws_matching(format($$ select pg_temp.attach('stranger', 99, %s, %s, '\x25504446') $$, :heavy, pg_temp.seen(:heavy)), '30 МБ', 'and not a byte more');
select lives_ok(format($$ select pg_temp.add('stranger', 100, %s, %s, 'x') $$, :heavy, pg_temp.seen(:heavy)), 'words are no files');
alter table appeal.message disable trigger append_only;
update appeal.message set at = at - interval '2 days';
insert into appeal.message (appeal_id, author, staff_id, body) select :chatty, 'desk', pg_temp.staff('head'), 'x' from generate_series(1, 200);
select throws_matching(format($$ select pg_temp.add('parent', 100, %s, %s, 'x') $$, :chatty, pg_temp.seen(:chatty)), '200 сообщений', 'and two hundred in an appeal');

-- ---- the FAQ --------------------------------------------------------------------------------------------------------------------

insert into appeal.faq (school_id, category, question, answer, published_by, useful, withdrawn_at)
select pg_temp.school(v.school), v.category, v.question, 'Ответ про обеды и завтраки.', pg_temp.staff('head'), v.useful, v.gone
  from (values ('839', 'meals', 'До какого часа отменить обед?', 3, null::timestamptz), ('839', 'meals', 'Где меню?', 8, null),
               ('839', 'money', 'Когда придут деньги?', 0, null), ('839', 'meals', 'Старое', 90, now()), ('840', 'meals', 'Чужое', 5, null))
           v(school, category, question, useful, gone);
select results_eq($$ select question, useful, is_helped from cabinet.appeals_hints('parent', 'meals') $$,
    $$ values ('Где меню?', 8, false), ('До какого часа отменить обед?', 3, false) $$, 'what helped most comes first');
select is_empty($$ select * from cabinet.appeals_hints('parent', null) $$, 'of no category nothing');
select throws_ok($$ select * from cabinet.appeals_hints('parent', 'nothing') $$, 'KB404', null, 'of one that is none');
select results_eq($$ select question from cabinet.appeals_faq('parent', null, 'обедов часов', 10, null) $$, $$ values ('До какого часа отменить обед?') $$, 'found by other forms of the words');
select is((select count(*) from cabinet.appeals_faq('parent', null, '', 10, null)), 3::bigint, 'all of this school');
select is((select count(*) from cabinet.appeals_faq('parent', 'money', '', 10, null)), 1::bigint, 'one category');
select is_empty($$ select * from cabinet.appeals_faq('parent', null, 'чужое', 10, null) $$, 'another school''s is not found');
select id as menu from appeal.faq where question = 'Где меню?' \gset
select lives_ok(format($$ select cabinet.appeals_helped('parent', %s), cabinet.appeals_helped('sibling', %s), cabinet.appeals_helped('other-adult', %s) $$, :menu, :menu, :menu), 'it helped');
select is(useful, 10, 'each login counts once') from appeal.faq where id = :menu;
select throws_ok(format($$ select cabinet.appeals_helped('far-parent', %s) $$, :menu), 'KB404', null, 'another school''s helps nobody');
select throws_ok($$ select cabinet.appeals_helped('parent', (select id from appeal.faq where question = 'Старое')) $$, 'KB404', null, 'nor a withdrawn one');

-- ---- the program's role -----------------------------------------------------------------------------------------------------------

select results_eq($$ select action, count(*) from site.audit where action like 'appeal-%' group by action order by action $$,
    $$ values ('appeal-add', 19::bigint), ('appeal-close', 1), ('appeal-reopen', 2), ('appeal-send', 11), ('appeal-withdraw', 1) $$, 'what a family does is noted');
set local role kabinet_appeals;
select lives_ok($$ select * from cabinet.appeals_list('parent', false, '', 10, null) $$, 'its own questions');
select throws_ok('select * from appeal.message', '42501', null, 'no table');
select throws_ok($$ select appeal.send(1, 'meals', 'x', 'x', '{}') $$, '42501', null, 'and nothing past the token');
reset role;
-- The same words again: a page that came back, unless time has passed or the first was withdrawn.
alter table appeal.message enable trigger append_only;
select pg_temp.send('stranger', 110, 'Дважды') as twice \gset
select throws_matching($$ select pg_temp.send('stranger', 111, 'Дважды') $$, 'только что отправили', 'the same words again are refused');
select lives_ok($$ select pg_temp.send('stranger', 112, 'Дважды', 'study') $$, 'not to another desk');
select lives_ok($$ select pg_temp.send('other-adult', 113, 'Дважды') $$, 'nor from another adult');
select cabinet.appeals_withdraw('stranger', :twice, pg_temp.seen(:twice)) \g /dev/null
select pg_temp.send('stranger', 114, 'Дважды') as thrice \gset
select isnt(:thrice::bigint, :twice::bigint, 'once the first is withdrawn they are another appeal');
alter table appeal.appeal disable trigger registered_once;
update appeal.appeal set sent_at = now() - interval '10 minutes 1 s' where id = :thrice;
alter table appeal.appeal enable trigger registered_once;
select lives_ok($$ select pg_temp.send('stranger', 115, 'Дважды') $$, 'ten minutes later too');

select * from finish();
rollback;
