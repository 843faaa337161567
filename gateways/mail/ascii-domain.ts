import { domainToASCII } from 'node:url';

const plain = /^[\x21-\x7e]*$/;

/** The address with its domain as every relay understands it (RFC 5891). */
export function asciiDomain(address: string): string {
  if (plain.test(address)) return address;
  const at = address.lastIndexOf('@') + 1;
  return address.slice(0, at) + (domainToASCII(address.slice(at)) || address.slice(at));
}
