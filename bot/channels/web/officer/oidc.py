"""Signing in at an identity provider: OpenID Connect, authorization code with PKCE.

What lives here: the provider's side of it. What does not: sessions, and who may do what.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from urllib.parse import quote

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from bot.domain.accounts import Identity
from bot.domain.errors import DeskError

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
SCOPE = "openid email profile"
SECONDS = 10.0
LEEWAY_SECONDS = 60
# A sign-in of ten years ago is a mistake; NaN and infinity are outside, too.
LONGEST_AGO_SECONDS = 10 * 366 * 86_400.0
VERIFIER_BYTES = 48


class ProviderError(DeskError):
    """The identity provider could not be reached, or what it said does not hold."""

    code = "provider"


@dataclass(frozen=True, slots=True)
class Provider:
    """One identity provider, as OIDC_ISSUER names it.

    `acr` is the kind of proof that every sign-in must have had, where the company asks for one.
    """

    issuer: str
    client_id: str
    client_secret: str
    redirect_url: str
    acr: str | None = None

    async def begin(self, state: str, nonce: str, verifier: str, *, again: bool) -> str:
        """The provider's address to send the browser to; `again` makes it ask who they are.

        The browser could leave that wish out on the way: what counts is the token's auth_time.
        """
        known = await self._describe()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_url,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
            # OpenID Connect Core 5.5.1: auth_time comes with max_age, or when it is asked for.
            "claims": json.dumps({"id_token": {"auth_time": {"essential": again}}}),
            **({"prompt": "login", "max_age": "0"} if again else {}),
            **({"acr_values": self.acr} if self.acr else {}),
        }
        url: str = add_params_to_uri(known["authorization_endpoint"], list(asked.items()))
        return url

    async def identify(self, code: str, nonce: str, verifier: str, issuer: str | None) -> Identity:
        """Who came back with this code. Raises ProviderError.

        `issuer` is what the answer itself says it comes from (RFC 9207), where it says so.
        """
        if issuer is not None and issuer.rstrip("/") != self.issuer:
            raise ProviderError("The answer came from another provider.")
        known = await self._describe()
        try:
            token = await self._redeem(known["token_endpoint"], code, verifier)
            published = cast("KeySetSerialization", await self._get(known["jwks_uri"]))
            keys = KeySet.import_key_set(published)
            claims = self._claims(str(token["id_token"]), keys, nonce)
        except (JoseError, httpx.HTTPError, KeyError, ValueError) as error:
            raise ProviderError from error
        return _identity(claims)

    def _claims(self, id_token: str, keys: KeySet, nonce: str) -> Mapping[str, Any]:
        """The token's claims, once its signature, iss, aud, exp, iat and nonce hold."""
        claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "values": [self.issuer, f"{self.issuer}/"]},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True},
        ).validate(claims)
        if not secrets.compare_digest(str(claims["nonce"]), nonce):
            raise ProviderError
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.client_id:
            raise ProviderError
        if self.acr and claims.get("acr") != self.acr:
            raise ProviderError("The provider let you in by a weaker proof than is asked for here.")
        return claims

    async def _describe(self) -> dict[str, Any]:
        known = await self._get(f"{self.issuer}/.well-known/openid-configuration")
        if str(known.get("issuer", "")).rstrip("/") != self.issuer:
            raise ProviderError("The provider calls itself by another name than OIDC_ISSUER.")
        return known

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=SECONDS) as client:
                found: dict[str, Any] = (await client.get(url)).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderError from error
        return found

    async def _redeem(self, endpoint: str, code: str, verifier: str) -> Mapping[str, Any]:
        """The tokens for this code; the client names itself as RFC 6749, 2.3.1 has it."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_url,
            "code_verifier": verifier,
        }
        client = httpx.BasicAuth(quote(self.client_id, safe=""), quote(self.client_secret, safe=""))
        async with httpx.AsyncClient(timeout=SECONDS) as http:
            answer = await http.post(endpoint, data=asked, auth=client)
        found: Mapping[str, Any] = answer.raise_for_status().json()
        return found


def _identity(claims: Mapping[str, Any]) -> Identity:
    verified = claims.get("email_verified") is True
    groups, proved = claims.get("groups"), claims.get("auth_time")
    subject = f"{str(claims['iss']).rstrip('/')}|{claims['sub']}"
    return Identity(
        subject=subject,
        name=str(claims.get("name") or claims.get("preferred_username") or claims["sub"])[:200],
        email=str(claims["email"]) if verified and claims.get("email") else None,
        groups=frozenset(map(str, groups)) if isinstance(groups, list) else frozenset(),
        proved_ago=None if proved is None else _ago(proved),
    )


def _ago(auth_time: object) -> timedelta:
    """How long ago that was. Raises ProviderError for what is no time, or is still to come."""
    if isinstance(auth_time, bool) or not isinstance(auth_time, int | float):
        raise ProviderError("The provider gives a time of sign-in that is none.")
    ago = time.time() - auth_time
    if not -LEEWAY_SECONDS <= ago <= LONGEST_AGO_SECONDS:
        raise ProviderError("The provider gives a time of sign-in that cannot be.")
    return timedelta(seconds=max(ago, 0.0))
