"""Error bodies of providers, gateways and web frameworks: each is told in its own words."""

from __future__ import annotations

import pytest

from addons.protocols.dialects import DIALECTS
from addons.protocols.events import StreamError
from tests.protocols.recorded import told

BODIES = [
    pytest.param(
        {"type": "error", "error": {"type": "not_found_error", "message": "No"}, "request_id": "r"},
        StreamError("No", "not_found_error"),
        id="Anthropic",
    ),
    pytest.param(
        {"error": {"message": "No", "type": "invalid_request_error", "param": None, "code": "model_not_found"}},
        StreamError("No", "invalid_request_error", "model_not_found"),
        id="OpenAI",
    ),
    pytest.param(
        {"error": {"code": 403, "message": "No", "status": "DENIED"}}, StreamError("No", "DENIED", 403), id="Google"
    ),
    pytest.param(
        {"error": {"message": "No", "code": 402, "metadata": {}}}, StreamError("No", None, 402), id="OpenRouter"
    ),
    pytest.param({"error": "No"}, StreamError("No"), id="Ollama"),
    pytest.param({"error": "No", "error_type": "overloaded"}, StreamError("No", "overloaded"), id="Hugging Face"),
    pytest.param({"code": "Not found", "error": "No"}, StreamError("No", None, "Not found"), id="xAI"),
    pytest.param({"detail": "No"}, StreamError("No"), id="FastAPI"),
    pytest.param(
        {"detail": [{"loc": ["body", "a"], "msg": "field required"}, {"msg": "bad"}]},
        StreamError("field required; bad"),
        id="FastAPI's validation",
    ),
    pytest.param({"message": "No"}, StreamError("No"), id="AWS, Cohere"),
    pytest.param(
        {"__type": "ThrottlingException", "Message": "No"}, StreamError("No", "ThrottlingException"), id="AWS, typed"
    ),
    pytest.param(
        {"object": "error", "message": "No", "type": "invalid", "code": 1},
        StreamError("No", "invalid", 1),
        id="Mistral, vLLM",
    ),
    pytest.param(
        {"object": "error", "message": {"detail": [{"msg": "No"}]}, "type": "invalid"},
        StreamError("No", "invalid"),
        id="Mistral, 422",
    ),
    pytest.param(
        {"errors": [{"code": "missing_field", "message": "No"}], "trace": "t"},
        StreamError("No", None, "missing_field"),
        id="watsonx",
    ),
    pytest.param({"code": 500, "msg": "No", "success": False}, StreamError("No", None, 500), id="Z.ai"),
    pytest.param({"title": "Bad", "detail": "No", "status": 422}, StreamError("No"), id="Replicate"),
    pytest.param(
        {"code": "InvalidApiKey", "message": "No", "request_id": "r"},
        StreamError("No", None, "InvalidApiKey"),
        id="DashScope",
    ),
    pytest.param([{"error": {"code": 400, "message": "No"}}], StreamError("No", None, 400), id="Google, in a list"),
    pytest.param(("error", "Bad gateway"), StreamError("Bad gateway"), id="an error event that is plain text"),
    pytest.param(("error", "{broken"), StreamError("{broken"), id="an error event that is broken JSON"),
    pytest.param({"error": {"nothing": "said"}}, StreamError('{"nothing":"said"}'), id="an error without a message"),
]


@pytest.mark.parametrize("api", [None, *DIALECTS])
@pytest.mark.parametrize(("body", "error"), BODIES)
def test_an_error_is_read_the_same_way_in_every_dialect(api, body, error):
    assert [event for event in told(api, body) if isinstance(event, StreamError)] == [error]
