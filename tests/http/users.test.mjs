// Each program has a Unix user of its own, and what belongs to one is closed to the others: roles of PostgreSQL, sockets,
// peppers, folders.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { credentials, home, processes, programs } from '../support/kabinet.mjs';

const owners = [...programs, 'import'];
// Not by the link that the home of a clone below /root is: the others may not pass it.
const at = (...names) => path.join(realpathSync(home), ...names);
const hasUser = (user) => spawnSync('id', ['-u', user]).status === 0;
const skip = process.getuid() !== 0 ? 'only root can become other users'
  : !owners.every((name) => hasUser(`kabinet-${name}`)) ? 'the users of the programs could not be made here' : false;

/** Runs a command as the user: { status, stderr }. */
const as = (user, ...command) => spawnSync('setpriv', [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--', ...command],
  { encoding: 'utf8', cwd: '/', env: { PATH: process.env.PATH } });
const may = (user, right, file) => as(user, 'test', right, file).status === 0;
const users = ['www-data', 'nobody', ...owners.map((name) => `kabinet-${name}`)];

describe('users', { skip }, () => {
  test('a user comes into the database as its own role, and as no other', () => {
    for (const user of users.filter((name) => name !== 'nobody'))
      for (const role of ['postgres', 'kabinet_owner', ...owners.map((name) => `kabinet_${name}`)]) {
        const { status, stderr } = as(user, 'psql', '-XAtq', '-d', `${credentials.database} user=${role}`, '-c', 'select');
        assert.equal(status, user.replace('-', '_') === role ? 0 : 2, `${user} as ${role}: ${stderr}`);
        if (status) assert.match(stderr, /Peer authentication failed/);
      }
  });

  test('a program runs as its user, master and workers', () => {
    for (const name of programs) {
      const uid = execFileSync('id', ['-u', `kabinet-${name}`], { encoding: 'utf8' }).trim();
      const { master, workers } = processes(name);
      for (const pid of [master, ...workers])
        assert.deepEqual(/^Uid:\t(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1].split('\t'), [uid, uid, uid, uid], name);
    }
  });

  test('a socket is open to its program and to nginx', () => {
    for (const name of programs)
      assert.deepEqual(users.filter((user) => may(user, '-w', at('run', `${name}.sock`))), ['www-data', `kabinet-${name}`]);
  });

  test('a pepper is open to the program that needs it', () => {
    const peppers = readdirSync(at('peppers'));
    assert.ok(peppers.includes('login'));
    for (const name of peppers)
      assert.deepEqual(users.filter((user) => may(user, '-r', at('peppers', name))), [`kabinet-${name}`]);
    for (const secret of ['pepper', 'credentials.json', 'state'])
      assert.deepEqual(users.filter((user) => may(user, '-r', at(secret))), [], secret);
  });

  test('where root writes, nobody else can put a file', () => {
    for (const folder of ['.', 'run', 'log', 'tls', 'conf', 'app', 'app/cgi-bin', 'app/scripts', 'app/templates', 'peppers', 'state', 'pg'])
      assert.deepEqual(users.filter((user) => may(user, '-w', at(folder))), [], folder);
    for (const [folder, owner] of [['tmp', 'www-data'], ...['inbox', 'work', 'archive', 'refused'].map((name) => [name, 'kabinet-import'])])
      assert.deepEqual(users.filter((user) => may(user, '-w', at(folder))), [owner], folder);
  });
});
