// Обращения of a family: writing with files, the thread, what comes between, whose it is, limits, the FAQ.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { addMessage, answer as deskAnswers, hidden, registerSince, sendAppeal } from '../support/appeals.mjs';
import { keyOf, upload } from '../support/attendance.mjs';
import { credentials, eventually, logSize, logText, sql, value } from '../support/kabinet.mjs';
import { visitorOf } from '../support/pages.mjs';
import { Visitor, csrfOf, loggedIn, wordsOf } from '../support/visitor.mjs';

const active = credentials.cabinets.filter((c) => c.password);
const family = active[0], neighbour = active.find((c) => c.password !== family.password && c.school === family.school) ?? active.find((c) => c.password !== family.password);
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const counts = () => sql('select (select count(*) from appeal.appeal), (select count(*) from appeal.message), (select count(*) from site.file)')[0];
const page = (visitor, id) => visitor.get(`/appeals/appeal?id=${id}`);
let parent, other, undo;
before(async () => { undo = registerSince(); parent = await loggedIn(family); other = await loggedIn(neighbour); });
after(() => undo?.());

describe('an appeal', () => {
  let sent, id;

  test('is chosen a category, shown what was answered before, sent with files, and has a number', async () => {
    const choice = wordsOf(await parent.get('/appeals/new'));
    assert.match(choice, /Питание столовая — ответ до \d+ \S+ \d{4} г\./);
    const form = wordsOf(await parent.get('/appeals/new?category=meals'));
    assert.match(form, /Может быть, ответ уже есть.*До какого часа можно отменить обед/);
    const files = { files: [{ name: 'C:\\фото\\обед.png', bytes: png }, { name: '../../etc/чек.pdf', bytes: '%PDF-1.4\n%%EOF\n' }] };
    let answer;
    ({ sent, answer, id } = await sendAppeal(parent, {}, files));
    assert.equal(answer.status, 303);
    assert.equal((await upload(parent, '/appeals/new', sent, files)).headers.location, answer.headers.location, 'the same form again is the same appeal');
    assert.equal((await upload(parent, '/appeals/new', { ...sent, body: 'другое' }, files)).status, 409, 'its key with other words');
    const shown = await parent.get(answer.headers.location);
    assert.match(wordsOf(shown), /отправлено и получило номер.*№ 0270\d\d-\d{4}\/\d+.*столовая.*зарегистрируют до .*ответят до .*рабочих? д/);
    assert.match(shown.text, /Ребёнок остался\nбез обеда\./);
    const links = [...shown.text.matchAll(/href="(\/appeals\/file\?id=[0-9a-f-]+)"[^>]*>(?:<svg.*?<\/svg>)?([^<]+)</g)];
    assert.deepEqual(links.map(([, , name]) => name), ['обед.png', 'чек.pdf'], 'names have no path');
    const file = await parent.get(links[0][1]);
    assert.deepEqual(file.bytes, png);
    assert.equal(file.headers['content-type'], 'image/png');
    assert.match(file.headers['content-disposition'], /^attachment/);
    assert.equal(file.headers['x-content-type-options'], 'nosniff');
  });

  test('is nobody else\'s, nor are its files, and who guesses is in the log', async () => {
    const link = /\/appeals\/file\?id=[0-9a-f-]+/.exec((await page(parent, id)).text)[0], from = logSize('appeals');
    for (const path of [`/appeals/appeal?id=${id}`, `/appeals/appeal?id=${id}&print=1`, link, '/appeals/appeal?id=999999999',
      '/appeals/file?id=00000000-0000-4000-8000-000000000000'])
      assert.equal((await other.get(path)).status, 404, path);
    const csrf = csrfOf(await other.get('/appeals'));
    for (const action of ['close', 'withdraw', 'read'])
      assert.equal((await other.submit(`/appeals/${action}`, { csrf, id, seen: 1 })).status, 404, action);
    const key = keyOf(await other.get('/appeals/new?category=meals'));
    assert.equal((await upload(other, '/appeals/add', { csrf, id, seen: 1, key, body: 'x' })).status, 404);
    await eventually(() => (logText('appeals', from).match(/db-refused.*KB404/g) ?? []).length >= 9, 'the guesses in the log');
    assert.equal((await (await visitorOf('pupil')).get('/appeals')).status, 403, 'the pupil has no business there');
    assert.equal((await new Visitor().get('/appeals')).status, 303, 'a stranger is sent to the door');
    for (const path of ['/appeals/appeal', '/appeals/appeal?id=x', '/appeals/file?id=1', '/appeals?before=x'])
      assert.ok([400, 404].includes((await parent.get(path)).status), path);
  });

  test('goes on: more words, an answer that came meanwhile, a mark, open again', async () => {
    const old = await page(parent, id);
    assert.equal((await addMessage(parent, id, 'Это было во вторник.')).status, 303);
    deskAnswers(id, 'Обед отменён, деньги вернулись.');
    assert.match(wordsOf(await parent.get('/')), /Есть ответ на обращение «Не пришёл обед»|Ответы на обращения: \d/);
    assert.match(wordsOf(await parent.get('/appeals')), /Не пришёл обед новый ответ/);
    const conflict = await addMessage(parent, id, 'Мой «длинный» <текст>', {}, old);
    assert.equal(conflict.status, 422);
    assert.match(wordsOf(conflict), /Обед отменён, деньги вернулись.*Пока вы писали, пришёл ответ.*выберите их снова/);
    assert.match(conflict.text, /Мой «длинный» &lt;текст&gt;<\/textarea>/);
    assert.equal((await parent.submit('/appeals/withdraw', { ...hidden(await page(parent, id), id) })).status, 422, 'an answered one is not withdrawn');
    assert.equal((await parent.submit('/appeals/read', { csrf: csrfOf(conflict), id })).headers.location, `/appeals/appeal?id=${id}#thread`);
    assert.doesNotMatch(wordsOf(await page(parent, id)), /Пришёл новый ответ/);
    assert.match((await addMessage(parent, id, 'Деньги не вернулись.')).headers.location, /done=appeal-again/);
    assert.match(wordsOf(await page(parent, id)), /открыто снова.*ответят до/);
    deskAnswers(id, 'Теперь вернулись.');
    const closing = hidden(await page(parent, id), id);
    assert.equal((await parent.submit('/appeals/close', { ...closing, rating: 6, words: '' })).status, 400);
    assert.match((await parent.submit('/appeals/close', { ...closing, rating: 4, words: 'Со второго раза' })).headers.location, /done=appeal-closed/);
    assert.match(wordsOf(await page(parent, id)), /закрыто.*4 из 5 Со второго раза.*Открыть снова и отправить/);
    const print = wordsOf(await parent.get(`/appeals/appeal?id=${id}&print=1`));
    assert.match(print, /Что происходило.*Отправлено.*Дан ответ.*Открыто снова.*Закрыто.*Теперь вернулись/);
    assert.doesNotMatch(print, /Сообщение|Оценка ответа/);
    assert.match((await addMessage(parent, id, 'И снова нет.')).headers.location, /done=appeal-again/);
    assert.match((await parent.submit('/appeals/withdraw', hidden(await page(parent, id), id))).headers.location, /done=appeal-withdrawn/);
    const gone = await page(parent, id);
    assert.match(wordsOf(gone), /отозвано/);
    assert.doesNotMatch(gone.text, /<textarea/);
  });

  test('closed without a mark is thanked for none', async () => {
    const { id: unrated } = await sendAppeal(parent, { subject: 'Без оценки' });
    deskAnswers(unrated, 'Готово.');
    const closed = await parent.submit('/appeals/close', { ...hidden(await page(parent, unrated), unrated), words: '' });
    assert.match(closed.headers.location, /done=appeal-close$/);
    const words = wordsOf(await parent.get(closed.headers.location));
    assert.match(words, /Обращение закрыто\./);
    assert.doesNotMatch(words, /Спасибо/);
  });

  test('of which the term passed says that the head has it', async () => {
    const { id: late } = await sendAppeal(parent, { subject: 'Никто не отвечает' });
    sql(`update appeal.appeal set register_by = current_date - 30, answer_by = current_date - 3 where id = ${late};
      select appeal.escalate(a.school_id) from appeal.appeal a where a.id = ${late}`);
    assert.match(wordsOf(await page(parent, late)), /срок прошёл \d+ \S+ \d{4} г\., обращение передано завучу.*Передано завучу \(срок ответа прошёл\)/);
    assert.match(wordsOf(await parent.get('/appeals')), /Никто не отвечает.*срок прошёл .*передано завучу/);
  });
});

describe('what a person or an attacker may send', () => {
  test('what is wrong comes back in words, with what was typed; nothing is kept', async () => {
    const kept = counts(), pdf = { name: 'a.pdf', bytes: '%PDF-1.4\n%%EOF\n' };
    const polyglot = Buffer.concat([Buffer.from('GIF89a/*'), Buffer.from('*/=1;<html><script>alert(1)</script></html>')]);
    for (const [fields, files, words] of [
      [{ subject: '' }, [], /Назовите тему/], [{ body: ' ' }, [], /Напишите, что случилось/],
      [{ subject: 'я'.repeat(121) }, [], /120/], [{ body: 'я'.repeat(5001) }, [], /5000/],
      [{}, [{ name: 'чек.pdf', bytes: 'просто текст' }], /./], [{}, [pdf, { name: 'кот.gif', bytes: polyglot }], /./],
      [{}, [{ name: 'кот.png', bytes: polyglot }], /./], [{}, [pdf, { name: 'пусто.pdf', bytes: '' }], /./],
      [{}, [pdf, { name: 'x.html', bytes: '<!doctype html><script>alert(1)</script>' }], /./],
      [{}, [pdf, pdf, pdf, pdf], /./],
    ]) {
      const { answer } = await sendAppeal(parent, { body: 'Моё «письмо» <b>', ...fields }, { files });
      assert.equal(answer.status, 422, words.source + files.map((f) => f.name));
      assert.match(wordsOf(answer), words);
      if (files.length) assert.match(answer.text, /class="error" id="files-error">[^<]+</, files.map((f) => f.name).join());
      if (fields.body === undefined) assert.match(answer.text, /Моё «письмо» &lt;b&gt;<\/textarea>/);
    }
    const large = await sendAppeal(parent, {}, { files: { name: 'a.pdf', bytes: Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(5 * 1024 * 1024)]) } });
    assert.equal(large.answer.status, 422);
    assert.equal((await sendAppeal(parent, { category: 'nothing' })).answer.status, 404);
    assert.equal((await parent.get('/appeals/new?category=nothing')).status, 404);
    assert.deepEqual(counts(), kept);
  });

  test('text is text', async () => {
    const { id } = await sendAppeal(parent, { subject: '<img src=x onerror=alert(1)>', body: '</p><script>alert(1)</script>{{>parts/csrf}}' });
    const shown = await page(parent, id);
    assert.doesNotMatch(shown.text, /<script>alert|<img src=x/);
    assert.match(shown.text, /\{\{&gt;parts\/csrf\}\}/);
  });

  test('a session that a PIN began reads, and is told before it writes', async () => {
    const visitor = await loggedIn(family), { id } = await sendAppeal(visitor, { subject: 'До ПИН' });
    const form = await visitor.get('/appeals/new?category=meals'), thread = await page(visitor, id);
    sql(`update auth.session set begun_by = 'pin' where token_hash = '\\x${createHash('sha256').update(visitor.cookies.get('__Host-session')).digest('hex')}'`);
    for (const path of ['/appeals/new?category=meals', `/appeals/appeal?id=${id}`]) {
      const shown = await visitor.get(path);
      assert.match(wordsOf(shown), /Вы вошли по ПИН/);
      assert.doesNotMatch(shown.text, /<textarea/);
    }
    const kept = counts();
    const refused = await upload(visitor, '/appeals/new', { csrf: csrfOf(form), key: keyOf(form), category: 'meals', subject: 'x', body: 'x' });
    assert.equal(refused.status, 422);
    assert.equal((await addMessage(visitor, id, 'x', {}, thread)).status, 422);
    assert.equal((await visitor.submit('/appeals/withdraw', hidden(thread, id))).status, 422);
    assert.deepEqual(counts(), kept);
  });

  test('a form that the browser went back to, and sent again, is not a second appeal', async () => {
    const first = await sendAppeal(parent, { subject: 'Назад и снова' });
    assert.equal(first.answer.status, 303);
    const kept = counts(), again = await sendAppeal(parent, { subject: 'Назад и снова' });
    assert.notEqual(again.sent.key, first.sent.key);
    assert.equal(again.answer.status, 422);
    assert.match(wordsOf(again.answer), /Такое обращение вы только что отправили: № 0270\d\d-\d{4}\/\d+\./);
    assert.deepEqual(counts(), kept);
  });

  test('many at once have numbers without a gap', async () => {
    const sent = await Promise.all([parent, other, parent, other].map((visitor, i) => sendAppeal(visitor, { subject: `Разом ${i}` })));
    assert.deepEqual(sent.map(({ answer }) => answer.status), [303, 303, 303, 303]);
    const schools = sql(`select school_id, array_agg(split_part(number, '/', 2)::int order by id) from appeal.appeal where id in (${sent.map(({ id }) => id)}) group by 1`);
    for (const [, list] of schools) {
      const serials = list.slice(1, -1).split(',').map(Number).sort((a, b) => a - b);
      assert.equal(serials.at(-1) - serials[0], serials.length - 1, list);
    }
  });

  test('ten a day, then no more', async () => {
    let last;
    for (let i = 0; i < 11 && last?.answer.status !== 422; i++) last = await sendAppeal(parent, { subject: `Ещё ${i}` });
    assert.equal(last.answer.status, 422);
    assert.match(wordsOf(last.answer), /За сутки можно написать 10 обращений/);
    assert.match(last.answer.text, /Ребёнок остался\nбез обеда\.<\/textarea>/);
  });
});

describe('the lists', () => {
  test('open ones and all of them, page by page, and by words', async () => {
    const all = new Set();
    for (let path = '/appeals?all=1'; path;) {
      const list = await parent.get(path);
      const ids = [...list.text.matchAll(/\/appeals\/appeal\?id=(\d+)"/g)].map(([, id]) => id);
      assert.ok(ids.length > 0 && ids.length <= 10);
      for (const id of ids) assert.ok(!all.has(id) && all.add(id), 'no one twice');
      path = /rel="next" href="([^"]+)"/.exec(list.text)?.[1].replaceAll('&amp;', '&');
    }
    assert.equal(String(all.size), /Все <span class="num">(\d+)/.exec((await parent.get('/appeals')).text)[1]);
    const open = Number(/Открытые <span class="num">(\d+)/.exec((await parent.get('/appeals')).text)[1]);
    assert.ok(open < all.size);
    const found = wordsOf(await parent.get('/appeals?find=' + encodeURIComponent('квитанции')));
    assert.match(found, /Платёж по квитанции не пришёл/);
    assert.doesNotMatch(found, /скамейки/);
    assert.match(wordsOf(await parent.get('/appeals?find=zzzz')), /ничего не нашлось/);
    assert.match(wordsOf(await parent.get('/appeals')), /Официальное обращение.*Госуслуг.*Официальная приёмная школы/);
  });

  test('the FAQ is searched, and helps a login once', async () => {
    const found = await parent.get('/appeals/faq?find=' + encodeURIComponent('отменить обеды'));
    assert.match(wordsOf(found), /До какого часа можно отменить обед/);
    assert.match(wordsOf(await parent.get('/appeals/faq?find=zzzz')), /Такого ответа пока нет/);
    assert.match(wordsOf(await parent.get('/appeals/faq?category=money')), /Когда деньги придут/);
    const [[faq, useful]] = sql(`select f.id, f.useful from appeal.faq f join school.pupil p on p.school_id = f.school_id
      where p.idn = :'idn' and f.category = 'library' limit 1`, { variables: { idn: family.idn } });
    try {
      for (let i = 0; i < 2; i++)
        assert.match((await parent.fill('/appeals/faq', { id: faq, from: 'faq' }, { action: '/appeals/helped' })).headers.location, /done=appeal-helped/);
      assert.equal(value(`select useful from appeal.faq where id = ${faq}`), String(Number(useful) + 1));
      assert.match(wordsOf(await parent.get('/appeals/faq?category=library')), /Вы отметили: помогло/);
    } finally {
      sql(`delete from appeal.faq_helped where faq_id = ${faq}; update appeal.faq set useful = ${useful} where id = ${faq}`);
    }
  });
});
