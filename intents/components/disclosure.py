"""Reads the facts of a disclosure from a message: whose data, who asks, what for, what proof.

The encoder's upper layers are taught the facts once more, all at the same time, and the verdict
beside them; the spelling is read by margins. Who judges is the desk: it gets how likely each
value is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Sequence

import numpy as np
import tensorflow as tf

from components.disclosure_corpus import UNSAID, VERDICT, Story, read_glossary
from components.encoder import (
    DIMENSIONS,
    IDS,
    LAYERS,
    MASK,
    MAX_TOKENS,
    SentenceEncoder,
    batches,
    padded,
)
from components.linear import Linear, fit_margins, softmax
from components.negation import denies, speaks_of_undone
from components.ngrams import NGrams
from components.requests import segments
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

QUESTIONS = (VERDICT, *UNSAID)
# More layers read better and take longer to teach; reading costs the same.
TAUGHT = 3
# Four passes; the later ones over what is still read badly.
SHARES = (1.0, 1.0, 0.5, 0.5)
LAYER_RATE = 6e-4
HEAD_RATE = 5e-3
CLIP = 2.0
SMOOTHING = 0.05
VERDICT_WEIGHT = 1.5
PENALTY = 1.0
SHARPNESS = 4.0
SPELLING_SHARE = 0.6
LEAST = 0.01
NAMED = 0.6
# A story longer than this is told elsewhere; the encoder sees 256 tokens.
MOST_CHARACTERS = 2000
GOLD = tf.TensorSpec([None, len(QUESTIONS)], tf.int32)

Scores = Dict[str, Dict[str, float]]


class FactReader:
    """Gives for each question (a fact, or the verdict) how likely each of its values is."""

    def __init__(
        self,
        encoder: SentenceEncoder,
        weights: Dict[str, np.ndarray],
        spelling: Dict[str, Linear],
        grams: NGrams,
        labels: Dict[str, List[str]],
    ) -> None:
        self._encoder, self._weights = encoder, weights
        self._spelling, self._grams, self.labels = spelling, grams, labels
        self._glossary = read_glossary()
        self._layers, self._heads = kept(weights)
        self._forward = tf.function(self._graph, input_signature=[IDS, MASK])

    @classmethod
    def train(cls, encoder: SentenceEncoder, stories: Sequence[Story]) -> FactReader:
        """Learn from labelled messages; the same corpus gives the same reader."""
        labels = {q: sorted({story.label(q) for story in stories}) for q in QUESTIONS}
        glossary = read_glossary()
        texts = [glossary.explained(story.text) for story in stories]
        gold = np.array(
            [[labels[q].index(story.label(q)) for q in QUESTIONS] for story in stories], np.int32
        )
        weights = taught(encoder, texts, gold, [len(labels[q]) for q in QUESTIONS])
        grams = NGrams.learn(texts)
        rows = grams.rows(texts, [""] * len(texts))
        spelling = {
            q: fit_margins(rows, [story.label(q) for story in stories], PENALTY, SHARPNESS)
            for q in QUESTIONS
            if len(labels[q]) > 1
        }
        return cls(encoder, weights, spelling, grams, labels)

    def read(self, texts: Sequence[str]) -> List[Scores]:
        """Return for each text the likely values of every question, the likeliest first."""
        if not texts:
            return []
        texts = [self._glossary.explained(text) for text in texts]
        meaning, rows = self._meaning(texts), self._grams.rows(texts, [""] * len(texts))
        found: List[Scores] = [{} for _ in texts]
        start = 0
        for question in QUESTIONS:
            names = self.labels[question]
            scores = np.log(softmax(meaning[:, start : start + len(names)]) + 1e-9)
            start += len(names)
            if question in self._spelling:
                spelt = self._spelling[question].probabilities(rows)
                scores = scores + SPELLING_SHARE * np.log(spelt + 1e-9)
            for place, row in enumerate(softmax(scores / (1 + SPELLING_SHARE / 2))):
                found[place][question] = likely(names, row)
        return found

    def requests(self, text: str) -> List[Dict[str, Any]]:
        """Return the facts and verdicts of each request in a message: mostly of one, the whole.

        Two questions in one message are two requests when each names somebody else.
        """
        parts = segments(text)
        whole, *found = self.read([text[:MOST_CHARACTERS], *parts])
        named = [surest(scores["recipient"]) for scores in found]
        if len(found) > 1 and all(named) and len(set(named)) == len(named):
            return [parted(scores, part) for scores, part in zip(found, parts)]
        told = parted(whole, text)
        if len(self._encoder.tokens([text])[0]) >= MAX_TOKENS:
            # What stands beyond was not seen, and might be a no.
            told["verdicts"] = {"refer_privacy_officer": 1.0}
        return [told]

    def _meaning(self, texts: Sequence[str]) -> np.ndarray:
        tokens = self._encoder.tokens(texts)
        scores = np.empty((len(texts), len(self._weights["bias"])), np.float32)
        for batch in batches([len(row) for row in tokens]):
            scores[batch] = self._forward(*padded([tokens[place] for place in batch])).numpy()
        return scores

    def _graph(self, ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        states = self._encoder.states(ids, mask, LAYERS - TAUGHT)
        return scored(states, mask, self._layers, self._heads, 0.0)

    def save(self, folder: Path) -> None:
        lists = {f"label.{q}": np.array(names) for q, names in self.labels.items()}
        np.savez(folder / "facts.npz", **self._weights, **lists)
        self._grams.save(folder / "fact_ngrams.json")
        for question, linear in self._spelling.items():
            linear.save(folder / f"fact_{question}.npz")

    @classmethod
    def load(cls, folder: Path, encoder: SentenceEncoder) -> FactReader:
        with np.load(folder / "facts.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        labels = {q: arrays.pop(f"label.{q}").tolist() for q in QUESTIONS}
        spelling = {
            q: Linear.load(folder / f"fact_{q}.npz")
            for q in QUESTIONS
            if (folder / f"fact_{q}.npz").exists()
        }
        return cls(encoder, arrays, spelling, NGrams.load(folder / "fact_ngrams.json"), labels)


def parted(scores: Scores, text: str) -> Dict[str, Any]:
    """The scores as the desk takes them: the facts, and the verdicts of the second reader."""
    facts = {question: values for question, values in scores.items() if question != VERDICT}
    return {
        "facts": facts,
        "verdicts": scores[VERDICT],
        "undone": speaks_of_undone(text),
        "denied": denies(text),
    }


def surest(values: Dict[str, float]) -> str:
    """The recipient, where it is named for certain; else nothing."""
    best = max(values, key=lambda value: values[value])
    return best if values[best] >= NAMED and best != "unknown" else ""


def likely(names: Sequence[str], row: np.ndarray) -> Dict[str, float]:
    order = np.argsort(-row)
    return {
        names[place]: round(float(row[place]), 4)
        for number, place in enumerate(order)
        if number == 0 or row[place] >= LEAST
    }


def taught(
    encoder: SentenceEncoder, texts: Sequence[str], gold: np.ndarray, sizes: Sequence[int]
) -> Dict[str, np.ndarray]:
    """Teach the upper layers; returns their weights with the head's."""
    lesson = FactLesson(encoder, sizes)

    def step(places: np.ndarray, states: tf.Tensor, mask: tf.Tensor, rate: tf.Tensor) -> Any:
        return lesson.step(states, mask, gold[places], rate).numpy()

    take(step, lower_states(encoder, texts, TAUGHT), SHARES)
    return lesson.weights()


class FactLesson:
    """The weights while they are learnt: the upper layers, and one head over all questions."""

    def __init__(self, encoder: SentenceEncoder, sizes: Sequence[int]) -> None:
        tf.random.set_seed(SEED)
        self._sizes = list(sizes)
        head = tf.Variable(tf.random.normal([DIMENSIONS, sum(sizes)], stddev=0.02))
        heads = {"head": head, "bias": tf.Variable(tf.zeros(sum(sizes)))}
        self._upper = Upper(encoder, heads, (LAYER_RATE, HEAD_RATE), CLIP, TAUGHT)
        self.weights = self._upper.weights
        self.step = tf.function(self._step, input_signature=[STATES, MASK, GOLD, RATE])

    def _step(
        self, states: tf.Tensor, mask: tf.Tensor, gold: tf.Tensor, rate: tf.Tensor
    ) -> tf.Tensor:
        upper = self._upper
        return upper.learn(
            lambda: self._losses(scored(states, mask, upper.layers, upper.heads, DROPPED), gold),
            rate,
        )

    def _losses(self, scores: tf.Tensor, gold: tf.Tensor) -> tf.Tensor:
        """A loss an example: the sum over the questions, their mean over the batch."""
        total = tf.zeros(tf.shape(gold)[:1])
        for place, part in enumerate(tf.split(scores, self._sizes, -1)):
            size = self._sizes[place]
            smooth = tf.one_hot(gold[:, place], size) * (1 - SMOOTHING) + SMOOTHING / size
            loss = tf.nn.softmax_cross_entropy_with_logits(smooth, part)
            total += loss * (VERDICT_WEIGHT if QUESTIONS[place] == VERDICT else 1.0)
        return total / tf.cast(tf.shape(gold)[0], tf.float32)


def scored(
    states: tf.Tensor, mask: tf.Tensor, layers: Layers, heads: Dict[str, Any], dropped: float
) -> tf.Tensor:
    """The graph from the lower layers' states to the scores of all questions, side by side."""
    return raised(states, mask, layers, dropped) @ heads["head"] + heads["bias"]
