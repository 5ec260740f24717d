// The desk of appeals over HTTPS: whose appeals one sees, two who answer at once, files by guessed addresses, the queue in pages, what is made
// public, and that nobody's name is on a page.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { upload } from '../support/attendance.mjs';
import { familyOf, fileOf, makeAppeal, numberOf, schoolOf, stateOf, word } from '../support/appeals-desk.mjs';
import { formOf } from '../support/desk.mjs';
import { credentials, sql, value } from '../support/kabinet.mjs';
import { loggedInStaff, sumsOf, unescape, wordsOf } from '../support/visitor.mjs';

const login = (role, ofSchool = null) => credentials.staff.find((s) => s.role === role && (ofSchool === null || schoolOf(s.login) === ofSchool));
const hidden = (answer, name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(answer.text)[1];
const answerForm = (page) => ({ ...formOf(page), id: hidden(page, 'id'), revision: hidden(page, 'revision'), seen: hidden(page, 'seen') });
const pathOf = (id) => `/staff/appeals/appeal?id=${id}`;

describe('the desk of appeals', () => {
  const me = login('support'), school = schoolOf(me.login), family = familyOf(school);
  const far = credentials.staff.find((s) => s.role === 'support' && schoolOf(s.login) !== school);
  let support, second, head, canteen, teacher, away;
  before(async () => {
    [support, second, head, canteen, teacher, away] = await Promise.all([me, me, login('head', school), login('canteen', school), login('teacher', school), far].map(loggedInStaff));
  });

  test('each desk has its own, and other schools none of them', async () => {
    const id = makeAppeal(family.access, { category: 'money' });
    assert.equal((await support.get(pathOf(id))).status, 200);
    for (const [who, visitor, status] of [['canteen', canteen, 404], ['head', head, 404], ['another school', away, 404], ['teacher', teacher, 403]])
      assert.equal((await visitor.get(pathOf(id))).status, status, who);
    for (const path of ['/staff/appeals', '/staff/appeals.csv', '/staff/appeals/templates', '/staff/appeals/faq', '/staff/appeals/figures'])
      assert.equal((await teacher.get(path)).status, 403, path);
    const { csrf, key } = formOf(await canteen.get('/staff/appeals/template'));
    const fields = { csrf, key, id, revision: 1, seen: 1 };
    for (const [action, more] of [['step', { step: 'take' }], ['answer', { body: 'x' }], ['note', { note: 'x' }], ['priority', { priority: 1 }],
      ['send-on', { desk: 'school', why: 'x' }], ['assign', { staff: 1 }], ['publish', { question: 'x', answer: 'y' }]])
      assert.equal((await canteen.submit(`/staff/appeals/${action}`, { ...fields, ...more })).status, 404, action);
    assert.equal(stateOf(id), 'sent', 'and nothing became of it');
  });

  test('a file goes to who sees its appeal, as an attachment; a guessed address is none', async () => {
    const id = makeAppeal(family.access, { file: true }), path = `/staff/appeals/file?id=${fileOf(id)}`;
    assert.match((await support.get(pathOf(id))).text, new RegExp(path.replace('?', '\\?')));
    const answer = await support.get(path);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-disposition'], /^attachment/);
    for (const visitor of [canteen, head, away]) assert.equal((await visitor.get(path)).status, 404);
    assert.equal((await teacher.get(path)).status, 403);
    assert.equal((await support.get(`/staff/appeals/file?id=${randomUUID()}`)).status, 404);
    const other = value(`select f.id from site.file f where not exists (select from appeal.message_file u where u.file_id = f.id) limit 1`);
    if (other) assert.equal((await support.get(`/staff/appeals/file?id=${other}`)).status, 404, 'a file of something else');
  });

  test('two who answer at once: the second gets the form back with what came, and his own words', async () => {
    const id = makeAppeal(family.access), mine = await support.get(pathOf(id)), hers = await second.get(pathOf(id));
    const answers = await Promise.all([support.submit('/staff/appeals/answer', { ...answerForm(mine), body: 'Первый ответ: обновите страницу.' }),
      second.submit('/staff/appeals/answer', { ...answerForm(hers), body: 'Второй ответ: очистите кэш.' })]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 422]);
    const lost = answers.find(({ status }) => status === 422), isMine = lost === answers[0];
    const [own, others] = isMine ? ['Первый ответ: обновите страницу.', 'Второй ответ: очистите кэш.'] : ['Второй ответ: очистите кэш.', 'Первый ответ: обновите страницу.'];
    assert.match(wordsOf(lost), /Пока вы писали, обращение изменилось/);
    assert.match(wordsOf(lost), new RegExp(`пришло, пока вы писали ${others}`));
    assert.match(lost.text, new RegExp(`<textarea id="body"[^>]*>${own}</textarea>`));
    const again = await (isMine ? support : second).submit('/staff/appeals/answer', { ...answerForm(lost), body: own });
    assert.equal(again.status, 303, 'sent again from that form');
    assert.deepEqual(sql(`select body from appeal.message where appeal_id = ${id} and author = 'desk' order by id`).flat(), [others, own], 'no word is lost, none is there twice');
  });

  test('a note comes meanwhile: the answer is asked to read it, and the same form twice is one', async () => {
    const id = makeAppeal(family.access), page = await support.get(pathOf(id));
    const note = { ...formOf(page), id, note: 'Позвонить в банк' };
    for (let i = 0; i < 2; i++) assert.equal((await second.submit('/staff/appeals/note', { ...note, csrf: formOf(await second.get(pathOf(id))).csrf })).status, 303);
    assert.equal(value(`select count(*) from appeal.message where appeal_id = ${id} and author = 'note'`), '1');
    const refused = await support.submit('/staff/appeals/answer', { ...answerForm(page), body: 'Ответ' });
    assert.equal(refused.status, 422);
    assert.match(wordsOf(refused), /семья не видит пришло, пока вы писали Позвонить в банк/);
    const form = { ...answerForm(refused), body: 'Ответ' };
    for (let i = 0; i < 2; i++) assert.equal((await support.submit('/staff/appeals/answer', form)).status, 303);
    assert.equal((await support.submit('/staff/appeals/answer', { ...form, body: 'Другой' })).status, 409);
    assert.equal(value(`select count(*) from appeal.message where appeal_id = ${id} and author = 'desk'`), '1');
  });

  test('what is only asked is a question in the thread', async () => {
    const id = makeAppeal(family.access);
    assert.equal((await support.submit('/staff/appeals/answer', { ...answerForm(await support.get(pathOf(id))), body: 'Какой у вас браузер?', ask: 1 })).status, 303);
    assert.equal((await support.submit('/staff/appeals/answer', { ...answerForm(await support.get(pathOf(id))), body: 'Обновите страницу.' })).status, 303);
    const words = wordsOf(await support.get(pathOf(id)));
    assert.match(words, new RegExp(`Вопрос, ${me.login}.* Какой у вас браузер\\? Ответ, ${me.login}.* Обновите страницу`));
  });

  test('an answer with files: by their first bytes, its words kept when one is refused', async () => {
    const id = makeAppeal(family.access), page = await support.get(pathOf(id));
    const fields = { ...answerForm(page), body: 'Смотрите снимок' };
    const refused = await upload(support, '/staff/appeals/answer', fields, { files: { name: 'снимок.png', bytes: Buffer.from('<script>alert(1)</script>') } });
    assert.equal(refused.status, 422);
    assert.match(refused.text, />Смотрите снимок<\/textarea>/);
    assert.equal(stateOf(id), 'sent');
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082', 'hex');
    assert.equal((await upload(support, '/staff/appeals/answer', fields, { files: { name: '../../снимок.png', bytes: png } })).status, 303);
    assert.deepEqual(sql(`select f.name, f.type from site.file f where f.id = '${fileOf(id)}'`), [['снимок.png', 'image/png']]);
    assert.deepEqual((await support.get(`/staff/appeals/file?id=${fileOf(id)}`)).bytes, png);
  });

  test('steps: registered, taken, given back, sent on with a reason, out of sight', async () => {
    const id = makeAppeal(family.access);
    const step = async (visitor, name) => visitor.submit('/staff/appeals/step', { ...answerForm(await visitor.get(pathOf(id))), step: name });
    for (const [name, state] of [['register', 'registered'], ['take', 'in_work'], ['give-back', 'registered']]) {
      assert.match((await step(support, name)).headers.location, new RegExp(`^/staff/appeals/appeal\\?id=${id}&done=appeal-${name}$`));
      assert.equal(stateOf(id), state);
    }
    assert.equal((await step(support, 'close')).status, 422, 'not closed without an answer');
    const form = answerForm(await support.get(pathOf(id)));
    const refused = await support.submit('/staff/appeals/send-on', { ...form, desk: 'canteen', why: '' });
    assert.equal(refused.status, 422);
    assert.match(wordsOf(refused), /Напишите, почему передаёте/);
    const sent = await support.submit('/staff/appeals/send-on', { ...form, desk: 'canteen', why: 'Про меню' });
    assert.equal(sent.headers.location, '/staff/appeals?done=appeal-send-on');
    assert.equal((await support.get(pathOf(id))).status, 404);
    assert.match(wordsOf(await canteen.get(pathOf(id))), /Про меню/);
  });

  test('the search finds words in any form, the number and the ИДН; pages show each row once', async () => {
    const tag = word(), ids = [];
    for (let i = 0; i < 28; i++) ids.push(makeAppeal(family.access, { subject: `Тетради ${tag} ${i}` }));
    const shown = [];
    for (let path = `/staff/appeals?find=${encodeURIComponent(`тетрадь ${tag}`)}`; path;) {
      const page = await support.get(path);
      assert.equal(page.status, 200);
      shown.push(...[...page.text.matchAll(/<a href="\/staff\/appeals\/appeal\?id=(\d+)">Тетради/g)].map(([, id]) => id));
      const next = /<a[^>]* rel="next" href="([^"]+)"/.exec(page.text);
      path = next && unescape(next[1]);
      if (shown.length === 25) {   // what changes on a page that was read moves no row of those to come
        const form = formOf(await support.get(pathOf(shown[0])));
        assert.equal((await support.submit('/staff/appeals/priority', { ...form, id: shown[0], priority: 3 })).status, 303);
      }
    }
    assert.deepEqual(shown.filter((id) => id !== shown[0]).sort(), ids.filter((id) => id !== shown[0]).sort(), 'each once');
    const number = numberOf(ids[0]);
    for (const find of [number, `№ ${number}`, number.replace(/.*-/, ''), family.idn.toLowerCase()])
      assert.match((await support.get(`/staff/appeals?find=${encodeURIComponent(find)}`)).text, /appeal\?id=/, find);
    assert.match(wordsOf(await canteen.get(`/staff/appeals?state=all&find=${encodeURIComponent(number)}`)), /Таких обращений нет/, 'not for another desk');
    for (const find of ['%27', '(%26|!', '%00', '*'.repeat(81)]) assert.notEqual((await support.get(`/staff/appeals?find=${find}`)).status, 500, find);
  });

  test('the table: what the list has, nothing that a spreadsheet would run', async () => {
    const tag = word();
    makeAppeal(family.access, { subject: `=HYPERLINK("http://example.org";"${tag}")` });
    const csv = await support.get(`/staff/appeals.csv?find=${encodeURIComponent(tag)}`);
    assert.equal(csv.status, 200);
    assert.ok(csv.headers['content-disposition'].endsWith(encodeURIComponent('Обращения.csv')));
    const lines = csv.text.trim().split('\r\n');
    assert.equal(lines.length, 2);
    assert.ok(!/[;"]=HYPERLINK/.test(lines[1]), lines[1]);
    assert.ok(lines[1].includes(family.idn));
  });

  test('the figures say what they leave out', async () => {
    const total = async () => {
      const words = wordsOf(await support.get('/staff/appeals/figures'));
      assert.match(words, /отозванные не считаются/);
      return Number(/Обращений (\d+)/.exec(words)[1]);
    };
    const had = await total(), id = makeAppeal(family.access);
    assert.equal(await total(), had + 1);
    sql(`select appeal.move(appeal.lock(${id}), 'withdrawn', 'support', ${family.access}, null, '')`);
    assert.equal(await total(), had);
  });

  test('a template by a plain link, its words filled in; nobody changes another school\'s', async () => {
    const title = `Ждём банк ${word()}`, page = await support.get('/staff/appeals/template');
    const saved = await support.submit('/staff/appeals/template', { ...formOf(page), title, body: 'Обращение [номер]: ответим до [срок].', category: 'cabinet' });
    assert.equal(saved.status, 303);
    const again = await support.submit('/staff/appeals/template', { ...formOf(page), key: randomUUID(), title, body: 'Не пропадёт', category: '' });
    assert.equal(again.status, 422);
    assert.match(again.text, />Не пропадёт<\/textarea>/);
    const id = makeAppeal(family.access), template = value(`select id from appeal.template where title = '${title}'`);
    const filled = await support.get(`${pathOf(id)}&template=${template}`);
    assert.match(filled.text, new RegExp(`<textarea id="body"[^>]*>Обращение ${numberOf(id)}: ответим до \\d\\d\\.\\d\\d\\.\\d{4}\\.</textarea>`));
    for (const visitor of [away, canteen]) assert.equal((await visitor.get(`/staff/appeals/template?id=${template}`)).status, 404);
    assert.equal((await support.submit('/staff/appeals/template', { ...formOf(page), key: randomUUID(), id: template, title, body: 'x', retired: '1' })).status, 303);
    assert.equal((await support.get(`${pathOf(id)}&template=${template}`)).status, 404, 'retired');
  });

  test('an appeal is handed to a colleague of the desk, whose queue has it; not to another\'s', async () => {
    const id = makeAppeal(family.access), name = `colleague.${randomUUID().slice(0, 8)}`;
    const [[colleague]] = sql(`with f as (insert into auth.staff (school_id, login, roles) select school_id, '${name}', '{support}' from auth.staff where login = '${me.login}' returning id)
      insert into people.staff (staff_id, person_id) select f.id, people.person_new('Бзымова Проба') from f returning staff_id`);
    try {
      const page = await support.get(pathOf(id)), fields = answerForm(page);
      assert.match(page.text, new RegExp(`<option value="${colleague}">${name}</option>`));
      const canteens = value(`select id from auth.staff where login = '${login('canteen', school).login}'`);
      assert.equal((await support.submit('/staff/appeals/assign', { ...fields, staff: canteens })).status, 404, 'of another desk');
      assert.equal((await support.submit('/staff/appeals/assign', { ...fields, staff: colleague, words: 'я'.repeat(301) })).status, 422);
      assert.equal((await support.submit('/staff/appeals/assign', { ...fields, staff: colleague, words: 'Проверьте, пожалуйста, оплату.' })).status, 303);
      assert.deepEqual(sql(`select state, staff_id from appeal.appeal where id = ${id}`), [['in_work', colleague]]);
      const words = wordsOf(await support.get(pathOf(id)));
      assert.match(words, new RegExp(`Поручено: ${name}.*Проверьте, пожалуйста, оплату`));
      assert.doesNotMatch(wordsOf(await support.get('/staff/appeals?who=mine')), new RegExp(numberOf(id)), 'not in one\'s own queue any more');
    } finally {
      sql(`update auth.staff set left_at = now() where id = ${colleague}`);
    }
  });

  test('an answer for all: refused with anybody\'s data in it, published, withdrawn', async () => {
    const id = makeAppeal(family.access), tag = word();
    await support.submit('/staff/appeals/answer', { ...answerForm(await support.get(pathOf(id))), body: 'Обновите страницу.' });
    const page = await support.get(`/staff/appeals/publish?id=${id}`), fields = { ...formOf(page), id, question: `Что делать, ${tag}?` };
    assert.match(page.text, />Обновите страницу\.<\/textarea>/);
    for (const leak of [family.idn, family.account, 'a@example.org', '+7 (914) 000-00-00', '123 456']) {
      const refused = await support.submit('/staff/appeals/publish', { ...fields, answer: `Пишите: ${leak}` });
      assert.equal(refused.status, 422, leak);
      assert.match(wordsOf(refused), /Так публиковать нельзя/);
    }
    assert.equal((await support.submit('/staff/appeals/publish', { ...fields, answer: 'Обновите страницу.' })).status, 303);
    const faq = await support.get('/staff/appeals/faq'), faqId = value(`select id from appeal.faq where appeal_id = ${id}`);
    assert.match(wordsOf(faq), new RegExp(tag));
    assert.equal((await away.submit('/staff/appeals/withdraw', { ...formOf(await away.get('/staff/appeals/template')), id: faqId })).status, 404);
    assert.equal((await support.submit('/staff/appeals/withdraw', { ...formOf(faq), id: faqId })).status, 303);
    assert.notEqual(value(`select withdrawn_at from appeal.faq where id = ${faqId}`), null);
  });

  test('nobody\'s name is on a page, and only support sees an account', async () => {
    const stems = sql(`select distinct lower(left(last_name, greatest(6, char_length(last_name) - 2))) from people.person`).map(([name]) => name);
    const id = makeAppeal(family.access, { category: 'meals' }), other = makeAppeal(family.access, { category: 'money' });
    for (const [visitor, path] of [[support, '/staff/appeals?state=all'], [support, pathOf(other)], [support, '/staff/appeals/figures'], [canteen, pathOf(id)],
      [head, '/staff/appeals?state=all'], [head, '/staff/appeals/figures']]) {
      const main = (await visitor.get(path)).text.split('<main')[1].toLowerCase();
      assert.deepEqual(stems.filter((stem) => main.includes(stem)), [], path);
    }
    assert.ok(sumsOf(await support.get(pathOf(other))).length >= 1);
    assert.deepEqual(sumsOf(await canteen.get(pathOf(id))), []);
  });
});
