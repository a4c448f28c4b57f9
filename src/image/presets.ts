/** The recipes that have a name: one table. */
import { didYouMean, fail } from '../errors.js';
import type { Recipe, Step } from './recipe.js';
import type { Filter } from './resampling.js';

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const half = { mean: [0.5], std: [0.5] };
const unchanged = { mean: [0], std: [1] };

const stretch = (filter: Filter): Step[] => [{ resize: 'stretch', filter }];
/** The short side becomes this many times the input's, then the middle is cut out. */
const coverAndCrop = (times: number, filter: Filter): Step[] => [
  { resize: 'cover', size: { times }, filter },
  { crop: 'center' },
];

const levels = 1;
const unit = 1 / 255;

const table = {
  imagenet: {
    description: "torchvision's ImageNet classifiers: short side 256/224 of the input, centre crop, ImageNet mean and std",
    input: [224, 224],
    steps: coverAndCrop(256 / 224, 'bilinear'),
    channels: 'RGB',
    scale: unit,
    ...imagenet,
  },
  'imagenet-bicubic': {
    description: 'imagenet with bicubic resizing, as most timm models',
    input: [224, 224],
    steps: coverAndCrop(256 / 224, 'bicubic'),
    channels: 'RGB',
    scale: unit,
    ...imagenet,
  },
  'imagenet-stretch': {
    description: 'the photo stretched to the input, ImageNet mean and std',
    input: [224, 224],
    steps: stretch('bilinear'),
    channels: 'RGB',
    scale: unit,
    ...imagenet,
  },
  'efficientnet-lite': {
    description: 'EfficientNet-Lite: centre crop of 0.875 of the short side, bicubic resize, (x - 127) / 128',
    input: [224, 224],
    steps: [{ crop: 'center', size: { ofShortSide: 0.875 }, rounding: 'floor' }, ...stretch('bicubic')],
    channels: 'RGB',
    scale: levels,
    mean: [127],
    std: [128],
  },
  inception: {
    description: 'Inception v3 and v4: short side 1/0.875 of the input, centre crop, -1 to 1',
    input: [299, 299],
    steps: coverAndCrop(1 / 0.875, 'bilinear'),
    channels: 'RGB',
    scale: unit,
    ...half,
  },
  vit: {
    description: 'Vision transformers of transformers (ViTImageProcessor): stretched to the input, -1 to 1',
    input: [224, 224],
    steps: stretch('bilinear'),
    channels: 'RGB',
    scale: unit,
    ...half,
  },
  half: {
    description: 'imagenet-bicubic, but -1 to 1 (mean and std 0.5): ViT and Mixer of timm',
    input: [224, 224],
    steps: coverAndCrop(256 / 224, 'bicubic'),
    channels: 'RGB',
    scale: unit,
    ...half,
  },
  clip: {
    description: 'CLIP and OpenCLIP: short side to the input bicubic, centre crop, CLIP mean and std',
    input: [224, 224],
    steps: coverAndCrop(1, 'bicubic'),
    channels: 'RGB',
    scale: unit,
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  caffe: {
    description: 'Caffe models such as SqueezeNet: BGR, 0 to 255 minus (104, 117, 123)',
    input: [224, 224],
    steps: coverAndCrop(256 / 224, 'bicubic'),
    channels: 'BGR',
    scale: levels,
    mean: [104, 117, 123],
    std: [1],
  },
  'caffe-vgg': {
    description: 'VGG and ResNet of Caffe and of Keras: BGR, 0 to 255 minus (103.939, 116.779, 123.68)',
    input: [224, 224],
    steps: coverAndCrop(256 / 224, 'bicubic'),
    channels: 'BGR',
    scale: levels,
    mean: [103.939, 116.779, 123.68],
    std: [1],
  },
  tf: {
    description: 'MobileNet, Xception and NASNet of Keras: stretched to the input, x / 127.5 - 1',
    input: [224, 224],
    steps: stretch('bilinear'),
    channels: 'RGB',
    scale: levels,
    mean: [127.5],
    std: [127.5],
  },
  unit: {
    description: 'the photo stretched to the input, 0 to 1',
    input: [224, 224],
    steps: stretch('bilinear'),
    channels: 'RGB',
    scale: unit,
    ...unchanged,
  },
  raw: {
    description: 'the photo stretched to the input, 0 to 255',
    input: [224, 224],
    steps: stretch('bilinear'),
    channels: 'RGB',
    scale: levels,
    ...unchanged,
  },
  cifar10: {
    description: 'CIFAR-10: stretched to 32 x 32, mean and std of that data set',
    input: [32, 32],
    steps: stretch('bilinear'),
    channels: 'RGB',
    scale: unit,
    mean: [0.4914, 0.4822, 0.4465],
    std: [0.247, 0.2435, 0.2616],
  },
  mnist: {
    description: 'MNIST: grey, stretched to 28 x 28, 0 to 255; digits are white on black',
    input: [28, 28],
    steps: stretch('bilinear'),
    channels: 'grey',
    scale: levels,
    ...unchanged,
  },
  yolox: {
    description: 'YOLOX: letterbox from the top left, padded with 114, BGR, 0 to 255',
    input: [416, 416],
    steps: [
      { resize: 'fit', filter: 'bilinear', antialias: false },
      { pad: 'top-left', value: 114 },
    ],
    channels: 'BGR',
    scale: levels,
    ...unchanged,
  },
  yolo: {
    description: 'YOLOv5 to YOLO11: centred letterbox, padded with 114, 0 to 1',
    input: [640, 640],
    steps: [
      { resize: 'fit', filter: 'bilinear', antialias: false, rounding: 'round' },
      { pad: 'center', value: 114 },
    ],
    channels: 'RGB',
    scale: unit,
    ...unchanged,
  },
} satisfies Record<string, Omit<Recipe, 'name'>>;

export type PresetName = keyof typeof table;

/** Every named recipe, in the order in which help texts list them. */
export const presets: readonly Recipe[] = Object.entries<Omit<Recipe, 'name'>>(table).map(([name, recipe]) => ({
  name,
  ...recipe,
}));

/** @throws UserError with the nearest names if there is no such recipe */
export function preset(name: string): Recipe {
  return (
    presets.find((recipe) => recipe.name === name) ??
    fail(
      `no preprocessing is called "${name}"${didYouMean(name, Object.keys(table)) || `; there are ${Object.keys(table).join(', ')}`}`,
    )
  );
}
