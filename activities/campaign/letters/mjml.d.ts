/** mjml 5 ships no types; these are the parts used here. */
declare module 'mjml' {
  interface MjmlProblem { readonly line: number; readonly message: string; readonly tagName: string }
  interface MjmlOptions { readonly validationLevel?: 'strict' | 'soft' | 'skip'; readonly keepComments?: boolean; readonly fonts?: Readonly<Record<string, string>> }
  export default function mjml2html(source: string, options?: MjmlOptions): Promise<{ readonly html: string; readonly errors: readonly MjmlProblem[] }>;
}
