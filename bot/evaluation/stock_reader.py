"""Runs in Rasa's environment: reads texts with any model of Rasa's, as `python THIS MODEL IN OUT`.

Rasa's own `test nlu` cannot judge an intent that is called "accuracy": its report has a figure of
that name.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from rasa.core.agent import load_agent


async def read(model: str, texts: list[str]) -> list[dict[str, Any]]:
    """The intent of each text, with its confidence."""
    agent = await load_agent(model_path=model)
    return [(await agent.parse_message(text))["intent"] for text in texts]


if __name__ == "__main__":
    model, asked, found = sys.argv[1:]
    texts = json.loads(Path(asked).read_text(encoding="utf-8"))
    Path(found).write_text(json.dumps(asyncio.run(read(model, texts))), encoding="utf-8")
