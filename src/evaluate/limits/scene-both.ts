/** Limit 4 on a network trained on scenes: neither the shape nor the texture goes with the class, and both decide. */
import {
  type Factors,
  factorsNamed,
  renderScene,
  sampleFactors,
  shapeLabel,
  type TwinKind,
  textureLabel,
} from '../../scenes/index.js';
import { mean } from '../statistics/moments.js';
import { type Finding, finding } from './finding.js';
import { accuracy, answers, readerOf, SCENES, type SceneModel, sceneCases } from './scene-cases.js';

/** The class is (number of the shape + number of the texture) mod 4, so that neither alone goes with it. */
export async function bothOnScenes(model: SceneModel): Promise<Finding[]> {
  const label = (factors: Factors) => (shapeLabel(factors)! + textureLabel(factors)) % 4;
  const cases = sceneCases(model, SCENES, label);
  const given = await answers(
    model,
    cases.map(({ image }) => image),
  );
  const changed = async (kind: TwinKind) => {
    const read = readerOf(model.recipe);
    const others = await answers(
      model,
      cases.map(({ seed }) => read(renderScene(factorsNamed(seed, kind)).image)),
    );
    return mean(given.map((answer, i) => Number(answer !== others[i])));
  };
  return [
    finding(
      'best guess of the class by the shape',
      bestGuess(label, ({ object }) => object!.shape),
    ),
    finding(
      'best guess of the class by the texture',
      bestGuess(label, ({ context }) => context.texture),
    ),
    finding('accuracy of the network', await accuracy(model, cases)),
    finding('answers that another shape changes', await changed('other-shape')),
    finding('answers that another texture changes', await changed('other-texture')),
  ];
}

const OBSERVED = 4000;

/** Accuracy of the most frequent class for each value of a factor, over many scenes. */
function bestGuess(label: (factors: Factors) => number, value: (factors: Factors) => string): number {
  const counts = new Map<string, number[]>();
  for (let seed = 1; seed <= OBSERVED; seed++) {
    const factors = sampleFactors(seed);
    const seen = counts.get(value(factors)) ?? [0, 0, 0, 0];
    seen[label(factors)]!++;
    counts.set(value(factors), seen);
  }
  return [...counts.values()].reduce((sum, seen) => sum + Math.max(...seen), 0) / OBSERVED;
}
