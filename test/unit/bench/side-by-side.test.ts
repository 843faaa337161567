import { describe, expect, it } from 'vitest';
import { compareRuns, renderSideBySide, type Measurement } from '../../../bench/side-by-side.ts';

const run = (seconds: Record<string, number>, megabytes: number): Measurement => ({ seconds, figures: { inertia: 7 }, peakBytes: megabytes * 1e6 });
const runs = {
  own: [run({ fit: 1, predict: 0.1 }, 80), run({ fit: 3, predict: 0.1 }, 90), run({ fit: 2, predict: 0.1 }, 100)],
  peers: { peer: [run({ fit: 4 }, 180), run({ fit: 5 }, 180), run({ fit: 3 }, 180)] },
};

describe('side by side', () => {
  it('sets the peer beside the project by medians, for the work that both timed', () => {
    const [fit, predict, memory] = compareRuns('some input', runs);
    expect(fit).toMatchObject({ measure: 'fit', own: { median: 2, least: 1, most: 3 }, peers: [{ name: 'peer', spread: { median: 4 }, ratio: 2 }] });
    expect(predict).toMatchObject({ measure: 'predict', peers: [] });
    expect(memory).toMatchObject({ measure: 'peak memory', own: { median: 90e6 }, peers: [{ ratio: 2 }] });
  });

  it('shows figures of quality before times', () => {
    const text = renderSideBySide({
      subject: 'made', runs: 3, machine: { cores: 2, model: 'a processor', node: '24.0.0' },
      comparisons: compareRuns('some input', runs), figures: { 'some input': { Clientele: runs.own.map(({ figures }) => figures) } },
    });
    expect(text).toMatch(/inertia +Clientele +7\n[^]*fit +Clientele +2\.00 s +1\.00 s to 3\.00 s[^]*fit +peer +4\.00 s +3\.00 s to 5\.00 s +2\.00 x/);
    expect(text).toMatch(/peak memory +Clientele +90 MB/);
  });
});
