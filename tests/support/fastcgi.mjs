// fastcgi.mjs -- a small FastCGI client over a Unix socket, for what no well-behaved nginx would send: bodies cut short,
// requests held open while their program is asked to end.
import net from 'node:net';

const VERSION = 1;
const BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6, STDERR = 7;
const RESPONDER = 1;

function record(type, content = Buffer.alloc(0)) {
  const head = Buffer.alloc(8);
  head.writeUInt8(VERSION, 0);
  head.writeUInt8(type, 1);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(content.length, 4);
  return Buffer.concat([head, content]);
}

function lengthOf(bytes) {
  if (bytes.length < 128) return Buffer.from([bytes.length]);
  const long = Buffer.alloc(4);
  long.writeUInt32BE(bytes.length + 0x80000000);
  return long;
}

function pairs(params) {
  return Buffer.concat(Object.entries(params).flatMap(([name, text]) => {
    const [n, v] = [Buffer.from(name), Buffer.from(String(text))];
    return [lengthOf(n), lengthOf(v), n, v];
  }));
}

/** What nginx would say of a request; `params` change or add. */
export function params(method, path, extra = {}) {
  return {
    REQUEST_ID: '0123456789abcdef0123456789abcdef',
    REMOTE_ADDR: '127.0.0.1',
    REQUEST_METHOD: method,
    SCRIPT_NAME: path,
    DOCUMENT_URI: path,
    QUERY_STRING: '',
    CONTENT_TYPE: '',
    CONTENT_LENGTH: '',
    HTTP_COOKIE: '',
    HTTP_ORIGIN: '',
    HTTP_SEC_FETCH_SITE: '',
    HTTP_USER_AGENT: 'kabinet-tests',
    HTTPS: 'on',
    ...extra,
  };
}

/** One request whose parts a test sends by hand: begin(), body(bytes), endBody(), hangUp(); answer is a promise. */
export class FastCGI {
  #socket;
  answer;

  constructor(path) {
    this.#socket = net.connect(path);
    this.answer = new Promise((resolve, reject) => {
      let bytes = Buffer.alloc(0);
      this.#socket.on('data', (chunk) => { bytes = Buffer.concat([bytes, chunk]); });
      this.#socket.on('error', reject);
      this.#socket.on('close', () => resolve(parse(bytes)));
    });
    // A test that only hangs up does not wait for it.
    this.answer.catch(() => {});
  }

  begin(variables) {
    const start = Buffer.alloc(8);
    start.writeUInt16BE(RESPONDER, 0);
    this.#socket.write(Buffer.concat([record(BEGIN, start), record(PARAMS, pairs(variables)), record(PARAMS)]));
    return this;
  }

  body(text) {
    const bytes = Buffer.from(text);
    for (let i = 0; i < bytes.length; i += 65535) this.#socket.write(record(STDIN, bytes.subarray(i, i + 65535)));
    return this;
  }

  endBody() {
    this.#socket.write(record(STDIN));
    return this;
  }

  raw(bytes) {
    this.#socket.write(bytes);
    return this;
  }

  hangUp() {
    this.#socket.destroy();
    return this;
  }
}

function parse(bytes) {
  let at = 0, out = '', err = '', ended = false;
  while (at + 8 <= bytes.length) {
    const type = bytes.readUInt8(at + 1), length = bytes.readUInt16BE(at + 4), padding = bytes.readUInt8(at + 6);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (type === STDOUT) out += content.toString('latin1');
    if (type === STDERR) err += content.toString('latin1');
    if (type === END) ended = true;
    at += 8 + length + padding;
  }
  const text = Buffer.from(out, 'latin1').toString();
  const split = text.indexOf('\r\n\r\n');
  const head = split < 0 ? '' : text.slice(0, split);
  const status = /^Status: (\d+)/mi.exec(head);
  return { ended, err, head, text: split < 0 ? '' : text.slice(split + 4),
    status: status ? Number(status[1]) : head ? 200 : null };
}

/** The usual case: everything at once. */
export function ask(socket, variables, body = '') {
  const request = new FastCGI(socket).begin(variables);
  if (body) request.body(body);
  return request.endBody().answer;
}
