// library.mjs HOME SCHOOL ROUNDS -- two librarians of a school of tests/bench/library.sql lend books by barcode and take them back, over HTTPS:
// each scan is what the desk does, POST, 303 and the page that follows. Prints operations/s, the median and the 99th percentile in ms.
import { randomUUID } from 'node:crypto';
import { Desk, at, ms, sqlOf } from './desk.mjs';

const [home, school, rounds] = process.argv.slice(2);
const sql = sqlOf(home), took = [];
const copies = sql(`select c.barcode from library.copy c join school.school s on s.id = c.school_id where s.number = '${school}' and c.state = 'in' order by c.id limit ${2 * rounds}`);
const readers = sql(`select p.id from school.pupil p join school.school s on s.id = p.school_id where s.number = '${school}' order by p.id`);

async function scan(desk, fields, expected) {
  const since = process.hrtime.bigint();
  const answer = await desk.request('POST', '/staff/library/scan', { csrf: desk.csrf, key: randomUUID(), ...fields });
  if (answer.status !== 303 || !/scan=\d+/.test(answer.location)) throw new Error(`${fields.find}: ${answer.status} ${answer.location}`);
  const page = await desk.request('GET', answer.location);
  if (page.status !== 200 || !page.text.includes(expected)) throw new Error(`${answer.location}: ${page.status}`);
  took.push(ms(since));
}

async function librarian(number) {
  const desk = new Desk(home, `desk-${number}-${school}`);
  await desk.open('/staff/library');
  for (let i = number - 1; i < copies.length; i += 2) {
    const [find] = copies[i], [reader] = readers[i % readers.length];
    await scan(desk, { find, reader }, 'ct-what">выдано');
    await scan(desk, { find }, 'ct-what">принято');
  }
}
const begun = process.hrtime.bigint();
await Promise.all([librarian(1), librarian(2)]);
console.log((took.length / (ms(begun) / 1000)).toFixed(1), at(took, 0.5).toFixed(1), at(took, 0.99).toFixed(1));
process.exit(0);
