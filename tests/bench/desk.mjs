// desk.mjs -- a browser at a desk, for the benches: its connection, its session, its forms' token; and what they count.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';

const about = (home) => JSON.parse(readFileSync(path.join(home, 'credentials.json'), 'utf8'));

/** Asks the demo's database; rows of texts. */
export const sqlOf = (home) => (text) => execFileSync('psql', ['-XAtq', '-F', '\t', '-d', about(home).database, '-c', text], { encoding: 'utf8' })
  .split('\n').filter(Boolean).map((line) => line.split('\t'));
export const ms = (since) => Number(process.hrtime.bigint() - since) / 1e6;
/** The value below which that share of a list lies. */
export const at = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];

/** One browser, with a staff session whose token is that word filled up to 43 characters. */
export class Desk {
  constructor(home, token) {
    const { base_url: base, ca } = about(home);
    this.base = base;
    this.agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(ca) });
    this.cookie = `__Host-staff=${token.padEnd(43, 'x')}`;
  }
  request(method, where, fields) {
    const body = fields && new URLSearchParams(fields).toString();
    return new Promise((resolve, reject) => {
      const request = https.request(this.base + where, { method, agent: this.agent, headers: { cookie: this.cookie, origin: this.base,
        'sec-fetch-site': 'same-origin', ...(body && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }) } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => resolve({ status: answer.statusCode, location: answer.headers.location, text }));
      });
      request.on('error', reject).end(body);
    });
  }
  async open(where) {
    const answer = await this.request('GET', where);
    this.csrf = /name="csrf" value="([0-9a-f]+)"/.exec(answer.text)?.[1];
    if (answer.status !== 200 || !this.csrf) throw new Error(`${where}: ${answer.status}`);
    return answer;
  }
}
