import type { Visitor } from '../access/guard.ts';
import { includesRole } from '../access/role.ts';

/** What a person may see of names and addresses. */
export interface Mask {
  readonly hides: boolean;
  /** `ada@mail.example` → `a…@mail.example` */
  address(address: string | null): string;
  /** `Ada` → `A…`; of a name of one or two characters nothing is left to hide behind. */
  name(name: string | null): string;
  /** Words that may repeat a person's data, such as a quarantined line. */
  words(words: string | null): string;
}

const open: Mask = { hides: false, address: (address) => address ?? '', name: (name) => name ?? '', words: (words) => words ?? '' };

const first = (text: string): string => Array.from(text)[0] ?? '';

const closed: Mask = {
  hides: true,
  address: (address) => {
    if (address === null || address === '') return '';
    const at = address.lastIndexOf('@');
    return at < 1 ? '…' : `${first(address)}…${address.slice(at)}`;
  },
  name: (name) => (name === null || name === '' ? '' : Array.from(name).length < 3 ? '…' : `${first(name)}…`),
  words: (words) => (words === null || words === '' ? '' : 'hidden'),
};

/** Marketers and operators write to these people and see them; viewers see that there is somebody. */
export const maskFor = ({ role }: Pick<Visitor, 'role'>): Mask => (includesRole(role, 'marketer') ? open : closed);

