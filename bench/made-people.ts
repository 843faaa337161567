import { writeFile } from 'node:fs/promises';
import { SeededRandom } from '../algorithms/random/seeded-random.ts';

interface Person {
  readonly given: string;
  readonly family: string;
  readonly email: string;
  readonly born: string;
  readonly city: string;
  readonly phone: string;
  readonly device: string;
}

const syllables = ['ba', 'den', 'ho', 'ler', 'mann', 'ri', 'schu', 'ster', 'wei', 'ber', 'ger', 'kow', 'ski', 'ma', 'tin', 'lo', 'pez', 'an', 'der', 'sen', 'fi', 'scher', 'ke', 'ro', 'vak', 'ti', 'no', 'bel', 'li', 'gra', 'mo', 'rel'];
const providers = ['gmail.com', 'web.de', 'gmx.de', 'outlook.com', 'yahoo.com', 'icloud.com', 't-online.de'];
const letters = 'abcdefghijklmnopqrstuvwxyz';
const header = 'record,given_name,family_name,email,birth_date,city,phone,device';

/**
 * Writes records of simulated people, some of whom are there twice or three times with slips, other addresses and gaps, and some of whom share home, family name,
 * telephone or device with another person. Names and places are as uneven as in life (Zipf).
 * @param records file of comma separated values, a record a line, in no order that tells anything
 * @param truth file with the number of the person of each record, in the same order
 */
export async function writeMadePeople({ records, truth }: { readonly records: string; readonly truth: string }, { people, seed }: { readonly people: number; readonly seed: number }): Promise<number> {
  const random = new SeededRandom(seed);
  const chance = (share: number): boolean => random.uniform() < share;
  const words = (count: number, parts: number): string[] => {
    const made = new Set<string>();
    while (made.size < count) made.add(Array.from({ length: parts + random.integer(2) }, () => syllables[random.integer(syllables.length)]!).join(''));
    return [...made];
  };
  const drawByRank = (list: readonly string[]): (() => string) => {
    const sums = list.map((_, rank) => 1 / (rank + 3));
    for (let rank = 1; rank < sums.length; rank++) sums[rank]! += sums[rank - 1]!;
    return () => {
      const mark = random.uniform() * (sums.at(-1) ?? 0);
      let [low, high] = [0, sums.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sums[middle]! < mark) low = middle + 1;
        else high = middle;
      }
      return list[low]!;
    };
  };
  const [given, family, city] = [drawByRank(words(400, 2)), drawByRank(words(8000, 2)), drawByRank(words(120, 2))];
  const digits = (count: number): string => Array.from({ length: count }, () => random.integer(10)).join('');
  const two = (value: number): string => String(value).padStart(2, '0');
  const born = (): string => `${1940 + random.integer(66)}-${two(1 + random.integer(12))}-${two(1 + random.integer(28))}`;
  const wishedAddress = (first: string, last: string): string => `${[`${first}.${last}`, `${first[0]}${last}`, `${first}${random.integer(100)}`, `${last}${first[0]}${random.integer(1000)}`][random.integer(4)]}@${providers[random.integer(providers.length)]}`;
  const taken = new Set<string>();
  const address = (first: string, last: string): string => {
    const wish = wishedAddress(first, last);
    // No two people have the same address but by sharing it.
    const [mailbox, provider] = wish.split('@');
    let free = wish;
    for (let number = 2; taken.has(free); number++) free = `${mailbox}${number}@${provider}`;
    taken.add(free);
    return free;
  };
  const device = (): string => Array.from({ length: 12 }, () => '0123456789abcdef'[random.integer(16)]).join('');
  const slip = (text: string, alphabet: string): string => {
    const at = random.integer(Math.max(1, text.length));
    const drawn = alphabet[random.integer(alphabet.length)]!;
    switch (random.integer(4)) {
      case 0: return text.slice(0, at) + drawn + text.slice(at);
      case 1: return text.length < 3 ? text + drawn : text.slice(0, at) + text.slice(at + 1);
      case 2: return text.slice(0, at) + drawn + text.slice(at + 1);
      default: return at + 1 < text.length ? text.slice(0, at) + text[at + 1]! + text[at]! + text.slice(at + 2) : text.slice(0, -1) + drawn;
    }
  };
  const slipInDate = (date: string): string => {
    if (chance(0.4) && Number(date.slice(8)) <= 12) return `${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}`;
    const at = [2, 3, 6, 8, 9][random.integer(5)]!;
    return `${date.slice(0, at)}${random.integer(10)}${date.slice(at + 1)}`;
  };
  const someone = (): Person => {
    const [first, last] = [given(), family()];
    return { given: first, family: last, email: address(first, last), born: born(), city: city(), phone: `49${digits(9)}`, device: device() };
  };
  const inHomeOf = (person: Person): Person => {
    const first = given();
    return { ...person, given: first, born: born(), email: chance(0.1) ? person.email : address(first, person.family), phone: chance(0.5) ? person.phone : `49${digits(9)}`, device: chance(0.4) ? person.device : device() };
  };
  const again = (person: Person): Person => ({
    given: chance(0.03) ? '' : chance(0.03) ? person.given[0]! : chance(0.12) ? slip(person.given, letters) : person.given,
    family: chance(0.02) ? '' : chance(0.03) ? family() : chance(0.12) ? slip(person.family, letters) : person.family,
    email: chance(0.15) ? '' : chance(0.3) ? address(person.given, person.family) : chance(0.08) ? slip(person.email, letters) : person.email,
    born: chance(0.12) ? '' : chance(0.08) ? slipInDate(person.born) : person.born,
    city: chance(0.05) ? '' : chance(0.12) ? city() : chance(0.08) ? slip(person.city, letters) : person.city,
    phone: chance(0.25) ? '' : chance(0.2) ? `49${digits(9)}` : chance(0.06) ? slip(person.phone, '0123456789') : person.phone,
    device: chance(0.35) ? '' : chance(0.4) ? device() : person.device,
  });
  const lines: { readonly person: number; readonly record: Person }[] = [];
  let last: Person | undefined;
  for (let person = 0; person < people; person++) {
    const made = last !== undefined && chance(0.12) ? inHomeOf(last) : someone();
    last = made;
    lines.push({ person, record: chance(0.5) ? made : again(made) });
    for (let copies = chance(0.3) ? 1 + Number(chance(0.25)) : 0; copies > 0; copies--) lines.push({ person, record: again(made) });
  }
  random.shuffle(lines);
  await writeFile(records, `${[header, ...lines.map(({ record: { given: first, family: name, email, born: date, city: town, phone, device: machine } }, record) => [record, first, name, email, date, town, phone, machine].join(','))].join('\n')}\n`);
  await writeFile(truth, new Uint8Array(Uint32Array.from(lines, ({ person }) => person).buffer));
  return lines.length;
}
