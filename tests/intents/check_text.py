"""Sentences, requests, languages: what is read before any model is asked."""

import unittest

from components.language import LanguageReader
from components.negation import denies, speaks_of_undone, without_declined
from components.reading import is_long, is_payload
from components.requests import asks, distinct, segments
from components.sentences import pieces, sentence_spans


def sentences(text):
    return [text[start:end] for start, end in sentence_spans(text)]


class Sentences(unittest.TestCase):
    def test_ends_are_marks_and_line_breaks(self):
        text = "First one. Second one?\nThird line;\nfourth."
        self.assertEqual(sentences(text), ["First one.", "Second one?", "Third line;", "fourth."])

    def test_many_marks_end_one_sentence(self):
        self.assertEqual(sentences("Stop...!! Now."), ["Stop...!!", "Now."])
        self.assertEqual(len(sentence_spans("." * 20_000)), 1)
        self.assertEqual(len(sentence_spans("e.g. " * 4_000)), 1)

    def test_an_abbreviation_ends_nothing(self):
        text = "Others (e.g. contests) are named by Mr. Roy. That is all."
        self.assertEqual(
            sentences(text), ["Others (e.g. contests) are named by Mr. Roy.", "That is all."]
        )
        for word in ("approx.", "dept.", "acct.", "sept."):
            self.assertEqual(len(sentences(f"It was the {word} 12 of them. Yes.")), 2, word)

    def test_blank_text_has_none(self):
        self.assertEqual(sentences(" \n \t"), [])

    def test_pieces_keep_every_character_that_is_not_blank(self):
        text = ("word " * 300 + ". ") + "x" * 5000 + "\nlast"
        cut = [text[start:end] for start, end in pieces(text, 320)]
        self.assertTrue(all(len(piece) <= 320 for piece in cut))
        self.assertEqual("".join("".join(cut).split()), "".join(text.split()))


class Requests(unittest.TestCase):
    def test_two_questions_are_two_segments(self):
        text = "Who is your privacy officer? And how long do you keep chat logs?"
        self.assertEqual(len(segments(text)), 2)

    def test_also_starts_another(self):
        text = "Please send me a copy of my file and also stop calling me about upgrades"
        self.assertEqual(
            segments(text), ["Please send me a copy of my file", "stop calling me about upgrades"]
        )

    def test_a_wish_after_and_is_another(self):
        text = "send me my file and stop calling me"
        self.assertEqual(segments(text), ["send me my file", "stop calling me"])
        text = "I want a copy of my file and I want to complain about your agent"
        self.assertEqual(len(segments(text)), 2)
        for one in ("send me my name and address", "you keep calling and calling me, stop it"):
            self.assertEqual(segments(one), [], one)

    def test_a_story_is_one_request(self):
        text = "I moved in May. My old flatmate still gets my letters. Please correct my address."
        self.assertEqual(segments(text), [])

    def test_too_short_a_part_asks_nothing(self):
        self.assertFalse(asks("really?"))

    def test_each_intent_counts_once(self):
        self.assertEqual(distinct(["a", "b", "a", "c"]), [0, 1, 3])


class Negations(unittest.TestCase):
    def test_what_is_plainly_missing_or_over_is_denied(self):
        for text in (
            "She did NOT sign the form.",
            "No consent on file, the bank asks.",
            "He withdrew it in May.",
            "The mandate expired in June.",
            "The authorization was revoked",
            "it was never verified",
        ):
            with self.subTest(text):
                self.assertTrue(denies(text))

    def test_what_sounds_like_it_denies_nothing(self):
        for text in (
            "Both are signed, neither one is expired.",
            "He did not withdraw it.",
            "The power of attorney hasn't expired",
            "A withdrawal bounced, the bank asks for the name.",
            "She is abroad and has no signal.",
            "She signed it.",
        ):
            with self.subTest(text):
                self.assertFalse(denies(text))

    def test_what_may_be_undone_asks_for_more(self):
        for text in ("He refused last year", "did not bring the paper", "it is outdated"):
            with self.subTest(text):
                self.assertTrue(speaks_of_undone(text))
        for text in ("no signal there", "A withdrawal bounced", "She signed, he asks"):
            with self.subTest(text):
                self.assertFalse(speaks_of_undone(text))

    def test_a_declined_wish_is_left_out(self):
        self.assertEqual(
            without_declined("I don't want to complain, just a copy of my call logs"),
            "just a copy of my call logs",
        )
        self.assertEqual(without_declined("I don't want to complain"), "I don't want to complain")


class Messages(unittest.TestCase):
    def test_a_payload_is_a_slash_and_a_name(self):
        self.assertTrue(is_payload('/change_field{"field": "when"}'))
        self.assertFalse(is_payload("/policy is where?"))

    def test_long_is_by_words_or_characters(self):
        self.assertFalse(is_long("word " * 150))
        self.assertTrue(is_long("word " * 201))
        self.assertTrue(is_long("x" * 1001))


class Languages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.reader = LanguageReader()

    def test_french(self):
        for text in (
            "Bonjour, combien de temps gardez-vous mes renseignements?",
            "je veux porter plainte",
            "Merci beaucoup",
            "oui",
        ):
            self.assertEqual(self.reader.read(text), "fr", text)

    def test_english_however_short_or_odd(self):
        for text in ("ok", "agent", "affirmative", "416 555 0134", "wich firewal do yuo use", ""):
            self.assertEqual(self.reader.read(text), "en", text)

    def test_another_language(self):
        text = "¿Cuánto tiempo guardan ustedes mis datos personales y por qué?"
        self.assertEqual(self.reader.read(text), "es")
