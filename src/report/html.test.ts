import { describe, expect, it } from 'vitest';
import { array, explained, goldenInput, goldenNet } from '../../test/networks.js';
import { htmlReport } from './html.js';

const pixel = Uint8Array.of(137, 80, 78, 71);
const second = Uint8Array.of(137, 80, 78, 72);

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
      { title: 'a <photo>.png', model: 'net.onnx', version: '1.2.3', photos: [pixel], labels: ['cat & dog', 'bird'] },
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
    expect(page).toContain('alt="integrated-gradients map of cat &amp; dog (0) over the input"');
    // What was asked for stands first; what is as always, behind a click.
    expect(page).toMatch(/<details><summary>options at their defaults<\/summary><dl><dt>baseline<\/dt><dd>0<\/dd>/);
  });

  it('numbers the rows of a batch, each beside its own picture, and shows where relevance went below the maps', async () => {
    const rows = array([...goldenInput.data, ...goldenInput.data], [2, 1, 4, 4]);
    const explanation = await explained(goldenNet, 'lrp', rows, { targets: [0, 1], detailed: true });
    const page = htmlReport([{ explanation, picture: pixel }], {
      title: 'a.npy',
      model: 'net.onnx',
      version: '1',
      photos: [pixel, second],
    });
    const photo = (row: number, png: string) =>
      `<img src="data:image/png;base64,${png}" alt="a.npy, row ${row}, as it was before`;
    const [zero, one] = [page.indexOf(photo(0, 'iVBORw==')), page.indexOf(photo(1, 'iVBOSA=='))];
    expect(zero).toBeGreaterThan(0);
    expect(page.indexOf('<caption>row 0: classes, probability, score</caption>')).toBeGreaterThan(zero);
    expect(one).toBeGreaterThan(page.indexOf('<caption>row 0: classes, probability, score</caption>'));
    expect(page.indexOf('<caption>row 1: classes, probability, score</caption>')).toBeGreaterThan(one);
    expect(page).toMatch(/<dt>relevance, row 1<\/dt><dd>-?[\d.]+ of /);
    expect(page).toContain('<dt>explained</dt><dd>class 0, class 1</dd>');
    const maps = page.indexOf('<section class="maps">');
    expect(page.indexOf('<summary>lrp, row 1: relevance from the score to the input</summary>')).toBeGreaterThan(
      page.indexOf('</section>', maps),
    );
  });
});
