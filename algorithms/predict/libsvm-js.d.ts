declare module 'libsvm-js/asm.js' {
  /** libsvm 3.22 compiled to asm.js, as far as it is used here; its memory is freed by hand. */
  export default class SVM {
    static readonly SVM_TYPES: { readonly C_SVC: string };
    static readonly KERNEL_TYPES: { readonly RBF: string };
    constructor(options: {
      readonly type: string; readonly kernel: string; readonly gamma: number; readonly cost: number; readonly tolerance: number;
      readonly cacheSize: number; readonly quiet: boolean; readonly weight: Readonly<Record<number, number>>;
    });
    train(samples: readonly Float64Array[], labels: readonly number[]): void;
    getSVIndices(): number[];
    serializeModel(): string;
    free(): void;
  }
}
