"""Makes test/fixtures/texts: tiny text towers of CLIP and SigLIP with the relevance of their tokens, and tokenizers with the ids they give.

    venv/bin/python oracles/transformers/make_text_fixtures.py

transformers 5.23, tokenizers 0.23, torch 2.13. Weights are by chance. Relevance of a token for the cosine with a given vector, by autograd in float64
at the token's embedding: input times gradient; the same with AttnLRP's gradient (normalisations' deviations and norms constant, f(x) / x constant
for activations, half of the gradient through each of the two products of attention); and Chefer's R <- R + (G A)+ R, at the row that is read.
"""

import json
import os

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import CLIPTextConfig, CLIPTextModelWithProjection, SiglipTextConfig, SiglipTextModel
from transformers.models.clip import modeling_clip
from transformers.models.siglip import modeling_siglip

OUT = os.path.join(os.path.dirname(__file__), "../../test/fixtures/texts")
CAPTIONS = """a red circle on blue stripes
a photo of a small green triangle above two yellow squares
two people, a dog and a cat in front of an old house
the sculpture of a horse; a painting of the sea at night
stars, dots and checkers behind an orange cross
what a giraffe looks like in the rain, seen from far away
it's a close-up of coffee: naïve café, crème brûlée
一只红色的狗 两个人 一辆蓝色的汽车""".splitlines()
TEXTS = ["a red circle on blue stripes", "Two people,  a GIRAFFE; café!", "一只狗 zebra", ""]


def unigram():
    """As SigLIP's: lower case, no punctuation, an end, padding with the end."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(Regex(r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"), ""), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.train_from_iterator(CAPTIONS, trainers.UnigramTrainer(vocab_size=120, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>"))
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def wordpiece():
    """As BERT's, which Chinese CLIP has."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(CAPTIONS, trainers.WordPieceTrainer(vocab_size=110, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"]))
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def byte_level():
    """As CLIP's: words end in </w>."""
    tokenizer = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    split = Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(split, "removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|startoftext|>", "<|endoftext|>"]
    tokenizer.train_from_iterator(CAPTIONS, trainers.BpeTrainer(vocab_size=200, special_tokens=special, end_of_word_suffix="</w>"))
    tokenizer.post_processor = processors.RobertaProcessing(("<|endoftext|>", 1), ("<|startoftext|>", 0), trim_offsets=False, add_prefix_space=False)
    return tokenizer


def by_chance(model, seed):
    torch.manual_seed(seed)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, 0.2 if parameter.ndim == 1 else 0, 0.3)
    return model.eval()


def half(value):
    return (value + value.detach()) / 2


def attention(lrp, kept):
    """Eager attention that keeps its weights."""

    def forward(module, query, key, value, mask, scaling, **_):
        scores = query @ key.transpose(-1, -2) * scaling
        scores = half(scores) if lrp else scores
        weights = torch.softmax(scores if mask is None else scores + mask, -1)
        kept.append(weights)
        out = weights @ value
        return (half(out) if lrp else out).transpose(1, 2).contiguous(), weights

    return forward


def normalise_linearly(module, inputs, _):
    x = inputs[0]
    deviation = torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + module.eps).detach()
    return (x - x.mean(-1, keepdim=True)) / deviation * module.weight + module.bias


def act_linearly(_, inputs, y):
    return inputs[0] * (y / (inputs[0] + 1e-10)).detach()


def relevance_of(model, modelling, ids, image, lrp=False):
    kept, handles, embedded = [], [], []
    before = modelling.eager_attention_forward
    modelling.eager_attention_forward = attention(lrp, kept)
    for module in model.modules():
        if isinstance(module, torch.nn.Embedding) and module.num_embeddings == model.config.vocab_size:
            handles.append(module.register_forward_hook(lambda _, __, y: embedded.append(y.detach().requires_grad_()) or embedded[0]))
        if lrp and isinstance(module, torch.nn.LayerNorm):
            handles.append(module.register_forward_hook(normalise_linearly))
        if lrp and type(module).__name__ in ("QuickGELUActivation", "GELUTanh", "PytorchGELUTanh"):
            handles.append(module.register_forward_hook(act_linearly))
    vector = model(input_ids=ids)
    vector = vector.text_embeds if "text_embeds" in vector else vector.pooler_output
    norm = vector.norm()
    score = (vector @ image / image.norm() / (norm.detach() if lrp else norm)).squeeze()
    slopes = torch.autograd.grad(score, [embedded[0], *kept])
    for handle in handles:
        handle.remove()
    modelling.eager_attention_forward = before
    return score, (embedded[0] * slopes[0]).sum(-1)[0], list(zip(kept, slopes[1:]))


def chefer(blocks, row):
    length = blocks[0][0].shape[-1]
    relevance = torch.eye(length, dtype=torch.float64)
    for weights, slope in blocks:
        if weights.shape[-2] == length:
            relevance = relevance + (weights * slope).clamp(min=0).mean(1)[0] @ relevance
    return relevance[row]


def tower(name, model, modelling, tokenizer, output, text, length=None):
    folder = f"{OUT}/{name}"
    os.makedirs(f"{folder}/onnx", exist_ok=True)
    tokenizer.save(f"{folder}/tokenizer.json")
    ids = tokenizer.encode(text).ids
    ids = torch.tensor([ids + [1] * ((length or 0) - len(ids))])
    axes = {"input_ids": {0: "batch", 1: "length"}, output: {0: "batch"}}
    torch.onnx.export(Only(model, output), (ids,), f"{folder}/onnx/text_model.onnx", dynamo=False, opset_version=17, input_names=["input_ids"], output_names=[output], dynamic_axes=axes)
    model = model.double()
    image = torch.tensor(np.sin(np.arange(16) + 1.0))
    score, gradient, blocks = relevance_of(model, modelling, ids, image)
    _, lrp, _ = relevance_of(model, modelling, ids, image, lrp=True)
    row = ids.shape[1] - 1
    numbers = {"input-x-gradient": gradient, "attn-lrp": lrp, "transformer-attribution": chefer(blocks, row)}
    listed = {method: [round(v, 9) for v in values.tolist()] for method, values in numbers.items()}
    return {"folder": name, "text": text, "ids": ids[0].tolist(), "image": image.tolist(), "score": score.item(), "relevance": listed}


class Only(torch.nn.Module):
    def __init__(self, model, output):
        super().__init__()
        self.model, self.output = model, output

    def forward(self, ids):
        return getattr(self.model(input_ids=ids), self.output)


def main():
    os.makedirs(OUT, exist_ok=True)
    tokenizers = {"unigram": unigram(), "wordpiece": wordpiece(), "byte-level": byte_level()}
    for name in ("wordpiece",):
        tokenizers[name].save(f"{OUT}/{name}.tokenizer.json")
    sizes = dict(hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=3, projection_dim=16, projection_size=16, attn_implementation="eager")
    clip = CLIPTextConfig(vocab_size=tokenizers["byte-level"].get_vocab_size(), max_position_embeddings=24, bos_token_id=0, eos_token_id=1, pad_token_id=1, **sizes)
    siglip = SiglipTextConfig(vocab_size=tokenizers["unigram"].get_vocab_size(), max_position_embeddings=24, bos_token_id=0, eos_token_id=1, pad_token_id=1, **sizes)
    towers = [
        tower("clip", by_chance(CLIPTextModelWithProjection(clip), 1), modeling_clip, tokenizers["byte-level"], "text_embeds", TEXTS[0]),
        tower("siglip", by_chance(SiglipTextModel(siglip), 2), modeling_siglip, tokenizers["unigram"], "pooler_output", TEXTS[0], 24),
    ]
    files = {"unigram": "siglip/tokenizer.json", "wordpiece": "wordpiece.tokenizer.json", "byte-level": "clip/tokenizer.json"}
    encoded = [{"file": files[name], "text": text, "ids": one.encode(text).ids} for name, one in tokenizers.items() for text in TEXTS]
    with open(f"{OUT}/cases.json", "w") as file:
        json.dump({"towers": towers, "tokenizers": encoded}, file, ensure_ascii=False, indent=1)


main()
