// Money from the bank to the page: a registry is loaded once, whole or not at all, and the family sees it to the kopeck.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { cabinet, forgetAttempts, script, sql, value } from '../support/kabinet.mjs';
import { Registries, nextOperation, registry } from '../support/registry.mjs';
import { balanceOf, loggedIn, wordsOf } from '../support/visitor.mjs';

describe('registries', () => {
  // Not the family that the browser tests look at: these lines would fill its pages.
  const family = cabinet((c) => c.note === 'другая школа');
  let parent, registries;
  before(async () => {
    forgetAttempts();
    registries = new Registries();
    parent = await loggedIn(family);
    await parent.fill('/', { idn: family.idn }, { action: '/child' });
  });
  after(() => registries.remove());
  afterEach(() => {
    assert.deepEqual(sql('select id, detail from ledger.violations'), []);
    assert.equal(value('select coalesce(sum(amount_kop), 0) from ledger.posting'), '0');
  });

  const write = (text) => registries.write(text);
  const load = (file) => script('import-registries', file);
  const balance = async () => balanceOf(await parent.get('/finance'));

  test('a registry is on the page to the kopeck', async () => {
    const old = await balance();
    const { code, stdout } = await load(write(registry([[family.account, 2534], [family.account, 1]])));
    assert.equal(code, 0, stdout);
    assert.match(stdout, /: posted=2 amount=25,35 confirmed=0 duplicate=0 unidentified=0/);
    assert.equal(await balance(), old + 2535);
  });

  test('the same file again, and the same operations in another file, change nothing', async () => {
    const rows = [[family.account, 70001, nextOperation()]];
    const file = write(registry(rows));
    assert.equal((await load(file)).code, 0);
    const old = await balance(), postings = value('select count(*) from ledger.posting');
    const again = await load(file);
    assert.equal(again.code, 0);
    assert.match(again.stdout, /: already loaded/);
    const other = await load(write(registry(rows, { spoil: (text) => text.replace('686336', '686337') })));
    assert.equal(other.code, 0, other.stdout);
    assert.match(other.stdout, /: posted=0 amount=0,00 confirmed=0 duplicate=1 unidentified=0/);
    assert.equal(await balance(), old);
    assert.equal(value('select count(*) from ledger.posting'), postings);
  });

  test('two processes with the same file at once: one loads it', async () => {
    const old = await balance();
    const file = write(registry(Array.from({ length: 200 }, (_, i) => [family.account, 100 + i])));
    const answers = await Promise.all([load(file), load(file), load(file)]);
    assert.deepEqual(answers.map(({ code }) => code), [0, 0, 0], answers.map(({ stdout, stderr }) => stdout + stderr).join());
    const words = answers.map(({ stdout }) => (/already loaded/.test(stdout) ? 'already' : /posted=200 /.test(stdout) ? 'posted' : stdout)).sort();
    assert.deepEqual(words, ['already', 'already', 'posted']);
    assert.equal(await balance(), old + 200 * 100 + 199 * 200 / 2);
  });

  test('one wrong kopeck in the totals: nothing is posted, and the total is named', async () => {
    const old = await balance(), loaded = value('select count(*) from bank.registry');
    const { code, stdout } = await load(write(registry([[family.account, 1000]], { spoil: (text) => text.replace('=1;10,00;10,00', '=1;10,00;10,01') })));
    assert.equal(code, 1);
    assert.match(stdout, /: refused: /);
    assert.match(stdout, /10,01/);
    assert.match(stdout, /10,00/);
    assert.equal(await balance(), old);
    assert.equal(value('select count(*) from bank.registry'), loaded);
  });

  test('an unknown account\'s money waits in suspense', async () => {
    const waiting = Number(value('select coalesce(sum(transfer_kop), 0) from bank.unidentified'));
    const { code, stdout } = await load(write(registry([['0279990000', 12345], [family.account, 100]])));
    assert.equal(code, 0, stdout);
    assert.match(stdout, /: posted=1 amount=1,00 confirmed=0 duplicate=0 unidentified=1/);
    assert.equal(Number(value('select coalesce(sum(transfer_kop), 0) from bank.unidentified')), waiting + 12345);
  });

  test('leading zeros matter', async () => {
    const old = await balance();
    const { stdout } = await load(write(registry([[family.account.replace(/^0/, ''), 500]])));
    assert.match(stdout, /unidentified=1/);
    assert.equal(await balance(), old);
  });

  test('what a payer wrote about himself is not on the page', async () => {
    const [, id] = /\/finance\/entry\?id=(\d+)/.exec((await parent.get('/finance')).text);
    assert.ok(!/ВЫМЫСЛОВА|ХАБАРОВСК/i.test(wordsOf(await parent.get(`/finance/entry?id=${id}`))));
  });
});
