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


TEAMS = "https://x.webhook.office.com/webhookb2/"


def uuid(seed: str) -> str:
    digits = made_up(32, HEX, f"uuid of {seed}")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def copilot(seed: str) -> str:
    return f"tid={made_up(32, HEX, seed)};exp=1760000000;sku=free;8kp=1:{made_up(64, HEX, seed)}"


def account_key() -> str:
    digits = made_up(32, UPPER, "account")
    return "-".join((digits[:6], digits[6:12], digits[12:17], digits[17:22], digits[22:27], digits[27:32]))


def putty() -> str:
    return f"{made_up(64, BASE64, 'putty')}\n{made_up(40, BASE64, 'putty')}"


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
    Sample("value of a secret's name", made_up(40, HEX, "named"), 'client_secret: "', '"'),
    key("langfuse", "sk-lf-", 36, "0123456789abcdef-"),
    key("codex refresh token", "rt_", 60, WORD),
    key("together", "tgp_v1_", 43, WORD),
    key("elevenlabs", "sk_", 48, HEX),
    key("jina", "jina_", 60, WORD),
    key("voyage", "pa-", 43, WORD),
    key("brave search", "BSA", 28, WORD),
    key("bedrock, short-lived", "bedrock-api-key-", 120, BASE64),
    key("cursor", "key_", 64, HEX),
    key("weights & biases", "wandb_v1_", 77, ALNUM + "_"),
    key("anyscale", "esecret_", 26, LOWER),
    key("modal", "as-", 22),
    key("runpod", "rpa_", 44),
    key("chutes", "cpk_" + made_up(32, HEX, "chutes") + "." + made_up(32, HEX, "chutes2") + ".", 32),
    key("friendli", "flp_", 46),
    key("llamaindex", "llx-", 48),
    key("cartesia", "sk_car_", 22),
    key("browserbase", "bb_live_", 27, WORD),
    key("e2b", "e2b_", 40, HEX),
    key("mem0", "m0-", 40),
    Sample("context7", "ctx7sk-" + uuid("context7"), public="ctx7sk-"),
    key("trigger.dev", "tr_prod_", 20),
    key("logfire", "pylf_v1_us_", 43),
    key("baidu", f"bce-v3/ALTAK-{made_up(21, seed='baidu')}/", 40, HEX),
    key("aws session token", "IQoJb3JpZ2luX2Vj", 300, BASE64),
    key("alibaba access key", "LTAI5t", 18),
    key("tencent access key", "AKID", 32),
    key("yandex", "AQVN", 36, WORD),
    key("databricks oauth", "dose", 32, HEX),
    Sample("cloudflare origin ca", f"v1.0-{made_up(24, HEX, 'ca')}-{made_up(146, HEX, 'ca')}", public="v1.0-"),
    key("cloudflare tunnel", "eyJhIjoi", 180),
    key("fly.io", "fm2_", 200, BASE64),
    key("heroku", "HRKU-AA", 58, WORD),
    key("planetscale", "pscale_tkn_", 43, WORD),
    key("netlify", "nfp_", 36),
    key("doppler", "dp.st.dev.", 43),
    key("pulumi", "pul-", 40, HEX),
    key("tailscale", "tskey-auth-", 40),
    key("render", "rnd_", 32),
    key("deno deploy", "ddp_", 36),
    key("infracost", "ico-", 32),
    key("openshift", "sha256~", 43, WORD),
    key("neon", "napi_", 64, LOWER),
    key("mongodb atlas", "mdb_sa_sk_", 40, WORD),
    key("cockroachdb", f"CCDB1_{made_up(22, seed='crdb')}_", 40),
    key("elastic cloud", "essu_", 100, BASE64),
    Sample("github copilot", copilot("copilot"), public="tid="),
    key("gitlab runner", "GR1348941", 20, WORD),
    key("gitlab runner, of today", "glrt-t1_", 20, WORD),
    key("crates.io", "cio", 32),
    key("nuget", "oy2", 43, LOWER),
    key("packagist", "packagist_uut_", 68, HEX),
    key("clojars", "CLOJARS_", 60, HEX),
    key("rubygems", "rubygems_", 48, HEX),
    key("bitbucket", "ATBB", 32),
    key("circleci", f"CCIPAT_{made_up(22, seed='circleci')}_", 40, HEX),
    key("buildkite", "bkua_", 40, HEX),
    key("sourcegraph", "sgp_", 40, HEX),
    key("postman", f"PMAK-{made_up(24, HEX, 'postman')}-", 34, HEX),
    key("grafana, old", "eyJrIjoi", 92),
    key("posthog", "phx_", 43),
    key("honeycomb", "hcaik_", 58, LOWER),
    key("dynatrace", f"dt0c01.{made_up(24, UPPER, 'dynatrace')}.", 64, UPPER),
    Sample("launchdarkly", "sdk-" + uuid("launchdarkly"), public="sdk-"),
    key("statsig", "secret-", 43),
    key("prefect", "pnu_", 36),
    key("readme", "rdme_", 70, LOWER),
    key("new relic", "NRAK-", 27, UPPER),
    key("sonarqube", "squ_", 40, HEX),
    key("terraform cloud, without its head", "atlasv1.", 67, WORD),
    key("artifactory", "AKCp", 69),
    key("paddle", "pdl_live_apikey_", 58, LOWER),
    Sample("plaid", "access-production-" + uuid("plaid"), public="access-production-"),
    key("shippo", "shippo_live_", 40, HEX),
    key("easypost", "EZAK", 54),
    Sample("flutterwave", f"FLWSECK-{made_up(32, HEX, 'flw')}-X", public="FLWSECK-"),
    key("square", "sq0csp-", 43, WORD),
    key("slack, from a browser", "xoxd-", 120, BASE64 + "%"),
    Sample("teams hook", f"{uuid('t1')}@{uuid('t2')}/IncomingWebhook/{made_up(32, HEX, 't3')}/{uuid('t4')}", TEAMS),
    Sample("discord hook", made_up(68, WORD, "discord"), "https://discord.com/api/webhooks/1234567890123456789/"),
    key("mailchimp transactional", "md-", 22),
    key("brevo", f"xkeysib-{made_up(64, HEX, 'brevo')}-", 16),
    key("resend", f"re_{made_up(8, seed='resend')}_", 24),
    Sample("hubspot", "pat-na1-" + uuid("hubspot"), public="pat-na1-"),
    key("contentful", "CFPAT-", 43, WORD),
    key("typeform", "tfp_", 59, WORD),
    key("mapbox", "sk.eyJ1Ijoi" + made_up(60, seed="mapbox") + ".", 22, WORD),
    key("dropbox", "sl.u.", 140, WORD),
    key("facebook", "EAAG", 150),
    key("1password service account", "ops_eyJ", 400, BASE64),
    Sample("1password account key", f"A3-{account_key()}", public="A3-"),
    Sample("putty key", putty(), "Private-Lines: 2\n", "\nPrivate-MAC: 0"),
    key("airtable", f"pat{made_up(14, seed='airtable')}.", 64, HEX),
    key("discord bot", base64.b64encode(b"1098765432109876543").decode().rstrip("=") + ".GaBcD1.", 38, WORD),
    Sample("npm registry token", uuid("npm"), "//registry.npmjs.org/:_authToken=", "\n"),
    Sample("wireguard", made_up(43, BASE64, "wg") + "=", "[Interface]\nPrivateKey = ", "\nAddress = 10.0.0.2/32"),
    Sample("password of curl's user", "Gk7" + made_up(15, seed="curl"), "curl -s -u deploy:", " https://x.example/"),
    Sample(
        "cookies", f"sid={made_up(32, seed='cookie')}; csrf={made_up(24, HEX, 'csrf')}", "Cookie: ", "\r\nAccept: */*"
    ),
    Sample(
        "password in a connection string", made_up(18, seed="ado"), "Server=db;User Id=app;Password=", ";Pooling=true"
    ),
    Sample("signature in a url", made_up(43, BASE64, "sas") + "=", "https://x.example/a.png?sv=2025-01-05&sig=", '"'),
    Sample("value of a secret's flag", made_up(32, seed="flag"), "vercel deploy --token ", " --prod"),
    Sample("value of a key's name", made_up(32, HEX, "env"), "AZURE_OPENAI_KEY=", "\n"),
    Sample("value of a variable", made_up(40, WORD, "variable"), "export CLOUDFLARE_API_TOKEN=", "\n"),
    Sample("value of an identity's name", made_up(48, seed="idt"), '"id_token": "', '"'),
    Sample("value of a password's name", made_up(20, seed="password"), "DB_PASSWORD=", "\n"),
    Sample("value of a password's name, JSON", made_up(20, seed="password"), '{"username": "bob", "password": "', '"}'),
    Sample("value of a password's name, netrc", made_up(20, seed="password"), "machine h login bob password ", "\n"),
    key("mailgun", "key-", 32, HEX),
    Sample("gitlab, in short pieces", "glpat-jLdswmOcX-6CQE_vahZD", public="glpat-"),
    Sample("value of a secret's name, in short pieces", "cdnqXW3QDhE8oYk_l-L11_arFIDwf0yf", "API_KEY=", "\n"),
    Sample("authorization", made_up(40, HEX, "auth"), "Authorization: token ", "\r\n"),
    Sample("authorization, raw", made_up(32, seed="raw"), "curl -H 'Authorization: ", "' https://x.example"),
    Sample("authorization, JSON", made_up(40, seed="auth"), '{"Authorization": "ApiKey ', '"}'),
    Sample("authorization, JSON in JSON", made_up(40, HEX, "auth"), '{\\"authorization\\":\\"token ', '\\"}'),
    Sample("authorization, dict", made_up(40, HEX, "auth"), "headers={'Authorization': 'Token ", "'}"),
    Sample("authorization, argument", made_up(40, HEX, "auth"), 'req.Header.Set("Authorization", "token ', '")'),
    Sample("authorization, item", made_up(40, HEX, "auth"), 'headers["Authorization"] = "SSWS ', '"'),
    Sample("authorization, named twice", made_up(40, HEX, "auth"), 'Authorization: Token token="', '"'),
    Sample("authorization, encoded", made_up(40, HEX, "auth"), "?h=Authorization%3A%20token%20", "&a=b"),
    Sample("authorization, form", made_up(40, HEX, "auth"), "h=authorization%3A+Bearer+", "&a=b"),
    Sample("value of a header", made_up(32, seed="header"), "x-acme-token: ", "\r\n"),
    Sample("value of a header, X-API-KEY", made_up(32, HEX, "header"), 'curl -H "X-API-KEY: ', '" x'),
    Sample("value of a header, dict", made_up(20, seed="header"), "{'X-Subscription-Token': '", "'}"),
    Sample("cookies, JSON", f"sid={made_up(32, seed='cookie')}; a=b", '{"Cookie": "', '"}'),
    Sample(
        *("cookies, encoded", f"sid%3D{made_up(32, seed='cookie')}%3B%20a%3Db", "?h=Cookie%3A%20", "&x=1"),
        f"sid={made_up(32, seed='cookie')}; a=b",
    ),
    Sample("login of a registry", BASIC, '{"auths": {"x.example": {"auth": "', '"}}}', made_up(20, seed="basic")),
    Sample("login of a registry, escaped line", BASIC, "cd x\\n_auth=", "\\n", made_up(20, seed="basic")),
    Sample("login of a registry, npm", BASIC, "//x.example/:_auth=", "\n", made_up(20, seed="basic")),
    Sample("value of a name that says no more", made_up(60, seed="kube"), "users:\n- user:\n    token: ", "\n"),
    Sample("value of a name that says no more, JSON", made_up(40, HEX, "secret"), '{"secret": "', '"}'),
    Sample("value of a name that says no more, escaped", made_up(40, seed="kube"), "user:\\n    token: ", "\\n"),
    Sample("value of a secret's flag, list", made_up(32, seed="flag"), '["x", "--api-key", "', '"]'),
    Sample("value of a secret's flag, lines", made_up(32, seed="flag"), '[\n  "--token",\n  "', '"\n]'),
    Sample("value of a secret's flag, JSON in JSON", made_up(32, seed="flag"), '[\\"--token\\", \\"', '\\"]'),
    Sample("value of a secret's flag, with =", made_up(32, seed="flag"), "x --token=", " y"),
    Sample("value of a secret's name, rails", made_up(128, HEX, "rails"), "SECRET_KEY_BASE=", "\n"),
    Sample("key of a framework", "k#9@xw!2p$mq7^e&v(3z-_=+ab5cd8fg1hj4kl6nn0rr", "SECRET_KEY = '", "'\n"),
    Sample("laravel", made_up(43, BASE64, "laravel") + "=", "APP_KEY=base64:", "\n"),
    Sample("password of mysql", made_up(20, seed="mysql"), "mysqldump -u root -p", " shop"),
    Sample("password of mysql, in quotes", made_up(20, seed="mysql"), "mysql -h db -uroot -p'", "' shop"),
    Sample("password of sshpass", made_up(20, seed="ssh"), "sshpass -p ", " ssh a@b"),
    Sample("password of redis", made_up(20, seed="redis"), "redis-cli -h cache -a ", " ping"),
    Sample("password of mysql, list", made_up(20, seed="mysql"), '["mysqldump", "-u", "root", "-p', '", "shop"]'),
    Sample("password of mysql, long", made_up(20, seed="mysql"), "mysql --user=root --password=", " shop"),
    Sample("password of sshpass, list", made_up(20, seed="ssh"), '["sshpass","-p","', '","ssh","a@b"]'),
    Sample("password of redis, lines", made_up(20, seed="redis"), '[\n  "redis-cli",\n  "-a",\n  "', '"\n]'),
    Sample("password of curl's user, list", made_up(20, seed="curl"), '["curl", "-su", "bob:', '", "https://x"]'),
    Sample("password of curl's user, JSON in JSON", made_up(20, seed="curl"), '[\\"curl\\", \\"-u\\", \\"bob:', '\\"]'),
    Sample(
        "password of curl's user, of a proxy", made_up(20, seed="curl"), "curl -x proxy.example -U bob:", " https://x"
    ),
    Sample("new password of mysql", made_up(20, seed="mysql"), "mysqladmin -u root password '", "'"),
    Sample("password of a login", made_up(20, seed="login"), "docker login -u bob -p ", " registry.example"),
    Sample(
        "password of a login, long",
        "correcthorsebatterys",
        "podman login --username=bob --password='",
        "' quay.example",
    ),
    Sample(
        "password of a login, helm", made_up(20, seed="login"), "helm registry login -u bob -p ", " registry.example"
    ),
    Sample(
        "password of a login, azure", made_up(20, seed="login"), "az login --service-principal -u x -p ", " --tenant t"
    ),
    Sample(
        "password of a login, list", made_up(20, seed="login"), '{"command":["docker","login","-u","x","-p","', '"]}'
    ),
    Sample(
        *("password of a login, JSON in JSON", made_up(20, seed="login")),
        *('"{\\"command\\": [\\"docker\\", \\"login\\", \\"-p\\", \\"', '\\"]}"'),
    ),
    Sample("password of a login, lines", made_up(20, seed="login"), "docker login \\\n  -u bob \\\n  -p ", "\n"),
    Sample("password of a login, escaped lines", made_up(20, seed="login"), "docker login \\\\\\n  -p ", "\\nls"),
    Sample("password of a login, here", made_up(20, seed="login"), 'docker login -u bob --password-stdin <<< "', '"'),
    Sample("password of mongo", made_up(20, seed="mongo"), "mongosh --host db -u bob -p ", " shop"),
    Sample("password of mongo, dump", "correcthorsebatterys", 'mongodump -u bob --password="', '" -o out'),
    Sample("password of wget", made_up(20, seed="wget"), "wget --user=bob --password=", " https://x.example"),
    Sample("passphrase of gpg", made_up(20, seed="gpg"), "gpg --batch --passphrase '", "' -c a.txt"),
    Sample("password of sqlcmd", made_up(20, seed="sql"), "sqlcmd -S db -U sa -P '", "' -Q 'select 1'"),
    Sample("password of sqlcmd, of an archive", made_up(20, seed="zip"), "unzip -P ", " a.zip"),
    Sample("password of ldap", made_up(20, seed="ldap"), "ldapsearch -x -D cn=admin,dc=x -w ", " -b dc=x"),
    Sample("password of an archive", made_up(20, seed="7z"), "7z x -y -p", " a.7z"),
    Sample("password of putty", made_up(20, seed="putty"), "plink -ssh bob@x.example -pw ", " ls"),
    Sample("password of smbclient", "gk7" + made_up(20, seed="smb"), "smbclient //x/share -U bob%", " -c ls"),
    Sample("password of lftp", made_up(20, seed="lftp"), "lftp -u bob,", " sftp://x.example"),
    Sample("key of openssl", made_up(20, seed="openssl"), "openssl enc -aes-256-cbc -pbkdf2 -k ", " -in a"),
    Sample("password of rabbitmq", made_up(20, seed="rabbit"), "rabbitmqctl add_user bob ", "\n"),
    Sample("password of htpasswd", made_up(20, seed="htpasswd"), "htpasswd -cbB -C 10 .htpasswd bob ", "\n"),
    Sample("password of htpasswd, without a file", made_up(20, seed="htpasswd"), '["htpasswd", "-nb", "bob", "', '"]'),
    Sample("password of psql", "correcthorsebatterys", 'psql "host=db user=bob password=', ' dbname=shop"'),
    Sample("password of a wireless network", made_up(20, seed="nmcli"), "nmcli dev wifi connect home password ", "\n"),
    Sample("variable of Windows", made_up(20, seed="setx"), 'setx ACME_TOKEN "', '"'),
    Sample("secure string", made_up(20, seed="secure"), 'ConvertTo-SecureString -String "', '" -AsPlainText -Force'),
    Sample("token of vault", made_up(20, seed="vault"), "vault login ", "\n"),
    Sample("password of sqlplus", made_up(20, seed="oracle"), "sqlplus -s scott/", "@db"),
    Sample("password's flag of a program", made_up(20, seed="flag"), "keytool -genkey -storepass ", " -alias a"),
    Sample("password's flag of a program, list", made_up(20, seed="flag"), '["keytool", "-keypass", "', '"]'),
    Sample("user of a proxy", made_up(20, seed="proxy"), "curl --proxy-user bob:", " https://x.example"),
    Sample("passphrase of openssl", made_up(20, seed="openssl"), "openssl rsa -in a -passin pass:", " -out b"),
    Sample("passphrase of openssl, list", made_up(20, seed="openssl"), '["openssl", "-passout", "pass:', '"]'),
    Sample(
        "password for a program's input", made_up(20, seed="pipe"), "echo '", "' | docker login -u b --password-stdin"
    ),
    Sample(
        "password for a program's input, printf",
        made_up(20, seed="pipe"),
        "printf '%s' ",
        " | gh auth login --with-token",
    ),
    Sample(
        *("password for a program's input, escaped", made_up(20, seed="pipe")),
        *('{"command": "printf \\"', '\\\\n\\" | helm registry login x --password-stdin"}'),
    ),
    Sample("password for a program's input, sudo", made_up(20, seed="sudo"), "echo ", " | sudo -S apt-get update"),
    Sample("password for chpasswd", "correcthorsebatterys", 'echo "root:', '" | sudo chpasswd'),
    Sample("line of redis", "correcthorsebatterys", "bind 127.0.0.1\nrequirepass ", "\nport 6379"),
    Sample("line of redis, command", made_up(20, seed="redis"), "redis> CONFIG SET masterauth ", "\n"),
    Sample("key of a wireless network, file", "correct horse battery staple", 'network={\n  psk="', '"\n}'),
    Sample("key of a wireless network, digits", made_up(64, HEX, seed="psk"), "[wifi-security]\npsk=", "\n"),
    Sample("user of oracle", made_up(20, seed="oracle"), "jdbc:oracle:thin:scott/", "@//db:1521/shop"),
    Sample("property", made_up(40, seed="property"), "server.port=80\napp.jwt.secret=", "\n"),
    Sample("property of a password", "correct2horsebattery", "spring.datasource.password=", "\n"),
    Sample(
        "line of a cookie jar", made_up(32, seed="jar"), "#HttpOnly_x.example\tTRUE\t/\tTRUE\t1799999999\tsid\t", "\n"
    ),
    Sample(
        "line of a cookie jar, escaped", made_up(32, seed="jar"), "x.example\\tFALSE\\t/a\\tFALSE\\t0\\tsid\\t", "\\n"
    ),
    Sample(
        "hash of a password",
        f"{made_up(8, seed='salt')}${made_up(86, seed='shadow')}",
        "root:$6$",
        ":19000:0:99999:7:::",
    ),
    Sample("hash of a password, bcrypt", f"12${made_up(53, seed='bcrypt')}", "bob:$2b$", "\n"),
    Sample(
        *(
            "hash of a password, argon2",
            f"v=19$m=65536,t=3,p=4${made_up(22, seed='salt')}${made_up(43, BASE64, seed='argon')}",
        ),
        *("$argon2id$", "\n"),
    ),
    Sample("line of pgpass", "correcthorsebatterys", "db.example:5432:shop:ana:", "\n"),
    Sample("password of a program", "correcthorsebatterys", "PGPASSWORD=", " psql"),
    Sample("password in quotes", "correct2horsebattery", '{"user": "ana", "password": "', '"}'),
    Sample("password in a variable", "correct2horsebattery", "export DB_PASSWORD=", "\n"),
    Sample("password on a line", "correct2horsebattery", "  user: ana\n  password: ", "\n"),
    Sample("password's flag", made_up(24, seed="flag"), '["--user", "ana", "--password", "', '"]'),
    Sample("authorization, bytes", made_up(40, HEX, "auth"), '[b"authorization", b"token ', '"]'),
    Sample(
        *("value beside a secret's name", made_up(40, HEX, "auth")),
        *('{"name": "Authorization", "value": "token ', '"}'),
    ),
    Sample("value beside a key's name", made_up(32, seed="k8s"), "- name: ACME_API_KEY\n  value: ", "\n"),
    Sample("value beside a password's name", "correct2horsebattery", "- name: DB_PASSWORD\n  value: '", "'\n"),
    Sample("cookies of curl", f"sid={made_up(32, seed='cookie')}; a=b", "curl -s -b '", "' https://x.example"),
    key("twilio", "SK", 32, HEX),
    key("firecrawl, alone", "fc-", 32, HEX),
    Sample("litellm", "sk-lUNqQreX-mOE7TGl-aj_Nm", public="sk-"),
    Sample("litellm, without digits", "sk-DRtELLAblAUoziBshdFQhh", public="sk-"),
    Sample("gitlab, without digits", "glpat-qkkZ-AYDRDxUPzmcSSqT", public="glpat-"),
    Sample("uuid of a secret's name", uuid("named"), "EXA_API_KEY=", "\n"),
    Sample("short value of a variable", "aB3dE5gH7jK9mN1p", "AUTH_TOKEN=", "\n"),
    Sample("short value beside a secret's name", "aB3dE5gH7jK9mN", "- name: JWT_SECRET\n  value: ", "\n"),
    Sample("short value of a header", "aB3dE5gH7jK9", 'curl -H "X-Auth-Token: ', '"'),
    Sample("short bearer token", "aB3dE5gH7jK9", "Authorization: Bearer ", "\r\n"),
    Sample("short value of hex digits", "8d7f6e5c4b3a2918", "SESSION_SECRET=", "\n"),
    Sample("value of a name's last word", made_up(32, HEX, "last"), 'acme_token = "', '"'),
    Sample("value of a name's last word, in camel case", made_up(32, seed="last"), 'acmeSecretKey: "', '",'),
    Sample("value of a name's last word, yarn", uuid("yarn"), "npmAuthToken: ", "\n"),
    Sample("value of a name's last word, with a dot", made_up(40, HEX, "last"), "acme.secret=", "\n"),
    Sample(
        "value of a token's variable", made_up(52, "abcdefghijklmnopqrstuvwxyz234567"), "AZURE_DEVOPS_EXT_PAT=", "\n"
    ),
    key("azure devops", f"{made_up(52, seed='ado')}JQQJ99{made_up(18, seed='ado')}AZDO", 4),
    Sample("azure account key", made_up(86, BASE64, "ak") + "==", 'account_key = "', '"'),
    Sample(
        *("azure account key, listed", made_up(86, BASE64, "ak") + "=="),
        *('"permissions": "FULL",\n    "value": "', '"'),
    ),
    Sample("mailchimp, mailgun", made_up(32, HEX, "mc") + "-us14"),
    Sample(
        "mailchimp, mailgun: with two dashes", f"{made_up(32, HEX, 'mg')}-{made_up(8, HEX)}-{made_up(8, HEX, 'mg')}"
    ),
    Sample("token in a url", made_up(40, HEX, "user"), "https://", "@git.example.org/a/b"),
    Sample("token in a url, without a password", made_up(40, HEX, "user"), "https://", ":x-oauth-basic@github.com/a/b"),
    Sample("secret of a dsn", made_up(32, HEX, "dsn"), "https://public:", "@sentry.example.org/3"),
    Sample("password in a url, with a hash", "pa#ss1word", "postgres://app:", "@db.example.org/app"),
    Sample(
        *("secret key beside its number", made_up(40, BASE64, "csv")),
        *("Access key ID,Secret access key\nAKIAIOSFODNN7EXAMPLE,", "\n"),
    ),
    Sample("secret key beside its number, quoted", made_up(40, BASE64, "csv"), '"AKIAIOSFODNN7EXAMPLE","', '"'),
    Sample("secret key beside its number, next line", made_up(40, BASE64, "csv"), "AKIAIOSFODNN7EXAMPLE\n", "\n"),
    Sample("npm registry token, with a blank", made_up(20, seed="npm"), "npm set //x.example/:_authToken ", "\n"),
    Sample("password of a setting", "Summer2024!", "[client]\nuser=app\npassword=", "\n"),
    Sample("password of a setting, properties", "Summer2024", "spring.datasource.password=", "\n"),
    Sample("password of a setting, libpq", "Summer2024!", "psql 'host=db password=", " dbname=shop'"),
    Sample("password on a line, with a mark", "Summer2024!", "  user: ana\n  password: ", "\n"),
    Sample("password's flag, a word with digits", "Summer2024!", "tool --password ", " x"),
    Sample("password's flag, with =", "hunter22", "tool --password=", " x"),
    Sample("password of a login", "hunter22", "machine h login bob password ", "\n"),
    Sample("password of a login, on lines", "hunter22", "machine h\n  login bob\n  password ", "\n"),
    Sample("password in an element", "hunter22", "<username>ana</username><password>", "</password>"),
    Sample("password in an attribute", "Summer2024!", '<add key="ClearTextPassword" value="', '" />'),
    Sample("password in quotes, a word with digits", "Summer2024!", '{"password": "', '"}'),
    Sample("password in quotes, in camel case", "Summer2024!", "const dbPassword = '", "'"),
    Sample("password in quotes, of a short name", "Summer2024!", "auth: { user: 'ana', pass: '", "' }"),
    Sample("password in a variable, short", "Summer2024!", "SMTP_PASS=", "\n"),
    key("siliconflow", "sk-", 48, "abcdefghijklmnopqrstuvwxyz"),
    key("novita", "sk_", 43, WORD),
    Sample("helicone", f"sk-helicone-{'-'.join(made_up(7, LOWER, n) for n in range(4))}", public="sk-helicone-"),
    key("requesty", "rqsty-sk-", 60, BASE64),
    key("dify", "app-", 24),
    key("coze", "pat_", 64),
    key("n8n", "n8n_api_", 40, HEX),
    key("apify", "apify_api_", 36),
    key("lambda labs", f"secret_{made_up(20, seed='lambda')}_{made_up(32, HEX, 'lambda')}.", 32),
    key("yandex token", "t1.9euel", 120, WORD),
    key("clickhouse cloud", "4b1d", 38),
    key("scalingo", "tk-us-", 48, WORD),
    Sample("ngrok", f"{made_up(27, seed='ngrok')}_{made_up(21, seed='ngrok')}", "ngrok config add-authtoken ", "\n"),
    key("harness", f"pat.{made_up(22, WORD)}.{made_up(24)}.", 20),
    key("octopus deploy", "API-", 26, UPPER),
    key("snyk", "snyk_uat.", 60, WORD),
    key("gitea", "gta_", 40),
    Sample("gitlab session", made_up(32, LOWER, "session"), "_gitlab_session=", "; path=/"),
    key("inngest", "signkey-prod-", 64, HEX),
    key("posthog, secret", "phs_", 43),
    key("stripe, in pieces", "sk_test_", 40, WORD),
    key("square, access token", "EAAA", 60, WORD),
    key("braintree", f"access_token$production${made_up(16, LOWER)}$", 32, HEX),
    key("flutterwave, for tests", "FLWSECK_TEST-", 32, HEX, "-X"),
    Sample("zapier hook", made_up(7, LOWER, "zap"), "https://hooks.zapier.com/hooks/catch/1234567/", "/"),
    key("mailersend", "mlsn.", 64, HEX),
    key("klaviyo", "pk_", 34, HEX),
    key("clickup", "pk_12345678_", 32, UPPER),
    key("onesignal", "os_v2_app_", 103, LOWER),
    key("pubnub", "sec-c-", 48),
    key("telnyx", f"KEY{made_up(32, UPPER, 'telnyx')}_", 22),
    key("firebase cloud messaging", "APA91b", 134, WORD),
    key("discord, of a user", "mfa.", 84, WORD),
    Sample("twitch", made_up(30, LOWER, "twitch"), "PASS oauth:", "\r\n"),
    key("twitter bearer", f"{'A' * 21}{made_up(30, seed='twitter')}=", 50),
    key("linkedin", f"WPL_AP1.{made_up(16)}.", 8, ALNUM, "=="),
    key("mapbox, short-lived", "tk.eyJ1Ijoi" + made_up(60, seed="mapbox") + ".", 22, WORD),
    key("dropbox, short-lived", "sl.", 135, WORD),
    key("frame.io", "fio-u-", 64, WORD),
    key("adobe", "p8e-", 32, HEX),
    key("trello", "ATTA", 72, HEX),
    key("stytch", "secret-live-", 36, WORD),
    key("facebook, of another kind", "EAAJ", 150),
    key("atlassian, of another kind", "ATATT3", 186, WORD),
    Sample("quoted password of a short variable", made_up(16, seed="pass"), 'SMTP_PASS="', '"\n'),
    Sample("member of a short name", made_up(16, seed="db_pass"), '{"db_pass": "', '"}'),
    Sample("password on a line, in capitals", "Sommer2221!x", "DB_PASSWORD: ", "\n"),
    Sample("password on a line, with an ampersand", "Tr0ub4dor&3x", "DB_PASSWORD: ", "\n"),
    Sample("password on a line, with blanks", "Sommer2221!x", "[server]\npassword = ", "\n"),
    Sample("value with marks", "WV4ek2%rozr99l3", "API_TOKEN=", "\n"),
    Sample("value with its type", made_up(32, seed="type"), 'const apiKey: string = "', '"'),
    Sample("password with its type", made_up(16, seed="&str"), 'const DB_PASSWORD: &str = "', '";'),
    Sample("value for want of another", made_up(32, seed="or"), 'key: process.env.API_KEY || "', '"'),
    Sample("password for want of another", made_up(16, seed="get"), 'os.environ.get("DB_PASSWORD", "', '")'),
    Sample("password in sql", made_up(16, seed="sql"), "ALTER USER app WITH PASSWORD '", "';"),
    Sample("value of a name in prose", made_up(32, seed="prose"), "My API key is `", "`."),
    Sample("value in a table", made_up(32, seed="table"), "| api_key  | ", " |"),
    Sample("aws secret key, asked for", made_up(40, BASE64, "asked"), "AWS Secret Access Key [None]: ", "\n"),
    Sample("password in a call", made_up(16, seed="call"), 'source.setPassword("', '");'),
    Sample("variable of authentication", made_up(16, seed="auth"), "REDIS_AUTH=", "\n"),
    Sample("password in a url, with a circumflex", "HwL6iU^YhMCsI8a", "mongodb://u:", "@h/x"),
    Sample("authorization, put together", made_up(40, seed="f"), '"Authorization": f"Token ', '"'),
)
"""Every row of the table of rules has one, by its name or a longer one."""
BY_NAME = {sample.name: sample for sample in SAMPLES}
SECRET = BY_NAME["anthropic"].secret
