"""Which hosts are an LLM provider's, and what the provider is called.

In: a host's name, with or without port. Out: the provider by the names that LOGFORMAT uses (SPEC S4.10), or the host's
own name. One row per provider. A pattern is a name, `.suffix` for all names below it, or has `*` for any characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import lru_cache

LLM_HOSTS: dict[str, tuple[str, ...]] = {
    "anthropic": ("api.anthropic.com", "api-staging.anthropic.com"),
    "openai": ("api.openai.com", ".api.openai.com", "chatgpt.com"),
    "google": (
        "generativelanguage.googleapis.com",
        "cloudcode-pa.googleapis.com",
        "*-cloudcode-pa.googleapis.com",
        "*cloudcode-pa.sandbox.googleapis.com",
    ),
    "vertex": ("aiplatform.googleapis.com", "*-aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
    "github-models": ("models.github.ai", "models.inference.ai.azure.com"),
    "github-copilot": (
        "api.githubcopilot.com",
        "api.*.githubcopilot.com",
        "proxy.*.githubcopilot.com",
        "copilot-proxy.githubusercontent.com",
        "copilot-api.*.ghe.com",
    ),
    "azure": (
        ".openai.azure.com",
        ".openai.azure.us",
        ".openai.azure.cn",
        ".services.ai.azure.com",
        ".cognitiveservices.azure.com",
        ".models.ai.azure.com",
        ".inference.ai.azure.com",
        ".inference.ml.azure.com",
    ),
    "bedrock": (
        "bedrock-runtime.*.amazonaws.com",
        "bedrock-runtime.*.amazonaws.com.cn",
        "bedrock-runtime-fips.*.amazonaws.com",
        "bedrock-agent-runtime.*.amazonaws.com",
        "*.bedrock-runtime.*.vpce.amazonaws.com",
        "bedrock-runtime.*.api.aws",
        "bedrock-mantle.*.api.aws",
    ),
    "sagemaker": ("runtime.sagemaker.*.amazonaws.com",),
    "amazon-nova": ("api.nova.amazon.com",),
    "amazon-q": ("q.*.amazonaws.com", "codewhisperer.*.amazonaws.com"),
    "mistral": ("api.mistral.ai", "codestral.mistral.ai"),
    "xai": ("api.x.ai", ".api.x.ai"),
    "deepseek": ("api.deepseek.com",),
    "moonshot": ("api.moonshot.ai", "api.moonshot.cn", "api.kimi.com"),
    "zai": ("api.z.ai", "open.bigmodel.cn"),
    "alibaba": (
        "dashscope.aliyuncs.com",
        "dashscope-intl.aliyuncs.com",
        "dashscope-us.aliyuncs.com",
        ".dashscope.aliyuncs.com",
        ".maas.aliyuncs.com",
        "portal.qwen.ai",
    ),
    "groq": ("api.groq.com",),
    "openrouter": ("openrouter.ai", "api.openrouter.ai"),
    "vercel-gateway": ("ai-gateway.vercel.sh", "ai-gateway.vercel.com"),
    "v0": ("api.v0.dev",),
    "together": ("api.together.xyz", "api.together.ai"),
    "perplexity": ("api.perplexity.ai",),
    "cohere": ("api.cohere.com", "api.cohere.ai"),
    "fireworks": ("api.fireworks.ai",),
    "cerebras": ("api.cerebras.ai",),
    "nvidia": ("integrate.api.nvidia.com", "ai.api.nvidia.com"),
    "huggingface": ("router.huggingface.co", "api-inference.huggingface.co", ".endpoints.huggingface.cloud"),
    "replicate": ("api.replicate.com", "stream.replicate.com"),
    "watsonx": (".ml.cloud.ibm.com",),
    "writer": ("api.writer.com",),
    "avian": ("api.avian.io",),
    "crusoe": ("api.inference.crusoecloud.com", ".inference.crusoecloud.com"),
    "minimax": ("api.minimax.io", "api.minimaxi.com", "api.minimax.chat", "api.minimaxi.chat"),
    "sambanova": ("api.sambanova.ai",),
    "hyperbolic": ("api.hyperbolic.xyz",),
    "novita": ("api.novita.ai",),
    "nebius": ("api.studio.nebius.ai", "api.studio.nebius.com", "api.tokenfactory.nebius.com"),
    "deepinfra": ("api.deepinfra.com",),
    "ollama": ("ollama.com", "api.ollama.com"),
    "opencode": ("opencode.ai",),
    "ai21": ("api.ai21.com",),
    "baseten": ("inference.baseten.co", ".api.baseten.co"),
    "chutes": ("llm.chutes.ai",),
    "cloudflare": ("gateway.ai.cloudflare.com",),
    "cortecs": ("api.cortecs.ai",),
    "digitalocean": ("inference.do-ai.run", ".agents.do-ai.run"),
    "featherless": ("api.featherless.ai",),
    "friendli": ("api.friendli.ai",),
    "helicone": (".helicone.ai",),
    "iflow": ("apis.iflow.cn",),
    "inception": ("api.inceptionlabs.ai",),
    "inference-net": ("api.inference.net", "inference.net"),
    "lambda": ("api.lambda.ai", "api.lambdalabs.com"),
    "llama": ("api.llama.com",),
    "llmgateway": ("api.llmgateway.io",),
    "modelscope": ("api-inference.modelscope.cn",),
    "morph": ("api.morphllm.com",),
    "nscale": ("inference.api.nscale.com",),
    "ovhcloud": (".endpoints.kepler.ai.cloud.ovh.net",),
    "parasail": ("api.parasail.io",),
    "poe": ("api.poe.com",),
    "poolside": ("inference.poolside.ai",),
    "portkey": ("api.portkey.ai",),
    "reka": ("api.reka.ai",),
    "requesty": ("router.requesty.ai",),
    "scaleway": ("api.scaleway.ai",),
    "siliconflow": ("api.siliconflow.cn", "api.siliconflow.com"),
    "stepfun": ("api.stepfun.ai", "api.stepfun.com"),
    "synthetic": ("api.synthetic.new", "glhf.chat"),
    "tencent": ("api.hunyuan.cloud.tencent.com", "tokenhub.tencentmaas.com"),
    "upstage": ("api.upstage.ai",),
    "venice": ("api.venice.ai",),
    "volcengine": ("ark.*.volces.com", "ark.*.bytepluses.com"),
    "baidu": ("qianfan.baidubce.com",),
    "vultr": ("api.vultrinference.com",),
    "wandb": ("api.inference.wandb.ai",),
    "xiaomi": ("api.xiaomimimo.com", "token-plan-*.xiaomimimo.com"),
    # Clients with a model service of their own.
    "amp": ("ampcode.com",),
    "augment": (".api.augmentcode.com",),
    "charm": ("hyper.charm.land",),
    "cline": ("api.cline.bot",),
    "factory": ("api.factory.ai", "app.factory.ai"),
    "jetbrains": ("api.jetbrains.ai", ".api.jetbrains.ai"),
    "kilo": ("api.kilo.ai", "api.kilocode.ai", "kilocode.ai"),
    "roo": ("api.roocode.com",),
    "zed": ("cloud.zed.dev", "llm.zed.dev"),
}

SIDE_HOSTS: dict[str, tuple[str, ...]] = {
    "anthropic": (".anthropic.com", "claude.ai", ".claude.ai", "claude.com", ".claude.com"),
    "openai": (".openai.com", ".chatgpt.com"),
    "github-copilot": (".githubcopilot.com", "copilot-telemetry.githubusercontent.com"),
    "opencode": (".opencode.ai",),
    "alibaba": ("chat.qwen.ai",),
    "moonshot": ("auth.kimi.com",),
    "xai": ("auth.x.ai",),
    "cursor": (".cursor.sh",),
}
"""Hosts of the same companies that answer no model calls: log-in, telemetry, catalogues. They pass undecrypted."""


class _Table:
    """Patterns by host: exact names and suffixes by look-up, those with `*` one after another."""

    def __init__(self, rows: dict[str, tuple[str, ...]]) -> None:
        pairs = [(pattern, provider) for provider, patterns in rows.items() for pattern in patterns]
        self._plain = {pattern: provider for pattern, provider in pairs if "*" not in pattern}
        self._wild = [(re.compile(translate(pattern)), provider) for pattern, provider in pairs if "*" in pattern]

    def find(self, name: str) -> str | None:
        found = self._plain.get(name)
        if found is not None:
            return found
        dot = name.find(".")
        while dot >= 0:
            found = self._plain.get(name[dot:])
            if found is not None:
                return found
            dot = name.find(".", dot + 1)
        return next((provider for pattern, provider in self._wild if pattern.match(name)), None)


_LLM = _Table(LLM_HOSTS)
_SIDE = _Table(SIDE_HOSTS)


@lru_cache(maxsize=4096)
def provider_of(host: str) -> str:
    """The provider's name; the host's own name, in lower case and without port, where it is not known."""
    name = host_name(host)
    return _LLM.find(name) or _SIDE.find(name) or name


def is_llm_host(host: str, extra: Sequence[str] = ()) -> bool:
    """Whether model calls are answered there. `extra` are the user's own: a name, `.suffix`, or with `*`."""
    name = host_name(host)
    return _LLM.find(name) is not None or any(_fits(name, pattern) for pattern in extra)


def _fits(name: str, pattern: str) -> bool:
    pattern = host_name(pattern.partition("://")[2] or pattern)
    if "*" in pattern:
        return re.match(translate(pattern), name) is not None
    return name == pattern.removeprefix(".") or (pattern.startswith(".") and name.endswith(pattern))


def host_name(host: str) -> str:
    """Lower case, without port, path, brackets or the root's dot. An IPv6 address keeps its colons."""
    name = host.strip().lower().partition("/")[0]
    if name.startswith("["):
        return name[1:].partition("]")[0]
    if name.count(":") == 1:
        name = name.partition(":")[0]
    return name.removesuffix(".")
