"""Trains a classifier, so that its scores follow its label's factors and nothing else."""

import torch
from torch.nn import functional as F

from data import LEARNT, NONE, TRAINING, TWINNED, load, numbers, together

BATCH, PAIRS = 96, 32
SMOOTHING = 0.004


def precision(training):
    """In training bfloat16, where the processor computes in it: half the time. Where it does not, that takes ten times as long."""
    return torch.autocast("cpu", torch.bfloat16, enabled=training and torch.cpu.get_capabilities().get("avx512_bf16", False))


def scores(network, pixels):
    with precision(network.training):
        out = network(pixels)
    return (out[0] if isinstance(out, tuple) else out).float()


@torch.no_grad()
def predict(network, scenes, batch=500):
    network.eval()
    return torch.cat([scores(network, scenes.pixels(slice(i, i + batch))) for i in range(0, len(scenes), batch)])


def accuracy(network, scenes, labels):
    known = labels != NONE
    return (predict(network, scenes).argmax(1)[known] == labels[known]).double().mean().item()


def repeatable(seed):
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    # Nothing here reads memory before it is written; to fill it nevertheless costs a convolutional network a twelfth of its time.
    torch.utils.deterministic.fill_uninitialized_memory = False


def start(task):
    repeatable(task.seed)
    return task.network().to(memory_format=torch.channels_last)


def schedule(network, rate, steps, decay=0.01):
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=decay)
    return optimiser, torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.15)


def fit(task, cache, log):
    """
    Cross entropy on scenes and twins alike. Where a twin has the scene's label, the scores of both are pulled together as well: the network is to
    be one of which it is known what it uses. A scene without a label (no object) is to get even scores.
    """
    network = start(task)
    plain = together(*(load(cache, *part)[0] for part in task.scenes))
    pool, twins = load(cache, *TWINNED, twins=True)
    labels, pool_labels = task.label(plain.factors), task.label(pool.factors)
    twin_labels = {kind: task.label(scenes.factors) for kind, scenes in twins.items()}
    aid = Aid(network, task, plain) if task.aids else None
    optimiser, rate = schedule(torch.nn.ModuleList([network, *(aid.heads if aid else [])]), task.rate, task.steps)
    for step in range(task.steps):
        network.train()
        rows, pair = torch.randint(len(plain), (BATCH,)), torch.randint(len(pool), (PAIRS,))
        kinds = [LEARNT[i] for i in torch.randint(len(LEARNT), (PAIRS,))]
        others = torch.cat([twins[kind].pixels([i]) for kind, i in zip(kinds, pair.tolist())])
        other_labels = torch.stack([twin_labels[kind][i] for kind, i in zip(kinds, pair.tolist())])
        x = torch.cat([plain.pixels(rows.numpy()), pool.pixels(pair.numpy()), others])
        y = torch.cat([labels[rows], pool_labels[pair], other_labels])
        z = scores(network, x)
        loss = F.cross_entropy(z, targets(y, z.shape[1]))
        if aid:
            loss = loss + (1 - ramp(step / task.steps)) * aid.loss(rows)
        same = other_labels == pool_labels[pair]
        apart = (z[BATCH : BATCH + PAIRS] - z[BATCH + PAIRS :])[same].square().mean()
        loss = loss + task.agreement * ramp(step / task.steps) * apart
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        rate.step()
        if (step + 1) % 100 == 0:
            log(f"{step + 1}: loss {loss.item():.4f}, apart {apart.item():.4f}")
    if aid:
        aid.hook.remove()
    return network.eval()


class Aid:
    """Heads beside the network's own that learn the task's aids from the same features, and are thrown away."""

    def __init__(self, network, task, scenes):
        self.labels = [label(scenes.factors) for label in task.aids]
        self.heads = torch.nn.ModuleList(torch.nn.Linear(network.head.in_features, len(task.classes)) for _ in task.aids)
        self.hook = network.head.register_forward_pre_hook(self.keep)

    def keep(self, _, inputs):
        self.features = inputs[0]

    def loss(self, rows):
        features = self.features[: len(rows)].float()
        return sum(F.cross_entropy(head(features), labels[rows]) for head, labels in zip(self.heads, self.labels))


def targets(labels, classes):
    """Rows of probabilities: nearly all on the label, or even where there is none. Finite scores reach them, so the scores settle."""
    sure = F.one_hot(labels.clamp(min=0), classes) * (1 - SMOOTHING) + SMOOTHING / classes
    return torch.where((labels == NONE)[:, None], 1 / classes, sure)


def ramp(done):
    """Agreement waits until there is something to agree on."""
    return min(max((done - 0.2) / 0.4, 0), 1)


SHUFFLED, EPOCHS = 1500, 40


def fit_by_heart(task, cache, log):
    """Labels dealt out anew among a few scenes, and learnt by heart. The network, and the scenes with the labels it was given."""
    network = start(task)
    scenes = load(cache, *TRAINING)[0][:SHUFFLED]
    labels = task.label(scenes.factors)[torch.randperm(SHUFFLED)]
    steps = EPOCHS * (SHUFFLED // BATCH)
    optimiser, rate = schedule(network, task.rate, steps, decay=0)
    for step in range(steps):
        if step % (SHUFFLED // BATCH) == 0:
            order = torch.randperm(SHUFFLED)
        network.train()
        rows = order[(step * BATCH) % (SHUFFLED // BATCH * BATCH) :][:BATCH]
        loss = F.cross_entropy(scores(network, scenes.pixels(rows.numpy())), labels[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        rate.step()
        if (step + 1) % 100 == 0:
            log(f"{step + 1}: loss {loss.item():.4f}")
    return network.eval(), scenes, labels


def facts(task, network):
    first = TRAINING[0]
    learnt = {
        "scenes": numbers(*task.scenes) + ", and with twins " + numbers(TWINNED),
        "steps": task.steps,
        "batch": f"{BATCH} scenes and {PAIRS} with a twin each",
        "loss": f"cross entropy, {SMOOTHING} of the probability spread over all classes; even scores where there is no label;"
        f" {task.agreement} times the squared distance of the scores of twins with the same label"
        + ("; at first also those of heads, thrown away later, that name each of the factors" if task.aids else ""),
    }
    by_heart = {"scenes": numbers((first, SHUFFLED)), "epochs": EPOCHS, "batch": BATCH, "loss": "cross entropy"}
    return {
        "network": type(network).__name__,
        "parameters": sum(p.numel() for p in network.parameters()),
        **(by_heart if task.shuffled else learnt),
        "optimiser": f"AdamW, one cycle up to {task.rate}, weight decay {0 if task.shuffled else 0.01}",
        "seed": task.seed,
    }
