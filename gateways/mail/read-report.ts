import { simpleParser } from 'mailparser';
import { bounceKind, type BounceKind } from './bounce-kind.ts';

/** What a receiver reports about one letter. */
export type MailReport =
  | { readonly kind: 'bounce'; readonly key: string; readonly bounce: BounceKind; readonly status: string }
  | { readonly kind: 'delivered'; readonly key: string }
  | { readonly kind: 'complaint'; readonly key: string };

/** By what a report proves which letter it is about. */
export interface ReportProofs {
  /** The key of a send for the address that its bounces go to (see return-path.ts). */
  readonly returnPath?: (address: string) => string | undefined;
  /** The key of a send for the signed link of its List-Unsubscribe header. */
  readonly unsubscribeLink?: (link: string) => string | undefined;
  /** True where the whole report is signed by somebody we trust: then a Message-ID is enough, which anybody could have made up. */
  readonly trusted?: boolean;
}

type Fields = ReadonlyMap<string, string>;

/** A block of `Name: value` lines, with continuations; the first of a name counts. */
function fieldsOf(block: string): Fields {
  const fields = new Map<string, string>();
  for (const line of block.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

const addressesIn = (text: string | undefined): string[] => text?.match(/[^\s<>(),;:"]+@[^\s<>(),;:"]+/g) ?? [];
const afterType = (value: string | undefined): string => value?.slice(value.indexOf(';') + 1).trim() ?? '';

/** Letters are larger, and so is what others make of them; beyond this it is no report. */
const largestReport = 2 * 1024 * 1024;
const mostRecipients = 50;

// The parser would dissolve the letter that is reported on into the text; as another type it stays whole.
const originalType = /^(content-type:\s*)message\/(?:rfc822|global)(?![\w-])/gim;
const original = 'application/x-original-letter';

/**
 * Reads a delivery status notification (RFC 3464) or a complaint (RFC 5965, Abuse Reporting Format).
 * @param source the whole message
 * @returns nothing for what is no such report, and for one that does not prove which letter it is about
 */
export async function readReport(source: Buffer, proofs: ReportProofs): Promise<MailReport[]> {
  if (source.length > largestReport) return [];
  // Without the option a delivery status would be mixed into the text.
  const mail = await simpleParser(Buffer.from(source.toString('latin1').replace(originalType, `$1${original}`), 'latin1'), { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true, keepDeliveryStatus: true } as Parameters<typeof simpleParser>[1]);
  const part = (...types: readonly string[]): string | undefined => mail.attachments.find(({ contentType }) => types.includes(contentType.toLowerCase()))?.content.toString('utf8');
  const letter = fieldsOf((part(original, 'text/rfc822-headers', 'message/rfc822-headers', 'message/global-headers') ?? '').split(/\r?\n\r?\n/)[0]!);
  const envelope = mail.headerLines.filter(({ key }) => ['to', 'delivered-to', 'x-original-to', 'envelope-to'].includes(key)).flatMap(({ line }) => addressesIn(line.slice(line.indexOf(':') + 1)));

  const complaint = part('message/feedback-report');
  if (complaint !== undefined) {
    const fields = fieldsOf(complaint);
    const key = keyOf([...envelope, ...addressesIn(fields.get('original-mail-from'))], letter, proofs);
    // RFC 5965 7.3; not-spam takes a complaint back and is about nothing here.
    return key === undefined || !['abuse', 'fraud', 'opt-out'].includes(fields.get('feedback-type')?.toLowerCase() ?? '') ? [] : [{ kind: 'complaint', key }];
  }

  const status = part('message/delivery-status', 'message/global-delivery-status');
  if (status === undefined) return [];
  const key = keyOf(envelope, letter, proofs);
  if (key === undefined) return [];
  const [, ...recipients] = status.replaceAll('\r\n', '\n').split(/\n\s*\n/).filter((block) => block.trim() !== '');
  return recipients.slice(0, mostRecipients).flatMap((block): MailReport[] => {
    const fields = fieldsOf(block);
    const action = fields.get('action')?.toLowerCase().split(/[\s(]/)[0];
    if (action === 'delivered' || action === 'relayed') return [{ kind: 'delivered', key }];
    if (action !== 'failed') return [];
    const diagnostic = afterType(fields.get('diagnostic-code'));
    // The receiver's own code says more than the general one that some relays write for everything.
    const own = /\b([45]\.\d{1,3}\.\d{1,3})\b/.exec(diagnostic)?.[1];
    const given = /^\s*([245]\.\d{1,3}\.\d{1,3})/.exec(fields.get('status') ?? '')?.[1];
    const code = (given === undefined || /^[45]\.0\.0$/.test(given) ? own : given) ?? given ?? '5.0.0';
    return [{ kind: 'bounce', key, status: code, bounce: bounceKind(code, diagnostic) }];
  });
}

function keyOf(addresses: readonly string[], letter: Fields, { returnPath, unsubscribeLink, trusted = false }: ReportProofs): string | undefined {
  for (const address of [...addresses, ...addressesIn(letter.get('return-path'))]) {
    const key = returnPath?.(address);
    if (key !== undefined) return key;
  }
  const link = /<(https?:[^>\s]+)>/.exec(letter.get('list-unsubscribe') ?? '')?.[1];
  const linked = link === undefined ? undefined : unsubscribeLink?.(link);
  if (linked !== undefined) return linked;
  return trusted ? /^<([0-9a-f]{32})@/.exec(letter.get('message-id') ?? '')?.[1] : undefined;
}
