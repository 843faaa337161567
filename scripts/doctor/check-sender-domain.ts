import { createPrivateKey, createPublicKey } from 'node:crypto';
import { domainToASCII } from 'node:url';
import type { DkimSettings } from '../../gateways/mail/dkim-signer.ts';
import { notesOf, wordsOf, type Finding } from './finding.ts';

const note = notesOf("sender's domain");

/** DNS as far as mail needs it. */
export interface TextRecords {
  /** Texts of a name, the strings of each record joined (RFC 7208 3.3); empty where the name or its texts do not exist. Rejects when nobody answers. */
  txt(name: string): Promise<readonly string[]>;
}

export interface SenderIdentity {
  /** Address in From. */
  readonly sender: string;
  /** Mailbox of RETURN_PATH; bounces go to the sender's own when absent. */
  readonly returnPath?: string;
  readonly dkim?: DkimSettings;
}

const domainOf = (address: string): string => {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return domainToASCII(domain) || domain;
};
/** RFC 2606, RFC 6761: nobody gets mail from there. */
const reserved = /(^|\.)(example|test|invalid|localhost)$|(^|\.)example\.(com|net|org)$/;

/** Tags of a DKIM or DMARC record: `v=DMARC1; p=none`. */
const tagsOf = (record: string): ReadonlyMap<string, string> => new Map(record.split(';').flatMap((part) => {
  const at = part.indexOf('=');
  return at < 0 ? [] : [[part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const];
}));

/**
 * Whether receivers will believe the sender: SPF of the return path (RFC 7208), the published DKIM key beside ours (RFC 6376), DMARC (RFC 7489), and
 * whether one of the first two is aligned with the address in From, which is what DMARC asks.
 */
export async function checkSenderDomain({ sender, returnPath, dkim }: SenderIdentity, dns: TextRecords): Promise<Finding[]> {
  const from = domainOf(sender);
  if (reserved.test(from)) return [note.skipped('domain', `${from} is reserved for examples and reaches nobody`)];
  const bounces = domainOf(returnPath ?? sender);
  try {
    const [spf, key, policy] = await Promise.all([checkSpf(bounces, dns), checkKey(dkim, dns), findPolicy(from, dns)]);
    return [spf.finding, key.finding, dmarcFinding(from, policy), alignment({ from, policy, spfDomain: spf.passes ? bounces : undefined, dkimDomain: key.passes ? dkim?.domain.toLowerCase() : undefined, tried: { bounces, signer: dkim?.domain } })];
  } catch (error) {
    return [note.failed('DNS', `no answer about ${from}: ${wordsOf(error)}`, 'Check that this machine reaches a name server, then ask again.')];
  }
}

/** Records of a domain that begin like an SPF one. */
const spfOf = async (domain: string, dns: TextRecords): Promise<string[]> => (await dns.txt(domain)).filter((text) => /^v=spf1( |$)/i.test(text));

async function checkSpf(domain: string, dns: TextRecords): Promise<{ readonly finding: Finding; readonly passes: boolean }> {
  const records = await spfOf(domain, dns);
  const [record] = records;
  if (record === undefined) return { passes: false, finding: note.failed('SPF', `${domain} publishes none`, `Add the TXT record your relay's provider names to ${domain}, for example "v=spf1 include:<provider> ~all".`) };
  if (records.length > 1) return { passes: false, finding: note.failed('SPF', `${domain} publishes ${records.length}, which counts as an error (RFC 7208 4.5)`, 'Join them into one record.') };
  const terms = record.trim().split(/\s+/).slice(1).map((term) => term.toLowerCase());
  if (terms.some((term) => /^\+?all$/.test(term))) return { passes: true, finding: note.warning('SPF', `${domain} lets everybody send ("+all")`, 'End it with ~all or -all.') };
  const lookups = await countLookups(domain, dns, new Set());
  if (lookups > 10) return { passes: false, finding: note.failed('SPF', `${domain} needs ${lookups} look-ups, where receivers stop at 10 (RFC 7208 4.6.4)`, 'Drop includes of services that are not used, or name addresses by ip4: and ip6:.') };
  if (terms.length === 1 && /^[-~?]all$/.test(terms[0] ?? '')) return { passes: false, finding: note.failed('SPF', `${domain} lets nobody send ("${record}")`, "Add the include or addresses of your relay before all.") };
  if (!terms.some((term) => /^[-~?]all$/.test(term) || term.startsWith('redirect='))) return { passes: true, finding: note.warning('SPF', `${domain} does not say what others may ("${record}")`, 'End it with ~all or -all.') };
  return { passes: true, finding: note.ok('SPF', `${domain}: ${record} (${lookups} look-ups). Whether the relay's addresses are in it, its provider knows`) };
}

/** Terms that ask DNS, those of included records with them (RFC 7208 4.6.4). */
async function countLookups(domain: string, dns: TextRecords, seen: Set<string>): Promise<number> {
  // A ring of includes is an error of its own; a receiver stops at ten, and so may we.
  if (seen.has(domain) || seen.size > 20) return 11;
  const [record = ''] = await spfOf(domain, dns);
  let count = 0;
  for (const term of record.trim().split(/\s+/).slice(1).map((word) => word.toLowerCase().replace(/^[-+~?]/, ''))) {
    if (!/^(include:|redirect=|exists:|a$|a[:/]|mx$|mx[:/]|ptr)/.test(term)) continue;
    count += 1;
    const [, next] = /^(?:include:|redirect=)(.+)$/.exec(term) ?? [];
    if (next !== undefined && !next.includes('%')) count += await countLookups(next, dns, new Set([...seen, domain]));
  }
  return count;
}

async function checkKey(dkim: DkimSettings | undefined, dns: TextRecords): Promise<{ readonly finding: Finding; readonly passes: boolean }> {
  if (dkim === undefined) return { passes: false, finding: note.warning('DKIM', 'letters are not signed here', 'Set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE, unless your relay signs; large receivers demand it.') };
  const name = `${dkim.selector}._domainkey.${dkim.domain}`;
  const fail = (found: string, mend: string): { finding: Finding; passes: false } => ({ passes: false, finding: note.failed('DKIM', found, mend) });
  let ours: string;
  let kind: string;
  try {
    const key = createPublicKey(createPrivateKey(dkim.privateKey));
    kind = key.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'rsa';
    const der = key.export({ type: 'spki', format: 'der' });
    // RFC 8463 4.1: an Ed25519 key is published without the wrapping that an RSA key keeps.
    ours = (kind === 'ed25519' ? der.subarray(-32) : der).toString('base64');
  } catch {
    return fail('the private key cannot be read', 'Give a private RSA or Ed25519 key in PEM.');
  }
  const publish = `Publish the TXT record ${name}: "v=DKIM1; k=${kind}; p=${ours}"`;
  const records = (await dns.txt(name)).filter((text) => tagsOf(text).has('p'));
  const [record] = records;
  if (record === undefined) return fail(`${name} publishes no key`, `${publish}.`);
  if (records.length > 1) return fail(`${name} publishes ${records.length} keys, and receivers may take either`, 'Leave one; use a second selector for a second key.');
  const tags = tagsOf(record);
  const published = (tags.get('p') ?? '').replace(/\s+/g, '');
  if (published === '') return fail(`${name} is revoked (empty p=)`, `Use another selector, or: ${publish}.`);
  if (published !== ours) return fail(`${name} publishes another key than DKIM_KEY_FILE holds: every signature fails`, `${publish}, or use the private key that belongs to it.`);
  if (/(^|:)y(:|$)/.test(tags.get('t') ?? '')) return { passes: true, finding: note.warning('DKIM', `${name} is published as a test (t=y)`, 'Remove t=y when signing works.') };
  return { passes: true, finding: note.ok('DKIM', `${name} publishes the key that letters are signed with`) };
}

interface Policy {
  /** Where it was found: what DMARC takes for the organisation. */
  readonly at: string;
  readonly record: string;
  readonly several: boolean;
}

/** The policy of a domain or of the nearest domain above it that has one, as DMARC's tree walk finds it; a top-level domain is not asked. */
async function findPolicy(domain: string, dns: TextRecords): Promise<Policy | undefined> {
  const labels = domain.split('.');
  for (let from = 0; from < labels.length - 1; from += 1) {
    const at = labels.slice(from).join('.');
    const records = (await dns.txt(`_dmarc.${at}`)).filter((text) => /^v=DMARC1\s*(;|$)/i.test(text));
    const [record] = records;
    if (record !== undefined) return { at, record, several: records.length > 1 };
  }
  return undefined;
}

function dmarcFinding(from: string, policy: Policy | undefined): Finding {
  if (policy === undefined) return note.failed('DMARC', `${from} publishes none, and Gmail and Yahoo refuse bulk mail without`, `Publish the TXT record _dmarc.${from}: "v=DMARC1; p=none; rua=mailto:<your mailbox>", and tighten it when the reports are clean.`);
  if (policy.several) return note.failed('DMARC', `_dmarc.${policy.at} publishes several, which counts as none`, 'Leave one.');
  const wanted = policy.at === from ? tagsOf(policy.record).get('p') : tagsOf(policy.record).get('sp') ?? tagsOf(policy.record).get('p');
  if (!['none', 'quarantine', 'reject'].includes((wanted ?? '').toLowerCase())) return note.failed('DMARC', `_dmarc.${policy.at}: "${policy.record}" names no policy`, 'Give p=none, p=quarantine or p=reject.');
  return note.ok('DMARC', `_dmarc.${policy.at}: ${policy.record}`);
}

/** Whether one domain may stand for the other: the same, or both under the organisation's where the mode is relaxed (RFC 7489 3.1). */
function isAligned(one: string, from: string, { strict, organisation }: { readonly strict: boolean; readonly organisation: string }): boolean {
  const within = (domain: string): boolean => domain === organisation || domain.endsWith(`.${organisation}`);
  return one === from || (!strict && ((within(one) && within(from)) || from.endsWith(`.${one}`)));
}

function alignment({ from, policy, spfDomain, dkimDomain, tried }: { readonly from: string; readonly policy?: Policy; readonly spfDomain?: string; readonly dkimDomain?: string; readonly tried: { readonly bounces: string; readonly signer?: string } }): Finding {
  const tags = tagsOf(policy?.record ?? '');
  const organisation = policy?.at ?? from;
  const mode = (tag: string): { strict: boolean; organisation: string } => ({ strict: tags.get(tag)?.toLowerCase() === 's', organisation });
  const bySpf = spfDomain !== undefined && isAligned(spfDomain, from, mode('aspf'));
  const byDkim = dkimDomain !== undefined && isAligned(dkimDomain, from, mode('adkim'));
  if (byDkim) return note.ok('alignment', `${from} is vouched for by the signature of ${dkimDomain}${bySpf ? ` and the return path at ${spfDomain}` : ''}`);
  if (bySpf) return note.warning('alignment', `${from} is vouched for by the return path at ${spfDomain} alone, which forwarding breaks`, `Sign as ${from} (DKIM_DOMAIN=${from}).`);
  return note.failed('alignment', `nothing vouches for ${from}: SPF speaks for ${tried.bounces}${tried.signer === undefined ? '' : `, DKIM for ${tried.signer}`}, and neither is in order and aligned with it`, `Sign as ${from} (DKIM_DOMAIN=${from}), or let RETURN_PATH be an address at ${from}.`);
}
