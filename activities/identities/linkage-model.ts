import { dateComparison, exactComparison, nameComparison, typedKeyComparison, wordsComparison, type FieldComparison } from '../../algorithms/record-linkage/field-comparison.ts';

/** A column of the records to be linked, and how two values of it are told apart. */
export interface RecordField {
  readonly name: string;
  /** As in "the same e-mail address". */
  readonly words: string;
  readonly comparison: FieldComparison;
  /** Whether two people of one household agree in it no more often than strangers do. */
  readonly personal: boolean;
  /** Whether its values are unlike often, so that which one is shared matters. */
  readonly weighsRareness: boolean;
}

/** Pairs worth comparing: those that agree on an SQL expression over a record's columns. */
export interface BlockingRule {
  /** NULL brings nothing together. */
  readonly key: string;
  /** Fields that agree, wholly or in part, where the key does. */
  readonly fields: readonly string[];
}

export const recordFields: readonly RecordField[] = [
  { name: 'given_name', words: 'given name', comparison: nameComparison, personal: true, weighsRareness: true },
  { name: 'family_name', words: 'family name', comparison: nameComparison, personal: false, weighsRareness: true },
  { name: 'email', words: 'e-mail address', comparison: typedKeyComparison, personal: false, weighsRareness: false },
  { name: 'birth_date', words: 'birth date', comparison: dateComparison, personal: true, weighsRareness: false },
  { name: 'city', words: 'city', comparison: wordsComparison, personal: false, weighsRareness: true },
  { name: 'phone', words: 'telephone number', comparison: typedKeyComparison, personal: false, weighsRareness: false },
  { name: 'device', words: 'device', comparison: exactComparison, personal: false, weighsRareness: false },
];

export const blockingRules: readonly BlockingRule[] = [
  { key: 'email', fields: ['email'] },
  { key: 'phone', fields: ['phone'] },
  { key: 'device', fields: ['device'] },
  { key: 'birth_date || left(given_name, 1)', fields: ['birth_date', 'given_name'] },
  { key: 'birth_date || left(family_name, 2)', fields: ['birth_date', 'family_name'] },
  { key: "family_name || '/' || given_name", fields: ['family_name', 'given_name'] },
  { key: "left(family_name, 4) || '/' || left(given_name, 2) || '/' || city", fields: ['family_name', 'given_name', 'city'] },
  { key: "left(birth_date, 7) || '/' || left(family_name, 3) || '/' || left(given_name, 1)", fields: ['birth_date', 'family_name', 'given_name'] },
  { key: "city || '/' || given_name || '/' || left(birth_date, 4)", fields: ['city', 'given_name', 'birth_date'] },
];

/** A blocking key that more records share brings nobody together: it says too little, and costs its square. */
export const largestBlock = 1000;
