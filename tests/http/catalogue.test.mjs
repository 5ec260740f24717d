// catalogue.test.mjs -- the stock side of the library's desk: MARC made here byte by byte, tables, files that are none, stocktaking, reports.
import { randomBytes } from 'node:crypto';
import https from 'node:https';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { base, ca, credentials, sql, value } from '../support/kabinet.mjs';
import { formOf } from '../support/desk.mjs';
import { csrfOf, loggedInStaff } from '../support/visitor.mjs';

const word = randomBytes(3).toString('hex').toUpperCase();
const csvHead = 'Название;Авторы;Издательство;Год;ISBN;Место;Раздел;Класс;Страниц;Цена;Экземпляров;Штрихкод';
let desk, csrf, school;

/** An ISO 2709 record of UTF-8 (or other bytes): fields are [tag, '10<aText'], `<` the subfield separator. */
function marc(leader, fields, encode = (s) => Buffer.from(s)) {
  let directory = '', data = Buffer.alloc(0);
  for (const [tag, text] of fields) {
    const bytes = Buffer.concat([encode(text.replaceAll('<', '\x1f')), Buffer.from('\x1e')]);
    directory += `${tag}${String(bytes.length).padStart(4, '0')}${String(data.length).padStart(5, '0')}`;
    data = Buffer.concat([data, bytes]);
  }
  const base = 24 + directory.length + 1;
  const head = `${String(base + data.length + 1).padStart(5, '0')}${leader}22${String(base).padStart(5, '0')}   4500${directory}\x1e`;
  return Buffer.concat([Buffer.from(head), data, Buffer.from('\x1d')]);
}

/** Russian text in windows-1251. */
const cp1251 = (text) => Buffer.from([...text].map((c) => {
  const code = c.codePointAt(0);
  return code < 128 ? code : c === 'ё' ? 0xB8 : code - 0x410 + 0xC0;
}));

const of21 = (title, barcode) => marc('nam a', [['020', '  <c450 р.'], ['084', '  <a84(2Рос)'], ['100', '1 <aПушкин, А. С.'], ['245', `10<a${title} :<bроман`],
  ['260', '  <bДрофа,<c2019.'], ['300', '  <a192 с.'], ['852', `  <p${barcode}`]]);

/** Sends a file; answers the page where it ended. */
async function upload(bytes, name = 'каталог.mrc') {
  const boundary = 'x'.repeat(20);
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${csrf}\r\n--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`),
    Buffer.from(bytes), Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const answer = await desk.request('POST', '/staff/library/import', { headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, origin: base.origin, 'sec-fetch-site': 'same-origin' }, body });
  if (answer.status !== 303) return answer;
  return { ...await desk.get(answer.headers.location), location: answer.headers.location, id: /id=(\d+)/.exec(answer.headers.location)[1] };
}
const take = (id, more = {}) => desk.submit('/staff/library/import/take', { csrf, id, ...more });
const figure = (page, id) => new RegExp(`id="${id}">([^<]*)<`).exec(page.text)?.[1];
const counts = () => value(`select count(*) || ' ' || (select count(*) from library.copy where school_id = ${school}) from library.title where school_id = ${school}`);

before(async () => {
  const librarian = credentials.staff.find((s) => s.role === 'librarian');
  desk = await loggedInStaff(librarian);
  school = value(`select school_id from auth.staff where login = '${librarian.login}'`);
  csrf = csrfOf(await desk.get('/staff/library/import'));
});

describe('a file of records', () => {
  test('MARC 21: looked at, taken, and nothing the second time', async () => {
    const file = Buffer.concat([of21(`Первая ${word}`, `M${word}-1`), Buffer.from('\r\n'), of21(`Вторая ${word}`, `M${word}-2`)]);
    const before = counts(), page = await upload(file);
    assert.equal(page.status, 200);
    assert.match(page.text, /MARC 21, UTF-8/);
    assert.equal(figure(page, 'new'), '2');
    assert.equal(counts(), before, 'looking adds nothing');
    const done = await take(page.id);
    assert.equal(done.status, 303);
    assert.match(done.headers.location, /done=catalogue-taken/);
    const after = counts();
    assert.notEqual(after, before);
    assert.equal((await take(page.id)).status, 303);
    const again = await upload(file);
    assert.equal(figure(again, 'new'), '0');
    assert.equal(figure(again, 'known'), '2');
    await take(again.id);
    assert.equal(counts(), after, 'the same form and the same file add nothing');
    assert.equal(value(`select authors || '|' || publisher || '|' || year || '|' || pages || '|' || price_kop || '|' || shelf from library.title where title = 'Первая ${word} : роман'`),
      'Пушкин А. С.|Дрофа|2019|192|45000|84(2Рос)');
  });

  test('RUSMARC in windows-1251', async () => {
    const page = await upload(marc('nam0 ', [['100', '  <a20190716d2019    |||y0rusy0189    ca'], ['200', `1 <aСказки ${word}<eдля детей`], ['210', '  <cДрофа<d1995'],
      ['700', ' 1<aПушкин<bА. С.'], ['899', `  <pR${word}`]], cp1251));
    assert.match(page.text, /RUSMARC, windows-1251/);
    await take(page.id);
    assert.equal(value(`select authors || '|' || year from library.title where title = 'Сказки ${word} : для детей'`), 'Пушкин А. С.|1995');
  });

  test('a table in windows-1251, with copies by number', async () => {
    const page = await upload(cp1251(`${csvHead}\r\nТаблица ${word};Иванов И. И.;АСТ;2020;;Шкаф 3;Проза;;100;300,50;2;\r\n`), 'таблица.csv');
    assert.match(page.text, /CSV, windows-1251/);
    assert.equal(figure(page, 'new-copies'), '2');
    await take(page.id);
    assert.match(value(`select string_agg(barcode, ' ') from library.copy c join library.title t on t.id = c.title_id where t.title = 'Таблица ${word}'`), /^\d{3}-\d{5,} \d{3}-\d{5,}$/);
  });

  test('a file that is not what it should be is refused with words, whole', async () => {
    const good = of21(`Третья ${word}`, `M${word}-3`), second = of21(`Четвёртая ${word}`, `M${word}-4`);
    const lying = Buffer.from(second);
    lying.write('00900', 0);
    const bent = Buffer.from(second);
    bent.write('99999', 31);
    const before = counts(), imports = value('select count(*) from library.import');
    for (const [bytes, words, name] of [
      [Buffer.concat([good, second.subarray(0, -40)]), 'Запись 2.</b> Запись обрывается'], [Buffer.concat([good, lying]), 'Длина записи названа неверно'],
      [Buffer.concat([good, bent]), 'Поле выходит за границы записи'], [Buffer.concat([good, Buffer.from('PK\x03\x04polyglot')]), 'Здесь должна начинаться запись'],
      [Buffer.from('PK\x03\x04'), 'Это архив или книга Excel'], [Buffer.from('%PDF-1.7'), 'Это PDF'], [Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'Это картинка', 'каталог.csv'],
      [Buffer.concat([Buffer.from(csvHead + '\nА\n'), Buffer.from([0, 1, 2])]), 'в файле не текст'], [Buffer.from('<html>'), 'страница или XML'],
      [Buffer.from('Автор;Год\nА;1\n'), 'нет столбца «Название»'], [Buffer.from(''), 'пуст'], [Buffer.from(`${csvHead}\nА\n"Б;1\n`), 'Строка 3.</b> Кавычки'],
      [Buffer.from(`${csvHead}\nЯ;;;;;;;;;;;щ\n`), 'Штрихкод «щ» не годится'], [Buffer.alloc(5 * 1024 * 1024 + 1, 'a'), 'больше 5 МБ'],
    ]) {
      const page = await upload(bytes, name);
      assert.equal(page.status, 422, words);
      assert.ok(page.text.includes(words), `${words} in ${/id="problems"[^]*?<\/ul>/.exec(page.text)?.[0] ?? /id="file-error">[^<]*/.exec(page.text)?.[0]}`);
    }
    assert.equal(counts(), before);
    assert.equal(value('select count(*) from library.import'), imports, 'nothing is half kept');
  });

  test('a barcode of another book stops the whole file', async () => {
    const before = counts();
    const page = await upload(Buffer.concat([of21(`Пятая ${word}`, `M${word}-5`), of21(`Шестая ${word}`, `M${word}-1`)]));
    assert.match(page.text, new RegExp(`Штрихкод M${word}-1 занят другой книгой`));
    assert.doesNotMatch(page.text, /action="\/staff\/library\/import\/take"/);
    assert.equal((await take(page.id)).status, 422);
    assert.equal(counts(), before);
  });

  test('a path in the name is not kept', async () => {
    const page = await upload(of21(`Первая ${word}`, `M${word}-1`), '../../../etc/C:\\\\temp\\\\записи.mrc');
    assert.equal(value(`select name from library.import where id = ${page.id}`), 'записи.mrc');
  });

  test('a gigabyte that is announced, and one that is sent, is 413 and not kept', async () => {
    const send = (headers, chunks) => new Promise((resolve, reject) => {
      const request = https.request({ host: base.hostname, port: base.port, path: '/staff/library/import', method: 'POST', ca, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
        request.destroy();
      });
      request.on('error', (error) => (['EPIPE', 'ECONNRESET'].includes(error.code) ? undefined : reject(error)));
      let sent = 0;
      const more = () => { while (sent++ < chunks && request.write(Buffer.alloc(65536))); if (sent <= chunks) request.once('drain', more); };
      more();
    });
    const type = { 'content-type': 'multipart/form-data; boundary=x' };
    assert.equal(await send({ ...type, 'content-length': 2 ** 30 }, 4), 413);
    assert.equal(await send({ ...type, 'transfer-encoding': 'chunked' }, 2 ** 14), 413);
  });

  test('another school and strangers see nothing of it', async () => {
    const id = value(`select max(id) from library.import where school_id = ${school}`);
    const other = value(`insert into library.import (school_id, staff_id, name, format, encoding, skipped)
      select f.school_id, f.id, 'чужой', 'CSV', 'UTF-8', 0 from auth.staff f where f.school_id <> ${school} limit 1 returning id`).split('\n')[0];
    assert.equal((await desk.get(`/staff/library/import?id=${other}`)).status, 404);
    assert.equal((await take(other)).status, 404);
    sql(`delete from library.import where id = ${other}`);
    const teacher = await loggedInStaff(credentials.staff.find((s) => s.role === 'teacher'));
    assert.equal((await teacher.get(`/staff/library/import?id=${id}`)).status, 403);
  });

  test('the table of all comes back as what is there', async () => {
    const csv = await desk.get('/staff/library/catalogue.csv');
    assert.match(csv.headers['content-type'], /text\/csv/);
    const page = await upload(csv.body ?? Buffer.from(csv.text), 'Каталог.csv');
    assert.equal(page.status, 200);
    assert.equal(figure(page, 'new'), '0');
    assert.equal(figure(page, 'new-copies'), '0');
  });
});

describe('the catalogue', () => {
  let id;
  test('a title is added, refused in words, found', async () => {
    const fields = () => desk.get('/staff/library/title/edit').then(formOf);
    const bad = await desk.submit('/staff/library/title/edit', { ...await fields(), kind: 'textbook', name: '', isbn: '12', year: '19' });
    assert.equal(bad.status, 422);
    for (const words of ['Впишите название', 'Проверьте ISBN', 'У учебника укажите класс']) assert.ok(bad.text.includes(words), words);
    const form = { ...await fields(), kind: 'book', name: `Ёлка ${word}`, authors: 'Петров П. П.', year: '2021', price: '250,50' };
    const saved = await desk.submit('/staff/library/title/edit', form);
    assert.equal(saved.status, 303);
    id = /id=(\d+)/.exec(saved.headers.location)[1];
    assert.equal((await desk.submit('/staff/library/title/edit', form)).headers.location, saved.headers.location, 'the same form again');
    assert.match((await desk.get(`/staff/library/catalogue?q=${encodeURIComponent(`ёлка ${word}`)}`)).text, new RegExp(`Ёлка ${word}`));
  });

  test('copies get numbers, or their own barcodes', async () => {
    const add = async (more) => desk.submit('/staff/library/title/copies', { ...formOf(await desk.get(`/staff/library/title?id=${id}`)), id, ...more });
    assert.equal((await add({ count: '3' })).status, 303);
    assert.equal((await add({ barcodes: `e${word}-1\r\ne${word}-2` })).status, 303);
    assert.equal(value(`select count(*) from library.copy where title_id = ${id}`), '5');
    const taken = await add({ barcodes: `E${word}-1` });
    assert.equal(taken.status, 422);
    assert.match(taken.text, /уже занят/);
    assert.equal((await add({})).status, 422);
    assert.equal((await desk.get('/staff/library/title?id=999999999')).status, 404);
  });
});

describe('stocktaking', () => {
  after(() => sql(`update library.inventory set ended_at = clock_timestamp() where school_id = ${school} and ended_at is null`));

  test('scans say what they are, the missing are listed, the end is asked for', async () => {
    sql(`update library.inventory set ended_at = clock_timestamp() where school_id = ${school} and ended_at is null`);
    const begun = await desk.submit('/staff/library/inventory', { csrf, name: `Проверка ${word}` });
    assert.equal(begun.status, 303);
    const id = /id=(\d+)/.exec(begun.headers.location)[1];
    assert.equal((await desk.submit('/staff/library/inventory', { csrf, name: 'Ещё' })).status, 422);
    const out = value(`select barcode from library.copy where school_id = ${school} and state = 'out' limit 1`);
    for (const [code, outcome] of [[`M${word}-1`, 'found'], [`m${word}-1`.toLowerCase(), 'again'], [out, 'out'], ['NO-SUCH-CODE', 'unknown']]) {
      const answer = await desk.submit('/staff/library/inventory/count', { csrf, id, find: code });
      assert.match(answer.headers.location, new RegExp(`outcome=${outcome}`), code);
      assert.equal((await desk.get(answer.headers.location)).status, 200);
    }
    assert.equal(figure(await desk.get(`/staff/library/inventory/count?id=${id}`), 'found'), '1');
    assert.match((await desk.get(`/staff/library/inventory/missing.csv?id=${id}`)).text, /Место;Название/);
    assert.match((await desk.get(`/staff/library/inventory/end?id=${id}`)).text, /Отметить ненайденные утерянными/);
    assert.equal((await desk.submit('/staff/library/inventory/end', { csrf, id })).status, 303);
    assert.equal((await desk.submit('/staff/library/inventory/count', { csrf, id, find: `M${word}-1` })).status, 422);
    assert.equal(value(`select count(*) > 0 from library.inventory_missing where inventory_id = ${id}`), 't');
  });
});

describe('reports', () => {
  test('who is late, by class and in a table', async () => {
    const page = await desk.get('/staff/library/overdue');
    const late = value(`select count(*) from library.overdue(${school}, library.today(${school}))`);
    assert.equal(figure(page, 'overdue')?.replace(/\D/g, ''), late);
    assert.equal((await desk.get('/staff/library/overdue.csv')).text.trim().split('\r\n').length, Number(late) + 1);
    assert.match((await desk.get('/staff/library/popular')).text, /<svg class="bars"/);
  });
});
