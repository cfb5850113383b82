"""Teaches the encoder's two upper layers this desk's trade: intents, clauses, what is answerable.

The four lower layers stay as they are and are computed once, so that three passes over the corpus
take about a minute on two cores. Three questions are learnt at once, each by one matrix on the
same vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import tensorflow as tf

from components.corpus import Example
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

TAUGHT = 2
PASSES = 3
BATCH = 32
LAYER_RATE = 4e-4
HEAD_RATE = 5e-3
WARM_UP = 0.1
DROPPED = 0.1
SMOOTHING = 0.05
SCALE = 8.0
CLAUSE_SHARE = 0.3
ANSWER_SHARE = 0.2
RARE, FREQUENT = 2.5, 0.5
SEED = 20261124
STAFF = frozenset({"employee", "officer"})

STATES = tf.TensorSpec([None, None, DIMENSIONS], tf.float32)
ONES = tf.TensorSpec([None], tf.int32)


@dataclass(frozen=True)
class Taught:
    """What the taught layers say of a list of texts, a row each."""

    vectors: np.ndarray
    intents: np.ndarray
    clauses: np.ndarray
    answerable: np.ndarray


class TaughtEncoder:
    """The encoder with its upper layers taught; gives the untaught vector as well."""

    def __init__(
        self,
        encoder: SentenceEncoder,
        weights: Dict[str, np.ndarray],
        intents: Sequence[str],
        clauses: Sequence[str],
    ) -> None:
        self._encoder, self._weights = encoder, weights
        self.intents, self.clauses = list(intents), list(clauses)
        self._layers = [
            {name: tf.constant(weights[f"{place}.{name}"]) for name in encoder.layers[0]}
            for place in range(TAUGHT)
        ]
        self._heads = {name: tf.constant(weights[name]) for name in HEADS}
        self._forward = tf.function(self._graph, input_signature=[IDS, MASK, ONES])
        self.read(["Warm up."], ["customer"])

    def read(self, texts: Sequence[str], roles: Sequence[str]) -> Taught:
        """Read texts with their writers' roles. `vectors` are those of the untaught encoder."""
        rows, staff = self._encoder.tokens(texts), staff_marks(roles)
        sizes = (DIMENSIONS, len(self.intents), len(self.clauses), 1)
        found = [np.empty((len(texts), size), np.float32) for size in sizes]
        for batch in batches([len(row) for row in rows]):
            ids, mask = padded([rows[place] for place in batch])
            for whole, part in zip(found, self._forward(ids, mask, tf.constant(staff[batch]))):
                whole[batch] = part.numpy()
        return Taught(found[0], found[1], found[2], found[3][:, 0])

    def _graph(self, ids: tf.Tensor, mask: tf.Tensor, staff: tf.Tensor) -> Tuple[tf.Tensor, ...]:
        states = self._encoder.states(ids, mask, LAYERS - TAUGHT)
        plain = states
        for layer in self._encoder.layers[LAYERS - TAUGHT :]:
            plain = transformed(plain, layer, mask)
        intents, clauses, answerable = judged(states, mask, staff, self._layers, self._heads, 0.0)
        return (
            pooled(plain, mask),
            tf.nn.softmax(intents),
            tf.nn.softmax(clauses),
            tf.nn.sigmoid(answerable),
        )

    def save(self, path: Path) -> None:
        np.savez(path, labels=np.array(self.intents), ids=np.array(self.clauses), **self._weights)

    @classmethod
    def load(cls, path: Path, encoder: SentenceEncoder) -> TaughtEncoder:
        with np.load(path, allow_pickle=False) as stored:
            weights = {name: stored[name] for name in stored.files if name not in {"labels", "ids"}}
            return cls(encoder, weights, stored["labels"].tolist(), stored["ids"].tolist())


HEADS = ("role", "intent", "intent_bias", "clause", "clause_bias", "answer", "answer_bias")


def judged(
    states: tf.Tensor,
    mask: tf.Tensor,
    staff: tf.Tensor,
    layers: Sequence[Dict[str, Any]],
    heads: Dict[str, Any],
    dropped: float,
) -> Tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The graph from the lower layers' states to the three scores. The role joins every token."""
    states = states + tf.gather(heads["role"], staff)[:, None, :]
    for layer in layers:
        states = tf.nn.dropout(states, dropped) if dropped else states
        states = transformed(states, layer, mask)
    vector = pooled(states, mask) * SCALE
    vector = tf.nn.dropout(vector, dropped) if dropped else vector
    return (
        vector @ heads["intent"] + heads["intent_bias"],
        vector @ heads["clause"] + heads["clause_bias"],
        vector @ heads["answer"] + heads["answer_bias"],
    )


def teach(encoder: SentenceEncoder, examples: Sequence[Example]) -> TaughtEncoder:
    """Teach the upper layers from labelled messages; the same corpus gives the same layers."""
    intents = sorted({example.intent for example in examples})
    clauses = sorted({name for example in examples for name in example.clauses})
    lesson = Lesson(encoder, len(intents), len(clauses))
    states = lower_states(encoder, [example.text for example in examples])
    gold = np.array(
        [
            (
                intents.index(example.intent),
                clauses.index(example.clauses[0]) if example.clauses else -1,
                int(example.answerable),
            )
            for example in examples
        ],
        np.int32,
    )
    staff = staff_marks([example.role for example in examples])
    weight = intent_weights(gold[:, 0])
    for rate, batch in schedule([len(row) for row in states]):
        mask = padded_mask([states[place] for place in batch])
        lesson.step(
            padded_states([states[place] for place in batch]),
            mask,
            tf.constant(staff[batch]),
            tf.constant(gold[batch]),
            tf.constant(weight[gold[batch, 0]]),
            tf.constant(rate, tf.float32),
        )
    return TaughtEncoder(encoder, lesson.weights(), intents, clauses)


class Lesson:
    """The weights while they are learnt, and one step of learning."""

    def __init__(self, encoder: SentenceEncoder, intents: int, clauses: int) -> None:
        tf.random.set_seed(SEED)
        self._layers = [
            {name: tf.Variable(value) for name, value in layer.items()}
            for layer in encoder.layers[LAYERS - TAUGHT :]
        ]
        sizes = {"intent": intents, "clause": clauses, "answer": 1}
        self._heads = {"role": tf.Variable(tf.random.normal([2, DIMENSIONS], stddev=0.02))}
        for name, size in sizes.items():
            start = tf.random.normal([DIMENSIONS, size], stddev=0.02)
            self._heads[name] = tf.Variable(start)
            self._heads[name + "_bias"] = tf.Variable(tf.zeros(size))
        # The legacy optimiser is the faster of the two on processors in TensorFlow 2.12.
        self._optimizers = [tf.keras.optimizers.legacy.Adam() for _ in range(2)]
        self.step = tf.function(
            self._step,
            input_signature=[
                *(STATES, MASK, ONES),
                tf.TensorSpec([None, 3], tf.int32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([], tf.float32),
            ],
        )

    def _step(
        self,
        states: tf.Tensor,
        mask: tf.Tensor,
        staff: tf.Tensor,
        gold: tf.Tensor,
        weight: tf.Tensor,
        rate: tf.Tensor,
    ) -> None:
        upper = [value for layer in self._layers for value in layer.values()]
        heads = list(self._heads.values())
        with tf.GradientTape() as tape:
            scores = judged(states, mask, staff, self._layers, self._heads, DROPPED)
            loss = losses(scores, gold, weight)
        gradients = tape.gradient(loss, upper + heads)
        gradients, _ = tf.clip_by_global_norm(
            [tf.convert_to_tensor(gradient) for gradient in gradients], 1.0
        )
        parts = ((upper, LAYER_RATE), (heads, HEAD_RATE))
        for optimizer, (values, speed) in zip(self._optimizers, parts):
            optimizer.learning_rate.assign(speed * rate)
            optimizer.apply_gradients(zip(gradients[: len(values)], values))
            gradients = gradients[len(values) :]

    def weights(self) -> Dict[str, np.ndarray]:
        found = {name: value.numpy() for name, value in self._heads.items()}
        for place, layer in enumerate(self._layers):
            found.update({f"{place}.{name}": value.numpy() for name, value in layer.items()})
        return found


def losses(
    scores: Tuple[tf.Tensor, tf.Tensor, tf.Tensor], gold: tf.Tensor, weight: tf.Tensor
) -> tf.Tensor:
    """Intent always; clause and answerable where a clause is labelled."""
    intents, clauses, answers = scores
    size = intents.shape[-1]
    smooth = tf.one_hot(gold[:, 0], size) * (1 - SMOOTHING) + SMOOTHING / size
    intent = tf.nn.softmax_cross_entropy_with_logits(smooth, intents) * weight
    quoted = tf.cast(gold[:, 1] >= 0, tf.float32)
    clause = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(gold[:, 1], 0), clauses)
    answer = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(gold[:, 2], tf.float32), answers[:, 0])
    labelled = tf.maximum(tf.reduce_sum(quoted), 1.0)
    extra = tf.reduce_sum((CLAUSE_SHARE * clause + ANSWER_SHARE * answer) * quoted) / labelled
    return tf.reduce_mean(intent) + extra


def lower_states(encoder: SentenceEncoder, texts: Sequence[str]) -> List[np.ndarray]:
    """The states that the untaught layers hand up, one array of tokens a text."""
    forward = tf.function(
        lambda ids, mask: encoder.states(ids, mask, LAYERS - TAUGHT), input_signature=[IDS, MASK]
    )
    rows = encoder.tokens(texts)
    found: List[np.ndarray] = [np.empty(0)] * len(rows)
    for batch in batches([len(row) for row in rows]):
        states = forward(*padded([rows[place] for place in batch])).numpy()
        for number, place in enumerate(batch):
            found[place] = states[number, : len(rows[place])].copy()
    return found


def schedule(lengths: Sequence[int], passes: int = PASSES) -> List[Tuple[float, np.ndarray]]:
    """Batches of similar length in random order, with a rate that rises, then falls to nought."""
    random = np.random.default_rng(SEED)
    found = []
    for _ in range(passes):
        order = np.argsort(np.array(lengths) + random.uniform(-2, 2, len(lengths)))
        cut = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        found += [cut[place] for place in random.permutation(len(cut))]
    steps = len(found)
    rates = [min(1.0, (step + 1) / (WARM_UP * steps)) * (1 - step / steps) for step in range(steps)]
    return list(zip(rates, found))


def intent_weights(gold: np.ndarray) -> np.ndarray:
    """Rare intents count more, frequent ones less, within bounds."""
    counts = np.bincount(gold)
    ratio = np.clip(len(gold) / (len(counts) * counts), FREQUENT, RARE)
    return np.sqrt(ratio).astype(np.float32)


def staff_marks(roles: Sequence[str]) -> np.ndarray:
    return np.array([int(role in STAFF) for role in roles], np.int32)


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
