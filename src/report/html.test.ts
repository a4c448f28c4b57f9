import { describe, expect, it } from 'vitest';
import { explained, goldenInput, goldenNet } from '../../test/networks.js';
import { htmlReport } from './html.js';

const pixel = Uint8Array.of(137, 80, 78, 71);

describe('the page of an explanation', () => {
  it('is one file with pictures, classes, options, hints and timing, and loads nothing', async () => {
    const options = { targets: [0], options: { steps: 4, rule: 'left' } };
    const explanation = await explained(goldenNet, 'integrated-gradients', goldenInput, { ...options, diagnose: true });
    const other = await explained(goldenNet, 'gradient', goldenInput, { targets: [1] });
    const page = htmlReport(
      [
        { explanation, picture: pixel },
        { explanation: other, picture: pixel },
      ],
      { title: 'a <photo>.png', model: 'net.onnx', version: '1.2.3', photo: pixel, labels: ['cat & dog', 'bird'] },
    );
    expect(page).toContain('a &lt;photo&gt;.png');
    expect(page).toContain('cat &amp; dog (0)');
    expect(page).toContain('<dt>steps</dt><dd>4</dd>');
    expect(page).toContain('<dt>rule</dt><dd>left</dd>');
    expect(page).toContain('<dt>adds up to</dt><dd>23.500 of 28.500</dd>');
    expect(page).toMatch(/class="hint">the attribution adds up to 23\.5 instead of 28\.5/);
    expect(page).toMatch(/<dt>time<\/dt><dd>\d+ ms/);
    expect(page.match(/src="data:image\/png;base64,iVBORw=="/g)).toHaveLength(3);
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
    expect(page.match(/<figure>/g)).toHaveLength(2);
  });
});
