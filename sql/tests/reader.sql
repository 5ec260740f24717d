-- What /device/gate asks: signatures, sequences, clocks; each event once, presence by the latest, permits used.
begin;
\ir gate.inc
select no_plan();

-- HMAC-SHA256: the vectors of RFC 4231
select is(encode(gate.hmac(gate.pad(v.key, 54), gate.pad(v.key, 92), v.message), 'hex'), v.mac, 'RFC 4231, case ' || v.n)
  from (values
    (1, decode(repeat('0b', 20), 'hex'), convert_to('Hi There', 'UTF8'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'),
    (2, convert_to('Jefe', 'UTF8'), convert_to('what do ya want for nothing?', 'UTF8'), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'),
    (3, decode(repeat('aa', 20), 'hex'), decode(repeat('dd', 50), 'hex'), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'),
    (4, decode('0102030405060708090a0b0c0d0e0f10111213141516171819', 'hex'), decode(repeat('cd', 50), 'hex'),
        '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b'),
    (6, decode(repeat('aa', 131), 'hex'), convert_to('Test Using Larger Than Block-Size Key - Hash Key First', 'UTF8'),
        '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54'),
    (7, decode(repeat('aa', 131), 'hex'), convert_to('This is a test using a larger than block-size key and a larger than block-size data. '
        || 'The key needs to be hashed before being used by the HMAC algorithm.', 'UTF8'),
        '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2')) v(n, key, message, mac);

-- Who may speak
select is(pg_temp.tell('test-a', 1, array['1 04aa0001 5 in'], repeat('x', 32)), 'signature', 'a forged message');
select is(pg_temp.tell('test-z', 1, array['1 04aa0001 5 in'], repeat('a', 32)), 'device', 'a reader that is not there');
select is(pg_temp.tell('test-b', 1, array['1 04aa0001 5 in'], repeat('a', 32)), 'signature', 'another reader''s key');
select is(pg_temp.tell('test-a', 1, array['1 04aa0001 5 in'], p_skew => interval '-25 h'), 'time', 'from the day before yesterday');
select is(pg_temp.tell('test-a', 1, array['1 04aa0001 5 in'], p_skew => interval '25 h'), 'time', 'from tomorrow');
select is(pg_temp.tell('test-a', 1, array['1 04aa0001 5 in'], p_skew => interval '7000 years'), 'time', 'from a future whose seconds fit no integer');
select is(pg_temp.tell('test-a', 1, array['1 04aa0001 5 in'], repeat('x', 32), p_bad_line => 1), 'signature', 'who may speak comes first');
select is(pg_temp.tell('test-a', 1, array[]::text[], p_bad_line => 1), 'line', 'then what is said');
select is_empty($$ select number from gate.event where device_id like 'test-%' $$, 'nothing of this was kept');
select is_empty($$ select sequence from gate.message where device_id like 'test-%' $$, 'nor answered');

-- A morning
select is(pg_temp.tell('test-a', 1, array['1 04AA0001 10 in', '2 04aa0002 9 in', '3 DEADBEEF 8 in', '4 04aa0004 7 in', '2 04aa0002 9 in']),
    'ok 2/1/2', 'two came in; an unknown card, a card of another school, a line that stands there twice');
select results_eq($$ select * from pg_temp.events('test-a') $$, $$ values (1::bigint, 'I2222AAAAA in 10.0'), (2, 'I2222BBBBB in 9.0'),
    (3, 'in 8.0 unknown refused warning …BEEF'), (4, 'in 7.0 unknown refused warning …0004') $$, 'each once');
select is(pg_temp.presence('I2222AAAAA'), 'in 10.0', 'inside');
select is(pg_temp.presence('I2222DDDDD'), null, 'the other school''s pupil is nowhere');
select is(pg_temp.tell('test-a', 1, array['1 04AA0001 10 in', '2 04aa0002 9 in', '3 DEADBEEF 8 in', '4 04aa0004 7 in', '2 04aa0002 9 in']),
    'again 2/1/2', 'sent again: the same answer');
select is(pg_temp.tell('test-a', 1, array['1 04AA0001 10 in', '2 04aa0002 9 in', '3 DEADBEEF 8 in', '4 04aa0004 7 in', '2 04aa0002 9 in'],
    p_skew => interval '-20 min'), 'again 2/1/2', 'signed anew at another time as well');
select is(pg_temp.tell('test-a', 1, array['1 04AA0001 10 out']), 'other 2/1/2', 'another body with this sequence');
select is(pg_temp.tell('test-a', 5, array['2 04aa0002 9 in', '5 04aa0001 3 out']), 'ok 1/1/0 missed 3', 'numbers left out are noted; an event told twice');
select is((select m.missed from gate.message m where m.device_id = 'test-a' and m.sequence = 5), 3::bigint, 'in the table too');
select is(pg_temp.tell('test-a', 3, array['6 04aa0001 2 in']), 'old', 'below the last sequence');
select is(pg_temp.presence('I2222AAAAA'), 'out 3.0', 'and went out');
select is(pg_temp.tell('test-a', 6, array['5 04aa0001 3 in']), 'ok 0/1/0 differing 1', 'an event''s number for another event is the old event');
select is(pg_temp.tell('test-a', 7, array[]::text[]), 'ok 0/0/0', 'a message without events: I am here');
select results_eq($$ select d.last_sequence, d.last_seen_at, d.skew_s from gate.device d where d.id = 'test-a' $$,
    $$ values (7::bigint, now(), 0) $$, 'the reader was seen');

-- Several doors, and a batch that comes late
select is(pg_temp.tell('test-b', 1, array['1 04aa0001 60 out', '2 04aa0001 90 in', '3 04aa0003 80 in', '4 04aa0003 1 out']), 'ok 4/0/0', 'the other door after an outage');
select is(pg_temp.presence('I2222AAAAA'), 'out 3.0', 'what was earlier does not undo what is later');
select is(pg_temp.presence('I2222CCCCC'), 'out 1.0', 'the latest of a batch counts, in whatever order it stands');
select is(pg_temp.tell('test-b', 2, array['5 04aa0001 2 in']), 'ok 1/0/0', 'later still');
select is(pg_temp.presence('I2222AAAAA'), 'in 2.0', 'counts');
select results_eq($$ select e.device_id collate "default", e.number from gate.event e where e.pupil_id = pg_temp.pupil('I2222AAAAA') order by e.at $$,
    $$ values ('test-b', 2::bigint), ('test-b', 1), ('test-a', 1), ('test-a', 5), ('test-b', 5) $$, 'in order whatever the order of arrival');

-- Clocks
select is(pg_temp.tell('test-b', 3, array['6 04aa0003 30 in'], p_skew => interval '45 s'), 'ok 1/0/0', 'a little ahead');
select is(pg_temp.tell('test-b', 4, array['7 04aa0003 20 out'], p_skew => interval '2 h'), 'ok 1/0/0', 'two hours ahead');
select is(pg_temp.tell('test-b', 5, array['8 04aa0003 15 in'], p_skew => interval '-3 h'), 'ok 1/0/0', 'three hours behind');
select is(pg_temp.tell('test-b', 6, array['9 04aa0003 -5 out', '10 04aa0003 64800 in']), 'ok 2/0/0', 'in five minutes, and 45 days ago');
select results_eq($$ select * from pg_temp.events('test-b') where n between 6 and 10 $$, $$ values (6::bigint, 'I2222CCCCC in 29.3'),
    (7, 'I2222CCCCC out 20.0'), (8, 'I2222CCCCC in 15.0'), (9, 'I2222CCCCC out 0.0 clock'), (10, 'I2222CCCCC in 43200.0 clock') $$, 'by our clock');
select is((select e.said_at from gate.event e where e.device_id = 'test-b' and e.number = 7), now() + interval '100 min', 'what was said is kept');
select is((select d.skew_s from gate.device d where d.id = 'test-b'), 0, 'its clock is right again');

-- Cards that are no good
update gate.card set blocked_at = now() - interval '30 min' where pupil_id = pg_temp.pupil('I2222CCCCC');
select is(pg_temp.tell('test-b', 7, array['11 04aa0003 31 out', '12 04aa0003 29 in']), 'ok 2/0/0', 'before it was blocked, and after');
select results_eq($$ select * from pg_temp.events('test-b') where n in (11, 12) $$,
    $$ values (11::bigint, 'I2222CCCCC out 31.0'), (12, 'I2222CCCCC in 29.0 blocked refused warning') $$, 'refused since then');
select lives_ok($$ select gate.replace_card('I2222BBBBB', '04AA00BB', 'bracelet') $$, 'a new bracelet');
select is(pg_temp.tell('test-b', 8, array['13 04aa0002 -0 out', '14 04aa00bb 0 out', '15 04aa0002 4 out']), 'ok 3/0/0', 'old and new');
select results_eq($$ select * from pg_temp.events('test-b') where n > 12 $$, $$ values (13::bigint, 'I2222BBBBB out 0.0 replaced refused warning'),
    (14, 'I2222BBBBB out 0.0'), (15, 'I2222BBBBB out 4.0') $$, 'the old one was good as long as it was good');
select lives_ok($$ select gate.unblock_card('04aa0003'), gate.return_card('04AA00BB'), gate.issue_card('I2222CCCCC', '04AA00BB', 'fob') $$,
    'found again; handed on');
select is(pg_temp.tell('test-b', 9, array['16 04aa00bb 0 in', '17 04aa0003 0 in']), 'ok 2/0/0', 'both are his');
select is((select string_agg(p.idn collate "default", ' ' order by e.number) from gate.event e join school.pupil p on p.id = e.pupil_id
            where e.device_id = 'test-b' and e.number > 15), 'I2222CCCCC I2222CCCCC', 'indeed');
select throws_ok($$ select gate.issue_card('I2222AAAAA', '04aa0003') $$, 'KB422', 'Эта карта выдана другому ученику.', 'a card has one owner');
select lives_ok($$ select gate.issue_card('I2222AAAAA', '04aa0001') $$, 'to the same pupil again');
select is((select count(*) from gate.card where pupil_id = pg_temp.pupil('I2222AAAAA')), 1::bigint, 'changes nothing');
select throws_ok(format('select gate.issue_card(%L, %L)', v.idn, v.uid), 'KB422', null, 'no card: ' || v.uid)
  from (values ('I2222AAAAA', '04aa00'), ('I2222AAAAA', '04aa00011'), ('I2222AAAAA', 'zz'), ('I2222AAAAA', repeat('0', 22)), ('I2222ZZZZZ', '04aa0009')) v(idn, uid);
select throws_ok($$ select gate.add_device('test-a', '027839', 'x', repeat('k', 32)) $$, 'KB422', null, 'a reader''s name is taken once');
select throws_ok($$ select gate.add_device('test-d', '027839', 'x', 'short') $$, 'KB422', null, 'a key is long');
select lives_ok($$ select gate.retire_device('test-c') $$, 'a reader goes');
select is(pg_temp.tell('test-c', 1, array['1 04aa0004 0 in']), 'device', 'and is heard no more');

-- Exits in lesson time. The lessons of the day before yesterday are the whole day long, whatever the hour now.
select pg_temp.lessons('7Б', '00:00', '23:59:59') \g /dev/null
insert into auth.login default values returning id as login \gset
update auth.access set login_id = :login where pupil_id = pg_temp.pupil('I2222AAAAA') and ordinal = 1;
create function pg_temp.local(p_minutes numeric) returns timestamp language sql stable as $$
    select (now() - p_minutes * interval '1 min') at time zone 'Asia/Vladivostok'
$$;
-- Noon of two days ago, in minutes before now.
select round(extract(epoch from now() - timezone('Asia/Vladivostok', ((now() at time zone 'Asia/Vladivostok')::date - 2) + time '12:00')) / 60, 4) as noon \gset
insert into gate.permit (pupil_id, access_id, kind, day, at, body)
select a.pupil_id, a.id, v.kind::gate.permit_kind, pg_temp.local(:noon)::date, v.at::time, 'к врачу'
  from auth.access a, (values ('early', '13:00'), ('late', '09:00')) v(kind, at)
 where a.pupil_id = pg_temp.pupil('I2222AAAAA') and a.ordinal = 1;
select is(pg_temp.tell('test-a', 8, array[format('100 04aa0001 %s out', :noon), format('101 04aa0001 %s in', :noon - 10),
    format('102 04aa0001 %s out', :noon - 51), format('103 04aa0001 %s in', :noon - 70), format('104 04aa0001 %s out', :noon - 80),
    format('105 04aa0002 %s out', :noon)]), 'ok 6/0/0', 'a day of two days ago');
select results_eq($$ select n, regexp_replace(what, ' [0-9.]+', '') from pg_temp.events('test-a') where n >= 100 $$,
    $$ values (100::bigint, 'I2222AAAAA out no_permit warning'), (101, 'I2222AAAAA in'), (102, 'I2222AAAAA out'), (103, 'I2222AAAAA in'),
              (104, 'I2222AAAAA out no_permit warning'), (105, 'I2222BBBBB out') $$,
    'an hour too soon; nine minutes too soon, which is let pass; once more, but the permit is used; a class without lessons');
select results_eq($$ select m.kind::text, m.state::text, e.number from gate.permit m join gate.event e on e.id = m.event_id order by 1 $$,
    $$ values ('early', 'used', 102::bigint), ('late', 'used', 101) $$, 'which event used it');
insert into school.excuse (pupil_id, access_id, kind, reason, first_day, last_day, body, is_ahead, state, decided_by, decided_at)
select a.pupil_id, a.id, 'early', 'excused', pg_temp.local(:noon)::date, pg_temp.local(:noon)::date, 'x', true, 'accepted', f.id, now()
  from auth.access a, auth.staff f where a.pupil_id = pg_temp.pupil('I2222AAAAA') and a.ordinal = 1 and f.login = 'test-teacher';
select is(pg_temp.tell('test-a', 9, array[format('106 04aa0001 %s in', :noon - 90), format('107 04aa0001 %s out', :noon - 95)]), 'ok 2/0/0', 'and again');
select results_eq($$ select n, regexp_replace(what, ' [0-9.]+', '') from pg_temp.events('test-a') where n >= 106 $$,
    $$ values (106::bigint, 'I2222AAAAA in'), (107, 'I2222AAAAA out') $$, 'what the tutor accepted is as good as a permit');

-- Who did not come in
select set_eq(format($$ select p.idn collate "default" from school.not_entered(people.class_of(people.school_of('027839'), '7Б'), %L::date) n join school.pupil p on p.id = n $$,
    pg_temp.local(:noon)::date), $$ values ('I2222CCCCC') $$, 'did not come in that day');
select is_empty($$ select n from school.not_entered(people.class_of(people.school_of('027839'), '7Б'), current_date - 5) n $$, 'a day without the gate tells nothing');
update gate.card set blocked_at = now() where pupil_id = pg_temp.pupil('I2222CCCCC');
select is_empty(format($$ select n from school.not_entered(people.class_of(people.school_of('027839'), '7Б'), %L::date) n $$, pg_temp.local(:noon)::date),
    'nor of somebody without a good card');

-- The largest message, and the role
select is(pg_temp.tell('test-b', 10, (select array_agg(format('%s 04aa000%s %s %s', 1000 + i, 1 + i % 3, i, case i % 2 when 0 then 'in' else 'out' end))
    from generate_series(1, 1000) i)), 'ok 1000/0/0', 'a thousand events');
select throws_ok($$ update gate.event set at = now() $$, '23001', null, 'events stay as they are');
set local role kabinet_reader;
select throws_ok('select id from gate.device', '42501', null, 'the role sees no key');
select throws_ok($$ select gate.add_device('test-e', '027839', 'x', repeat('k', 32)) $$, '42501', null, 'makes no reader');
reset role;

select * from finish();
rollback;
