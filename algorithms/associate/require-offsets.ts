/** @throws RangeError when the offsets do not cut the items into baskets. */
export function requireOffsets(offsets: Uint32Array, items: Uint32Array): void {
  if (offsets.length === 0 || offsets[0] !== 0 || offsets.at(-1) !== items.length) {
    throw new RangeError('offsets must begin with 0 and end with the number of items');
  }
  for (let basket = 0; basket + 1 < offsets.length; basket++) {
    if ((offsets[basket + 1] as number) < (offsets[basket] as number)) throw new RangeError(`offsets fall at basket ${basket}`);
  }
}
