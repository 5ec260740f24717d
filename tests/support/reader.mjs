// reader.mjs -- a card reader for tests: signs what it says as docs/readers.md has it.
import { createHmac, randomBytes } from 'node:crypto';
import { sql, value } from './kabinet.mjs';
import { send } from './visitor.mjs';

export const hex = (bytes) => randomBytes(bytes).toString('hex');

/** RFC 3339 with microseconds and a zone that is not ours. */
export const moment = (ms) => new Date(ms).toISOString();

/** A line of the body. */
export const line = (n, uid, ms, direction) => `n=${n};uid=${uid};at=${moment(ms)};direction=${direction}`;

/** A reader of its own at the demo's first school. */
export class Reader {
  constructor({ school = '027039', door = 'проходная для испытаний' } = {}) {
    this.id = `t-${hex(6)}`;
    this.key = hex(32);
    this.sequence = 0;
    this.number = 0;
    sql(`do $$ begin perform gate.add_device('${this.id}', '${school}', '${door}', '${this.key}'); end $$`);
  }

  /** The four headers; every part may be forged. */
  headers(body, { id = this.id, key = this.key, sequence = this.sequence, time = moment(Date.now()), signature } = {}) {
    return {
      'content-type': 'text/plain',
      'x-device': id,
      'x-sequence': String(sequence),
      'x-time': time,
      'x-signature': signature ?? createHmac('sha256', key).update(`${id}\n${sequence}\n${time}\n`).update(body).digest('hex'),
    };
  }

  post(body, forged = {}) {
    return send('POST', '/device/gate', { headers: this.headers(body, forged), body });
  }

  /** The next message with these taps: { uid, direction, ms }. */
  tell(...taps) {
    this.sequence += 1;
    return this.post(taps.map(({ uid, direction = 'in', ms = Date.now() }) => line((this.number += 1), uid, ms, direction)).join('\n'));
  }

  retire() {
    sql(`update gate.device set retired_at = now() where id = '${this.id}'`);
  }
}

/** Gives a pupil (by ИДН) a card of his own and answers its UID. */
export function giveCard(idn) {
  const uid = hex(7).toUpperCase();
  value(`select gate.issue_card('${idn}', '${uid}', 'fob')`);
  return uid;
}

export const endCard = (uid) => sql(`do $$ begin perform gate.return_card('${uid}'); end $$`);
