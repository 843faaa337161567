import type { LetterLinks } from './create-letter-composer.ts';

const blankPixel = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

/**
 * Links for a letter that is only looked at: a marketer who tries them must count as nobody's click and unsubscribe nobody.
 * @param publicUrl where `web/` is reached from outside; its page `/u/proof` says what the real link does
 */
export const proofLinks = (publicUrl: string): LetterLinks => ({
  click: (_, target) => target,
  pixel: () => blankPixel,
  unsubscribe: () => `${publicUrl.replace(/\/+$/, '')}/u/proof`,
  survey: () => `${publicUrl.replace(/\/+$/, '')}/s/proof`,
});
