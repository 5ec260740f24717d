// registry.mjs -- registries of a bank made to order, for tests that bring money in the way a bank does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { credentials } from './kabinet.mjs';

const roubles = (kop) => `${Math.trunc(kop / 100)},${String(kop % 100).padStart(2, '0')}`;

// Operation numbers that no other run has used.
let operation = BigInt(Date.now()) * 1000n % 1000000000000n;
export const nextOperation = () => String(operation++).padStart(12, '0');

/** A 13-field text registry of [account, kopecks] rows; `spoil` changes its text. */
export function registry(rows, { spoil = (text) => text } = {}) {
  const sum = rows.reduce((total, [, kop]) => total + kop, 0);
  const lines = rows.map(([account, kop, op = nextOperation()]) =>
    `20-11-2026;09-32-33;8617;8617999V;${op};${account};ВЫМЫСЛОВА ЗЛАТА;Г ХАБАРОВСК;1126;${roubles(kop)};${roubles(kop)};0,00;5`);
  return spoil([...lines, `=${rows.length};${roubles(sum)};${roubles(sum)};0,00;686336;21-11-2026`, ''].join('\r\n'));
}

/** A folder of files that are named as banks name theirs. */
export class Registries {
  folder = mkdtempSync(path.join(os.tmpdir(), 'kabinet-registry-'));
  number = Math.trunc(Date.now() / 1000) % 1000000;

  write(text) {
    const file = path.join(this.folder, `${credentials.bank.inn}_${credentials.bank.account}_${this.number++}.txt`);
    writeFileSync(file, text);
    return file;
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }
}
