// visitor.mjs -- a browser without a screen: HTTPS with the demo's own authority, a cookie jar, forms with their tokens.
import https from 'node:https';
import { base, ca } from './kabinet.mjs';

const agent = new https.Agent({ ca, keepAlive: true, maxSockets: 64 });
const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#x27;': "'", '&amp;': '&' };
export const unescape = (text) => text.replace(/&(?:lt|gt|quot|#39|#x27|amp);/g, (entity) => entities[entity]);

/** Sends one request as it is and answers { status, headers, text, ms }. */
export function send(method, path, { headers = {}, body = null, port = base.port } = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const request = https.request({ agent, method, path, headers, port, host: 'localhost', servername: 'localhost', ca }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode, headers: response.headers, bytes, text: bytes.toString(),
          ms: performance.now() - started });
      });
    });
    request.setTimeout(60000, () => request.destroy(new Error(`${method} ${path}: no answer within 60 s`)));
    request.on('error', (error) => {
      // A kept connection that nginx has closed while the test was busy elsewhere: nothing was asked yet.
      if (request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code)) send(method, path, { headers, body, port }).then(resolve, reject);
      else reject(error);
    });
    request.end(body);
  });
}

/** A visitor with cookies of his own. */
export class Visitor {
  cookies = new Map();
  /** Headers that go with each request; a test may add or change some. */
  headers = { 'user-agent': 'kabinet-tests' };

  cookieHeader() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async request(method, path, { headers = {}, body = null } = {}) {
    const all = { ...this.headers, ...headers };
    if (this.cookies.size && all.cookie === undefined) all.cookie = this.cookieHeader();
    const answer = await send(method, path, { headers: all, body });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/; Max-Age=0(;|$)/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  get(path, options) {
    return this.request('GET', path, options);
  }

  /** A form as a browser of today sends it; `fields` are taken literally, the token among them. */
  submit(path, fields, { headers = {} } = {}) {
    return this.request('POST', path, {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: base.origin,
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** Opens `page`, takes the token of its first form, and submits the fields to `action` (the page itself by default). */
  async fill(page, fields, { action = page, headers = {} } = {}) {
    const csrf = csrfOf(await this.get(page));
    return this.submit(action, { ...fields, csrf }, { headers });
  }

  login(name, password, fields = {}) {
    return this.fill('/login', { login: name, password, ...fields });
  }

  logout(from = '/') {
    return this.fill(from, {}, { action: '/logout' });
  }
}

/** The token in a page's form. */
export function csrfOf(answer) {
  const found = /name="csrf"[^>]*value="([^"]*)"/.exec(answer.text) ?? /value="([^"]*)"[^>]*name="csrf"/.exec(answer.text);
  if (!found) throw new Error(`no csrf field in the page (status ${answer.status})`);
  return found[1];
}

/** A visitor who is in. */
export async function loggedIn(cabinet) {
  const visitor = new Visitor();
  const answer = await visitor.login(cabinet.login ?? cabinet.idn, cabinet.password);
  if (answer.status !== 303) throw new Error(`${cabinet.idn} cannot log in: ${answer.status}\n${wordsOf(answer)}`);
  return visitor;
}

/** Somebody at a desk: { login, password } of credentials.json's staff[]. */
export async function loggedInStaff({ login, password }) {
  const visitor = new Visitor();
  const answer = await visitor.fill('/staff/login', { login, password });
  if (answer.status !== 303) throw new Error(`${login} cannot log in: ${answer.status}\n${wordsOf(answer)}`);
  return visitor;
}

/** What a person reads: the text of <main>, without markup. */
export function wordsOf(answer) {
  const main = /<main[^>]*>([\s\S]*?)<\/main>/.exec(answer.text);
  return unescape((main ? main[1] : answer.text).replace(/<[^>]*>/g, ' ')).replace(/[\s\u00a0]+/g, ' ').trim();
}

/** The kopecks of every <data class="money"> in order, or of the one with the given id. */
export function sumsOf(answer) {
  return [...answer.text.matchAll(/<data\b[^>]*class="money[^"]*"[^>]*>/g)]
    .map(([tag]) => Number(/value="(-?\d+)"/.exec(tag)[1]));
}
export function balanceOf(answer) {
  const [tag] = /<data\b[^>]*id="balance"[^>]*>/.exec(answer.text) ?? [];
  return tag === undefined ? null : Number(/value="(-?\d+)"/.exec(tag)[1]);
}
