/** A parameter beyond this, where a gradient is flat, is no minimum but a function that falls for ever: e^11 is 60,000. */
const farthest = 11;

/** Steps so damped change nothing but rounding. */
const mostDamping = 1e12;

/** A function of n parameters at one point. */
export interface LocalShape {
  readonly value: number;
  readonly gradient: Float64Array;
  /** Row-major n x n, symmetric. */
  readonly hessian: Float64Array;
}

export interface NewtonOptions {
  readonly maxIter: number;
  /** Largest component of the gradient at which the search ends. */
  readonly tol: number;
  /** Longest step of one parameter. */
  readonly longestStep: number;
}

export interface Minimum extends LocalShape {
  readonly point: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Minimises a smooth function of a few parameters by Newton's method. Where its Hessian is not positive definite, or a step does not
 * descend, the diagonal is raised until both hold, which turns the step towards steepest descent. Parameters are logarithms of what
 * is of the size of 1.
 *
 * Source: J. Nocedal and S. Wright, "Numerical Optimization", 2nd edition, section 3.4 (Cholesky with added multiple of the identity).
 */
export function dampedNewton(shapeAt: (point: Float64Array) => LocalShape, start: Float64Array, { maxIter, tol, longestStep }: NewtonOptions): Minimum {
  let point = start.slice();
  let here = shapeAt(point);
  let damping = 0;
  let iterations = 0;
  while (largest(here.gradient) > tol && iterations < maxIter && damping < mostDamping && Math.max(...point) < farthest) {
    iterations++;
    const step = newtonStep(here, damping);
    const scale = step === undefined ? 0 : Math.min(1, longestStep / largest(step));
    const next = step === undefined ? point : point.map((value, index) => value - scale * (step[index] as number));
    const there = step === undefined ? undefined : shapeAt(next);
    if (there !== undefined && isBetter(there, here)) {
      point = next;
      here = there;
      damping = damping > 1e-6 ? damping / 8 : 0;
    } else {
      damping = Math.max(damping * 4, 1e-4 * Math.max(1e-8, diagonalOf(here.hessian)));
    }
  }
  return { ...here, point, iterations, converged: largest(here.gradient) <= tol && Math.max(...point) < farthest };
}

/** Lower; or, where both are the same but for rounding, flatter. */
function isBetter(there: LocalShape, here: LocalShape): boolean {
  const rounding = 1e-12 * Math.abs(here.value);
  return there.value < here.value - rounding || (there.value <= here.value + rounding && largest(there.gradient) < largest(here.gradient));
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

function diagonalOf(hessian: Float64Array): number {
  const size = Math.sqrt(hessian.length);
  let most = 0;
  for (let index = 0; index < size; index++) most = Math.max(most, Math.abs(hessian[index * (size + 1)] as number));
  return most;
}

/** Solves (hessian + damping I) step = gradient by Cholesky; nothing where that matrix is not positive definite. */
function newtonStep({ gradient, hessian }: LocalShape, damping: number): Float64Array | undefined {
  const size = gradient.length;
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = (hessian[row * size + column] as number) + (row === column ? damping : 0);
      for (let k = 0; k < column; k++) sum -= (factor[row * size + k] as number) * (factor[column * size + k] as number);
      if (row === column && !(sum > 0)) return undefined;
      factor[row * size + column] = row === column ? Math.sqrt(sum) : sum / (factor[column * size + column] as number);
    }
  }
  const step = gradient.slice();
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) step[row] = (step[row] as number) - (factor[row * size + k] as number) * (step[k] as number);
    step[row] = (step[row] as number) / (factor[row * size + row] as number);
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) step[row] = (step[row] as number) - (factor[k * size + row] as number) * (step[k] as number);
    step[row] = (step[row] as number) / (factor[row * size + row] as number);
  }
  return step;
}
