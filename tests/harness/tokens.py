"""Access tokens made by hand, independently of lib/base/token.c (RFC 7515, HS256)."""

import base64
import hashlib
import hmac
import json
import time


def encode(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def decode_claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def sign(claims, key, algorithm="HS256"):
    header = {"alg": algorithm, "typ": "JWT"}
    signed = encode(json.dumps(header).encode()) + "." + encode(json.dumps(claims).encode())
    return signed + "." + encode(hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest())


def expired(token, key):
    """The same claims, rightly signed, but over since a minute."""
    now = int(time.time())
    return sign({**decode_claims(token), "iat": now - 3600, "exp": now - 60}, key)
