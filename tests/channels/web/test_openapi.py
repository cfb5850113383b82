"""The OpenAPI document, held against the application by schemathesis: no error, no check failed."""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from tests.channels.web.conftest import Site, WebSettings

EXAMPLES = 400 if os.environ.get("SOAK") else 15
# Beside what schemathesis knows of: a message that is too long is answered with 413.
REFUSALS = ["400", "401", "403", "404", "405", "408", "413", "429"]
CONFIG = schemathesis.Config.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
)
schema = schemathesis.openapi.from_asgi(
    "/api/openapi.json", Site(settings=WebSettings(rate_limited=False)).app(), config=CONFIG
)


@pytest.mark.soak
@schema.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
def test_the_application_does_what_its_document_says(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(headers={"Sec-Fetch-Site": "same-origin"})
