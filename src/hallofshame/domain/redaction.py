"""Passwords and keys never leave the program: the one redaction of errors, log lines, answers and job logs.

Two nets, since either alone has holes. :func:`redact` knows the forms in which secrets stand in texts:
addresses, queries, keyword arguments, headers, SQL. :func:`remember` takes the secrets of this process's own
settings; they are masked wherever they appear, in any form. Masking too much is the lesser evil.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus, unquote, unquote_plus

MASK = "***"

_SECRET_WORD = r"(?:pass(?:w(?:or)?d|phrase)?|pwd|secret|token|key|credentials?|auth|signature|session)"  # noqa: S105
_PLAIN_WORD = r"(?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|private[_-]?key|credentials?)"

_NO_EXAMPLE = r"(?!user:password@host\b)"
"""The form that our own messages show stays readable."""

_DATABASE_ADDRESS = re.compile(
    r"\b((?:mysql|mariadb|postgres\w*|oracle|mssql|mongodb|redis|amqp)[\w+.\-]{0,20}:/{0,3})"
    rf"{_NO_EXAMPLE}([^\s:/@]{{0,200}}):([^\r\n]{{0,200}}?)@(?=[^@\s]{{0,200}}(?:[\s'\"]|\Z))",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    rf"\b([a-z][a-z0-9+.\-]{{0,40}}:/{{1,3}}){_NO_EXAMPLE}([^\s'\"<>]{{1,500}})@", re.IGNORECASE
)
_WITHOUT_SCHEME = re.compile(
    rf"(?<![\w/:.])(?!mailto:){_NO_EXAMPLE}((?://)?[\w.%+\-]{{1,100}}):(?!/)([^\s'\"@:]{{1,200}})@(?=[\w.\[\-])",
    re.IGNORECASE,
)
_QUERY = re.compile(
    rf"([?&;](?:[\w.%\-]{{0,40}}{_SECRET_WORD}[\w.%\-]{{0,40}}|sig|pass)=)[^\s&#'\"<>]{{0,500}}",
    re.IGNORECASE,
)
_KEY_AND_VALUE = re.compile(
    rf"(\b[\w\-]{{0,40}}{_PLAIN_WORD}[\w\-]{{0,40}}['\"]?\s{{0,3}}[=:]\s{{0,3}})(?!(?:YES|NO)\))"
    r"(b?'(?:[^'\\]|\\.)*'|b?\"(?:[^\"\\]|\\.)*\"|[^\s,;)}\]&'\"]+)",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"(\b(?:proxy-)?authorization|\bx-api-key|\b(?:set-)?cookie)(['\"]?\s{0,3}[:=]\s{0,3})"
    r"('[^'\r\n]*'|\"[^\"\r\n]*\"|[^\r\n'\",}]+)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(Bearer\s+)[A-Za-z0-9._~+/=\-]{8,}")
_ADMIN_TOKEN = re.compile(r"\b(hos_[0-9a-f]{8}_)[A-Za-z0-9_\-]+")
"""A key of the admin API; its first part is public."""
_IDENTIFIED = re.compile(r"(\bIDENTIFIED\s+BY\s+)'[^']*'", re.IGNORECASE)
_PEM = re.compile(
    r"(-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----).*?(-----END [A-Z ]{0,20}PRIVATE KEY-----|\Z)", re.DOTALL
)

_PORT = re.compile(r"[^:/?#]*:[0-9]{1,5}[/?#]")

_SHORTEST_REMEMBERED = 6
"""Shorter ones would blacken ordinary words wherever they stand."""

_HARMLESS = frozenset({"hallofshame", "localhost", "password", "mysql+pymysql", "utf8mb4"})
"""What is a word of ours before it is a secret; still masked where it stands as a password."""

_remembered: set[str] = set()


def redact(text: str) -> str:
    """``text`` with every secret replaced by ``***``; takes time linear in its length."""
    for secret in sorted(_remembered, key=len, reverse=True):
        text = text.replace(secret, MASK)
    if "://" in text or "@" in text:
        text = _DATABASE_ADDRESS.sub(rf"\1\2:{MASK}@", text)
        text = _ADDRESS.sub(_without_login, text)
        text = _WITHOUT_SCHEME.sub(rf"\1:{MASK}@", text)
    if "=" in text or ":" in text:
        text = _QUERY.sub(rf"\1{MASK}", text)
        text = _HEADER.sub(rf"\1\2{MASK}", text)
        text = _KEY_AND_VALUE.sub(_masked_value, text)
    text = _BEARER.sub(rf"\1{MASK}", text)
    if "hos_" in text:
        text = _ADMIN_TOKEN.sub(rf"\1{MASK}", text)
    text = _IDENTIFIED.sub(rf"\1'{MASK}'", text)
    return _PEM.sub(rf"\1{MASK}\2", text)


def remember(secrets: Iterable[str]) -> None:
    """From now on :func:`redact` masks these wherever they stand, plain or percent-encoded.

    Those shorter than six characters, and words of our own messages, are masked only in the known forms.
    """
    for secret in secrets:
        spellings: tuple[Callable[[str], str], ...] = (
            str,
            unquote,
            unquote_plus,
            quote,
            quote_plus,
            _quoted_all,
        )
        for spelt in (spelling(secret) for spelling in spellings):
            if len(spelt) >= _SHORTEST_REMEMBERED and spelt.casefold() not in _HARMLESS:
                _remembered.add(spelt)


def secrets_of(address: str) -> set[str]:
    """The passwords and keys in an address, also in one that is malformed: as they stand in it.

    Of ``user:password@host`` the part between the first ``:`` and the last ``@``; of a query the values of
    names that sound like a secret. What also stands in the rest of the address is none.
    """
    rest = address.partition("://")[2] or address
    found: set[str] = set()
    login, at, tail = rest.rpartition("@")
    user, colon, password = login.partition(":")
    is_web = address.lower().startswith("http")
    if at and colon and not (is_web and _PORT.match(login)):
        found.add(password)
    elif at and is_web and not re.search(r"[/?#:]", login):
        found.add(login)
    for name, _, value in (part.partition("=") for part in re.split(r"[?&;]", tail if at else rest)[1:]):
        if re.search(rf"{_SECRET_WORD}|^(?:sig|pass)$", name, re.IGNORECASE):
            found.add(value.partition("#")[0])
    shown = {user if colon else "", *re.split(r"[/:@]", tail.partition("?")[0])}
    return {secret for secret in found if secret and secret not in shown}


def _without_login(match: re.Match[str]) -> str:
    scheme, login = match.groups()
    is_web = scheme.lower().startswith("http")
    head = re.split(r"[/?#]", login, maxsplit=1)[0]
    if ":" in head:
        if is_web and _PORT.match(login):
            return match.group()
        return f"{scheme}{head.partition(':')[0]}:{MASK}@"
    # A user without a password is no secret at a database, but may be a token on the web.
    return f"{scheme}{MASK}@" if is_web and head == login else match.group()


def _masked_value(match: re.Match[str]) -> str:
    value = match.group(2)
    mark = value[-1] if value[-1] in "'\"" else ""
    return f"{match.group(1)}{mark}{MASK}{mark}"


def _quoted_all(text: str) -> str:
    return quote(text, safe="")
