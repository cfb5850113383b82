"""Teaches the encoder's upper layers this desk's trade: intents, clauses, what is answerable.

Three questions are learnt at once, each by one matrix on the same vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Sequence, Tuple

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
from components.teaching import (
    DROPPED,
    RATE,
    SEED,
    STATES,
    Layers,
    Upper,
    kept,
    lower_states,
    raised,
    take,
)

# Every message is read with it, beside the untaught one: more layers take more of its time.
TAUGHT = 1
# Four passes; the later ones over what is still read badly.
SHARES = (1.0, 1.0, 0.8, 0.8)
LAYER_RATE = 1.2e-3
HEAD_RATE = 5e-3
CLIP = 1.0
SMOOTHING = 0.05
CLAUSE_SHARE = 0.3
ANSWER_SHARE = 0.2
RARE, FREQUENT = 2.5, 0.5
STAFF = frozenset({"employee", "officer"})
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
        self._layers, self._heads = kept(weights)
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


def judged(
    states: tf.Tensor,
    mask: tf.Tensor,
    staff: tf.Tensor,
    layers: Layers,
    heads: Dict[str, Any],
    dropped: float,
) -> Tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The graph from the lower layers' states to the three scores. The role joins every token."""
    states = states + tf.gather(heads["role"], staff)[:, None, :]
    vector = raised(states, mask, layers, dropped)
    return (
        vector @ heads["intent"] + heads["intent_bias"],
        vector @ heads["clause"] + heads["clause_bias"],
        vector @ heads["answer"] + heads["answer_bias"],
    )


def teach(encoder: SentenceEncoder, examples: Sequence[Example]) -> TaughtEncoder:
    """Teach the upper layers from labelled messages; the same corpus gives the same layers."""
    intents = sorted({example.intent for example in examples})
    clauses = sorted({name for example in examples for name in example.clauses})
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
    lesson = Lesson(encoder, len(intents), len(clauses))

    def step(places: np.ndarray, states: tf.Tensor, mask: tf.Tensor, rate: tf.Tensor) -> Any:
        own = gold[places]
        return lesson.step(states, mask, staff[places], own, weight[own[:, 0]], rate).numpy()

    texts = [example.text for example in examples]
    take(step, lower_states(encoder, texts, TAUGHT), SHARES)
    return TaughtEncoder(encoder, lesson.weights(), intents, clauses)


class Lesson:
    """The weights while they are learnt, and one step of learning."""

    def __init__(self, encoder: SentenceEncoder, intents: int, clauses: int) -> None:
        tf.random.set_seed(SEED)
        sizes = {"intent": intents, "clause": clauses, "answer": 1}
        heads = {"role": tf.Variable(tf.random.normal([2, DIMENSIONS], stddev=0.02))}
        for name, size in sizes.items():
            start = tf.random.normal([DIMENSIONS, size], stddev=0.02)
            heads[name] = tf.Variable(start)
            heads[name + "_bias"] = tf.Variable(tf.zeros(size))
        self._upper = Upper(encoder, heads, (LAYER_RATE, HEAD_RATE), CLIP, TAUGHT)
        self.weights = self._upper.weights
        three, one = tf.TensorSpec([None, 3], tf.int32), tf.TensorSpec([None], tf.float32)
        self.step = tf.function(self._step, input_signature=[STATES, MASK, ONES, three, one, RATE])

    def _step(
        self,
        states: tf.Tensor,
        mask: tf.Tensor,
        staff: tf.Tensor,
        gold: tf.Tensor,
        weight: tf.Tensor,
        rate: tf.Tensor,
    ) -> tf.Tensor:
        upper = self._upper

        def found() -> tf.Tensor:
            scores = judged(states, mask, staff, upper.layers, upper.heads, DROPPED)
            return losses(scores, gold, weight)

        return upper.learn(found, rate)


def losses(
    scores: Tuple[tf.Tensor, tf.Tensor, tf.Tensor], gold: tf.Tensor, weight: tf.Tensor
) -> tf.Tensor:
    """A loss an example: intent always; clause and answerable where a clause is labelled."""
    intents, clauses, answers = scores
    size = intents.shape[-1]
    smooth = tf.one_hot(gold[:, 0], size) * (1 - SMOOTHING) + SMOOTHING / size
    intent = tf.nn.softmax_cross_entropy_with_logits(smooth, intents) * weight
    quoted = tf.cast(gold[:, 1] >= 0, tf.float32)
    clause = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(gold[:, 1], 0), clauses)
    answer = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(gold[:, 2], tf.float32), answers[:, 0])
    labelled = tf.maximum(tf.reduce_sum(quoted), 1.0)
    extra = (CLAUSE_SHARE * clause + ANSWER_SHARE * answer) * quoted / labelled
    return intent / tf.cast(tf.shape(intent)[0], tf.float32) + extra


def intent_weights(gold: np.ndarray) -> np.ndarray:
    """Rare intents count more, frequent ones less, within bounds."""
    counts = np.bincount(gold)
    ratio = np.clip(len(gold) / (len(counts) * counts), FREQUENT, RARE)
    return np.sqrt(ratio).astype(np.float32)


def staff_marks(roles: Sequence[str]) -> np.ndarray:
    return np.array([int(role in STAFF) for role in roles], np.int32)
