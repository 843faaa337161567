import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface MailToWrite {
  readonly outbox: string;
  readonly number: number;
  readonly to: string;
  readonly web: string;
  readonly offer?: string;
  readonly codeLine?: string;
  readonly messageId?: string;
}

/** Writes one mail as the sink would have kept it. */
export function writeMail({ outbox, number, to, web, offer = '20 % off your next order', codeLine, messageId = `${number}@demo.example` }: MailToWrite): void {
  const key = `key${String(number).padStart(8, '0')}`;
  const code = `CODE-${[...String(number).padStart(4, '0')].map((digit) => 'ABCDEFGHJK'[Number(digit)]).join('')}`;
  mkdirSync(outbox, { recursive: true });
  writeFileSync(join(outbox, `${String(number).padStart(6, '0')}.eml`), [
    `Message-ID: <${messageId}>`,
    'From: Shop <hello@demo.example>',
    `To: ${to}`,
    'Subject: Something for you',
    'Date: Mon, 23 Nov 2026 08:00:00 +0000',
    'List-ID: <weekly.demo.demo.example>',
    'List-Unsubscribe: <mailto:unsubscribe@demo.example>,',
    ` <${web}/u/${key}/signature>`,
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary="part"',
    '',
    '--part',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(`${offer}\n\nHello!\n\n${codeLine ?? `Your code: ${code}`}\n`).toString('base64').replace(/.{76}/g, '$&\r\n'),
    '--part',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    `<p><a href=3D"${web}/c/${key}/signature?to=3DaHR0cHM&amp;x=3D1">Go=`,
    ` to the shop</a> <a href=3D"https://elsewhere.example/">elsewhere</a> <a href=3D"${web}/u/${key}/signature">Unsubscribe</a>`,
    `<img src=3D"${web}/o/${key}/signature.gif" width=3D"1" height=3D"1"></p>`,
    '--part--',
    '',
  ].join('\r\n'));
}
