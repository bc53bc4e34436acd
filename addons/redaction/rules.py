"""THE table: every credential format that is recognised in text. To add one, add a row, with a sample to the tests.

In: nothing. Out: `RULES`, of secrets whose beginning tells them: first the vendors' formats, then the forms (forms.py),
names (names.py), passwords' names (passwords.py), command lines (commands.py), what is written to a program's input
(piped.py) and the programs' own files (program_files.py).
Those that are told by a marker in their middle are in marked.py. Formats as the vendors document them and as secret
scanners (gitleaks, TruffleHog, detect-secrets, GitHub's secret scanning, Microsoft's CASK) list them; lengths are taken
generously where a vendor has changed them before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from addons.redaction import plausible
from addons.redaction.commands import COMMANDS
from addons.redaction.forms import FORMS
from addons.redaction.gaps import ASSIGNED, TO_VALUE
from addons.redaction.names import NAMED
from addons.redaction.passwords import PASSWORDS
from addons.redaction.piped import PIPED
from addons.redaction.program_files import PROGRAM_FILES
from addons.redaction.shapes import (
    AFTER_NO_ALNUM,
    AFTER_NO_WORD,
    ALNUM,
    BASE64,
    HEX,
    HIDE,
    LETTERS,
    SHORTEST_TORN,
    WORD,
    OneOf,
    Pattern,
    Rule,
    Run,
    rule,
)

_SHORTEST_TORN: Final = 12
"""Behind a beginning that words have too."""


def _or_behind(
    starts: tuple[str, ...], whole: Callable[[str], bool], behind: Callable[[str], bool]
) -> Callable[[str], bool]:
    """Whether the whole value looks so, or what stands behind its beginning."""

    def valid(value: str) -> bool:
        return plausible.not_masked(value) and (
            whole(value) or any(value.startswith(start) and behind(value[len(start) :]) for start in starts)
        )

    return valid


def _key(name: str, starts: str, chars: str, least: int, trim: str = "", before: str = AFTER_NO_ALNUM) -> Rule:
    """A key by its distinctive beginning (several: separated by blanks); `least` characters and more follow."""
    options = tuple(starts.split())
    valid = _or_behind(options, plausible.looks_random, plausible.mixed)
    return rule(name, OneOf(options), Run(chars, least), valid=valid, trim=trim, before=before)


def _exact(name: str, starts: str, chars: str, least: int, most: int | None = None) -> Rule:
    """The same where the length is known, so that nothing more is asked of it."""
    length = Run(chars, least, most or least)
    return rule(name, OneOf(tuple(starts.split())), length, valid=plausible.not_masked)


def _short(name: str, starts: str, chars: str, least: int, most: int | None = None, trim: str = "") -> Rule:
    """A key whose beginning words and encoded data have too: there must be digits, and no `-` or `_` before it."""
    options = tuple(starts.split())
    valid = _or_behind(options, plausible.looks_random_with_digits, plausible.scrambled)
    length = Run(chars, least, most)
    return rule(name, OneOf(options), length, valid=valid, before=AFTER_NO_WORD, trim=trim, torn=_SHORTEST_TORN)


def _paths(*paths: str) -> tuple[str, ...]:
    """As they stand, and percent-encoded, as the decoded view shows them."""
    return (*paths, *(path.replace("/", "\ue02f") for path in paths))


RULES: Final[tuple[Rule, ...]] = (
    # Model providers
    _key("anthropic", "sk-ant-", WORD, 16),
    _key("openai", "sk-proj- sk-svcacct- sk-admin- sk-None-", WORD, 20),
    _key("openrouter", "sk-or-", WORD, 20),
    _key("langfuse", "sk-lf-", WORD, 20),
    _short("openai and those who copy it", "sk-", WORD, 16),
    rule(
        *("litellm", "sk-", Run(WORD, 22, 22)),
        valid=_or_behind(("sk-",), plausible.looks_random_with_digits, plausible.mixed),
        before=AFTER_NO_WORD,
    ),
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
    _short("firecrawl", "fc-", HEX, 32, 32),
    _key("together", "tgp_v1_", WORD, 30),
    _short("elevenlabs", "sk_", HEX, 48, 48),
    _short("cursor", "key_ crsr_", HEX, 64, 64),
    _key("weights & biases", "wandb_v1_", r"A-Za-z0-9_", 40),
    _short("anyscale", "esecret_", ALNUM, 20),
    _short("modal", "ak- as-", ALNUM, 22, 22),
    _short("runpod", "rpa_ rps_", ALNUM, 40),
    _short("chutes", "cpk_", rf"{ALNUM}.", 60, trim="."),
    _short("friendli", "flp_", ALNUM, 30),
    _short("llamaindex", "llx-", ALNUM, 40),
    _short("cartesia", "sk_car_", ALNUM, 20),
    _exact("siliconflow", "sk-", "a-z", 48),
    _short("novita", "sk_", WORD, 43, 43),
    _exact("helicone", "sk-helicone-", "a-z0-9-", 28, 40),
    _key("requesty", "rqsty-sk-", BASE64, 40),
    _short("dify", "app- dataset-", ALNUM, 24, 24),
    _short("coze", "pat_ sat_", ALNUM, 64, 64),
    _key("n8n", "n8n_api_", ALNUM, 40),
    _key("apify", "apify_api_", ALNUM, 30),
    _short("lambda labs", "secret_", rf"{ALNUM}_.", 80, 90),
    _short("browserbase", "bb_live_ bb_test_", WORD, 20),
    _short("e2b", "e2b_", HEX, 40),
    _short("mailgun", "key-", HEX, 32, 32),
    _short("mem0", "m0-", ALNUM, 40, 40),
    _short("context7", "ctx7sk-", "0-9a-f-", 36),
    _short("trigger.dev", "tr_dev_ tr_prod_ tr_stg_ tr_pat_", ALNUM, 20),
    _key("logfire", "pylf_v1_ pylf_v2_", r"A-Za-z0-9_", 36),
    _short("baidu", "bce-v3/ALTAK- bce-v3\ue02fALTAK-", r"A-Za-z0-9/\ue02f", 50),
    _key("jina", "jina_", WORD, 40),
    _short("voyage", "pa-", WORD, 40),
    _key("pinecone", "pcsk_", r"A-Za-z0-9_", 40),
    _key("langsmith", "lsv2_pt_ lsv2_sk_", r"A-Za-z0-9_", 40),
    _short("brave search", "BSA", WORD, 28, 28),
    _key("bedrock", "ABSK", BASE64, 60),
    _key("bedrock, short-lived", "bedrock-api-key-", BASE64, 40),
    # Clouds
    rule(
        "aws access key", OneOf(("AKIA", "ASIA", "ABIA", "ACCA")), Run("A-Z0-9", 16, 16), valid=plausible.aws_access_key
    ),
    _key("aws session token", "IQoJb3JpZ2lu FwoGZXIvYXdz FQoGZXIvYXdz", BASE64, 100),
    rule(
        *("azure account key", OneOf(("AccountKey=", "SharedAccessKey="))),
        *(HIDE, Run(BASE64, 40)),
        valid=plausible.looks_random,
    ),
    _short("alibaba access key", "LTAI", ALNUM, 16, 24),
    rule(
        *("azure account key, listed", "FULL", TO_VALUE, "value", ASSIGNED, HIDE, Run(BASE64, 88, 88)),
        valid=plausible.looks_random,
    ),
    _short("tencent access key", "AKID", ALNUM, 32, 40),
    _short("yandex", "AQVN", WORD, 35, 38),
    _key("yandex token", "t1.9euel y0__", rf"{WORD}.=", 50, trim="."),
    _short("clickhouse cloud", "4b1d", ALNUM, 38, 38),
    _key("scalingo", "tk-us- tk-eu-", WORD, 48),
    rule("ngrok", OneOf(("authtoken ", "authtoken: ", "authtoken=")), HIDE, Run(rf"{ALNUM}_", 40, 60)),
    _exact("digitalocean", "dop_v1_ doo_v1_ dor_v1_", HEX, 64),
    rule(
        "databricks", OneOf(("dapi", "dose")), Run("0-9a-f-", 32, 36), valid=plausible.databricks, before=AFTER_NO_WORD
    ),
    _key("cloudflare", "cfk_ cfut_ cfat_", WORD, 36),
    _exact("cloudflare origin ca", "v1.0-", "0-9a-f-", 171),
    _key("cloudflare tunnel", "eyJhIjoi", BASE64, 100),
    _short("vercel", "vcp_ vci_ vca_ vcr_ vck_ vercel_blob_rw_", r"A-Za-z0-9_", 24),
    _key("supabase", "sbp_ sb_secret_", WORD, 30),
    _key("fly.io", "fo1_ fm1a_ fm1r_ fm2_", rf"{BASE64}_-", 40),
    _key("heroku", "HRKU-AA HRKU-", WORD, 36),
    _key("planetscale", "pscale_tkn_ pscale_pw_ pscale_oauth_", rf"{WORD}.=", 32),
    _short("netlify", "nfp_ nfc_ nfu_", ALNUM, 36),
    _key("hashicorp vault", "hvs. hvb. hvr.", WORD, 24),
    _key("doppler", "dp.pt. dp.st. dp.ct. dp.sa.", r"A-Za-z0-9._-", 40, trim="."),
    _short("pulumi", "pul-", HEX, 40, 40),
    _key("tailscale", "tskey-", WORD, 20),
    _short("render", "rnd_", ALNUM, 28),
    _short("deno deploy", "ddp_ ddo_", ALNUM, 36),
    _short("infracost", "ico-", ALNUM, 32, 32),
    _exact("openshift", "sha256~", WORD, 43),
    _key("neon", "napi_", ALNUM, 40),
    _key("mongodb atlas", "mdb_sa_sk_", WORD, 30),
    _key("cockroachdb", "CCDB1_", r"A-Za-z0-9_", 50),
    _key("elastic cloud", "essu_", BASE64, 40),
    # Code and packages
    _key("github", "ghp_ gho_ ghu_ ghs_ ghr_", r"A-Za-z0-9_", 30),
    _key("github fine-grained", "github_pat_", r"A-Za-z0-9_", 40),
    rule("github copilot", "tid=", Run(HEX, 32, 32), ";", Run(rf"{BASE64}_;:.\ue03a-", 30), trim=".:;"),
    _key(
        "gitlab",
        "glpat- gldt- glcbt- glptt- glft- glimt- glagent- glrt- glrtr- glwt- glsoat- gloas- glffct-",
        rf"{WORD}.",
        20,
        trim=".",
    ),
    _key("gitlab runner", "GR1348941", WORD, 20),
    _key("npm", "npm_", ALNUM, 36, before=AFTER_NO_WORD),
    _key("pypi", "pypi-AgEI pypi-AgEN", WORD, 40),
    _short("crates.io", "cio", ALNUM, 32, 32),
    _short("nuget", "oy2", "a-z0-9", 43, 43),
    _key("packagist", "packagist_", r"A-Za-z0-9_", 60),
    _key("clojars", "CLOJARS_ clojars_", ALNUM, 60),
    _exact("rubygems", "rubygems_", HEX, 48),
    _key("docker", "dckr_pat_ dckr_oat_", WORD, 24),
    _key("atlassian", "ATATT3 ATCTT3", rf"{WORD}=", 60),
    rule(
        *("harness", OneOf(("pat.", "sat.")), Run(WORD, 22, 22), ".", Run(ALNUM, 24, 24), ".", Run(ALNUM, 20, 20)),
    ),
    _short("octopus deploy", "API-", "A-Z0-9", 25, 27),
    _key("snyk", "snyk_uat. snyk_sat.", rf"{WORD}.", 40, trim="."),
    _exact("gitea", "gta_", ALNUM, 40),
    rule("gitlab session", "_gitlab_session=", HIDE, Run("0-9a-z", 32, 32), before=""),
    _key("inngest", "signkey-prod- signkey-test-", HEX, 32),
    _short("bitbucket", "ATBB", ALNUM, 28),
    _key("circleci", "CCIPAT_ CCIPRJ_", r"A-Za-z0-9_", 40),
    _exact("buildkite", "bkua_", HEX, 40),
    _key("sourcegraph", "sgp_ sgamp_user_", r"A-Za-z0-9_", 40),
    _key("postman", "PMAK-", "0-9a-f-", 50),
    _key("sentry", "sntrys_ sntryu_", rf"{BASE64}_-", 40),
    _key("grafana", "glc_ glsa_", rf"{BASE64}_", 32),
    _key("grafana, old", "eyJrIjoi", BASE64, 60),
    _key("posthog", "phx_ phs_", ALNUM, 40, before=AFTER_NO_WORD),
    _key("honeycomb", "hcaik_ hcbik_ hcxik_", ALNUM, 40),
    _key("dynatrace", "dt0c01. dt0s01. dt0s02. dt0s16.", rf"{ALNUM}.", 80, trim="."),
    _short("launchdarkly", "sdk- api-", "0-9a-f-", 36, 36),
    _short("statsig", "secret-", ALNUM, 40),
    _short("prefect", "pnu_ pnb_", ALNUM, 36, 36),
    _short("readme", "rdme_", "a-z0-9", 60),
    _key("new relic", "NRAK- NRJS- NRII- NRIQ-", rf"{WORD}", 19),
    _exact("sonarqube", "squ_ sqp_ sqa_", HEX, 40),
    _key("terraform cloud, without its head", "atlasv1.", WORD, 60),
    _exact("artifactory", "AKCp cmVmd", ALNUM, 59, 80),
    # Money, messages, documents
    _key("stripe", "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ sk_org_", WORD, 16),
    _key("stripe webhook", "whsec_", rf"{BASE64}_-", 24),
    _key("square", "sq0atp- sq0csp- EAAAl", WORD, 22),
    _short("square, access token", "EAAA", WORD, 58, 62),
    rule(
        *("braintree", OneOf(("access_token$production$", "access_token$sandbox$"))),
        *(Run("a-z0-9", 12, 20), "$", Run(HEX, 32, 32)),
    ),
    _key("paddle", "pdl_live_apikey_ pdl_sdbx_apikey_", r"A-Za-z0-9_", 40),
    _key("plaid", "access-sandbox- access-development- access-production-", "0-9a-f-", 36),
    _exact("shippo", "shippo_live_ shippo_test_", HEX, 40),
    _exact("easypost", "EZAK EZTK", ALNUM, 54),
    _key("flutterwave", "FLWSECK- FLWSECK_TEST-", "0-9A-Za-z-", 32),
    _key("slack", " ".join(f"xox{kind}-" for kind in "abposrecd"), rf"{BASE64}_-", 20),
    _key("slack app", "xapp- xoxe.xoxp- xoxe.xoxb-", WORD, 20),
    rule(
        *(
            "slack hook",
            OneOf(_paths("hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/")),
        ),
        *(HIDE, Run("A-Za-z0-9/\ue02f", 30)),
    ),
    rule(
        *("teams hook", OneOf(_paths("webhook.office.com/webhookb2/"))),
        *(HIDE, Run(r"A-Za-z0-9/@\-\ue02f\ue040", 12)),
        valid=plausible.looks_random_with_digits,
    ),
    rule(
        *("zapier hook", OneOf(_paths("hooks.zapier.com/hooks/catch/")), Run("0-9", 5, 12), OneOf(_paths("/"))),
        *(HIDE, Run("a-z0-9", 6, 12)),
    ),
    rule(
        *(
            "discord hook",
            OneOf(_paths("discord.com/api/webhooks/", "discordapp.com/api/webhooks/")),
            Run("0-9", 15, 22),
            OneOf(_paths("/")),
        ),
        *(HIDE, Run(WORD, 50)),
    ),
    rule("telegram bot", HIDE, "AA", Run(WORD, 32, 34), before=r"(?<=[0-9]{8}[:\ue03a])", after_colon=True),
    _short("twilio", " ".join(f"SK{digit}" for digit in "0123456789abcdef"), HEX, 31, 31),
    rule("sendgrid", "SG.", Run(WORD, 16, 32), ".", Run(WORD, 30, 64), torn=SHORTEST_TORN),
    _key("mailersend", "mlsn.", HEX, 64),
    _short("klaviyo", "pk_", HEX, 34, 34),
    rule("clickup", "pk_", Run("0-9", 6, 10), "_", Run("A-Z0-9", 32, 32), before=AFTER_NO_WORD),
    _key("onesignal", "os_v2_app_ os_v2_org_", "a-z0-9", 80),
    _key("pubnub", "sec-c-", rf"{BASE64}-", 36),
    rule("telnyx", "KEY", Run("A-Z0-9", 32, 32), "_", Run(ALNUM, 22, 22), before=AFTER_NO_WORD),
    _key("firebase cloud messaging", "APA91b", WORD, 120),
    _key("discord, of a user", "mfa.", WORD, 80),
    rule("twitch", "oauth:", HIDE, Run("a-z0-9", 30, 30), valid=plausible.looks_random_with_digits),
    rule("twitter bearer", "A" * 20, Run(rf"{ALNUM}+/\ue02f", 16, 44), "=", Run(ALNUM, 40, 64)),
    _key("linkedin", "WPL_AP1.", rf"{BASE64}.", 20, trim="."),
    _short("mailchimp transactional", "md-", ALNUM, 22, 22),
    _key("brevo", "xkeysib- xsmtpsib-", "0-9A-Za-z-", 64),
    _short("resend", "re_", r"A-Za-z0-9_", 30),
    _key("hubspot", "pat-na1- pat-na2- pat-na3- pat-eu1- pat-ap1-", "0-9a-fA-F-", 36),
    _key("contentful", "CFPAT-", WORD, 40),
    _key("typeform", "tfp_", rf"{WORD}.=", 50, trim="."),
    _key("mapbox", "sk.eyJ tk.eyJ", rf"{WORD}.", 60, trim="."),
    _exact("shopify", "shpat_ shpca_ shppa_ shpss_ shpua_", "0-9a-fA-F", 32),
    _short("notion", "ntn_ secret_", ALNUM, 40),
    _key("linear", "lin_api_ lin_oauth_", ALNUM, 32),
    _key("figma", "figd_ figu_", WORD, 36),
    _key("dropbox", "sl.", rf"{WORD}.", 120, trim="."),
    _key("frame.io", "fio-u-", WORD, 60),
    _short("adobe", "p8e-", "A-Za-z0-9_-", 32, 32),
    _short("trello", "ATTA", ALNUM, 60, 80),
    _key("stytch", "secret-live- secret-test-", WORD, 36),
    _short("facebook", " ".join(f"EAA{letter}" for letter in LETTERS[1:]), ALNUM, 90),
    rule("laravel", "APP_KEY=base64:", HIDE, Run(BASE64, 40), valid=plausible.looks_random, before=""),
    _exact("age", "AGE-SECRET-KEY-1", "A-Z0-9", 58),
    _key("1password service account", "ops_eyJ", BASE64, 100),
    rule(
        *("1password account key", "A3-"),
        Pattern(
            r"[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}(?![A-Z0-9-])", r"[A-Z0-9-]{0,37}"
        ),
    ),
    *FORMS,
    *NAMED,
    *PASSWORDS,
    *COMMANDS,
    *PIPED,
    *PROGRAM_FILES,
)
