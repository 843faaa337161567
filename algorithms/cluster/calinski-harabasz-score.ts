/**
 * The Calinski-Harabasz score of a clustering: variance between clusters over variance within them, each by its degrees of freedom.
 * Larger is better; infinity when every row lies on its cluster's mean.
 *
 * Source: T. Calinski and J. Harabasz, "A dendrite method for cluster analysis", Communications in Statistics 3 (1974).
 *
 * @param matrix row-major rows x columns, the units that were clustered.
 * @param labels cluster of each row, any integers.
 * @throws RangeError when the shapes do not fit, or there are fewer than 2 clusters or one for each row.
 */
export function calinskiHarabaszScore(matrix: Float32Array | Float64Array, rows: number, columns: number, labels: Int32Array): number {
  if (matrix.length !== rows * columns) throw new RangeError(`matrix has ${matrix.length} values, not rows x columns = ${rows * columns}`);
  if (labels.length !== rows) throw new RangeError(`labels has ${labels.length} values for ${rows} rows`);
  const places = new Map<number, number>();
  for (const label of labels) if (!places.has(label)) places.set(label, places.size);
  const clusters = places.size;
  if (clusters < 2 || clusters >= rows) throw new RangeError(`the score needs 2 to rows - 1 clusters, but ${rows} rows are of ${clusters}`);

  const mean = new Float64Array(columns);
  const means = new Float64Array(clusters * columns);
  const counts = new Float64Array(clusters);
  for (let row = 0; row < rows; row++) {
    const cluster = places.get(labels[row]!)!;
    counts[cluster] = counts[cluster]! + 1;
    for (let column = 0; column < columns; column++) {
      const value = matrix[row * columns + column]!;
      mean[column] = mean[column]! + value / rows;
      means[cluster * columns + column] = means[cluster * columns + column]! + value;
    }
  }
  let between = 0;
  for (let place = 0; place < means.length; place++) {
    const count = counts[Math.floor(place / columns)]!;
    means[place] = means[place]! / count;
    between += count * (means[place]! - mean[place % columns]!) ** 2;
  }
  let within = 0;
  for (let row = 0; row < rows; row++) {
    const first = places.get(labels[row]!)! * columns;
    for (let column = 0; column < columns; column++) within += (matrix[row * columns + column]! - means[first + column]!) ** 2;
  }
  return within === 0 ? Number.POSITIVE_INFINITY : (between / (clusters - 1)) / (within / (rows - clusters));
}
