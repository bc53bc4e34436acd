"""Every row of the table recognises its format, in all surroundings and encodings, and nothing that looks like it."""

from __future__ import annotations

import base64
import json
import random
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.redaction import places
from addons.redaction.redactor import Redactor
from addons.redaction.view import View
from tests.redaction.samples import ALNUM, BY_NAME, JWT, PEM, SAMPLES, SECRET, UPPER, Sample, hashed, made_up, pem

redactor = Redactor()
ids = [sample.name for sample in SAMPLES]
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=ids)
WITH_BEGINNING = [sample for sample in SAMPLES if not sample.before]
every_key = pytest.mark.parametrize("sample", WITH_BEGINNING, ids=[sample.name for sample in WITH_BEGINNING])


@every_sample
def test_alone(sample: Sample) -> None:
    assert redactor.text(sample.text) == sample.redacted


@every_sample
def test_twice_is_as_once(sample: Sample) -> None:
    once = redactor.text(f"{sample.text} and {sample.text}\n")
    assert redactor.text(once) == once


@every_key
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "\n", id="at the start of a line"),
        pytest.param("export KEY=", " && ls", id="after an equals sign"),
        pytest.param("the key is `", "`.", id="in backticks"),
        pytest.param('{"a": "', '"}', id="in JSON"),
        pytest.param('{\\"a\\": \\"', '\\"}', id="in JSON in JSON"),
        pytest.param("first line\\n", "\\nnext line", id="after an escaped line break"),
        pytest.param("first line\\\\n", "\\\\nnext line", id="after a twice escaped line break"),
        pytest.param("a\\t", "\\r\\n", id="after an escaped tab"),
        pytest.param("\\u2014", "\\u2014", id="after an escaped dash"),
        pytest.param("密钥：", "。", id="after a character of another script"),
        pytest.param("https://example.org/", "?x=1", id="in a path"),
        pytest.param("?a=b&key%3D", "&c=d", id="after a percent-encoded equals sign"),
        pytest.param("%E2%80%94", "%E2%80%94", id="after a percent-encoded dash"),
        pytest.param("<key>", "</key>", id="in XML"),
        pytest.param("(", ")", id="in brackets"),
        pytest.param("\x1b[32m", "\x1b[0m", id="coloured"),
        pytest.param("\x1b[38;2;255;255;255m", "\x1b[m", id="in a colour of many"),
        pytest.param("\\u001b[0;1m", "\\u001b[0m", id="coloured, escaped"),
        pytest.param("\\033[1m", "\\033[0m", id="coloured, as shells write it"),
        pytest.param("\x1b[K", "\x1b[K", id="after a control sequence"),
    ],
)
def test_surrounded(sample: Sample, before: str, after: str) -> None:
    assert redactor.text(before + sample.text + after) == before + sample.redacted + after


def json_escaped(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


def percent_encoded(text: str) -> str:
    return "".join(f"%{ord(character):02X}" for character in text)


@every_key
@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(json_escaped, id="json escapes"),
        pytest.param(lambda text: json.dumps(json_escaped(text))[1:-1], id="json escapes, twice"),
        pytest.param(percent_encoded, id="percent-encoding"),
        pytest.param(lambda text: quote(quote(text, safe=""), safe=""), id="percent-encoding, twice"),
        pytest.param(lambda text: json_escaped(text[0]) + text[1:], id="first character escaped"),
        pytest.param(lambda text: text[:8] + json_escaped(text[8]) + text[9:], id="a character within escaped"),
        pytest.param(lambda text: json.dumps(text)[1:-1].replace("/", "\\/"), id="escaped slashes"),
    ],
)
def test_encoded_secrets_have_the_same_hash(sample: Sample, encode: object) -> None:
    assert callable(encode)
    assert redactor.text(f'x="{encode(sample.text)}" ') == f'x="{hashed(sample.value or sample.secret)}" '


def test_base64_of_a_text_with_a_secret_is_that_text_without_it() -> None:
    def encoded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    text = f"# settings\nname=x\nkey={SECRET}\n"
    assert redactor.text(f'"{encoded(text)}"') == f'"{encoded(text.replace(SECRET, hashed(SECRET)))}"'
    assert (
        redactor.text(f"data:text/plain;base64,{encoded(SECRET)}")
        == f"data:text/plain;base64,{encoded(hashed(SECRET))}"
    )


@pytest.mark.parametrize("before", ["", "X=", "a/", "-", "x:", "_", "+", " "])
def test_base64_is_opened_after_whatever_is_no_letter_or_digit(before: str) -> None:
    encoded, clean = (
        base64.b64encode(f"token: {value} and so on".encode()).decode() for value in (SECRET, hashed(SECRET))
    )
    assert redactor.text(f"{before}{encoded}.") == f"{before}{clean}."


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("xoxb-123456789012-1234567890123-" + "aBcDeFgHiJkLmNoPqRsTuVwX", id="slack"),
        pytest.param("npm_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgHiJ", id="npm"),
        pytest.param('api_key="' + "qWeRtYuIoPaSdFgHjKlZxCvBnMqWeRtY" + '"', id="named secret"),
        pytest.param("aws_secret_access_key = " + "qWeRtYuIoPaSdFgHjKlZ/xCvBnMqWeRtYuIoPaSd", id="aws"),
    ],
)
def test_without_any_digit(text: str) -> None:
    assert "hash:" in redactor.text(text)


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from([sample.text for sample in SAMPLES]) | st.text(alphabet='sk-antA1 \\n%2:/=.[m"', max_size=40)
    ),
    st.integers(1, 200),
)
def test_long_texts_are_searched_in_slices(parts: list[str], length: int) -> None:
    """Where the slices end makes no difference."""
    text = View("".join(parts)).text
    whole = list(places.places(text, 0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "SLICE", length)
        assert list(places.places(text, 0)) == whole


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PEM.replace("\n", "\\n"), id="escaped line breaks"),
        pytest.param(PEM.replace("\n", "\\\\n"), id="twice escaped line breaks"),
    ],
)
def test_key_blocks_have_the_same_hash_however_escaped(text: str) -> None:
    assert redactor.text(f'"{text}"') == f'"{hashed(PEM)}"'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("".join(f"{n:6}→{line}\n" for n, line in enumerate(PEM.splitlines(), 1)), id="numbered"),
        pytest.param("".join(f"{n:6}\t{line}\n" for n, line in enumerate(PEM.splitlines(), 1)), id="numbered by cat"),
        pytest.param("".join(f'  "{line}\\n" +\n' for line in PEM.splitlines()), id="as string literals"),
        pytest.param("".join(f"{n}:{line}\n" for n, line in enumerate(PEM.splitlines(), 1)), id="numbered by grep"),
        pytest.param(
            "".join(f"id_rsa{':-'[n > 1]}{n}{':-'[n > 1]}{line}\n" for n, line in enumerate(PEM.splitlines(), 1)),
            id="found by grep, with lines around",
        ),
        pytest.param("".join(f"./a-b/id_rsa:{line}\n" for line in PEM.splitlines()), id="found by grep"),
        pytest.param("".join(f"my-key.pem-{line}\n" for line in PEM.splitlines()), id="found by grep, lines around"),
        pytest.param(PEM[: len(PEM) // 2], id="cut in a line"),
        pytest.param(PEM[: len(PEM) // 2] + '"', id="cut in a line, in quotes"),
        pytest.param("\n".join(PEM.splitlines()[:5]) + "\n[truncated]\n", id="cut after a line"),
        pytest.param(PEM.replace("\n", " "), id="on one line"),
        pytest.param(PEM.replace("\n", "\r\n"), id="CRLF"),
        pytest.param("key" + PEM, id="right behind a word"),
    ],
)
def test_key_blocks_as_tools_show_them(text: str) -> None:
    shown = redactor.text(f"cat key.pem\n{text}")
    assert "hash:" in shown
    assert not any(line[place : place + 12] in shown for line in PEM.splitlines()[1:-2] for place in range(52))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"Bearer {SECRET}.", f"Bearer {hashed(SECRET)}.", id="bearer at a sentence's end"),
        pytest.param(
            f"https://{SECRET}@api.example.org/", f"https://{hashed(SECRET)}@api.example.org/", id="as a user"
        ),
        pytest.param(
            f"https://x:{BY_NAME['github'].secret}@github.com/a/b",
            f"https://x:{hashed(BY_NAME['github'].secret)}@github.com/a/b",
            id="key as a password",
        ),
        pytest.param("https://u:p%40ss%2Fw%3A1@host/", f"https://u:{hashed('p@ss/w:1')}@host/", id="encoded password"),
        pytest.param(
            "?next=https%3A%2F%2Fu%3Ag7Hq21xZ%40host%2F",
            f"?next=https%3A%2F%2Fu%3A{hashed('g7Hq21xZ')}%40host%2F",
            id="url with a password in a url",
        ),
        pytest.param(
            f"redis://:{made_up(9)}@cache:6379/0", f"redis://:{hashed(made_up(9))}@cache:6379/0", id="no user"
        ),
        pytest.param(f"{JWT}.", f"{hashed(JWT)}.", id="token at a sentence's end"),
        pytest.param(f"{PEM}\nThat was it.", f"{hashed(PEM)}\nThat was it.", id="prose after a key block"),
        pytest.param(f"{SECRET}{SECRET}", hashed(SECRET * 2), id="run on"),
        pytest.param("sk-ant-api03-" + "A" * 5000 + " x", hashed("sk-ant-api03-" + "A" * 506) + " x", id="endless run"),
    ],
)
def test_in_detail(text: str, expected: str) -> None:
    assert redactor.text(text) == expected


def test_two_commands_on_a_line_have_two_passwords() -> None:
    one, two = made_up(12, seed="one"), made_up(12, seed="two")
    text = "sshpass -p {} ssh a@b mysql -u root -p{} shop; curl -u a:{} http://x; curl -u b:{} http://y"
    assert redactor.text(text.format(one, two, one, two)) == text.format(*map(hashed, (one, two, one, two)))


TORN = {
    "npm": "npm_",
    "gitlab": "glpat-",
    "aws": "AKIA",
    "google": "AIza",
    "github": "ghp_",
    "github fine-grained": "github_pat_",
    "hugging face": "hf_",
    "sendgrid": "SG.",
    "stripe": "sk_live_",
    "groq": "gsk_",
    "openai": "sk-",
    "slack": "xoxb-",
}
TORN_BEHIND = ("API_KEY=", "Authorization: Bearer ", "x-api-key: ", "--token ", "postgres://app:", "TOKEN='")


@pytest.mark.parametrize("start", TORN.values(), ids=TORN)
@pytest.mark.parametrize("before", ["", "it is ", 'curl -H "X: ', "\\n"])
def test_a_key_is_one_though_the_text_ends_in_its_middle(start: str, before: str) -> None:
    choice = random.Random(start).choice
    torn = (start + "".join(choice(UPPER if start == "AKIA" else ALNUM) for _ in range(14)) for _ in range(200))
    missed = [key for key in torn if redactor.text(before + key) != before + hashed(key)]
    assert len(missed) <= 200 // 20, "some read like names in code"


@pytest.mark.parametrize("before", TORN_BEHIND)
@pytest.mark.parametrize("length", [8, 11])
def test_a_named_value_is_one_though_the_text_ends_in_its_middle(before: str, length: int) -> None:
    torn = made_up(length, seed="torn")
    assert redactor.text(f"export {before}{torn}") == f"export {before}{hashed(torn)}"


@pytest.mark.parametrize(
    "text",
    [
        "docker://node:20-alpine3",
        "http://localhost:8080",
        "oci://registry:v1.2.3-beta12",
        "the class .sk-folding-cube2",
        "it is sk-ant-api03-",
        "ANTHROPIC_API_KEY=sk-ant-your-api-key-2",
        "API_KEY=$OPENAI_API_KEY2",
        "token=nextToken2",
        "SECRET=mySecretName2",
        "Authorization: Bearer getToken2",
        "Bearer authentication2",
        "npm_config_registry2",
        "hf_hub_download",
        "fw_cfg_version2024",
        "req re_12ab34cd",
        "--token value",
        "key_1",
        "glpat-",
    ],
)
def test_what_ends_a_text_is_no_torn_key(text: str) -> None:
    assert redactor.text(text) == text


def test_a_members_value_is_never_torn() -> None:
    assert redactor.member("token", "abc12345") == "abc12345"


LOOK_ALIKES = [
    "password = utf8_to_utf16_dup(v);",
    "password = getPassword1() password: string password=None self.password1 = password2",
    'password_field = \'password1Field\', "password": "Enter your password", --password $DB_PASS, passwd -l',
    "api_key = settings/Components2/tokenStore3/index4.getValue access_token=src_main/Token_Service2/impl3-factory",
    "the class .sk-folding-cube, .sk-cube-grid-2 and sk-three-bounce-delay-1 of SpinKit",
    "task-1234567890abcdef1234567890abcdef risk-assessment-2024-01-15-version-2 disk-usage-monitor-0000000001",
    "Basic usage, basic authentication, a Basic understanding; Basic dGVzdA is none",
    "Bearer token, Bearer authentication-tokens-for-everybody, Authorization: Bearer $TOKEN, Bearer <your-token-here>",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "550e8400-e29b-41d4-a716-446655440000 018f3c9e-7b1a-7c3e-9f3a-2b1c4d5e6f70",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 sha512-abc+/def==",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA",
    "const apiKey = process.env.API_KEY; client_secret = os.environ['CLIENT_SECRET']; api_key: str | None = None",
    "OPENAI_API_KEY=your-api-key-here ANTHROPIC_API_KEY=sk-ant-... sk-ant-xxxxxxxxxxxxxxxx",
    "hf_" + "x" * 34 + " ghp_" + "x" * 36,
    "http://localhost:8080/@scope/package https://user:password@example.org postgres://user:${PASSWORD}@db",
    "git@github.com:owner/repo.git ssh://git@host:22/x mailto:a@b.c http://[::1]:80/ //comment: see a@b",
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYD\n-----END CERTIFICATE-----",
    "the line -----BEGIN PRIVATE KEY----- opens a key, -----END PRIVATE KEY----- closes it",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----",
    "eyJhIjoxfQ eyJhIjoxfQ.txt {'type': 'eyJ'} cursor=eyJpZCI6MTIzNDU2Nzg5MCwiZGlyIjoibmV4dCJ9",
    "npm_config_registry npm_package_version hf_hub_download hf_transformers_cache_directory_location fw_cfg",
    "secret_key_base secret_manager access_token_url refresh_token_expires_in aws_secret_access_key is required",
    "toolu_01A09q90qwVzY1kD2Fz3xL8T msg_01XFDUDYJgAACzvnptvVoYEL call_abc123DEF456ghi789JKL012 chatcmpl-9abc",
    "resp_67ca8b1d8c8c8190a1b2c3d4e5f60718 rs_0ab1c2d3e4f506172839 req_011CSHoEeqs5C35K2UUqR7Fy",
    "AKIA, ASIAPACIFIC, AIzaSy…, xoxb-, glpat-, SG.1, SKIP, SKU1234, AAAA, Q~, JQQJ9, 100% of %s and %d%%",
    "C:\\new\\test\\u0041\\build \\d+\\s* \\\\server\\share \\x41 \\ud83d\\ude00 %20 %2F %E2%82%AC %",
    "SGVsbG8gd29ybGQsIHRoaXMgaXMganVzdCBhIHRleHQgaW4gYmFzZTY0Lg== VGhlIHF1aWNrIGJyb3duIGZveA==",
    "aria-label=skip r2_bucket pplx x-ai dapi tvly 1//2 sl.u v1.0-beta ops_ tid=5 pa-rt md-5 BSA fc-bold",
    "refreshToken: UserRefreshTokenService2Impl, access_token = getAccessTokenFromCacheV2, apiKey=OpenAIApiProvider3",
    "id_token: 0123456789abcdef0123456789abcdef01234567 https://a:b@c redis://x:abc@host",
    "SK8d7f6e5c4b3a29180f7e6d5c4b3a29 fc-8d7f6e5c4b3a29180f7e6d5c4b3a29187 sess-" + "a1" * 18,
    "TASK8d7f6e5c4b3a29180f7e6d5c4b3a2918 sfc-8d7f6e5c4b3a29180f7e6d5c4b3a2918 fc-550e8400-e29b-41d4-a716-446655440000",
    "dapi0123456789abcdef0123456789abcdef",
    "8d7f6e5c4b3a29180f7e6d5c4b3a2918.bundle 8d7f6e5c4b3a29180f7e6d5c4b3a2918.SomeClassNameXyz, d41d8cd98f00b204.",
    "x[32m y[0;1m \x1b[2K\x1b[1A a[5] b[m]",
    "Authorization: Bearer $TOKEN, Authorization: token ${GITHUB_TOKEN}, Authorization: token <your-token>",
    "the authorization: who may read it; headers['Authorization'] = getAuthorizationHeaderValue2(request)",
    'x-cache-key: 0123456789abcdef0123456789abcdef "x-next-page-token": "aG9XdUtzQ2xYb2RLd0FzV2x4cTE5"',
    '"next_token": "aG9XdUtzQ2xYb2RLd0FzV2x4cTE5ODc2NTQz", page_token=0123456789abcdef0123, the token: see below',
    "sha256="
    + "0f" * 32
    + " commit: "
    + "0f" * 20
    + " md5: "
    + "0f" * 16
    + ' "integrity": "sha512-'
    + "aB3/" * 21
    + '=="',
    '"token", "hello_world_identifier_2", ["--token", "$TOKEN"], ["--api-key", "your-api-key-goes-here"]',
    '{"auth": "aG9XdUtz", "auth": true, "author": "YW5hOnNlY3JldA", auth: required, auth=none}',
    'oauth="YW5hOnNlY3JldA==" --token-file a authorization=none X-Request-Id: a',
    "SECRET_KEY = os.environ['SECRET_KEY'] SECRET_KEY = 'django-insecure-change-me-please-now'",
    "secret_key_base: see below",
    "mysql -u root -p shop, mysql -p, mysql -p$PASS, mysql --port=3306 -protocol tcp, mysql",
    "mysql -ppassword shop; sshpass -e ssh a@b",
    "redis-cli -a $REDIS_PASSWORD ping, docker run -p 8080:8080 x, docker login -u ana -p $PASS, sshpass -p '' x",
    '"5432:5432" 127.0.0.1:5432:5432 db:5432: connection refused: yes, host:5432/db',
    "PGPASSWORD=$PASS PGPASSWORD=postgres",
    "postgres://postgres:postgres@localhost:5432/db amqp://guest:guest@mq http%3A%2F%2Fana%3Aana%40host",
    "postgres://app:postgres@db mysql://app:root@db AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "sk-learn-something-like-th sk-Your-Secret-Key-Goes-In glpat-Your-Token-Goes-Here",
    "the password: enter it here. password: newPassword2\n password: password1\n 'password': 'auth.forms.password2'",
    'PASSWORD=getenv(\'X\') PASSWORD=None, password: string, password: required; type="password" id="password1"',
    "document.cookie = 'theme=dark; path=/' Cookie: name=value; other=abc, Set-Cookie%3A%20theme%3Ddark",
    "private_key = x25519.X25519PrivateKey.generate() token: aB3dE5fG7hJ9kL1mN2pQ4(x)",
    "- name: CACHE_KEY\n  value: 0123456789abcdef0123456789abcdef\n- name: API_KEY\n  valueFrom: secretKeyRef123456",
    '{"name": "DB_PASSWORD", "value": "$PASS1234567"} curl -b jar.txt -b theme=dark https://x.example',
    "IDEMPOTENCY_KEY=d524fb6f-94a1-4a33-875c-ea84b3d088c6",
    "docker run -p 8080:80 x, docker login && docker run -p 8080:8080 x; docker login; mkdir -p src/components",
    "docker login\nmkdir -p src/components\n\tdocker login | tee -p src/components, docker login -u ana -p",
    '["docker", "login"], ["mkdir", "-p", "src/components"], ["docker","run","-p","8080:80"] ["mysql","-p","shop"]',
    "docker login -p <password>, docker login -p YOUR_PASSWORD, docker login -p '****', docker login -p ${PASS}",
    "docker login -p changeme, docker login -p your-registry-password, docker login -p DOCKER_PASSWORD",
    "docker login --password-stdin < password.txt, echo $PASS | docker login --password-stdin",
    'echo "$PASS" | docker login -u ana --password-stdin, echo done | sudo -S true; echo finished | sudo tee log',
    "echo hello | docker run -i image cat, echo root:password | chpasswd, printf '%s' \"$PASS\" | podman login",
    "mkdir -p src/components; git log -p main; ssh -p 2222 host; grep -u word; python -u script.py; cp -p one two",
    "psql -p 5432 -h localhost; nc -w 5 localhost 80; find . -perm 644; usage: unzip [-P password] file; 7z x -p",
    "bash -c \"mysql -p\" && echo, bash -c 'mysql -p'; echo 'started' mongosh -u ana -p --authenticationDatabase admin",
    "gpg --passphrase-fd 0; zip -r out.zip folder; openssl req -passin env:PASS -passout file:pass.txt -key key.pem",
    "keytool -list -storepass changeit -keypass $PASS; ldapsearch -W -D x; htpasswd -B file ana",
    "sqlplus / as sysdba; sqlplus @scripts/run.sql; sqlplus client/server and so on; vault login -method=x",
    "rabbitmqctl add_user ana $PASS, vault login -method=userpass username=ana",
    "the vault login page, requirepass foobared, the requirepass directive, psk=args.psk key_mgmt=wpa-psk",
    "self.secret=secret1\nself.password=password2\napp.jwt.secret=${JWT_SECRET}\nconfig.token=token\n",
    "setx PATH C:/Users/x; setx MY_TOKEN %MY_TOKEN%; ConvertTo-SecureString $pass -AsPlainText -Force; $1$2 $5$6",
    "x.example\tFALSE\t/\tTRUE\t1799999999\ttheme\tdark jdbc:oracle:thin:@//db:1521/shop",
    "token = nextToken2; apiKey: apiKeyInput1, SECRET=mySecretName token=getToken( token: string1234",
    "TOKEN_VERSION=v1.2.3-beta.4 SECRET=feature-123-abc4 token: 2024-01-15T10:22 token = user_token_v2_final",
    "secret: my-k8s-secret-1a, myToken: tokenValue2, this.token = tokenFactory2, accessToken = getAccessToken1()",
    '"nextToken": "aG9XdUtzQ2xYb2RLd0FzV2x4cTE5ODc2NTQz", nextPageToken=0123456789abcdef0123456789abcdef',
    "next-token: 0123456789abcdef0123456789abcdef cursorToken: '0123456789abcdef0123' cancellationToken1",
    "X25519PrivateKey = rust_openssl.x25519.MLKEM768X25519PrivateKey, const apiToken = ApiTokenService2Impl",
    "password: password1Field, password = hashPassword2(x), password: string, validatePassword1, password=password1,",
    '"password": "Passwort2 eingeben", "confirmPassword": "Enter your password again", dbPassword: string',
    "password: userPassword2\n password=user.password2\n password: hashedPw2\n password: bcryptSha256\n",
    "f(password=newPassword2) <password>string</password> <password>${db.password}</password>",
    "login form password field, the login page password is required2; --password=$PASS1234 --password=<password1>",
    "http://localhost:8080#a@b http://host:80/x#y@z https://user@host/ https://some-long-user-name-here@host",
    "https://my-organisation-name-2@dev.azure.com/my-organisation-name-2/project",
    "AKIAIOSFODNN7EXAMPLE,da39a3ee5e6b4b0d3255bfef95601890afd80709 AKIA, ASIA x",
    "8d7f6e5c4b3a29180f7e6d5c4b3a2918-us-east-1 8d7f6e5c4b3a29180f7e6d5c4b3a2918-1234567 8d7f6e5c-us14",
    "app-store-connect-api-v2-keys pat_ KEY_A mfa.enabled oauth:token perm:read sl.so pk_1 API-KEY EAAAAAAAAAA",
    "A" * 90 + "=" + " " + "A" * 30 + "/" * 30 + "==",
    "./a.py:1:-----BEGIN PUBLIC KEY-----\n./a.py:MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n./b.py:x = 1",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-a1B2c3 ANTHROPIC_API_KEY=sk-ant-api03-XXXXXXXXXXXX",
    'password = base64Encode2\n const password: string = "changeme"; pass = "$PASS1234" password: string',
    "the API key is required, API key: see below; api key is YOUR_API_KEY_GOES_HERE, API key is process.env.API_KEY_2",
    "ALTER USER app WITH PASSWORD 'password'; echo $API_TOKEN | base64; TOKEN=$(gh auth token) | api_key | your-key |",
    'API_KEY || "", apiKey?: string = "", token: Token = "none" secret: SecretStr = "changeme" DB_PASSWORD: string',
    'os.environ.get("DB_PASSWORD", "password") env("API_KEY", "YOUR_API_KEY_HERE") DB_PASS="$DB_PASS" BYPASS="aB3dE5"',
    "gsk_version_number_0001 rt_sigprocmask ek_value sess-ion-storage key=value&code=200",
]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_look_alikes_pass(text: str) -> None:
    assert redactor.text(text) == text
    assert redactor.text(json.dumps(text)) == json.dumps(text)


HEXDIGITS = "0123456789abcdef"
URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.parametrize(
    ("start", "characters", "length"),
    [
        pytest.param("sk-", URL_SAFE, 22, id="litellm"),
        pytest.param("glpat-", URL_SAFE, 20, id="gitlab"),
        pytest.param("GOCSPX-", URL_SAFE, 28, id="google client secret"),
        pytest.param("dckr_pat_", URL_SAFE, 27, id="docker"),
        pytest.param("tvly-dev-", URL_SAFE, 32, id="tavily"),
        pytest.param("fc-", HEXDIGITS, 32, id="firecrawl"),
        pytest.param("SK", HEXDIGITS, 32, id="twilio"),
    ],
)
def test_no_key_is_missed_for_its_lack_of_digits(start: str, characters: str, length: int) -> None:
    choice = random.Random(length).choice
    keys = (start + "".join(choice(characters) for _ in range(length)) for _ in range(3000))
    assert [key for key in keys if redactor.text(f"{key} ") != f"{hashed(key)} "] == []


def test_a_key_full_of_plus_signs_takes_no_time() -> None:
    """They may be of a line or between two."""
    key = pem().replace("a", "+").replace("d", "+").replace("7", "+")
    for text in (key, key.replace("\n", "\\n"), key[: len(key) // 2], key.replace("\n", '" +\n"')):
        assert hashed(key)[:5] in json.dumps(redactor.value([text, text]))


@pytest.mark.parametrize("first", ALNUM)
def test_the_rest_of_a_key_leaves_the_escape_before_it(first: str) -> None:
    rest = "\n".join(pem().split("\n")[-4:])
    text = json.dumps({"content": f"$ tail k\n{first}{rest[1:]}\n"})
    assert json.loads(redactor.text(text))["content"].startswith("$ tail k\nhash:")
    assert "hash:" in json.dumps(redactor.value([{"text": rest}, {"text": rest}]))


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "DSA ", "ENCRYPTED ", "OPENSSH "])
def test_kinds_of_key_blocks(kind: str) -> None:
    assert redactor.text(f"x {pem(kind)} y") == f"x {hashed(pem(kind))} y"


@pytest.mark.parametrize(
    "piece",
    [
        "sk-",
        "sk-ant-",
        "-sk-ant-",
        "eyJ",
        ".eyJ",
        "eyJa.",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----\n",
        "\\",
        "%2",
        "%25",
        "\\u00",
        "://",
        "://a:",
        "://a:b",
        "Bearer ",
        "Basic ",
        "api_key=",
        "/AKIA",
        "/ABSK",
        "JQQJ9",
        "Q~",
        "A",
        "a1B",
        "YWJj",
        "-",
        '"',
        "\\n",
        "1:AA",
        "xoxb-",
        "tid=",
        "SG.",
        "Private-Lines: ",
        "A: ",
        "AIza_",
        "-----BEGIN PRIVATE KEY-----AAAAAAAAAAAAAAAA ",
        "curl -u ",
        "mysql -p",
        "Authorization: ",
        "Authorization: token ",
        "password: abcdefg1",
        "x-a-token",
        "x-a-token: ",
        "5432:a:b:",
        'token", "',
        "API_KEY\n",
        "API_KEY value: ",
        "Cookie: a=b; ",
        'auth":"YW5h',
        "docker login ",
        '"docker","login",',
        "htpasswd -b ",
        "htpasswd -b a ",
        "echo 'a",
        "echo a | docker ",
        "echo a | sudo -a ",
        "sqlplus a",
        "TRUE\t/",
        "$6$a",
        'psk="a',
        "aToken",
        "aToken: ",
        "AKIAIOSFODNN7EXAMPLE,",
        "login a password ",
        "login a\n",
        "<password>a1b2<",
        "password=a1b2c3d4 ",
        "a-b/id:",
        "-----BEGIN PRIVATE KEY-----\na-b/id:",
        "8d7f6e5c4b3a29180f7e6d5c4b3a2918-",
        "https://8d7f6e5c4b3a29180f7e6d5c4b3a2918:",
    ],
)
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    """Quadratic behaviour would take minutes here; what comes out is not the point."""
    redactor.text(piece * (300_000 // len(piece)))
