-- The desk of appeals: who sees what, queues and their order, the search, steps and answers that lose no word, ready and public answers, figures.
begin;
set local client_min_messages = warning;
\ir world.inc
grant usage on schema public to kabinet_support;
select no_plan();

create function pg_temp.school(p_number text) returns bigint language sql stable as $$ select s.id from school.school s where s.number = p_number $$;
create function pg_temp.pupil(p_letter text) returns bigint language sql stable as $$
    select p.id from school.pupil p where p.idn = 'I2222' || repeat(p_letter, 5)
$$;
create function pg_temp.access(p_letter text) returns bigint language sql stable as $$
    select a.id from auth.access a where a.pupil_id = pg_temp.pupil(p_letter) and a.ordinal = 1
$$;
insert into auth.staff (school_id, login, roles)
select pg_temp.school(s.school), s.login, s.roles::auth.staff_role[]
  from (values ('839', 'support', '{support}'), ('839', 'second', '{support}'), ('839', 'gone', '{support}'), ('839', 'head', '{head}'),
               ('839', 'canteen', '{canteen}'), ('839', 'teacher', '{teacher}'), ('839', 'both', '{canteen,support}'),
               ('840', 'far', '{support,head,canteen}')) s(school, login, roles);
insert into auth.staff_session (token_hash, staff_id, address, agent)
select pg_temp.h(f.login), f.id, '192.0.2.7', 'Firefox' from auth.staff f;
update auth.staff set left_at = now() where login = 'gone';
insert into auth.staff_session (token_hash, staff_id, address, agent, last_used_at)
select pg_temp.h('expired'), f.id, '192.0.2.7', 'Firefox', now() - interval '61 min' from auth.staff f where f.login = 'support';

-- Four desks of one school, one of another
create temporary table made (name text primary key, id bigint);
insert into made
select m.name, appeal.send(pg_temp.access(m.pupil), m.category, m.subject, m.body, '{}')
  from (values ('money', 'A', 'money', 'Платёж по квитанции', 'Оплатили тысячу рублей, денег на счёте нет.'),
               ('cabinet', 'B', 'cabinet', 'Не открывается дневник', 'Пишет ошибку.'),
               ('school', 'A', 'study', 'Оценка за контрольную', 'В тетради другая.'),
               ('meals', 'C', 'meals', 'Обеды остыли', 'Ребёнок приходит голодный.'),
               ('far', 'D', 'money', 'Платёж по квитанции', 'Не дошёл.')) m(name, pupil, category, subject, body);
create function pg_temp.a(p_name text) returns bigint language sql stable security definer set search_path = pg_temp as $$ select m.id from made m where m.name = p_name $$;
create function pg_temp.revision(p_name text) returns integer language sql stable security definer as $$
    select a.revision from appeal.appeal a where a.id = pg_temp.a(p_name)
$$;
create function pg_temp.row_of(p_name text) returns appeal.appeal language sql stable security definer as $$
    select a from appeal.appeal a where a.id = pg_temp.a(p_name)
$$;
create function pg_temp.staff(p_login text) returns bigint language sql stable security definer as $$ select f.id from auth.staff f where f.login = p_login $$;
create function pg_temp.list(p_token text, p_state text default 'open', p_desk text default '', p_category text default '', p_who text default 'all',
    p_priority integer default null, p_escalated boolean default false, p_find text default '', p_after bigint default null, p_limit integer default 30)
returns text language sql stable as $$
    select coalesce(string_agg(l.subject, ', ' order by l.place), '')
      from staff.support_list(p_token, p_state, p_desk, p_category, p_who, null, null, p_priority, p_escalated, p_find, p_after, p_limit) l
$$;
create function pg_temp.answer(p_token text, p_name text, p_revision integer, p_body text, p_key uuid default gen_random_uuid(),
    p_question boolean default false) returns void language sql as $$
    select staff.support_answer(p_token, p_key, pg_temp.a(p_name), p_revision, p_question, p_body, null, null, null, null, null, null, null, null, null)
$$;

-- ---- the wall
create temporary table call as select * from (values
    ('appeal', 'select number from staff.support_appeal(%L, %s)'), ('messages', 'select body from staff.support_messages(%L, %s, null)'),
    ('steps', 'select state from staff.support_steps(%L, %s)'), ('others', 'select number from staff.support_others(%L, %s)'),
    ('colleagues', 'select login from staff.support_colleagues(%L, %s)'), ('templates', 'select title from staff.support_templates(%L, %s)'),
    ('draft', 'select answer from staff.support_draft(%L, %s)'), ('filled', 'select body from staff.support_filled(%L, %s, 1)'),
    ('step', 'select staff.support_step(%L, %s, 0, ''take'')'), ('assign', 'select staff.support_assign(%L, %s, 0, 1, '''')'),
    ('priority', 'select staff.support_priority(%L, %s, 1)'), ('send on', 'select staff.support_send_on(%L, %s, 0, ''school'', ''x'')'),
    ('answer', 'select staff.support_answer(%L, gen_random_uuid(), %s, 0, false, ''x'', null, null, null, null, null, null, null, null, null)'),
    ('note', 'select staff.support_note(%L, gen_random_uuid(), %s, ''x'')'),
    ('publish', 'select staff.support_publish(%L, gen_random_uuid(), %s, ''x'', ''y'')')) c(name, sql);
grant select on call to kabinet_support;
set local role kabinet_support;
select is(pg_temp.list(w.token), w.sees, w.token || ' sees its desks')
  from (values ('support', 'Платёж по квитанции, Не открывается дневник'), ('head', 'Оценка за контрольную'), ('canteen', 'Обеды остыли'),
               ('both', 'Платёж по квитанции, Не открывается дневник, Обеды остыли'), ('far', 'Платёж по квитанции')) w(token, sees);
select throws_ok(format(c.sql, w.token, pg_temp.a('money')), w.code, null, format('%s: %s', w.token, c.name))
  from (values ('canteen', 'KB404'), ('head', 'KB404'), ('far', 'KB404'), ('teacher', 'KB403'), ('gone', 'KB401'), ('expired', 'KB401'), ('nobody', 'KB401')) w(token, code),
       call c;
select throws_ok(format('select * from %s', q.call), 'KB403', null, 'a teacher: ' || q.call)
  from unnest(array['staff.support_summary(''teacher'')', 'staff.support_queues(''teacher'')', 'staff.support_categories(''teacher'')',
      'staff.support_faq(''teacher'')', 'staff.support_templates(''teacher'', null)', 'staff.support_period(''teacher'', null, null)',
      'staff.support_file(''teacher'', gen_random_uuid())']) q(call);
reset role;

-- a file: of what one sees
select site.keep_file(pg_temp.school('839'), 'Чек.png', 'image/png', '\x89504e47') as file \gset
select appeal.write(pg_temp.a('money'), 'family', pg_temp.access('A'), null, 'Вот чек', array[:'file'::uuid]) \g /dev/null
set local role kabinet_support;
select is((select f.name from staff.support_file('support', :'file') f), 'Чек.png', 'support gets the file');
select throws_ok(format('select name from staff.support_file(%L, %L)', w, :'file'), 'KB404', null, w || ' does not')
  from unnest('{canteen,head,far}'::text[]) w;

-- ---- whose it is: ИДН, class, account; never a name
select results_eq($$ select idn, class_name, shows_account, balance_kop, last_top_up from staff.support_appeal('support', pg_temp.a('money')) $$,
    $$ values ('I2222AAAAA', '7 «Б»', true, 0::bigint, null::date) $$, 'support sees the account');
select results_eq($$ select shows_account, balance_kop from staff.support_appeal('canteen', pg_temp.a('meals')) $$, $$ values (false, null::bigint) $$, 'the canteen does not');
reset role;
select ledger.post('top_up', 'test', 'one', current_date - 3, 'test', 'реестр № 1', 'Сбербанк Онлайн',
    array[ledger.pupil_account(pg_temp.pupil('A')), ledger.provider_account(pg_temp.school('839'))], array[15000::bigint, -15000]) \g /dev/null
set local role kabinet_support;
select results_eq($$ select balance_kop, last_top_up from staff.support_appeal('support', pg_temp.a('money')) $$, $$ values (15000::bigint, current_date - 3) $$, 'and when it was topped up');

-- ---- queues and their order
select results_eq($$ select desk, category, open, nobodys from staff.support_queues('canteen') $$, $$ values ('canteen', 'meals', 1::bigint, 1::bigint) $$, 'a queue');
select results_eq($$ select desk, category, open from staff.support_queues('support') $$,
    $$ values ('agent', 'money', 1::bigint), ('agent', 'refund', 0), ('support', 'cabinet', 1), ('support', 'other', 0) $$, 'empty ones too');
select staff.support_priority('support', pg_temp.a('cabinet'), 1);
select is(pg_temp.list('support'), 'Не открывается дневник, Платёж по квитанции', 'urgent ones first');
reset role;
update appeal.appeal set register_by = current_date - 3 where id = pg_temp.a('money');
set local role kabinet_support;
select is(pg_temp.list('support'), 'Платёж по квитанции, Не открывается дневник', 'overdue ones before them');
select is(pg_temp.list('support', p_limit => 1), 'Платёж по квитанции', 'a page');
select is(pg_temp.list('support', p_after => (select min(l.place) from staff.support_list('support', 'open', '', '', 'all', null, null, null, false, '', null, 9) l)),
    'Не открывается дневник', 'and what comes after it');
select results_eq($$ select open, overdue, nobodys, mine from staff.support_summary('support') $$, $$ values (2::bigint, 1::bigint, 2::bigint, 0::bigint) $$, 'in figures');
select is(pg_temp.list('support', p_find => f.find), f.finds, 'search: ' || f.find)
  from (values ('квитанции', 'Платёж по квитанции'), ('деньги тысячи', ''), ('оплатила тысячи', 'Платёж по квитанции'), ('платежи', 'Платёж по квитанции'), ('ошибки', 'Не открывается дневник'),
               ('i2222bbbbb', 'Не открывается дневник'), ('2', 'Не открывается дневник'), ('обед', ''), ('"не открывается', 'Не открывается дневник'),
               ('(!&|', '')) f(find, finds);
select is(pg_temp.list('support', p_find => (select number from pg_temp.row_of('money'))), 'Платёж по квитанции', 'the whole number');
select is(pg_temp.list('support', p_find => format(f.form, n.school, n.year, n.serial)), 'Платёж по квитанции', 'as ' || f.form)
  from (select m[1] as school, m[2] as year, m[3] as serial from regexp_match((select number from pg_temp.row_of('money')), '(.*)-(.*)/(.*)') m) n,
       (values ('№ %s-%s/%s'), (' №%s-%s/%s'), (E'№\u00a0%s-%s/%s от 28.11.2026'), ('%2$s/%3$s'), ('№ %3$s')) f(form);
select is(pg_temp.list('support', p_find => format(f.form, n.school, n.year, n.serial)), '', 'not as ' || f.form)
  from (select m[1] as school, m[2] as year, m[3] as serial from regexp_match((select number from pg_temp.row_of('money')), '(.*)-(.*)/(.*)') m) n,
       (values ('%s-%s'), ('%1$s-1999/%3$s'), ('1999/%3$s'), ('1%3$s'), ('%%%3$s')) f(form);
select is(pg_temp.list('support', p_desk => 'agent'), 'Платёж по квитанции', 'one desk');
select is(pg_temp.list('support', p_desk => 'canteen'), '', 'not another''s');
select is(pg_temp.list('support', p_category => 'cabinet', p_priority => 1), 'Не открывается дневник', 'category and priority');

-- ---- steps
select throws_ok($$ select staff.support_step('support', pg_temp.a('money'), 0, 'take') $$, 'KB422', null, 'who has not seen the last message is told');
select staff.support_step('support', pg_temp.a('money'), pg_temp.revision('money'), 'take');
select results_eq($$ select state::text, staff_id = pg_temp.staff('support'), registered_at is not null from pg_temp.row_of('money') $$, $$ values ('in_work', true, true) $$, 'taken, and so registered');
select lives_ok($$ select staff.support_step('support', pg_temp.a('money'), pg_temp.revision('money'), 'take') $$, 'taken twice is taken');
select is(pg_temp.list('support', p_who => 'mine'), 'Платёж по квитанции', 'among mine');
select is(pg_temp.list('support', p_who => 'nobody'), 'Не открывается дневник', 'not among nobody''s');
select results_eq($$ select login from staff.support_colleagues('support', pg_temp.a('money')) $$, $$ values ('both'), ('second') $$, 'colleagues of this desk: not who has it, nor who left');
select throws_ok($$ select staff.support_assign('support', pg_temp.a('money'), pg_temp.revision('money'), pg_temp.staff('head'), '') $$, 'KB404', null, 'not to somebody of another desk');
select throws_ok($$ select staff.support_assign('support', pg_temp.a('money'), pg_temp.revision('money'), pg_temp.staff('gone'), '') $$, 'KB404', null, 'nor to who left');
select staff.support_assign('support', pg_temp.a('money'), pg_temp.revision('money'), pg_temp.staff('second'), 'Посмотри реестр');
select is((select staff_id from pg_temp.row_of('money')), pg_temp.staff('second'), 'handed over');
select is((select m.body from staff.support_messages('second', pg_temp.a('money'), null) m where m.author = 'note'), E'Поручено: second\nПосмотри реестр', 'a note says so');
select staff.support_step('second', pg_temp.a('money'), pg_temp.revision('money'), 'give-back');
select results_eq($$ select state::text, staff_id from pg_temp.row_of('money') $$, $$ values ('registered', null::bigint) $$, 'given back');
select throws_ok($$ select staff.support_step('second', pg_temp.a('money'), pg_temp.revision('money'), 'register') $$, 'KB422', null, 'registered once');
select throws_ok($$ select staff.support_step('second', pg_temp.a('money'), pg_temp.revision('money'), 'close') $$, 'KB422', null, 'not closed without an answer');

-- ---- two answers at once, notes, questions
select pg_temp.revision('money') as seen, (select max(m.message_id) from staff.support_messages('support', pg_temp.a('money'), null) m) as last \gset
select pg_temp.answer('support', 'money', :seen, 'Какой номер счёта был в квитанции?', p_question => true);
select is((select state::text from pg_temp.row_of('money')), 'registered', 'a question is no answer');
select throws_ok(format($$ select pg_temp.answer('second', 'money', %s, 'Деньги пришли.') $$, :seen), 'KB422', null, 'the second to answer is told');
select results_eq(format($$ select body from staff.support_messages('second', pg_temp.a('money'), %s) where is_new $$, :last),
    $$ values ('Какой номер счёта был в квитанции?') $$, 'and shown what came');
select is((select string_agg(m.author, ' ' order by m.message_id) from staff.support_messages('second', pg_temp.a('money'), null) m where m.is_question), 'desk', 'a question by its name');
select pg_temp.answer('second', 'money', pg_temp.revision('money'), 'Деньги пришли.', '11111111-1111-4111-8111-111111111111');
select lives_ok($$ select pg_temp.answer('second', 'money', 0, 'Деньги пришли.', '11111111-1111-4111-8111-111111111111') $$, 'the same form again');
select throws_ok($$ select pg_temp.answer('second', 'money', 0, 'Другое.', '11111111-1111-4111-8111-111111111111') $$, 'KB409', null, 'another text under its key');
select is((select count(*) from staff.support_messages('second', pg_temp.a('money'), null) m where m.author = 'desk'), 2::bigint, 'is one answer');
select is((select string_agg(m.body, '; ') from staff.support_messages('second', pg_temp.a('money'), null) m where m.author = 'desk' and not m.is_question), 'Деньги пришли.', 'and no question');
select results_eq($$ select state::text, staff_id = pg_temp.staff('second'), answered_at is not null from pg_temp.row_of('money') $$, $$ values ('answered', true, true) $$, 'answered by her');
select staff.support_note('support', gen_random_uuid(), pg_temp.a('money'), 'Банк задержал реестр');
select is((select count(*) from staff.support_messages('support', pg_temp.a('money'), null) m where m.author = 'note'), 2::bigint, 'a note after it');
select is(pg_temp.list('support', p_state => 'all', p_find => 'задержал'), '', 'words of a note are found by nobody');
select throws_ok($$ select pg_temp.answer('second', 'money', pg_temp.revision('money'), 'Что ещё?', p_question => true) $$, 'KB422', null, 'nothing is asked after an answer');
select lives_ok($$ select pg_temp.answer('support', 'money', pg_temp.revision('money'), 'И ещё: реестр № 7.') $$, 'an answer may be added to');
select throws_ok($$ select staff.support_step('support', pg_temp.a('money'), pg_temp.revision('money'), 'take') $$, 'KB422', null, 'there is no work left to take');
select staff.support_step('support', pg_temp.a('money'), pg_temp.revision('money'), 'close');
select throws_ok($$ select pg_temp.answer('support', 'money', pg_temp.revision('money'), 'Поздно.') $$, 'KB422', null, 'closed: nothing more is written to the family');
select is(pg_temp.list('support', p_state => 'done'), 'Платёж по квитанции', 'among the closed');
reset role;
select is((select string_agg(e.kind, ' ' order by e.id) from notice.event e where e.object_id = pg_temp.a('money') and e.kind like 'appeal-%'),
    'appeal-registered appeal-asked appeal-answered appeal-answered appeal-closed', 'what the family may be told');
select is((select string_agg(u.action, ' ' order by u.id) from site.audit u where u.object = 'I2222AAAAA ' || (select number from pg_temp.row_of('money'))),
    'appeal-take appeal-assign appeal-give-back appeal-ask appeal-answer appeal-note appeal-answer appeal-close', 'who did what');

-- ---- sending on
set local role kabinet_support;
select throws_ok($$ select staff.support_send_on('support', pg_temp.a('cabinet'), pg_temp.revision('cabinet'), 'support', 'x') $$, 'KB422', null, 'it is here already');
select is(staff.support_send_on('support', pg_temp.a('cabinet'), pg_temp.revision('cabinet'), 'canteen', 'Про терминал столовой'), false, 'sent on, out of sight');
select throws_ok($$ select number from staff.support_appeal('support', pg_temp.a('cabinet')) $$, 'KB404', null, 'it is not here any more');
select is((select s.words from staff.support_steps('canteen', pg_temp.a('cabinet')) s where s.desk = 'canteen'), 'Про терминал столовой', 'there it is, with the reason');
select is(staff.support_send_on('both', pg_temp.a('cabinet'), pg_temp.revision('cabinet'), 'support', 'Нет, про сайт'), true, 'back, by who sees both');

-- ---- escalated: the head sees it wherever it lies
reset role;
update appeal.appeal set register_by = current_date - 20, answer_by = current_date - 5 where id = pg_temp.a('meals');
select appeal.escalate(pg_temp.school('839')) \g /dev/null
set local role kabinet_support;
select is(pg_temp.list('head'), 'Обеды остыли, Оценка за контрольную', 'the head sees an escalated one of the canteen');
select is(pg_temp.list('head', p_escalated => true), 'Обеды остыли', 'on a list of its own');
select results_eq($$ select priority::int, is_late, is_overdue, escalated_at is not null from staff.support_appeal('head', pg_temp.a('meals')) $$, $$ values (1, true, true, true) $$, 'urgent and late');
select is(staff.support_send_on('head', pg_temp.a('meals'), pg_temp.revision('meals'), 'school', 'Разберусь'), true, 'and may take it to the school');
select lives_ok($$ select pg_temp.answer('head', 'meals', pg_temp.revision('meals'), 'Мармит починили.') $$, 'and answer');
select throws_ok($$ select number from staff.support_appeal('canteen', pg_temp.a('meals')) $$, 'KB404', null, 'the canteen has it no more');

-- ---- ready answers
select staff.support_template_save('support', '22222222-2222-4222-8222-222222222222', null, 'money', 'Ждём банк', 'По обращению [номер] от [дата] ждём банк до [срок]. [тема] [нет]', false);
select staff.support_template_save('support', '22222222-2222-4222-8222-222222222222', null, 'money', 'Ждём банк', 'По обращению [номер] от [дата] ждём банк до [срок]. [тема] [нет]', false);
select throws_ok($$ select staff.support_template_save('support', gen_random_uuid(), null, null, 'Ждём банк', 'x', false) $$, 'KB422', null, 'a title is one template');
select throws_ok($$ select staff.support_template_save('support', gen_random_uuid(), null, 'meals', 'Обед', 'x', false) $$, 'KB404', null, 'a category of another desk');
select t.template_id as template from staff.support_templates('support', null) t where t.title = 'Ждём банк' \gset
select results_eq($$ select title, category, may_edit from staff.support_templates('support', pg_temp.a('money')) $$, $$ values ('Ждём банк', 'Лицевой счёт и платежи', true) $$, 'offered where it fits');
select is_empty($$ select title from staff.support_templates('canteen', null) $$, 'not to the canteen');
select is_empty($$ select title from staff.support_templates('far', null) $$, 'nor to another school');
select matches((select f.body from staff.support_filled('support', pg_temp.a('money'), :template) f),
    '^По обращению 027839-\d{4}/1 от \d\d\.\d\d\.\d{4} ждём банк до \d\d\.\d\d\.\d{4}\. Платёж по квитанции \[нет\]$', 'its words are filled in');
select throws_ok(format('select body from staff.support_filled(''far'', pg_temp.a(''far''), %s)', :template), 'KB404', null, 'not for another school''s appeal');
select throws_ok(format('select title from staff.support_template(%L, %s)', w, :template), 'KB404', null, w || ' may not change it') from unnest('{canteen,far}'::text[]) w;
select staff.support_template_save('second', gen_random_uuid(), :template, 'money', 'Ждём банк', 'Короче.', true);
select is_empty($$ select title from staff.support_templates('support', pg_temp.a('money')) $$, 'retired, it is offered no more');

-- ---- public answers
select throws_ok(format('select staff.support_publish(''support'', gen_random_uuid(), pg_temp.a(''money''), %L, %L)', 'Когда придут деньги?', 'Завтра. ' || l.leak), 'KB422', null, 'not with ' || l.leak)
  from unnest(array['I2222AAAAA', 'i2222aaaaa', 'семья I33345DFGH', 'пишите на mail@example.ru', 'звоните 8 (914) 000-00-00', 'звоните +7 914 000-00-00',
      'реестр 123456', 'счёт 12 34 56 78', 'Вымышлевой Аглае', 'ВЫМЫШЛЕВУ отказано']) l(leak);
select throws_ok($$ select staff.support_publish('support', gen_random_uuid(), pg_temp.a('cabinet'), 'Как войти?', 'Просто.') $$, 'KB422', null, 'nothing was answered yet');
select staff.support_publish('support', '33333333-3333-4333-8333-333333333333', pg_temp.a('money'), 'Когда придут деньги?', 'В 2026 году — на следующий день, до 12:30, от 100 рублей.') from generate_series(1, 2);
select f.faq_id as faq from staff.support_faq('support') f \gset
select results_eq($$ select question, is_withdrawn, may_withdraw from staff.support_faq('canteen') $$, $$ values ('Когда придут деньги?', false, false) $$, 'once, for all desks to read');
select is_empty($$ select question from staff.support_faq('far') $$, 'of this school');
select throws_ok(format('select staff.support_withdraw(%L, %s)', w, :faq), 'KB404', null, w || ' may not withdraw it') from unnest('{canteen,head,far}'::text[]) w;
select staff.support_withdraw('support', :faq);
select is((select is_withdrawn from staff.support_faq('support')), true, 'withdrawn');

-- ---- figures, and the table
reset role;
select appeal.move(appeal.lock(pg_temp.a('meals')), 'reopened', 'school', pg_temp.access('C'), null, 'Снова остыли') \g /dev/null
select appeal.move(appeal.lock(pg_temp.a('meals')), 'answered', 'school', null, pg_temp.staff('head'), '') \g /dev/null
select appeal.move(appeal.lock(pg_temp.a('meals')), 'closed', 'school', pg_temp.access('C'), null, '') \g /dev/null
update appeal.appeal set rating = 2 where id = pg_temp.a('meals');
set local role kabinet_support;
select results_eq($$ select total, open, answered, in_time_percent, rating, rated, reopened from staff.support_period('head', null, null) $$,
    $$ values (2::bigint, 1::bigint, 1::bigint, '0', '2,0', 1::bigint, 1::bigint) $$, 'late once is late');
select results_eq($$ select title, total, late, answered, in_time_percent, median_days, rating, reopened from staff.support_by_category('head', null, null) $$,
    $$ values ('Учёба, оценки, расписание', 1::bigint, 0::bigint, 0::bigint, null::text, null::text, null::text, 0::bigint), ('Питание', 1, 1, 1, '0', '0,0', '2,0', 1) $$, 'by category, nothing known is no nought');
select results_eq($$ select login, answered, in_time_percent, rating, reopened from staff.support_by_person('support', null, null) $$,
    $$ values ('second', 1::bigint, '100', null::text, 0::bigint) $$, 'by person');
select results_eq($$ select total, in_time_percent, median_days from staff.support_period('support', '2020-01-01', '2020-01-02') $$, $$ values (0::bigint, null::text, null::text) $$, 'of days without any');
select results_eq($$ select subject, idn, is_late from staff.support_export('head', 'all', '', '', 'all', null, null, null, false, '') $$,
    $$ values ('Оценка за контрольную', 'I2222AAAAA', false), ('Обеды остыли', 'I2222CCCCC', true) $$, 'the table has what the list has');
select * from finish();
rollback;
