"""What every lesson of the encoder's upper layers shares: its states, its passes, its steps.

The lower layers stay as they are and are computed once. The first pass goes over everything; the
later ones over what is still read badly, which is where there is something left to learn.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Sequence, Tuple

import numpy as np
import tensorflow as tf

from components.encoder import (
    DIMENSIONS,
    IDS,
    LAYERS,
    MASK,
    SentenceEncoder,
    batches,
    padded,
    pooled,
    transformed,
)

BATCH = 32
WARM_UP = 0.1
DROPPED = 0.1
SCALE = 8.0
SEED = 20261124
STATES = tf.TensorSpec([None, None, DIMENSIONS], tf.float32)
RATE = tf.TensorSpec([], tf.float32)

Layers = Sequence[Dict[str, Any]]
# Takes the places of a batch, its states, its mask and the rate; returns a loss an example.
Step = Callable[[np.ndarray, tf.Tensor, tf.Tensor, tf.Tensor], np.ndarray]


class Upper:
    """The upper layers and the heads on them while they are learnt."""

    def __init__(
        self,
        encoder: SentenceEncoder,
        heads: Dict[str, tf.Variable],
        rates: Tuple[float, float],
        clip: float,
        taught: int,
    ) -> None:
        """Teach so many layers; `rates` are theirs and the heads', `clip` bounds the gradients."""
        self.heads, self._rates, self._clip = heads, rates, clip
        self.layers = [
            {name: tf.Variable(value) for name, value in layer.items()}
            for layer in encoder.layers[LAYERS - taught :]
        ]
        # The legacy optimiser is the faster of the two on processors in TensorFlow 2.12.
        self._optimizers = [tf.keras.optimizers.legacy.Adam() for _ in rates]

    def learn(self, losses: Callable[[], tf.Tensor], rate: tf.Tensor) -> tf.Tensor:
        """Take one step against the sum of `losses`; returns them as they were, one an example."""
        parts = (
            [value for layer in self.layers for value in layer.values()],
            list(self.heads.values()),
        )
        with tf.GradientTape() as tape:
            found = losses()
            total = tf.reduce_sum(found)
        gradients = tape.gradient(total, parts[0] + parts[1])
        gradients, _ = tf.clip_by_global_norm(
            [tf.convert_to_tensor(gradient) for gradient in gradients], self._clip
        )
        for optimizer, values, speed in zip(self._optimizers, parts, self._rates):
            optimizer.learning_rate.assign(speed * rate)
            optimizer.apply_gradients(zip(gradients[: len(values)], values))
            gradients = gradients[len(values) :]
        return found

    def weights(self) -> Dict[str, np.ndarray]:
        found = {name: value.numpy() for name, value in self.heads.items()}
        for place, layer in enumerate(self.layers):
            found.update({f"{place}.{name}": value.numpy() for name, value in layer.items()})
        return found


def raised(states: tf.Tensor, mask: tf.Tensor, layers: Layers, dropped: float) -> tf.Tensor:
    """Build the graph from the lower layers' states to the vector that the heads read."""
    for layer in layers:
        states = tf.nn.dropout(states, dropped) if dropped else states
        states = transformed(states, layer, mask)
    vector = pooled(states, mask) * SCALE
    return tf.nn.dropout(vector, dropped) if dropped else vector


def kept(weights: Dict[str, np.ndarray]) -> Tuple[List[Dict[str, tf.Tensor]], Dict[str, tf.Tensor]]:
    """The layers and the heads of a lesson that is over, as graphs take them."""
    layers: Dict[int, Dict[str, tf.Tensor]] = {}
    heads: Dict[str, tf.Tensor] = {}
    for name, value in weights.items():
        place, dot, own = name.partition(".")
        into, key = (layers.setdefault(int(place), {}), own) if dot else (heads, name)
        into[key] = tf.constant(value)
    return [layers[place] for place in sorted(layers)], heads


def lower_states(encoder: SentenceEncoder, texts: Sequence[str], taught: int) -> List[np.ndarray]:
    """The states that the untaught layers hand up, one array of tokens a text."""
    forward = tf.function(
        lambda ids, mask: encoder.states(ids, mask, LAYERS - taught), input_signature=[IDS, MASK]
    )
    rows = encoder.tokens(texts)
    found: List[np.ndarray] = [np.empty(0)] * len(rows)
    for batch in batches([len(row) for row in rows]):
        states = forward(*padded([rows[place] for place in batch])).numpy()
        for number, place in enumerate(batch):
            found[place] = states[number, : len(rows[place])].copy()
    return found


def take(step: Step, states: Sequence[np.ndarray], shares: Sequence[float]) -> None:
    """Take a course: a pass a share, over that share of the examples with the greatest losses.

    The rate rises at first, then falls to nought.
    """
    random = np.random.default_rng(SEED)
    lengths = np.array([len(row) for row in states])
    sizes = [int(share * len(states)) for share in shares]
    whole = sum(-(-size // BATCH) for size in sizes)
    losses, done = np.zeros(len(states), np.float32), 0
    for size in sizes:
        chosen = np.sort(np.argsort(-losses, kind="stable")[:size])
        for places in cut(lengths, chosen, random):
            rate = min(1.0, (done + 1) / (WARM_UP * whole)) * (1 - done / whole)
            part = [states[place] for place in places]
            rest = (padded_states(part), padded_mask(part), tf.constant(rate, tf.float32))
            losses[places] = step(places, *rest)
            done += 1


def cut(
    lengths: np.ndarray, chosen: np.ndarray, random: np.random.Generator
) -> Iterator[np.ndarray]:
    """Batches of similar length, in random order."""
    jitter = random.uniform(-2, 2, len(chosen))
    order = chosen[np.argsort(lengths[chosen] + jitter)]
    parts = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    return (parts[place] for place in random.permutation(len(parts)))


def padded_states(rows: Sequence[np.ndarray]) -> tf.Tensor:
    whole = np.zeros((len(rows), max(len(row) for row in rows), DIMENSIONS), np.float32)
    for place, row in enumerate(rows):
        whole[place, : len(row)] = row
    return tf.constant(whole)


def padded_mask(rows: Sequence[np.ndarray]) -> tf.Tensor:
    width = max(len(row) for row in rows)
    return tf.constant(
        (np.arange(width)[None] < np.array([[len(row)] for row in rows])).astype(np.float32)
    )
