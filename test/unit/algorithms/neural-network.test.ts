import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rocAuc } from '../../../algorithms/metrics/roc-auc.ts';
import { DenseLayers } from '../../../algorithms/predict/dense-layers.ts';
import type { Activation, Layer, OutputKind, Step } from '../../../algorithms/predict/dense-layers.ts';
import { NeuralNetwork } from '../../../algorithms/predict/neural-network.ts';
import type { NeuralNetworkOptions } from '../../../algorithms/predict/neural-network.ts';
import { madeMatrix, madeNumber } from './made-numbers.ts';

const x = madeMatrix(40, 3, 0).map((value) => value * 4 - 2);
const product = Float64Array.from({ length: 40 }, (_, row) => x[row * 3]! * x[row * 3 + 1]!);
const y = Uint8Array.from(product, (value, row) => Number(madeNumber(5000 + row) < 1 / (1 + Math.exp(-2 * value))));

function madeLayers(widths: readonly number[], salt: number): Layer[] {
  let next = salt;
  return widths.slice(1).map((outputs, layer) => {
    const inputs = widths[layer]!;
    const draw = (length: number, reach: number): Float32Array => Float32Array.from({ length }, () => (madeNumber(next++) - 0.5) * reach);
    return { inputs, outputs, weights: draw(inputs * outputs, 2), biases: draw(outputs, 1) };
  });
}

describe('back-propagation', () => {
  // scikit-learn 1.9.1: MLPClassifier or MLPRegressor(hidden_layer_sizes=(5, 2), batch_size=40, learning_rate_init=rate, ...), its coefs_ and
  // intercepts_ set to the weights above (biases are half as wide) and its optimiser deleted, then partial_fit five times:
  // loss_curve_[0] and [-1], predict_proba(x[:3])[:, 1] or predict(x[:3]), coefs_[0][0]
  const adam: Step = { kind: 'adam', rate: 0.05, momentum: 0.9, decay: 0.999, epsilon: 1e-8, alpha: 0.5 };
  const sgd: Step = { kind: 'momentum', rate: 0.3, momentum: 0.8, decay: 0, epsilon: 1e-8, alpha: 0 };
  const cases: readonly (readonly [Activation, OutputKind, Step, ArrayLike<number>, readonly [number, number], readonly number[], readonly number[]])[] = [
    ['relu', 'crossEntropy', adam, y, [0.9330734530727176, 0.7491884622530168], [0.4232287318679543, 0.4158509162617851, 0.461472275609502],
      [0.5615854768988019, -0.17927580830393022, -0.025172466856747032, 0.22839888827442628, -0.7220926888287396]],
    ['tanh', 'crossEntropy', { ...sgd, kind: 'nesterov' }, y, [0.7771730786506688, 0.6829153233301326], [0.5189707530137446, 0.4261696478789411, 0.43565166020620144],
      [0.343397878009793, 0.1181570811267315, -0.4347798973828736, 0.6583754249300866, -0.8472178055757043]],
    ['sigmoid', 'crossEntropy', { ...sgd, rate: 0.5, momentum: 0.5, alpha: 1 }, y, [0.8470432579473733, 0.8071904627380947], [0.4831326743935809, 0.4619709393446458, 0.46555287799100925],
      [0.40618487201408615, 0.04001913634614082, -0.23957723096741473, 0.4189628094103312, -0.8384186607468763]],
    ['tanh', 'squaredError', { ...sgd, rate: 0.1, momentum: 0 }, product, [0.8086615148179158, 0.6225395954426015], [0.5475568383060145, -0.3847089387344113, -0.4315129869963906],
      [0.4166711949562527, 0.07318528921651024, -0.32350430594865043, 0.5651409652804201, -0.8699381314449982]],
  ];
  it.each(cases)('takes the steps of scikit-learn with %s and %s, %j', (activation, output, step, targets, losses, outputs, weights) => {
    const layers = new DenseLayers({ hidden: [5, 2], activation, output, batchSize: 40, capacity: 40, columns: 3, nThreads: 1 });
    layers.place(x, 40, targets);
    layers.layers = madeLayers([3, 5, 2, 1], 900);
    const curve: number[] = [];
    for (let number = 1; number <= 5; number++) {
      const squares = layers.layers.flatMap((layer) => [...layer.weights]).reduce((sum, weight) => sum + weight * weight, 0);
      curve.push((layers.learn(0, 40) + (step.alpha / 2) * squares) / 40);
      layers.step(step.kind === 'adam' ? { ...step, rate: (step.rate * Math.sqrt(1 - 0.999 ** number)) / (1 - 0.9 ** number) } : step);
    }
    expect(curve[0]).toBeCloseTo(losses[0], 6);
    expect(curve[4]).toBeCloseTo(losses[1], 5);
    const told = Array.from(layers.tell(0, 3), (sum) => (output === 'squaredError' ? sum : 1 / (1 + Math.exp(-sum))));
    outputs.forEach((value, row) => expect(told[row]).toBeCloseTo(value, 5));
    weights.forEach((value, place) => expect(layers.layers[0]!.weights[place]).toBeCloseTo(value, 5));
  });

  it('gives the numerical gradient for any widths, activation and loss', () => {
    const width = fc.integer({ min: 1, max: 13 });
    const kinds = fc.constantFrom<OutputKind>('crossEntropy', 'sigmoidSquaredError', 'squaredError');
    fc.assert(fc.property(width, fc.array(width, { maxLength: 3 }), fc.constantFrom<Activation>('relu', 'tanh', 'sigmoid'), kinds, fc.integer({ min: 1, max: 150 }), fc.nat(10_000), (columns, hidden, activation, output, rows, salt) => {
      const widths = [columns, ...hidden, 1];
      const data = Float32Array.from(madeMatrix(rows, columns, salt), (value) => value * 4 - 2);
      const targets = Float64Array.from({ length: rows }, (_, row) => Math.round(madeNumber(salt + 70_000 + row)));
      const weights = madeLayers(widths, salt + 90_000);
      const layers = new DenseLayers({ hidden, activation, output, batchSize: rows, capacity: rows, columns, nThreads: 1 });
      layers.place(data, rows, targets);
      layers.layers = weights;
      expect(layers.learn(0, rows)).toBeCloseTo(plainLoss(data, targets, weights, activation, output), 3);
      const scale = Math.sqrt(rows);
      layers.gradient.forEach((gradient, layer) => {
        for (const part of ['weights', 'biases'] as const) {
          const of = weights[layer]![part];
          for (let place = 0; place < of.length; place += 5) {
            const lossAt = (step: number): number => {
              const moved = weights.map((one, at) => ({ weights: Float64Array.from(one.weights), biases: Float64Array.from(one.biases), inputs: one.inputs, outputs: one.outputs, at }));
              moved[layer]![part][place]! += step;
              return plainLoss(data, targets, moved, activation, output);
            };
            const numerical = (lossAt(1e-6) - lossAt(-1e-6)) / 2e-6;
            expect(Math.abs(gradient[part][place]! - numerical)).toBeLessThan(2e-4 * scale * (1 + Math.abs(numerical)));
          }
        }
      });
    }), { numRuns: 60 });
  });

  it('goes back through what dropout left, as a numerical gradient of the same draw does', () => {
    const layers = new DenseLayers({ hidden: [7, 6], activation: 'tanh', output: 'crossEntropy', batchSize: 40, capacity: 40, columns: 3, nThreads: 1 });
    layers.place(x, 40, y);
    const weights = madeLayers([3, 7, 6, 1], 40);
    layers.layers = weights;
    const whole = layers.learn(0, 40);
    const dropped = layers.learn(0, 40, 0.4, [1, 2]);
    const { gradient } = layers;
    expect(Math.abs(dropped - whole)).toBeGreaterThan(0.01);
    expect(layers.learn(0, 40, 0.4, [3, 2])).not.toBe(dropped);
    for (const [layer, place] of [[0, 0], [0, 9], [0, 20], [1, 0], [1, 17], [1, 41], [2, 0], [2, 5]] as const) {
      const lossAt = (step: number): number => {
        const moved = weights.map((one) => ({ ...one, weights: one.weights.slice() }));
        moved[layer]!.weights[place]! += step;
        layers.layers = moved;
        return layers.learn(0, 40, 0.4, [1, 2]);
      };
      expect(gradient[layer]!.weights[place]).toBeCloseTo((lossAt(1e-2) - lossAt(-1e-2)) / 2e-2, 2);
    }
  });
});

describe('neural network', () => {
  const rows = 4000;
  const columns = 6;
  const made = Float32Array.from(madeMatrix(rows, columns, 0), (value) => value * 4 - 2);
  const truth = Uint8Array.from({ length: rows }, (_, row) => Number(madeNumber(700_000 + row) < 1 / (1 + Math.exp(-3 * made[row * columns]! * made[row * columns + 1]!))));
  const options: NeuralNetworkOptions = { hiddenLayerSizes: [16, 8], learningRate: 0.01, maxIter: 15 };

  it.each<NeuralNetworkOptions>([
    { activation: 'relu' }, { activation: 'tanh', dropout: 0.1 }, { activation: 'tanh', solver: 'sgd', learningRate: 0.1 }, { activation: 'sigmoid', learningRate: 0.05, maxIter: 40 },
    { activation: 'tanh', loss: 'squaredError' }, { solver: 'sgd', learningRate: 0.1, nesterovsMomentum: false, earlyStopping: true },
  ])('learns a product, which no line can tell: %j', async (kind) => {
    const model = await new NeuralNetwork({ ...options, ...kind }).fit(made, rows, columns, truth);
    expect(rocAuc(truth, model.predictProbability(made, rows))).toBeGreaterThan(0.9);
    expect(model.lossCurve.at(-1)).toBeLessThan(model.lossCurve[0]!);
  });

  it('learns any number with the identity', async () => {
    const wanted = Float64Array.from({ length: rows }, (_, row) => 5 * Math.sin(made[row * columns]!) - 3 * made[row * columns + 2]!);
    const model = await new NeuralNetwork({ ...options, activation: 'tanh', loss: 'squaredError', outputActivation: 'identity', maxIter: 30 }).fit(made, rows, columns, wanted);
    const told = model.predictProbability(made, rows);
    const mean = wanted.reduce((sum, value) => sum + value, 0) / rows;
    const left = wanted.reduce((sum, value, row) => sum + (value - told[row]!) ** 2, 0);
    expect(left / wanted.reduce((sum, value) => sum + (value - mean) ** 2, 0)).toBeLessThan(0.02);
  });

  it('keeps the weights that were best on the rows set aside, and ends when they stay so', async () => {
    // The classes are drawn by lot: everything that is learned is wrong.
    const lot = Uint8Array.from({ length: 600 }, (_, row) => Number(madeNumber(800_000 + row) < 0.5));
    const model = await new NeuralNetwork({ hiddenLayerSizes: [64], learningRate: 0.01, earlyStopping: true, validationFraction: 0.25, nIterNoChange: 4 }).fit(made.subarray(0, 600 * columns), 600, columns, lot);
    expect(model.converged).toBe(true);
    expect(model.iterations).toBeLessThan(60);
    expect(model.validationCurve).toHaveLength(model.iterations);
    const best = model.validationCurve.indexOf(Math.min(...model.validationCurve));
    const until = await new NeuralNetwork({ ...model.options, maxIter: best + 1 }).fit(made.subarray(0, 600 * columns), 600, columns, lot);
    expect(model.layers).toEqual(until.layers);
  });

  it('shrinks its weights with the penalty', async () => {
    const size = async (alpha: number): Promise<number> =>
      (await new NeuralNetwork({ ...options, alpha }).fit(made, rows, columns, truth)).layers.flatMap(({ weights }) => [...weights]).reduce((sum, weight) => sum + weight * weight, 0);
    expect(await size(5)).toBeLessThan(0.5 * await size(0));
  });

  it('is the same to the byte for the same seed and any number of threads', async () => {
    const many = { ...options, hiddenLayerSizes: [64, 64], batchSize: 500, maxIter: 6, dropout: 0.2 };
    const [one, three, other] = await Promise.all([{ nThreads: 1 }, { nThreads: 3 }, { seed: 1 }].map((more) => new NeuralNetwork({ ...many, ...more }).fit(made, rows, columns, truth)));
    expect(three!.layers).toEqual(one!.layers);
    expect(three!.lossCurve).toEqual(one!.lossCurve);
    expect(other!.layers).not.toEqual(one!.layers);
  });

  it('ends with the reason of a signal, and lets other work have its turn', async () => {
    const abort = new AbortController();
    setImmediate(() => abort.abort(new Error('enough')));
    await expect(new NeuralNetwork({ ...options, maxIter: 10_000, tol: 0 }).fit(made, rows, columns, truth, { signal: abort.signal })).rejects.toThrow('enough');
  });

  it('refuses what it cannot learn', async () => {
    for (const wrong of [{ batchSize: 0 }, { hiddenLayerSizes: [3, 0] }, { momentum: 1 }, { dropout: -0.1 }, { learningRate: 0 }, { alpha: -1 }, { validationFraction: 1 }, { outputActivation: 'identity' as const }]) {
      expect(() => new NeuralNetwork(wrong)).toThrow(RangeError);
    }
    const fit = (data: Float32Array, classes: ArrayLike<number>): Promise<NeuralNetwork> => new NeuralNetwork().fit(data, 2, 2, classes);
    await expect(fit(new Float32Array(3), [0, 1])).rejects.toThrow(RangeError);
    await expect(fit(new Float32Array(4), [0, 1, 1])).rejects.toThrow(RangeError);
    await expect(fit(new Float32Array(4), [0, 2])).rejects.toThrow(/put out/);
    await expect(fit(Float32Array.of(0, 1, 2, Number.NaN), [0, 1])).rejects.toThrow(/finite/);
    await expect(new NeuralNetwork({ loss: 'squaredError', outputActivation: 'identity', solver: 'sgd', learningRate: 1e6, maxIter: 100 }).fit(made, rows, columns, truth)).rejects.toThrow(/infinity/);
    expect(() => new NeuralNetwork().predictProbability(made, rows)).toThrow(TypeError);
  });
});

/** The sum of losses, written once more row by row in Float64. */
function plainLoss(data: Float32Array, targets: Float64Array, layers: readonly { readonly inputs: number; readonly outputs: number; readonly weights: ArrayLike<number>; readonly biases: ArrayLike<number> }[], activation: Activation, output: OutputKind): number {
  const activate = { relu: (t: number) => Math.max(0, t), tanh: Math.tanh, sigmoid: (t: number) => 1 / (1 + Math.exp(-t)) }[activation];
  const columns = layers[0]!.inputs;
  let loss = 0;
  targets.forEach((target, row) => {
    let values = Array.from(data.subarray(row * columns, (row + 1) * columns));
    layers.forEach(({ inputs, outputs, weights, biases }, number) => {
      const sums = Array.from({ length: outputs }, (_, out) => {
        let sum = biases[out]!;
        for (let place = 0; place < inputs; place++) sum += values[place]! * weights[place * outputs + out]!;
        return sum;
      });
      values = number + 1 < layers.length ? sums.map(activate) : sums;
    });
    const sum = values[0]!;
    if (output === 'crossEntropy') loss += Math.max(sum, 0) + Math.log1p(Math.exp(-Math.abs(sum))) - target * sum;
    else loss += 0.5 * ((output === 'squaredError' ? sum : 1 / (1 + Math.exp(-sum))) - target) ** 2;
  });
  return loss;
}
