/**
 * Waits for every promise, also when one fails: work that goes on after its activity has failed would write beside the retry.
 * @throws the first failure in the order given
 */
export async function allDone<const Work extends readonly Promise<unknown>[]>(work: Work): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
