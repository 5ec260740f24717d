// kabinet.mjs -- what the tests know about a running demo: where it is, who may log in, how to look behind the pages.
//
// KABINET_HOME names the demo (build/demo by default); everything else stands in its credentials.json.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const source = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const home = path.resolve(process.env.KABINET_HOME ?? path.join(source, 'build/demo'));
export const credentials = JSON.parse(readFileSync(path.join(home, 'credentials.json'), 'utf8'));
export const base = new URL(credentials.base_url);
export const ca = readFileSync(credentials.ca);

const run = promisify(execFile);

/** The environment for scripts of the repository that work on this demo. */
export const environment = {
  ...process.env,
  KABINET_HOME: home,
  KABINET_PORT: base.port,
  KABINET_DB: credentials.database,
  KABINET_PEPPER: path.join(home, 'pepper'),
  KABINET_JOBS_LOCK: path.join(home, 'run/jobs/lock'),
};

/** Runs a script and answers { code, stdout, stderr }; a failing code is an answer, not an exception. */
export async function script(name, ...args) {
  try {
    const { stdout, stderr } = await run(path.join(source, 'scripts', name), args, { env: environment });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (typeof error.code !== 'number') throw error;
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

/** One statement as the owner (or as `role`); rows as arrays of text, NULL as null. */
export function sql(statement, { role = null, variables = {} } = {}) {
  const args = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-F', '\x1f', '-P', 'null=\x1e', '-d', credentials.database];
  for (const [name, value] of Object.entries(variables)) args.push('-v', `${name}=${value}`);
  const prefix = role ? `set role ${role};\n` : '';
  const out = execFileSync('psql', args, { input: prefix + statement, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
  return out.split('\n').filter((line) => line !== '')
    .map((line) => line.split('\x1f').map((cell) => (cell === '\x1e' ? null : cell)));
}

/** The same in a session of its own, while the test goes on: a promise of what psql prints. */
export const sqlBeside = async (statement) =>
  (await run('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', credentials.database, '-c', statement])).stdout;

/** The single value of a statement. */
export const value = (statement, options) => sql(statement, options)[0]?.[0];

/** The cabinets of the demo that have a password already, by a predicate. */
export function cabinet(wanted = () => true) {
  const found = credentials.cabinets.find((c) => c.password && wanted(c));
  if (!found) throw new Error('the demo has no such cabinet');
  return found;
}

/** Writes down what a test has spent or changed, so that the next test does not trip over it. */
export function updateCabinet(idn, change) {
  const file = path.join(home, 'credentials.json');
  const all = JSON.parse(readFileSync(file, 'utf8'));
  Object.assign(all.cabinets.find((c) => c.idn === idn), change);
  writeFileSync(`${file}.new`, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Lines of log/NAME.log as text, from a byte position on; logSize() tells the position. */
export const logText = (name, from = 0) => readFileSync(path.join(home, 'log', `${name}.log`)).subarray(from).toString();
export const logSize = (name) => readFileSync(path.join(home, 'log', `${name}.log`)).length;

/** The programs of this demo, and what they say of themselves. */
export const programs = readdirSync(path.join(home, 'app/cgi-bin'));
const said = (program, option) => execFileSync(path.join(home, 'app/cgi-bin', program), [option], { encoding: 'utf8' }).trim().split('\n');

/**
 * Every route: { program, method, path, access, view }, access being words of lib/app.h: 'anyone', 'parent', 'pupil', 'teacher' …,
 * view the purpose for which it shows children's data, or undefined.
 */
export const routes = programs.flatMap((program) => said(program, '--routes').map((line) => {
  const [method, path, ...words] = line.trim().split(/\s+/);
  const view = words.find((word) => word.startsWith('view='))?.slice(5);
  return { program, method, path, view, access: words.filter((word) => !word.startsWith('view=')) };
}));

/** The functions that a program asks, by name. */
export const questionsOf = (program) => [...new Set(said(program, '--questions').map((line) => /(?:cabinet|staff|device)\.\w+/.exec(line)[0]))].sort();

/** The roles of programs, the importer's among them. */
export const programRoles = () => sql(`select rolname from pg_roles where rolname like 'kabinet\\_%' and rolname <> 'kabinet_owner'`)
  .map(([role]) => role);

/** Waits until the answer of `probe` is true; fails after the given time. */
export async function eventually(probe, what, timeoutMs = 10000) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    if (await probe()) return;
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await pause(50);
  }
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Forgets failed attempts, so that tests which fail on purpose do not slow the next ones down. */
export const forgetAttempts = () => sql(`update auth.budget set level = 0, blocked_until = '-infinity'`);

/** The demo's processes of one program: { master, workers }. */
export function processes(program) {
  const master = Number(readFileSync(path.join(home, 'run', `${program}.pid`), 'utf8'));
  const workers = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return { master, workers };
}

/** The socket of a program, for requests that do not go through nginx. */
export const socketOf = (program) => path.join(home, 'run', `${program}.sock`);
