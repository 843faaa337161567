/** Disjoint sets with union by size and path halving (Tarjan and van Leeuwen 1984, J. ACM 31:245). */
export class UnionFind {
  readonly #parents: Uint32Array;
  readonly #sizes: Uint32Array;

  constructor(members: number) {
    this.#parents = Uint32Array.from({ length: members }, (_, member) => member);
    this.#sizes = new Uint32Array(members).fill(1);
  }

  /** The member that stands for the set of this one. */
  find(member: number): number {
    let at = member;
    while (this.#parents[at] !== at) at = this.#parents[at] = this.#parents[this.#parents[at]!]!;
    return at;
  }

  /** Members in the set of this one. */
  sizeOf(member: number): number { return this.#sizes[this.find(member)]!; }

  /** Makes one set of two; the member that stands for it. */
  union(left: number, right: number): number {
    let [one, other] = [this.find(left), this.find(right)];
    if (one === other) return one;
    if (this.#sizes[one]! < this.#sizes[other]! || (this.#sizes[one] === this.#sizes[other] && other < one)) [one, other] = [other, one];
    this.#parents[other] = one;
    this.#sizes[one]! += this.#sizes[other]!;
    return one;
  }
}
