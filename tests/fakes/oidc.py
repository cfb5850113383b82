"""An identity provider (OpenID Connect) that can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.responses import JSONResponse, RedirectResponse, Response

CLIENT, SECRET = "the-desk", "between us: two"


@dataclass
class FakeProvider:
    """Signs in whoever `claims` says. `lies` replace claims of the token.

    `issuer` is set once its address is known. `strange_key` signs with a key it never published;
    `forged` makes the whole token in place of signing it. Someone signs in at the provider when
    they are asked to, else they did so `signed_in_ago` seconds ago; `keeps_time` tells of it.
    """

    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1", "name": "Dana Privacy"})
    lies: dict[str, Any] = field(default_factory=dict)
    strange_key: bool = False
    forged: Callable[[dict[str, Any], ECKey], str] | None = None
    signed_in_ago: int = 3 * 3600
    keeps_time: bool = True
    issuer: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def describe() -> dict[str, str]:
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }

        @app.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorize")
        def authorize(request: Request) -> Response:
            asked = dict(request.query_params)
            self.asked.append(asked)
            code = secrets.token_urlsafe(8)
            self.codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
            return RedirectResponse(f"{asked['redirect_uri']}?{back}", status_code=303)

        @app.post("/token")
        async def token(request: Request) -> Response:
            return self._token(request, {k: str(v) for k, v in (await request.form()).items()})

        return app

    def _token(self, request: Request, given: dict[str, str]) -> Response:
        asked = self.codes.pop(given.get("code", ""), None)
        client = base64.b64encode(b"the-desk:between%20us%3A%20two").decode()
        known = request.headers.get("authorization") == f"Basic {client}"
        verifier = given.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=")
        if not known or asked is None or asked["code_challenge"] != challenge.decode():
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], **self.claims, **self.lies,
        }  # fmt: skip
        ago = 0 if asked.get("prompt") == "login" else self.signed_in_ago
        claims = ({"auth_time": now - ago} if self.keeps_time else {}) | claims
        told = {name: value for name, value in claims.items() if value is not None}
        if self.forged is not None:
            made = self.forged(told, self.key)
            return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": made})
        key = ECKey.generate_key("P-256", {"kid": "one"}) if self.strange_key else self.key
        signed = jwt.encode({"alg": "ES256", "kid": "one"}, told, key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})
