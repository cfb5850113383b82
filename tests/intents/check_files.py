"""What training reads: a line that cannot be used is named, with the reason."""

import hashlib
import json
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
from components import importer
from components.categories import Categories
from components.clauses import ClauseModel
from components.corpus import NLU, Example, read_examples, read_sentences, read_turns
from components.encoder import WeightsRefused, verified
from components.errors import CorpusUnreadable, PolicyMismatch, PolicyUnreadable
from components.graph.clause_ranker import ClauseRanker
from components.ngrams import NGrams
from components.policy import Policy, policy_path, read_policy
from rasa.engine.storage.resource import Resource

LABELS = ["retention", "safeguards"]

GOOD = """version: "3.1"
nlu:
- intent: retention
  examples:
  - text: "How long?"
    metadata: {clauses: ["5.3"], answerable: true, role: customer, style: terse}
"""


class Folder(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)

    def file(self, name, text):
        path = Path(self._folder.name) / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path


class Corpus(Folder):
    def refused(self, text):
        with self.assertRaises(CorpusUnreadable) as caught:
            read_examples([self.file("retention.yml", text)])
        self.assertIn("retention.yml", str(caught.exception))
        return caught.exception

    def test_a_good_line(self):
        (example,) = read_examples([self.file("retention.yml", GOOD)])
        self.assertEqual(
            (example.text, example.intent, example.clauses, example.answerable, example.role),
            ("How long?", "retention", ("5.3",), True, "customer"),
        )

    def test_a_bad_value_is_named_with_its_line(self):
        for old, new, reason in (
            ("role: customer", "role: chief", "role must be"),
            ("answerable: true", "answerable: maybe", "answerable must be"),
            ('["5.3"]', "[5.3]", "clauses must be"),
        ):
            error = self.refused(GOOD.replace(old, new))
            self.assertEqual((error.line, reason in error.reason), (6, True), error)

    def test_what_is_not_yaml(self):
        self.assertEqual(self.refused(GOOD + "  - text: [broken\n").line, 8)

    def test_no_metadata(self):
        self.assertIn("metadata", self.refused(GOOD.rsplit("    metadata", 1)[0]).reason)

    def test_empty_and_undecodable(self):
        self.assertEqual(self.refused("").line, 1)
        self.assertEqual(self.refused(b"\xff\xfe").reason, "UnicodeDecodeError")

    def test_one_text_with_two_intents(self):
        other = GOOD.replace("retention", "purposes")
        paths = [self.file("retention.yml", GOOD), self.file("purposes.yml", other)]
        with self.assertRaisesRegex(CorpusUnreadable, "also labelled purposes"):
            read_examples(paths)

    def test_turns(self):
        path = self.file("turns.tsv", "complaint.when\tanswer\tMay 3\ncomplaint.when\tperhaps\tx\n")
        with self.assertRaisesRegex(CorpusUnreadable, "turns.tsv, line 2: 'perhaps'"):
            read_turns(path)

    def test_our_own_corpus(self):
        examples = read_examples(NLU.glob("*.yml"))
        counts = {}
        for example in examples:
            counts[example.intent] = counts.get(example.intent, 0) + 1
        self.assertGreaterEqual(len(examples), 3500)
        self.assertEqual(len(counts), 25)
        self.assertGreaterEqual(min(counts.values()), 30)
        for intent in (
            *("access_request", "consent_withdrawal", "complaint"),
            *("disclosure_customer", "purposes", "out_of_scope"),
        ):
            self.assertGreaterEqual(counts[intent], 200, intent)
        known = set(read_policy().clauses)
        self.assertEqual({name for e in examples for name in e.clauses} - known, set())
        self.assertGreaterEqual(len(read_sentences()), 320)


class Policies(Folder):
    def refused(self, text):
        with self.assertRaises(PolicyUnreadable) as caught:
            read_policy(self.file("clauses.json", text))
        return caught.exception

    def test_the_line_is_named(self):
        self.assertEqual(self.refused('{\n "1": "a",\n "2": \n}').line, 4)
        self.assertEqual(self.refused('{\n "1": "a",\n "2": ""\n}').line, 3)
        self.assertEqual(self.refused('{\n "1": "a",\n "2": 5\n}').line, 3)
        twice = self.refused('{\n "1": "a",\n "1": "b"\n}')
        self.assertEqual((twice.line, "twice" in twice.reason), (3, True))
        self.assertEqual(self.refused("[]").line, 1)

    def test_no_file(self):
        with self.assertRaisesRegex(PolicyUnreadable, "FileNotFoundError"):
            read_policy(Path(self._folder.name) / "none.json")

    def test_fingerprint_is_over_ids_and_texts_in_order(self):
        clauses = {"1": "été “x”", "def.use": "b"}
        listed = json.dumps(
            [list(pair) for pair in clauses.items()], ensure_ascii=False, separators=(",", ":")
        )
        expected = hashlib.sha256(listed.encode("utf-8")).hexdigest()
        self.assertEqual(Policy(clauses).fingerprint, expected)
        turned = Policy(dict(reversed(list(clauses.items()))))
        self.assertNotEqual(turned.fingerprint, expected)

    def test_where_it_lies(self):
        for name in ("POLICY_FILE", "POLICY_DIR"):
            self.addCleanup(os.environ.pop, name, None)
        os.environ["POLICY_DIR"] = "there"
        self.assertEqual(policy_path(), Path("there/clauses.json"))
        os.environ["POLICY_FILE"] = "other.json"
        self.assertEqual(policy_path(), Path("other.json"))


class Weights(Folder):
    def test_another_file_is_refused(self):
        with self.assertRaisesRegex(WeightsRefused, "not loaded"):
            verified(self.file("model.safetensors", "other"))


class Importing(Folder):
    def test_a_bad_line_stops_the_import_of_the_whole_corpus(self):
        bad = self.file("retention.yml", GOOD + '  - text: "And this?"\n    metadata: {}\n')
        said = r"retention.yml, line 8: clauses must"
        with (
            mock.patch.object(importer, "NLU", bad.parent),
            self.assertRaisesRegex(CorpusUnreadable, said),
        ):
            importer.CorpusImporter().get_nlu_data()


class AnotherPolicy(Folder):
    """The ranker's `load`, given a model that was trained for a policy of one clause."""

    def setUp(self):
        super().setUp()
        self.policy = Policy({"1": "We keep files as long as they are needed."})
        examples = [Example("how long", "retention", ("1",), place > 2) for place in range(6)]
        examples += [Example("who sees it", "safeguards", ("2",), True)]
        grams = NGrams.learn([example.text for example in examples] * 3)
        rows = grams.rows([e.text for e in examples], ["customer"] * len(examples))
        vectors = np.eye(7, 384, dtype=np.float32)
        categories = Categories.train(vectors, [e.intent for e in examples], LABELS)
        self.model = ClauseModel.train(
            self.policy, np.zeros((2, 384), np.float32), categories, examples, rows
        )
        self.model.save(Path(self._folder.name))
        (Path(self._folder.name) / "intents.txt").write_text("\n".join(LABELS), encoding="utf-8")
        self.addCleanup(os.environ.pop, "POLICY_FILE", None)

    def load(self, clauses):
        os.environ["POLICY_FILE"] = str(self.file("present.json", json.dumps(clauses)))
        storage = mock.Mock()
        storage.read_from.return_value.__enter__ = lambda _: Path(self._folder.name)
        storage.read_from.return_value.__exit__ = lambda *_: None
        return ClauseRanker.load({}, storage, Resource("ranker"), mock.Mock())

    def test_the_same_policy_is_served(self):
        self.assertIsInstance(self.load(self.policy.clauses), ClauseRanker)

    def test_another_one_is_refused_with_both_fingerprints(self):
        other = {"1": "We keep files for ten years."}
        with self.assertRaises(PolicyMismatch) as caught:
            self.load(other)
        for fingerprint in (self.policy.fingerprint, Policy(other).fingerprint):
            self.assertIn(fingerprint, str(caught.exception))
