"""The networks: a residual CNN with a pooled or a flat head, a ViT classifier, and the two towers of an image-text pair."""

import torch
from torch import nn
from torch.nn import functional

SIZE, PATCH, CLASSES = 64, 8, 4


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut. ReLU throughout, so that guided backpropagation means something."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        self.relu1, self.relu2 = nn.ReLU(), nn.ReLU()

    def forward(self, x):
        return self.relu2(self.norm2(self.conv2(self.relu1(self.norm1(self.conv1(x))))) + self.shortcut(x))


class Cnn(nn.Module):
    """Scores [N, 4] of images [N, 3, H, W]. The pooled head takes any size, the flat one 64 x 64. A cell of the last layer sees 71 x 71 pixels."""

    def __init__(self, flat=False, widths=(16, 32, 64)):
        super().__init__()
        self.flat = flat
        first, second, third = widths
        self.stem = nn.Sequential(nn.Conv2d(3, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU())
        self.stages = nn.Sequential(Residual(first, second, 2), Residual(second, third, 2), Residual(third, third, 1))
        self.pool = nn.Identity() if flat else nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(third * (SIZE // 8) ** 2 if flat else third, CLASSES)

    def forward(self, pixel_values):
        return self.head(self.pool(self.stages(self.stem(pixel_values))).flatten(1))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x, mask=None, asking=None):
        """What the tokens `asking` (all of `x` without) gather from `x`."""
        asking = x if asking is None else asking
        split = lambda t: t.view(x.shape[0], -1, self.heads, t.shape[-1] // self.heads).transpose(1, 2)
        q, k, v = split(self.q_proj(asking)), split(self.k_proj(x)), split(self.v_proj(x))
        if self.training:
            mixed = functional.scaled_dot_product_attention(q, k, v, mask, scale=self.scale)
        else:
            # Exported like this: weights that explanations can find.
            scores = q @ k.transpose(2, 3) * self.scale
            mixed = torch.softmax(scores if mask is None else scores + mask, -1) @ v
        return self.out_proj(mixed.transpose(1, 2).reshape(asking.shape))


class Block(nn.Module):
    """Attention and a GELU layer, each behind its layer normalisation."""

    def __init__(self, width, heads, ratio=4):
        super().__init__()
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.self_attn = Attention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, ratio * width), nn.GELU(), nn.Linear(ratio * width, width))

    def forward(self, x, mask=None):
        x = x + self.self_attn(self.layer_norm1(x), mask)
        return x + self.mlp(self.layer_norm2(x))

    def first(self, x):
        """The first token alone of what `forward` gives."""
        normal = self.layer_norm1(x)
        one = x[:, :1] + self.self_attn(normal, asking=normal[:, :1])
        return one + self.mlp(self.layer_norm2(one))


def small(*shape):
    return nn.Parameter(torch.randn(*shape) * 0.02)


class VisionTower(nn.Module):
    """CLIP's: [N, outputs] of images [N, 3, 64, 64], read off the class token behind the last normalisation; and all tokens, or in
    training that one alone."""

    def __init__(self, outputs, bias, width=64, depth=3, heads=4):
        super().__init__()
        self.patch_embedding = nn.Conv2d(3, width, PATCH, PATCH, bias=False)
        self.class_embedding = small(width)
        self.position_embedding = small(1 + (SIZE // PATCH) ** 2, width)
        self.layers = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.post_layernorm = nn.LayerNorm(width)
        self.visual_projection = nn.Linear(width, outputs, bias)

    def forward(self, pixel_values):
        patches = self.patch_embedding(pixel_values).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(patches.shape[0], 1, -1)
        x = torch.cat([first, patches], 1) + self.position_embedding
        *layers, last = self.layers
        for layer in layers:
            x = layer(x)
        # Nothing is learnt from what the last block makes of the other tokens, a quarter of all work.
        x = last.first(x) if self.training else last(x)
        return self.visual_projection(self.post_layernorm(x[:, 0])), x


class VisionModel(nn.Module):
    """What is exported of a tower: `image_embeds` and `last_hidden_state`, in the hub's order."""

    def __init__(self, tower):
        super().__init__()
        self.vision_model = tower

    def forward(self, pixel_values):
        return self.vision_model(pixel_values)


class TextTower(nn.Module):
    """CLIP's: causal attention, and a text's vector is read at its end token, so that padding behind it does not matter."""

    def __init__(self, words, end, outputs, length=16, width=64, depth=2, heads=4):
        super().__init__()
        self.end = end
        self.token_embedding = nn.Embedding(words, width)
        self.position_embedding = small(length, width)
        self.layers = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.final_layer_norm = nn.LayerNorm(width)
        self.text_projection = nn.Linear(width, outputs, bias=False)
        self.register_buffer("mask", torch.full((length, length), -1e4).triu(1), persistent=False)

    def forward(self, input_ids):
        length = input_ids.shape[1]
        x = self.token_embedding(input_ids) + self.position_embedding[:length]
        for layer in self.layers:
            x = layer(x, self.mask[:length, :length])
        x = self.final_layer_norm(x)
        # One row of the tokens, picked by a product: 1 at the first end token, 0 elsewhere.
        last = (input_ids == self.end).float().unsqueeze(1)
        return self.text_projection((last @ x).squeeze(1)), x
