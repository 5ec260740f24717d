/*
 * Главная and Рейтинг in a browser on a phone, without scripts: a mark is given and changed, the job runs, a child is chosen from
 * the panels, the history is opened by the keyboard's order.
 */
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { activeCabinets, launchBrowser, newContext, newPage, openSession } from '../support/browser.mjs';
import { script, sql, value } from '../support/kabinet.mjs';

let browser, family;

before(async () => {
  browser = await launchBrowser();
  [family] = activeCabinets();
});
after(() => browser?.close());

async function phone(options = {}) {
  const storageState = await openSession(browser, family);
  const context = await newContext(browser, { storageState, viewport: { width: 360, height: 800 }, javaScriptEnabled: false, ...options });
  return newPage(context);
}

const tile = (page, title) => page.locator('.statistics .tiles > div', { hasText: title }).locator('dd').innerText();
/* The pupil that the family looks at first. */
const pupil = () => value(`select id from school.pupil where idn = '${family.idn}'`);

/* The pupil's latest lesson that may have marks, with its subject, teacher and day. */
function lastLesson() {
  const [row] = sql(`select l.id, l.subject_id, l.day, l.staff_id, k.id
    from school.lesson l join school.pupil p on p.class_id = l.class_id
    join school.work_kind k on k.school_id = p.school_id
   where p.id = ${pupil()} and l.day <= (now() at time zone 'Asia/Vladivostok')::date and not l.is_cancelled
     and l.day >= (select first_day from school.term where id = school.begun_term(p.class_id, (now() at time zone 'Asia/Vladivostok')::date))
     and school.attends(p.id, l.subgroup_id)
   order by l.day desc, l.number desc, k.weight, k.id limit 1`);
  assert.ok(row, 'the class has had no lesson in the term');
  return row;
}

test('a mark, then another in its place: the feed and the average at once, places after the job', async () => {
  const page = await phone();
  const [lesson, subject, day, teacher, kind] = lastLesson();
  const work = value(`insert into school.work (lesson_id, subject_id, day, kind_id, title, weight)
    values (${lesson}, ${subject}, '${day}', ${kind}, 'Проба пера', 7) returning id`);
  await page.goto('/');
  const average = await tile(page, 'Средний балл');
  try {
    sql(`insert into school.mark (work_id, pupil_id, subject_id, day, value, set_by, set_at)
      values (${work}, ${pupil()}, ${subject}, '${day}', '2', ${teacher}, now())`);
    await page.reload();
    const first = page.locator('.feed li').first();
    assert.match(await first.innerText(), /^2\s/);
    assert.match(await first.innerText(), /Проба пера, вес 7/);
    const withTwo = await tile(page, 'Средний балл');
    assert.notEqual(withTwo, average);

    sql(`update school.mark set value = '5', reason = 'переписал', set_at = now() where work_id = ${work}`);
    await page.reload();
    assert.match(await page.locator('.feed li').first().innerText(), /^5\s[\s\S]*было 2, стало 5/);
    assert.notEqual(await tile(page, 'Средний балл'), withTwo);

    assert.equal((await script('db', 'statistics')).code, 0);
    await page.reload();
    assert.match(await tile(page, 'Рейтинг в классе'), /^\d+-й\s+из \d+/);
    assert.deepEqual(page.complaints, []);
  } finally {
    sql(`update school.mark set value = null, reason = 'проверка окончена', set_at = now() where work_id = ${work}`);
    await script('db', 'statistics');
  }
  await page.context().close();
});

test('panels of several children: the other one is a button away', async () => {
  const page = await phone();
  await page.goto('/');
  const panels = page.locator('.panel');
  assert.equal(await panels.count(), 2);
  const current = await page.locator('.panel.is-current .idn').first().innerText();
  await page.locator('.panel:not(.is-current) button').click();
  await page.waitForSelector('main[data-page=home]');
  assert.notEqual(await page.locator('.panel.is-current .idn').first().innerText(), current);
  await page.locator('.panel:not(.is-current) button').click();
  assert.equal(await page.locator('.panel.is-current .idn').first().innerText(), current);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('from the tiles to the history, by subject and by place', async () => {
  const page = await phone();
  await page.goto('/');
  await page.click('.statistics > header a');
  await page.waitForSelector('main[data-page=rating]');
  for (const scope of ['в параллели', 'в школе', 'в крае', 'в классе']) {
    await page.locator('.chips a', { hasText: scope }).click();
    await page.waitForSelector('main[data-page=rating]');
    assert.equal(await page.locator('.chips [aria-current]').innerText(), scope);
    const box = await page.locator('.steps svg').boundingBox();
    assert.ok(box.width > 200 && box.height > 40, 'the chart is there');
    assert.ok(await page.locator('.history tbody tr').count() >= 1);
    const { d, rows } = await page.evaluate(() => ({
      d: document.querySelector('.steps .trend').getAttribute('d'), rows: document.querySelectorAll('.history tbody tr').length,
    }));
    assert.match(d, /^M0 \d+(H\d+V\d+)*H600$/);
    assert.ok(rows <= 15);
  }
  assert.ok(await page.locator('.rated tbody tr').count() >= 3, 'subjects');
  await page.locator('.how summary').click();
  assert.match(await page.locator('.how').innerText(), /100·n5/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
