"""THE table: every credential format that is recognised in text. To add one, add a row.

In: nothing. Out: `RULES` (a secret whose beginning tells it) and `MARKED` (one that is told by a marker in its middle).
Formats as the vendors document them and as secret scanners (gitleaks, TruffleHog, detect-secrets, GitHub's secret
scanning, Microsoft's CASK) list them; lengths are taken generously where a vendor has changed them before.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Final, NamedTuple

from addons.redaction import plausible
from addons.redaction.shapes import (
    AFTER_NO_ALNUM,
    AFTER_NO_WORD,
    ALNUM,
    BASE64,
    HEX,
    HIDE,
    WORD,
    OneOf,
    Pattern,
    Rule,
    Run,
    anything,
    rule,
)

_GAP: Final = Pattern(
    r"""(?:\\{0,8}["'])?[ \t]{0,8}(?:=>|:=|[=:>\ue03a]|[ \t])[ \t]{0,8}(?:\\{0,8}["'`])?""",
    r"""[\\"'`=:> \t\ue03a]{0,40}""",
)
"""What may stand between a name and its value: `=`, `: `, `" : "`, `=>`, and the same with escaped quotes."""

_ASSIGNED: Final = Pattern(
    r"""(?:\\{0,8}["'])?[ \t]{0,8}(?:=>|:=|[=:>\ue03a])[ \t]{0,8}(?:\\{0,8}["'`])?""",
    r"""[\\"'`=:> \t\ue03a]{0,40}""",
)

_AWS_SECRET_NAMES: Final = (
    *("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "awsSecretAccessKey", "aws_secret_key", "AWS_SECRET_KEY"),
    *("SecretAccessKey", "secretAccessKey", "secret_access_key", "SECRET_ACCESS_KEY"),
    *("Secret Access Key", "Secret access key", "secret access key"),
)
SECRET_NAMES: Final = (
    *("api_key", "apiKey", "API_KEY", "apikey", "ApiKey", "APIKEY", "api-key", "Api-Key", "api-Key", "API-Key"),
    *("access_token", "accessToken", "ACCESS_TOKEN", "refresh_token", "refreshToken", "REFRESH_TOKEN"),
    *("auth_token", "authToken", "AUTH_TOKEN", "_authToken", "session_token", "sessionToken", "SESSION_TOKEN"),
    *("SessionToken", "id_token", "idToken", "private_token", "PRIVATE_TOKEN", "Private-Token", "PRIVATE-TOKEN"),
    *("client_secret", "clientSecret", "CLIENT_SECRET", "secret_key", "secretKey", "SECRET_KEY", "app_secret"),
    *("APP_SECRET", "signing_secret", "SIGNING_SECRET", "webhook_secret", "WEBHOOK_SECRET", *_AWS_SECRET_NAMES),
)
"""Names whose value is a secret when it looks like one; in a JSON object the key tells it."""
_IDENTITY_NAMES: Final = ("id_token", "idToken")
"""Of these, a run of hex digits is a digest."""

_USER: Final = r"""[^\s:/?#@"'<>\\`{}|^]{0,128}"""
_PASSWORD: Final = r"""[^\s/?#"'<>\\`|^]"""
_ENCODED_USER: Final = r"""[^\s:/?#@"'<>\\`{}|^&;\ue02f\ue03a\ue040]{0,128}"""
_ENCODED_PASSWORD: Final = r"""[^\s/?#"'<>\\`|^&;\ue02f\ue03a]"""
_BREAK: Final = r"""(?:\d{1,6}(?:→|\\{1,8}u2192|[\t:|]|\\{1,8}t)|[\s"'+,>|]|\\{1,8}[nrt]?)"""
"""What comes between the lines of a key block: line ends, quotes, and the line numbers of a tool that shows files."""
_LINE: Final = r"[A-Za-z0-9/+=\ue02f]"
_KEY_HEAD: Final = r"[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_KEY_FIELD: Final = r"[A-Za-z][A-Za-z-]{1,30}[:\ue03a] [^\n\r\\\"]{1,200}"
_KEY_FULL_LINES: Final = rf"{_LINE}{{16,4096}}(?:{_BREAK}++{_LINE}{{16,4096}})*"
_KEY_BLOCK: Final = Pattern(
    rf"{_KEY_HEAD}{_BREAK}*+(?:{_KEY_FIELD}{_BREAK}++){{0,8}}{_KEY_FULL_LINES}"
    rf"(?:(?:{_BREAK}++{_LINE}{{1,15}}){{0,2}}{_BREAK}*+-----END [A-Z0-9 ]{{0,60}}-----"
    rf"|{_BREAK}++{_LINE}{{1,15}}(?=[\"'`\\]|\Z))?",
    rf"[A-Z0-9 ]{{0,60}}-{{0,4}}|{_KEY_HEAD}{_BREAK}*+(?:{_KEY_FIELD}{_BREAK}++){{0,8}}"
    rf"(?:[A-Za-z][A-Za-z-]{{0,30}}(?:[:\ue03a](?: [^\n\r\\\"]{{0,200}})?)?|{_LINE}{{0,15}}"
    rf"|{_KEY_FULL_LINES}(?:{_BREAK}++{_LINE}{{1,15}}){{0,2}}{_BREAK}*+(?:-{{1,5}}|-----E[A-Z0-9 ]{{0,64}}-{{0,4}})?)",
)
"""RFC 7468, RFC 4880 section 6.2 and OpenSSH's own; without its END line too, because tools cut what they show."""

_LONGEST_CLAIMS: Final = 12_288
_CLAIMS: Final = Pattern(
    rf"[{WORD}]{{6,4096}}(?:\.{{1,2}}[{WORD}]{{1,{_LONGEST_CLAIMS}}}){{1,4}}",
    rf"[{WORD}]{{0,4096}}(?:\.{{1,2}}[{WORD}]{{1,{_LONGEST_CLAIMS}}}){{0,4}}\.{{0,2}}",
)


def _key(name: str, starts: str, chars: str, least: int, trim: str = "", before: str = AFTER_NO_ALNUM) -> Rule:
    """A key by its distinctive beginning (several: separated by blanks); `least` characters and more follow."""
    return rule(
        name, OneOf(tuple(starts.split())), Run(chars, least), valid=plausible.looks_random, trim=trim, before=before
    )


def _exact(name: str, starts: str, chars: str, least: int, most: int | None = None) -> Rule:
    """The same where the length is known, so that nothing more is asked of it."""
    length = Run(chars, least, most or least)
    return rule(name, OneOf(tuple(starts.split())), length, valid=plausible.not_masked)


def _short(name: str, starts: str, chars: str, least: int, most: int | None = None, trim: str = "") -> Rule:
    """A key whose beginning words and encoded data have too: there must be digits, and no `-` or `_` before it."""
    valid = plausible.looks_random_with_digits
    return rule(
        name, OneOf(tuple(starts.split())), Run(chars, least, most), valid=valid, before=AFTER_NO_WORD, trim=trim
    )


RULES: Final[tuple[Rule, ...]] = (
    # Model providers
    _key("anthropic", "sk-ant-", WORD, 16),
    _key("openai", "sk-proj- sk-svcacct- sk-admin- sk-None-", WORD, 20),
    _key("openrouter", "sk-or-", WORD, 20),
    _key("langfuse", "sk-lf-", WORD, 20),
    _short("openai and those who copy it", "sk-", WORD, 16),
    _short("openai ephemeral", "ek_", ALNUM, 30),
    _short("codex refresh token", "rt_ rt.1.", rf"{WORD}.", 30, trim="."),
    _exact("google api key", "AIza", WORD, 35),
    _key("google bound api key", "AQ.Ab", WORD, 30),
    _key("google access token", "ya29.", rf"{WORD}.", 20, trim="."),
    _key("google refresh token", "1//0 1\ue02f\ue02f0", WORD, 30),
    _key("google client secret", "GOCSPX-", WORD, 24),
    _short("groq", "gsk_", ALNUM, 30),
    _short("xai", "xai-", r"A-Za-z0-9_", 40),
    _short("perplexity", "pplx-", ALNUM, 30),
    _short("replicate", "r8_", ALNUM, 30),
    _key("hugging face", "hf_ api_org_", ALNUM, 30, before=AFTER_NO_WORD),
    _short("fireworks", "fw_", ALNUM, 20),
    _short("cerebras", "csk-", ALNUM, 30),
    _key("nvidia", "nvapi-", WORD, 40),
    _key("tavily", "tvly-", WORD, 24),
    _key("together", "tgp_v1_", WORD, 30),
    _short("elevenlabs", "sk_", HEX, 48, 48),
    _key("jina", "jina_", WORD, 40),
    _short("voyage", "pa-", WORD, 40),
    _key("pinecone", "pcsk_", r"A-Za-z0-9_", 40),
    _key("langsmith", "lsv2_pt_ lsv2_sk_", r"A-Za-z0-9_", 40),
    _short("brave search", "BSA", WORD, 28, 28),
    _key("bedrock", "ABSK", BASE64, 60),
    _key("bedrock, short-lived", "bedrock-api-key-", BASE64, 40),
    # Clouds
    _exact("aws access key", "AKIA ASIA ABIA ACCA", "A-Z0-9", 16),
    rule("aws secret key", OneOf(_AWS_SECRET_NAMES), _GAP, HIDE, Run(BASE64, 40, 40), valid=plausible.aws_secret),
    rule(
        *("azure account key", OneOf(("AccountKey=", "SharedAccessKey="))),
        *(HIDE, Run(BASE64, 40)),
        valid=plausible.looks_random,
    ),
    _short("alibaba access key", "LTAI", ALNUM, 16, 24),
    _exact("digitalocean", "dop_v1_ doo_v1_ dor_v1_", HEX, 64),
    rule("databricks", "dapi", Run("0-9a-f-", 32, 36), valid=plausible.databricks, before=AFTER_NO_WORD),
    _key("cloudflare", "cfk_ cfut_ cfat_", WORD, 36),
    _exact("cloudflare origin ca", "v1.0-", "0-9a-f-", 171),
    _short("vercel", "vcp_ vci_ vca_ vcr_ vck_ vercel_blob_rw_", r"A-Za-z0-9_", 24),
    _key("supabase", "sbp_ sb_secret_", WORD, 30),
    _key("fly.io", "fo1_ fm1a_ fm1r_ fm2_", rf"{BASE64}_-", 40),
    _key("heroku", "HRKU-AA HRKU-", WORD, 36),
    _key("planetscale", "pscale_tkn_ pscale_pw_ pscale_oauth_", rf"{WORD}.=", 32),
    _short("netlify", "nfp_ nfc_ nfu_", ALNUM, 36),
    _key("hashicorp vault", "hvs. hvb. hvr.", WORD, 24),
    _key("doppler", "dp.pt. dp.st. dp.ct. dp.sa.", r"A-Za-z0-9._-", 40, trim="."),
    _short("pulumi", "pul-", HEX, 40, 40),
    # Code and packages
    _key("github", "ghp_ gho_ ghu_ ghs_ ghr_", r"A-Za-z0-9_", 30),
    _key("github fine-grained", "github_pat_", r"A-Za-z0-9_", 40),
    rule("github copilot", "tid=", Run(HEX, 32, 32), Pattern(r";[!#-&(-\[\]-~]{30,4096}", r";?[!#-&(-\[\]-~]{0,4096}")),
    _key(
        "gitlab",
        "glpat- gldt- glcbt- glptt- glft- glimt- glagent- glrt- glsoat- gloas- glffct-",
        rf"{WORD}.",
        20,
        trim=".",
    ),
    _key("gitlab runner", "GR1348941", WORD, 20),
    _key("npm", "npm_", ALNUM, 36, before=AFTER_NO_WORD),
    _key("pypi", "pypi-AgEI pypi-AgEN", WORD, 40),
    _exact("rubygems", "rubygems_", HEX, 48),
    _key("docker", "dckr_pat_ dckr_oat_", WORD, 24),
    _key("atlassian", "ATATT3x ATCTT3x", rf"{WORD}=", 60),
    _key("postman", "PMAK-", "0-9a-f-", 50),
    _key("sentry", "sntrys_ sntryu_", rf"{BASE64}_-", 40),
    _key("grafana", "glc_ glsa_", rf"{BASE64}_", 32),
    _key("new relic", "NRAK- NRJS- NRII-", rf"{WORD}", 19),
    _exact("sonarqube", "squ_ sqp_ sqa_", HEX, 40),
    _key("terraform cloud, without its head", "atlasv1.", WORD, 60),
    _exact("artifactory", "AKCp cmVmd", ALNUM, 59, 80),
    # Money, messages, documents
    _key("stripe", "sk_live_ sk_test_ rk_live_ rk_test_ sk_org_", ALNUM, 16),
    _key("stripe webhook", "whsec_", rf"{BASE64}_-", 24),
    _key("square", "sq0atp- sq0csp- EAAAl", WORD, 22),
    _key("slack", " ".join(f"xox{kind}-" for kind in "abposrecd"), WORD, 20),
    _key("slack app", "xapp- xoxe.xoxp- xoxe.xoxb-", WORD, 20),
    rule(
        *(
            "slack hook",
            OneOf(("hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/")),
        ),
        *(HIDE, Run("A-Za-z0-9/\ue02f", 30)),
    ),
    rule(
        *(
            "discord hook",
            OneOf(("discord.com/api/webhooks/", "discordapp.com/api/webhooks/")),
            Run("0-9", 15, 22),
            "/",
        ),
        *(HIDE, Run(WORD, 50)),
    ),
    rule("telegram bot", HIDE, "AA", Run(WORD, 32, 34), before=r"(?<=[0-9]{8}[:\ue03a])", after_colon=True),
    rule("sendgrid", "SG.", Run(WORD, 16, 32), ".", Run(WORD, 30, 64)),
    _short("mailchimp transactional", "md-", ALNUM, 22, 22),
    _key("brevo", "xkeysib- xsmtpsib-", "0-9A-Za-z-", 64),
    _exact("shopify", "shpat_ shpca_ shppa_ shpss_", "0-9a-fA-F", 32),
    _short("notion", "ntn_ secret_", ALNUM, 40),
    _key("linear", "lin_api_ lin_oauth_", ALNUM, 32),
    _key("figma", "figd_ figu_", WORD, 36),
    _key("dropbox", "sl.u. sl.B", WORD, 100),
    _short("facebook", "EAAM EAAC EAAG EAAB", ALNUM, 90),
    _exact("age", "AGE-SECRET-KEY-1", "A-Z0-9", 58),
    _key("1password service account", "ops_eyJ", BASE64, 100),
    # Forms rather than vendors
    rule(
        "json web token",
        "eyJ",
        _CLAIMS,
        valid=plausible.jwt,
        before=AFTER_NO_WORD,
        swallow=rf"[{WORD}.]*",
        longest=_LONGEST_CLAIMS,
    ),
    rule(
        *("private key", "-----BEGIN ", _KEY_BLOCK),
        swallow=rf"(?:{_LINE}|{_BREAK})*",
        value=plausible.decoded_lines,
        longest=sys.maxsize,
    ),
    rule(
        *("putty key", "Private-Lines: ", Run("0-9", 1, 3), Pattern(rf"{_BREAK}{{1,4}}+", rf"{_BREAK}{{0,4}}+"), HIDE),
        Pattern(_KEY_FULL_LINES, rf"{_LINE}{{0,15}}|{_KEY_FULL_LINES}{_BREAK}*+{_LINE}{{0,15}}"),
    ),
    rule(
        *("basic authentication", OneOf(("Basic ", "basic ", "BASIC ")), HIDE, Run(BASE64, 6)),
        valid=plausible.basic,
        value=plausible.basic_password,
    ),
    rule(
        *("bearer token", OneOf(("Bearer ", "bearer ", "BEARER ")), HIDE, Run(rf"{BASE64}._~-", 20)),
        valid=plausible.looks_random_with_digits,
        trim=".",
    ),
    rule(
        *("password in a url", "//", Pattern(rf"(?!hash:[0-9a-f]{{16}}[:@]){_USER}", _USER), ":", HIDE),
        Pattern(rf"{_PASSWORD}{{1,256}}(?=@[A-Za-z0-9\[_-])", rf"{_PASSWORD}{{0,256}}"),
        before=r"(?<=[A-Za-z0-9+.-]:)",
        after_colon=True,
        valid=plausible.url_password,
    ),
    rule(
        *("password in an encoded url", "\ue02f\ue02f", Pattern(_ENCODED_USER, _ENCODED_USER), "\ue03a", HIDE),
        Pattern(rf"{_ENCODED_PASSWORD}{{1,256}}(?=\ue040[A-Za-z0-9\[_-])", rf"{_ENCODED_PASSWORD}{{0,256}}"),
        before=r"(?<=[A-Za-z0-9+.-]\ue03a)",
        after_colon=True,
        valid=plausible.url_password,
    ),
    rule(
        *("value of an identity's name", OneOf(_IDENTITY_NAMES), _ASSIGNED, HIDE, Run(rf"{BASE64}._~-", 20)),
        valid=plausible.named_identity,
        trim=".",
    ),
    rule(
        *("value of a secret's name", OneOf(tuple(name for name in SECRET_NAMES if name not in _IDENTITY_NAMES))),
        *(_ASSIGNED, HIDE, Run(rf"{BASE64}._~-", 20)),
        valid=plausible.named_secret,
        trim=".",
    ),
)


class Marked(NamedTuple):
    """A secret without a telling beginning: `marker` stands `back` characters after its start, where `found` finds it.
    `part` finds, at the end of the text, what may still become one, if it is `likely` by then (no word any more). Its
    group `public`, where it has one: what of a key is no secret (its number)."""

    name: str
    marker: str
    back: int
    found: re.Pattern[str]
    whole: re.Pattern[str]
    part: re.Pattern[str]
    likely: Callable[[str], bool] = anything


SHOWN_OF_MARKED: Final = 7
"""So many characters of what may become a secret are shown before anybody can tell: words are as long."""
_MIXED_CASE: Final = rf"(?=[{ALNUM}]*[a-z])(?=[{ALNUM}]*[A-Z])(?=[{ALNUM}]*(?:[0-9]|[A-Z][{ALNUM}]?[A-Z]))"
"""A file's name is no key, nor is `Md5.ClassNameOfSorts`."""

_AFTER_NO_AD: Final = AFTER_NO_ALNUM.replace(f"[{ALNUM}]", rf"[{WORD}~.]", 1)

MARKED: Final[tuple[Marked, ...]] = (
    Marked(
        "azure, common annotated key",
        "JQQJ9",
        52,
        re.compile("JQQJ9"),
        re.compile(rf"{AFTER_NO_ALNUM}[{ALNUM}]{{52}}JQQJ9[{ALNUM}]{{27}}(?:[{ALNUM}]{{2}}==)?(?![{ALNUM}])"),
        re.compile(
            rf"{AFTER_NO_ALNUM}"
            rf"(?:[{ALNUM}]{{{SHOWN_OF_MARKED + 1},56}}|[{ALNUM}]{{52}}JQQJ9[{ALNUM}]{{0,29}}={{0,2}})\Z"
        ),
        plausible.starts_as_no_word,
    ),
    Marked(
        "azure ad client secret",
        "Q~",
        4,
        re.compile("Q~"),
        re.compile(rf"{_AFTER_NO_AD}[{WORD}~.]{{3}}[0-9]Q~[{WORD}~.]{{31,34}}(?![{WORD}~])"),
        re.compile(rf"{_AFTER_NO_AD}[{WORD}~.]{{3}}[0-9]Q(?:~[{WORD}~.]{{0,34}})?\Z"),
    ),
    Marked(
        "terraform cloud",
        ".atlasv1.",
        14,
        re.compile(r"\.atlasv1\."),
        re.compile(rf"{AFTER_NO_ALNUM}[{ALNUM}]{{14}}\.atlasv1\.[{WORD}=]{{60,70}}(?![{WORD}=])"),
        re.compile(rf"{AFTER_NO_ALNUM}[{ALNUM}]{{14}}\.atlasv1\.[{WORD}=]{{0,70}}\Z"),
    ),
    Marked(
        "z.ai",
        ".",
        32,
        re.compile(rf"\.(?<=[{HEX}]{{32}}\.)(?=[{ALNUM}]{{16}}(?![{WORD}]))"),
        re.compile(rf"{AFTER_NO_WORD}[{HEX}]{{32}}\.{_MIXED_CASE}[{ALNUM}]{{16}}(?![{WORD}]|\.[{ALNUM}])"),
        re.compile(rf"{AFTER_NO_WORD}(?:(?P<public>[{HEX}]{{16,32}})|[{HEX}]{{32}}\.[{ALNUM}]{{0,16}})\Z"),
    ),
)
