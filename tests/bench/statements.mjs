// statements.mjs LOG -- the statements of one page, from PostgreSQL's log on standard input or in LOG, as tests/bench/bare
// reads them: the SQL, then the parameters behind tabs, \N for NULL. What a page asks is taken from the page itself, so the
// bench cannot measure something else than the program does.
import { readFileSync } from 'node:fs';

const lines = readFileSync(process.argv[2] ?? 0, 'utf8').split('\n');

/** `$1 = 'it''s', $2 = NULL` as texts. */
function parameters(text) {
  const found = [];
  for (const [, , quoted] of text.matchAll(/\$(\d+) = (?:NULL|'((?:[^']|'')*)')/g))
    found.push(quoted === undefined ? '\\N' : quoted.replaceAll("''", "'"));
  return found;
}

let sql = null;
const asked = [];
for (const line of lines) {
  const executed = /LOG: {2}duration: [\d.]+ ms {2}execute [^:]*: (select .*)$/.exec(line);
  const detail = /DETAIL: {2}parameters: (.*)$/.exec(line);
  if (executed) {
    if (sql) asked.push([sql]);
    sql = executed[1];
  } else if (detail && sql) {
    asked.push([sql, ...parameters(detail[1])]);
    sql = null;
  }
}
if (sql) asked.push([sql]);
if (asked.length === 0) {
  console.error('statements.mjs: the log holds no executed statement');
  process.exit(1);
}
for (const words of asked) console.log(words.join('\t'));
