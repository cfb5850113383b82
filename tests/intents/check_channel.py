"""The input channel: the secret, turns that run to their end, nothing said of what went wrong."""

import asyncio
import json
import logging
import os
import tempfile
import types
import unittest
from pathlib import Path

from components.channel import DeskInput, MalformedRequest, SecretMissing, user_message

SECRET = "a secret of this test"


class Processor:
    """Answers a parse with what it was given."""

    async def parse_message(self, message):
        return {"text": message.text, "metadata": message.metadata, "rank": {"scores": [1.0]}}


class Agent:
    processor = Processor()

    def __init__(self, ready=True):
        self._ready = ready

    def is_ready(self):
        return self._ready


class Brought:
    """A request as a handler sees it."""

    def __init__(self, body=None, secret=SECRET, agent=None):
        self.headers = {"X-Desk-Secret": secret} if secret is not None else {}
        self._body = body
        self.app = types.SimpleNamespace(ctx=types.SimpleNamespace(agent=agent or Agent()))

    @property
    def json(self):
        if isinstance(self._body, Exception):
            raise self._body
        return self._body


def turn_body(**changes):
    return {"sender": "s", "message": "hello", "message_id": "m1", "metadata": {}, **changes}


class Channel(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.channel = DeskInput(SECRET)
        self.seen = []
        self.may_end = asyncio.Event()

    def handlers(self, on_new_message=None):
        blueprint = self.channel.blueprint(on_new_message or self.answer)
        return {route.uri: route.handler for route in blueprint._future_routes}

    async def answer(self, message):
        self.seen.append(message)
        await message.output_channel.send_custom_json("s", {"lead": "Hello."})

    async def answer_late(self, message):
        await self.may_end.wait()
        await self.answer(message)

    async def fail(self, message):
        raise ValueError("cannot read: " + message.text)

    async def call(self, uri, request, on_new_message=None):
        response = await self.handlers(on_new_message)[uri](request)
        return response.status, json.loads(response.body)

    async def test_no_secret_no_answer(self):
        for secret in (None, "", "wrong", "é"):
            status, body = await self.call("/turn", Brought(turn_body(), secret))
            self.assertEqual((status, body), (401, {"error": "unauthorized"}))
        self.assertEqual(self.seen, [])

    async def test_a_turn_carries_id_and_metadata(self):
        body = turn_body(metadata={"role": "employee", "asked": None})
        status, answered = await self.call("/turn", Brought(body))
        self.assertEqual((status, answered), (200, {"replies": [{"lead": "Hello."}]}))
        (message,) = self.seen
        self.assertEqual((message.message_id, message.sender_id), ("m1", "s"))
        self.assertEqual(message.metadata, {"role": "employee", "asked": None, "message_id": "m1"})

    async def test_a_turn_goes_on_when_its_caller_has_gone(self):
        turn = self.handlers(self.answer_late)["/turn"]
        calling = asyncio.create_task(turn(Brought(turn_body())))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        calling.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await calling
        self.may_end.set()
        again = await turn(Brought(turn_body()))
        self.assertEqual(json.loads(again.body), {"replies": [{"lead": "Hello."}]})
        self.assertEqual(len(self.seen), 1)

    async def test_delivered_twice_is_run_once(self):
        turn = self.handlers()["/turn"]
        first, second = await asyncio.gather(turn(Brought(turn_body())), turn(Brought(turn_body())))
        self.assertEqual(first.body, second.body)
        self.assertEqual(len(self.seen), 1)

    async def test_a_failure_says_nothing_outward_nor_in_the_log(self):
        with self.assertLogs(level=logging.DEBUG) as logged:
            status, body = await self.call(
                "/turn", Brought(turn_body(message="my secret wish")), self.fail
            )
        self.assertEqual((status, body), (500, {"error": "turn_failed"}))
        self.assertNotIn("secret wish", "\n".join(logged.output))

    async def test_a_failed_turn_may_be_tried_again(self):
        with self.assertLogs():
            await self.call("/turn", Brought(turn_body()), self.fail)
        status, _ = await self.call("/turn", Brought(turn_body()))
        self.assertEqual(status, 200)

    async def test_malformed(self):
        for body, name in (
            (ValueError("x"), "body"),
            ([], "body"),
            (turn_body(sender=""), "sender"),
            (turn_body(message=None), "message"),
            (turn_body(message="x" * 20_001), "message"),
            (turn_body(metadata=[1]), "metadata"),
        ):
            status, answered = await self.call("/turn", Brought(body))
            self.assertEqual((status, answered["field"]), (400, name))

    async def test_parse_keeps_role_and_question(self):
        body = {"messages": [{"text": "hi", "role": "employee", "asked": "complaint.when"}]}
        status, answered = await self.call("/parse", Brought(body))
        self.assertEqual(status, 200)
        self.assertEqual(
            answered["parses"][0]["metadata"], {"role": "employee", "asked": "complaint.when"}
        )

    async def test_rank_needs_sentences(self):
        status, _ = await self.call("/rank", Brought({"policy": [], "question": "x"}))
        self.assertEqual(status, 400)
        body = {"policy": ["We keep records."], "question": "x"}
        self.assertEqual(await self.call("/rank", Brought(body)), (200, {"scores": [1.0]}))

    async def test_not_ready(self):
        unready = Agent(ready=False)
        self.assertEqual((await self.call("/ready", Brought(agent=unready)))[0], 503)
        self.assertEqual((await self.call("/turn", Brought(turn_body(), agent=unready)))[0], 503)

    async def test_ready_names_the_policy(self):
        status, answered = await self.call("/ready", Brought())
        self.assertEqual(status, 200)
        self.assertRegex(answered["policy_fingerprint"], r"\A[0-9a-f]{64}\Z")


class Secrets(unittest.TestCase):
    def setUp(self):
        for name in ("RASA_SECRET", "RASA_SECRET_FILE"):
            os.environ.pop(name, None)
            self.addCleanup(os.environ.pop, name, None)

    def test_it_must_be_there(self):
        with self.assertRaises(SecretMissing):
            DeskInput.from_credentials({})
        os.environ["RASA_SECRET"] = "  "
        with self.assertRaises(SecretMissing):
            DeskInput.from_credentials({})

    def test_it_may_lie_in_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "secret"
            path.write_text("from a file\n", encoding="utf-8")
            os.environ["RASA_SECRET_FILE"] = str(path)
            self.assertEqual(DeskInput.from_credentials({})._secret, b"from a file")

    def test_an_id_is_needed(self):
        with self.assertRaises(MalformedRequest):
            user_message({"sender": "s", "message": "x"})
