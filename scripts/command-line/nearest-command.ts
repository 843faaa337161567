/** Insertions, deletions and replacements from one word to the other (Levenshtein 1966). */
export function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of one.split('').entries()) {
    let diagonal = row[0] ?? 0;
    row = row.reduce<number[]>((next, above, column) => {
      const cost = column === 0 ? index + 1 : Math.min(above + 1, (next[column - 1] ?? 0) + 1, diagonal + (letter === other[column - 1] ? 0 : 1));
      diagonal = above;
      return [...next, cost];
    }, []);
  }
  return row.at(-1) ?? 0;
}

/** What to type instead of a command that there is not. */
export function nearestCommand(typed: string, names: readonly string[]): string {
  const nearest = names.map((name) => ({ name, away: distance(typed, name) })).sort((one, other) => one.away - other.away)[0];
  return nearest !== undefined && nearest.away <= 2 ? `Is clientele ${nearest.name} meant? clientele --help lists all.` : 'clientele --help lists all.';
}
