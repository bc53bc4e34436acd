"""Which host is whose."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.identity.hosts import LLM_HOSTS, SIDE_HOSTS, is_llm_host, provider_of

STREAMS = Path(__file__).parents[3] / "shared" / "streams"

PROVIDERS = [
    ("api.anthropic.com", "anthropic"),
    ("API.Anthropic.com:443", "anthropic"),
    ("api.anthropic.com.", "anthropic"),
    ("api.openai.com", "openai"),
    ("eu.api.openai.com", "openai"),
    ("chatgpt.com", "openai"),
    ("generativelanguage.googleapis.com", "google"),
    ("cloudcode-pa.googleapis.com", "google"),
    ("daily-cloudcode-pa.sandbox.googleapis.com", "google"),
    ("aiplatform.googleapis.com", "vertex"),
    ("us-east5-aiplatform.googleapis.com", "vertex"),
    ("aiplatform.eu.rep.googleapis.com", "vertex"),
    ("myresource.openai.azure.com", "azure"),
    ("myresource.services.ai.azure.com", "azure"),
    ("myresource.cognitiveservices.azure.com", "azure"),
    ("llama.eastus2.models.ai.azure.com", "azure"),
    ("models.inference.ai.azure.com", "github-models"),
    ("bedrock-runtime.us-east-1.amazonaws.com", "bedrock"),
    ("bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "bedrock"),
    ("bedrock-runtime.cn-north-1.amazonaws.com.cn", "bedrock"),
    ("api.mistral.ai", "mistral"),
    ("codestral.mistral.ai", "mistral"),
    ("api.x.ai", "xai"),
    ("api.deepseek.com", "deepseek"),
    ("api.moonshot.ai", "moonshot"),
    ("api.moonshot.cn", "moonshot"),
    ("api.kimi.com", "moonshot"),
    ("api.z.ai", "zai"),
    ("open.bigmodel.cn", "zai"),
    ("dashscope-intl.aliyuncs.com", "alibaba"),
    ("coding.dashscope.aliyuncs.com", "alibaba"),
    ("portal.qwen.ai", "alibaba"),
    ("api.groq.com", "groq"),
    ("openrouter.ai", "openrouter"),
    ("ai-gateway.vercel.sh", "vercel-gateway"),
    ("ai-gateway.vercel.com", "vercel-gateway"),
    ("api.together.xyz", "together"),
    ("api.perplexity.ai", "perplexity"),
    ("api.cohere.com", "cohere"),
    ("api.githubcopilot.com", "github-copilot"),
    ("api.business.githubcopilot.com", "github-copilot"),
    ("models.github.ai", "github-models"),
    ("us-south.ml.cloud.ibm.com", "watsonx"),
    ("ollama.com", "ollama"),
    ("opencode.ai", "opencode"),
]

SIDE = [
    ("statsig.anthropic.com", "anthropic"),
    ("console.anthropic.com", "anthropic"),
    ("platform.claude.com", "anthropic"),
    ("auth.openai.com", "openai"),
    ("ab.chatgpt.com", "openai"),
    ("telemetry.individual.githubcopilot.com", "github-copilot"),
    ("models.opencode.ai", "opencode"),
]

STRANGERS = [
    ("127.0.0.1:11434", "127.0.0.1"),
    ("localhost", "localhost"),
    ("[::1]:8080", "::1"),
    ("::1", "::1"),
    ("Example.ORG:8443", "example.org"),
    ("evil-api.anthropic.com.example.org", "evil-api.anthropic.com.example.org"),
    ("notapi.openai.com.evil.org", "notapi.openai.com.evil.org"),
    ("myapi.x.ai.example.com", "myapi.x.ai.example.com"),
    ("s3.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"),
    ("storage.googleapis.com", "storage.googleapis.com"),
    ("", ""),
]


@pytest.mark.parametrize(("host", "provider"), PROVIDERS, ids=lambda value: value)
def test_a_known_host_is_named_and_intercepted(host, provider):
    assert provider_of(host) == provider
    assert is_llm_host(host)


@pytest.mark.parametrize(("host", "provider"), SIDE, ids=lambda value: value)
def test_a_side_host_is_named_but_passes(host, provider):
    assert provider_of(host) == provider
    assert not is_llm_host(host)


@pytest.mark.parametrize(("host", "name"), STRANGERS, ids=lambda value: value or "nothing")
def test_an_unknown_host_keeps_its_name_and_passes(host, name):
    assert provider_of(host) == name
    assert not is_llm_host(host)


@pytest.mark.parametrize(
    ("pattern", "host", "fits"),
    [
        pytest.param("llm.corp.example", "LLM.corp.example:8443", True, id="exact"),
        pytest.param("llm.corp.example", "a.llm.corp.example", False, id="exact is not for names below"),
        pytest.param("*.corp.example", "a.b.corp.example", True, id="star"),
        pytest.param("*.corp.example", "corp.example", False, id="star is not for the name itself"),
        pytest.param(".corp.example", "a.corp.example", True, id="dot"),
        pytest.param(".corp.example", "corp.example", True, id="dot is for the name too"),
        pytest.param(".corp.example", "evilcorp.example", False, id="dot ends at a label"),
        pytest.param("https://llm.corp.example:8443/v1", "llm.corp.example", True, id="a whole base URL"),
        pytest.param("127.0.0.1:8000", "127.0.0.1", True, id="address with port"),
        pytest.param("llm[1].corp", "llm1.corp", False, id="brackets are no pattern"),
    ],
)
def test_hosts_of_the_users_own(pattern, host, fits):
    assert is_llm_host(host, (pattern,)) is fits


def test_no_pattern_stands_twice():
    patterns = [p for table in (LLM_HOSTS, SIDE_HOSTS) for row in table.values() for p in row]
    assert len(set(patterns)) == len(patterns)


@pytest.mark.skipif(not STREAMS.is_dir(), reason="the recorded streams are not beside this checkout")
def test_recorded_endpoints_have_the_recordings_names():
    for path in sorted(STREAMS.glob("*/*/meta.json")):
        meta = json.loads(path.read_text())
        host = urlsplit(meta["endpoint"] or "").hostname or ""
        if is_llm_host(host):
            assert provider_of(host) == meta["provider"], path


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=3))
def test_never_raises(host, extra):
    assert isinstance(provider_of(host), str)
    assert is_llm_host(host, tuple(extra)) in (True, False)
