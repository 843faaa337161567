export interface SimplexMinimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

/**
 * Minimises a function of a few parameters without its derivatives, by a simplex that reflects, expands, contracts and shrinks.
 *
 * Source: J. Nelder and R. Mead, "A simplex method for function minimization", Computer Journal 7 (1965); coefficients 1, 2, 1/2, 1/2.
 * @param start one value a parameter; @param step first edge of the simplex along each
 */
export function nelderMead(valueAt: (point: Float64Array) => number, start: Float64Array, { step, tol, maxEvaluations }: { readonly step: number; readonly tol: number; readonly maxEvaluations: number }): SimplexMinimum {
  const size = start.length;
  const points: Float64Array[] = Array.from({ length: size + 1 }, (_, corner) => start.map((value, index) => (corner === index + 1 ? value + step : value)));
  const values = points.map(valueAt);
  let evaluations = size + 1;
  const order = Array.from({ length: size + 1 }, (_, corner) => corner);
  const centre = new Float64Array(size);
  const along = (by: number, from: Float64Array): Float64Array => centre.map((value, index) => value + by * ((from[index] as number) - value));
  for (;;) {
    order.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
    const [best, worst, nextWorst] = [order[0] as number, order[size] as number, order[Math.max(size - 1, 0)] as number];
    const converged = (values[worst] as number) - (values[best] as number) <= tol * (Math.abs(values[best] as number) + tol);
    if (converged || evaluations >= maxEvaluations) return { point: points[best] as Float64Array, value: values[best] as number, evaluations, converged };
    centre.fill(0);
    for (let place = 0; place < size; place++) {
      const corner = points[order[place] as number] as Float64Array;
      for (let index = 0; index < size; index++) centre[index]! += (corner[index] as number) / size;
    }
    const far = points[worst] as Float64Array;
    const put = (point: Float64Array, value: number): void => {
      points[worst] = point;
      values[worst] = value;
    };
    const reflected = along(-1, far);
    const reflectedValue = valueAt(reflected);
    evaluations++;
    if (reflectedValue < (values[best] as number)) {
      const expanded = along(-2, far);
      const expandedValue = valueAt(expanded);
      evaluations++;
      if (expandedValue < reflectedValue) put(expanded, expandedValue);
      else put(reflected, reflectedValue);
      continue;
    }
    if (reflectedValue < (values[nextWorst] as number)) {
      put(reflected, reflectedValue);
      continue;
    }
    const outside = reflectedValue < (values[worst] as number);
    const contracted = along(outside ? -0.5 : 0.5, far);
    const contractedValue = valueAt(contracted);
    evaluations++;
    if (contractedValue < Math.min(reflectedValue, values[worst] as number)) {
      put(contracted, contractedValue);
      continue;
    }
    const anchor = points[best] as Float64Array;
    for (const corner of order.slice(1)) {
      points[corner] = (points[corner] as Float64Array).map((value, index) => ((anchor[index] as number) + value) / 2);
      values[corner] = valueAt(points[corner]);
      evaluations++;
    }
  }
}
