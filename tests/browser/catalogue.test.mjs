/* A librarian takes a file into the catalogue, and counts what stands on the shelves: by keyboard, with and without JavaScript, on a phone too. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { credentials, sql, value } from '../support/kabinet.mjs';
import { loggedInStaff } from '../support/visitor.mjs';

const word = randomBytes(3).toString('hex').toUpperCase();
const librarian = credentials.staff.find((s) => s.role === 'librarian');
let browser, storageState, school;

before(async () => {
  school = value(`select school_id from auth.staff where login = '${librarian.login}'`);
  sql(`update library.inventory set ended_at = clock_timestamp() where school_id = ${school} and ended_at is null`);
  browser = await launchBrowser();
  storageState = stateOf(await loggedInStaff(librarian));
});
after(async () => {
  await browser?.close();      // first: an open browser would keep this process for ever
  sql(`update library.inventory set ended_at = clock_timestamp() where school_id = ${school} and ended_at is null`);
});

for (const options of [{ viewport: { width: 1024, height: 768 } }, { viewport: { width: 360, height: 740 }, javaScriptEnabled: false }])
  test(`a file and an inventory, ${options.viewport.width} px`, async () => {
    const context = await newContext(browser, { storageState, ...options }), width = options.viewport.width;
    try {
      const page = await newPage(context);
      await page.goto('/staff/library/import');
      const table = `Название;Авторы;Год;Экземпляров;Штрихкод\r\nОкно ${word}${width};Ветров А. А.;2020;;W${word}${width}-1 W${word}${width}-2\r\nДверь ${word}${width};Ветров А. А.;2021;;\r\n`;
      await page.setInputFiles('#file', { name: 'поставка.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
      await page.getByRole('button', { name: 'Посмотреть файл' }).click();
      await page.getByRole('heading', { name: 'Что в файле' }).waitFor();
      assert.equal(await page.locator('#new').innerText(), '2');
      assert.equal(await page.locator('#new-copies').innerText(), '2');
      await page.getByLabel('Завести по одному экземпляру').check();
      await page.getByRole('button', { name: 'Загрузить в каталог' }).click();
      await page.getByText('Файл загружен в каталог.').waitFor();
      assert.equal(await page.locator('#titles').innerText(), '2');
      assert.equal(await page.locator('#copies').innerText(), '3');
      await page.goto('/staff/library/import');
      await page.setInputFiles('#file', { name: 'фото.csv', mimeType: 'text/csv', buffer: Buffer.from([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]) });
      await page.getByRole('button', { name: 'Посмотреть файл' }).click();
      await page.getByText('Это картинка, а не каталог.').waitFor();

      await page.goto('/staff/library/inventory');
      await page.getByLabel('Название').fill(`Полка ${word}${width}`);
      await page.getByRole('button', { name: 'Начать' }).click();
      for (const [code, words] of [[`W${word}${width}-1`, 'Найдена'], [`W${word}${width}-1`, 'Уже сосчитана'], [`W${word}${width}-2`, 'Найдена'], ['NO-SUCH', 'Нет в этой библиотеке']]) {
        await page.locator('#find').focus();
        await Promise.all([page.waitForURL((url) => url.search.includes(`code=${code}`) && (words !== 'Уже сосчитана' || url.search.includes('again'))), page.keyboard.type(`${code}\n`)]);
        assert.match(await page.locator('#outcome').innerText(), new RegExp(words));
      }
      assert.equal(await page.locator('#found').innerText(), '2');
      await page.getByRole('link', { name: 'Завершить' }).click();
      await page.getByRole('button', { name: 'Завершить' }).click();
      await page.getByText('Инвентаризация завершена.').waitFor();
      assert.deepEqual(page.complaints.filter((c) => !/422/.test(c)), []);
      await page.goto('/staff/library/inventory');
      await page.getByText(`Полка ${word}${width}`).waitFor();
    } finally {
      await context.close();
    }
  });
