"""A made-up secret for every rule of the table, built here so that no scanner takes this repository for leaking."""

from __future__ import annotations

import base64
import json
import random
import re
from dataclasses import dataclass
from hashlib import sha256

ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
HEX = "0123456789abcdef"
WORD = ALNUM + "_-"
BASE64 = ALNUM + "+/"


def made_up(length: int, characters: str = ALNUM, seed: object = 0) -> str:
    """Begins and ends with a letter or digit and has both and upper case, as far as the characters allow."""
    choice = random.Random(f"{seed}/{length}").choice
    plain = [character for character in characters if character.isalnum()]
    body = [choice(plain) for _ in range(min(length, 24))] + [choice(characters) for _ in range(length - 25)]
    return "".join(body) + (choice(plain) if length > 24 else "")


def hashed(secret: str) -> str:
    return "hash:" + sha256(secret.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Sample:
    """`before` and `after` are public; `secret` is replaced as it stands, by the hash of `value`. `public`: how the
    secret itself begins, as far as that gives nothing away."""

    name: str
    secret: str
    before: str = ""
    after: str = ""
    value: str = ""
    public: str = ""

    @property
    def text(self) -> str:
        return self.before + self.secret + self.after

    @property
    def hidden(self) -> str:
        return self.secret.removeprefix(self.public).partition("\n-----END")[0]

    @property
    def redacted(self) -> str:
        return self.before + hashed(self.value or self.secret) + self.after


def key(name: str, start: str, length: int, characters: str = ALNUM, end: str = "") -> Sample:
    return Sample(name, start + made_up(length - len(end), characters, name) + end, public=start)


def _jwt() -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "4711", "email": "a@example.org"})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, made_up(43, WORD, "jwt")])


def pem(kind: str = "RSA ", lines: int = 12, headers: str = "") -> str:
    body = "\n".join(made_up(64, BASE64, number) for number in range(lines))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{headers}{body}\n{made_up(28)}\n-----END {kind}PRIVATE KEY-----"


def _block(name: str, block: str) -> Sample:
    """What gives nothing away of a key block: all before its first full line."""
    return Sample(name, block, public=block[: next(m.start() for m in re.finditer(r"[^\s]{64}\n", block))])


PEM = pem()
JWT = _jwt()
BASIC = base64.b64encode(f"deploy:{made_up(20, seed='basic')}".encode()).decode()

SAMPLES: tuple[Sample, ...] = (
    key("anthropic", "sk-ant-api03-", 95, WORD, "AA"),
    key("anthropic oauth", "sk-ant-oat01-", 95, WORD, "AA"),
    key("openai, old", "sk-", 48),
    key("openai, project", "sk-proj-", 156, WORD),
    key("openai, service account", "sk-svcacct-", 156, WORD),
    key("openrouter", "sk-or-v1-", 64, HEX),
    key("deepseek", "sk-", 32, HEX),
    key("openai ephemeral", "ek_", 32, HEX),
    key("google", "AIza", 35, WORD),
    key("google bound", "AQ.Ab8R", 46, WORD),
    key("google access token", "ya29.a0", 160, WORD),
    key("google refresh token", "1//0", 60, WORD),
    key("google client secret", "GOCSPX-", 28, WORD),
    key("groq", "gsk_", 52),
    key("xai", "xai-", 80),
    key("perplexity", "pplx-", 48),
    key("replicate", "r8_", 37),
    key("hugging face", "hf_", 34, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    key("fireworks", "fw_", 24),
    key("cerebras", "csk-", 48, LOWER),
    key("nvidia", "nvapi-", 64, WORD),
    key("tavily", "tvly-dev-", 32),
    Sample("firecrawl", "fc-" + made_up(32, HEX, "firecrawl"), "FIRECRAWL_API_KEY="),
    key("langsmith", "lsv2_pt_", 43, HEX),
    key("pinecone", "pcsk_", 70),
    key("bedrock", "ABSK", 128, BASE64),
    key("aws access key", "AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    key("aws session key", "ASIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    Sample("aws secret key", made_up(40, BASE64, "aws"), "aws_secret_access_key = "),
    Sample("aws secret key in JSON", made_up(40, BASE64, "aws"), '{"SecretAccessKey": "', '"}'),
    Sample("aws secret key in the environment", made_up(40, BASE64, "aws"), "AWS_SECRET_ACCESS_KEY=", "\n"),
    Sample("azure storage", made_up(86, BASE64, "azure") + "==", "AccountName=x;AccountKey=", ";Endpoint=y"),
    Sample("azure", made_up(52, seed="az") + "JQQJ99" + made_up(26, seed="az")),
    Sample("azure ad", "a~B8Q~" + made_up(34, WORD, "ad")),
    key("digitalocean", "dop_v1_", 64, HEX),
    key("databricks", "dapi", 32, HEX),
    key("cloudflare", "cfut_", 48),
    key("vercel", "vcp_", 40),
    key("supabase", "sbp_", 40, HEX),
    key("vault", "hvs.", 92, WORD),
    key("github", "ghp_", 36),
    key("github app", "ghs_", 36),
    key("github fine-grained", "github_pat_", 82, ALNUM + "_"),
    key("gitlab", "glpat-", 20, WORD),
    key("npm", "npm_", 36),
    key("pypi", "pypi-AgEIcHlwaS5vcmc", 150, WORD),
    key("docker", "dckr_pat_", 27, WORD),
    key("atlassian", "ATATT3xFfGF0", 180, WORD),
    key("sentry", "sntryu_", 64, HEX),
    key("grafana", "glsa_", 41, ALNUM),
    key("z.ai", made_up(32, HEX, "z.ai") + ".", 16),
    key("terraform", made_up(14, seed="tf") + ".atlasv1.", 67, WORD),
    key("stripe", "sk_live_", 24),
    key("stripe restricted", "rk_test_", 99),
    key("stripe webhook", "whsec_", 32),
    key("slack", "xoxb-" + made_up(12, "0123456789") + "-" + made_up(12, "0123456789") + "-", 24),
    key("slack app", "xapp-1-A0" + made_up(9, UPPER) + "-" + made_up(13, "0123456789") + "-", 64, HEX),
    Sample(
        "slack hook", f"T{made_up(9, UPPER)}/B{made_up(9, UPPER)}/{made_up(24)}", "https://hooks.slack.com/services/"
    ),
    Sample("telegram", "AA" + made_up(33, WORD, "tg"), "https://api.telegram.org/bot123456789:", "/getMe"),
    key("sendgrid", f"SG.{made_up(22, WORD)}.", 43, WORD),
    key("shopify", "shpat_", 32, HEX),
    key("notion", "ntn_", 46),
    key("linear", "lin_api_", 40),
    key("figma", "figd_", 43, WORD),
    key("age", "AGE-SECRET-KEY-1", 58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    Sample("json web token", JWT, public=JWT.partition(".")[0]),
    _block("pem", PEM),
    _block("pem, encrypted", pem("RSA ", 10, "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n")),
    _block("pem, pkcs8", pem("", 20)),
    _block("openssh", pem("OPENSSH ", 6)),
    _block("pgp", pem("PGP ", 9, "Version: 1\n\n").replace("KEY-----", "KEY BLOCK-----")),
    Sample("basic authentication", BASIC, "Authorization: Basic ", "\r\n", made_up(20, seed="basic")),
    Sample("bearer token", made_up(40, seed="bearer"), "authorization: Bearer ", " -X"),
    Sample("password in a url", made_up(20, ALNUM + "!$%", "url"), "postgres://app:", "@db.example.org:5432/app"),
    Sample("named secret", made_up(40, HEX, "named"), 'client_secret: "', '"'),
)
BY_NAME = {sample.name: sample for sample in SAMPLES}
SECRET = BY_NAME["anthropic"].secret
