// The administrator's desk over HTTPS: the jobs and the books, a job that is asked for runs, and who may not come.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { credentials, eventually, sql, value } from '../support/kabinet.mjs';
import { loggedInStaff, wordsOf } from '../support/visitor.mjs';

const member = (role, school = '039') => credentials.staff.find((s) => s.role === role && s.login.endsWith(school));
const runs = (job) => Number(value(`select count(*) from job.run where job = '${job}' and is_ok`));

describe('the administrator', () => {
  let admin;
  before(async () => { admin = await loggedInStaff(member('admin')); });

  test('every job is there, with its last success', async () => {
    const answer = await admin.get('/staff/admin');
    assert.equal(answer.status, 200);
    const words = wordsOf(answer);
    for (const [title] of sql('select title from job.job')) assert.ok(words.includes(title), title);
    assert.ok(!words.includes('ещё ни разу'), 'the demo has run them all');
    assert.ok(!words.includes('опаздывает '), 'and none is late');
  });

  test('the books are in order, and as large as they are', async () => {
    const words = wordsOf(await admin.get('/staff/admin'));
    assert.match(words, /Книги в порядке на \d\d\.\d\d\.\d{4} \d\d:\d\d/);
    assert.ok(words.replace(/[\s\u00a0]/g, '').includes(`Операций${value('select count(*) from ledger.entry')}`));
    assert.deepEqual(sql('select id, detail from ledger.violations'), []);
  });

  test('a job that is late and one that fails are told by words', async () => {
    const [[id]] = sql(`with made as (insert into job.run (job, ended_at, is_ok, failed, words)
      values ('files', clock_timestamp() + interval '1 hour', false, 1, 'нет места') returning id) select id from made`);
    try {
      assert.ok(wordsOf(await admin.get('/staff/admin')).includes('не удаётся'));
      const words = wordsOf(await admin.get('/staff/admin/job?name=files'));
      assert.ok(words.includes('с тех пор не удавалось') && words.includes('нет места'));
    } finally {
      sql(`alter table job.run disable trigger keep_run; delete from job.run where id = ${id}; alter table job.run enable trigger keep_run`);
    }
  });

  test('«Выполнить сейчас» asks once, and the runner does it', async () => {
    const before = runs('files');
    const path = '/staff/admin/job?name=files';
    const answer = await admin.fill(path, { name: 'files' }, { action: '/staff/admin/run' });
    assert.equal(answer.status, 303);
    assert.match(answer.headers.location, /^\/staff\/admin\/job\?name=files&done=job-ask$/);
    await eventually(() => runs('files') > before, 'the runner finds the request', 60000);
    assert.ok(wordsOf(await admin.get(path)).includes('Выполнить сейчас'), 'and may be asked again');
    assert.equal(value(`select count(*) from job.request where job = 'files' and run_id is null`), '0');
  });

  test('runs come in pages', async () => {
    sql(`insert into job.run (job, ended_at, is_ok) select 'thin-places', clock_timestamp() + interval '1 ms', true from generate_series(1, 35)`);
    const seen = [];
    let url = '/staff/admin/job?name=thin-places';
    for (let pages = 0; url && pages < 20; pages++) {
      const answer = await admin.get(url);
      assert.equal(answer.status, 200, url);
      seen.push((answer.text.match(/data-label="Итог"/g) ?? []).length);
      url = /rel="next" href="([^"]+)"/.exec(answer.text)?.[1].replaceAll('&amp;', '&');
    }
    assert.equal(seen.reduce((a, b) => a + b), Number(value(`select count(*) from job.run where job = 'thin-places'`)));
    assert.ok(seen.length >= 2 && Math.max(...seen) <= 30);
  });

  test('a job that is not there', async () => {
    for (const name of ['', 'nothing', 'x'.repeat(31), "a'b"]) {
      const { status } = await admin.get(`/staff/admin/job?name=${encodeURIComponent(name)}`);
      assert.ok([400, 404].includes(status), `${name}: ${status}`);
    }
  });

  test('nobody else comes in', async () => {
    for (const role of ['head', 'teacher', 'guard', 'canteen']) {
      const other = await loggedInStaff(member(role));
      for (const path of ['/staff/admin', '/staff/admin/job?name=books']) assert.equal((await other.get(path)).status, 403, `${role} ${path}`);
    }
  });
});
