"""Everything that can go wrong with a model, as one error with a reason that people and code can use."""

import re

REASONS = {
    "timeout": "The model did not answer in time",
    "connection": "The model could not be reached",
    "rate_limited": "The model is answering too many requests",
    "server_error": "The model's server reported a fault",
    "wrong_key": "The model's server refused our key",
    "forbidden": "The model's server does not allow us to use this model",
    "unknown_model": "The model's server does not know this model or address",
    "bad_request": "The model's server did not accept the request",
    "content_filter": "The model's server refused the text of this entry",
    "refusal": "The model declined to answer",
    "truncated": "The model's answer was cut short",
    "malformed": "The model's answer could not be read",
    "wrong_schema": "The model's answer did not have the form that was asked for",
    "empty_answer": "The model's answer was empty",
    "too_large": "The model's answer was far too long",
    "prompt_leak": "The model's answer repeated our marker",
    "quota": "The account at the model's server has no credit left",
    "redirected": "The model's server sent us to another address, where our key must not go",
    "busy": "The model was busy with other entries until no time was left",
    "breaker_open": "The model failed several times in a row and is being left alone for a while",
    "over_budget": "Reading this entry with the model would cost more than is allowed",
    "stopped": "Not asked, because the reading had already ended",
    "client": "The request to the model could not be made",
}
RETRYABLE = {
    "timeout",
    "connection",
    "rate_limited",
    "server_error",
    "truncated",
    "malformed",
    "wrong_schema",
    "empty_answer",
    "too_large",
    "prompt_leak",
    "busy",
    "breaker_open",
}
AGAIN_AT_ONCE = {"timeout", "connection", "rate_limited", "server_error"}
# What says that an endpoint is unwell, and not that one entry or one request is.
UNWELL = {"timeout", "connection", "server_error", "malformed"}
KEYS = re.compile(r"(?i)\b(?:sk|pk|key|rk)-[\w-]{6,}|bearer\s+\S+|api[-_ ]key[\"':= ]+\S+")


class LLMError(Exception):
    """`reason` is one of REASONS; the text is for people and holds no key and nothing of the entry."""

    def __init__(
        self, reason: str, detail: str = "", *, retry_after: float | None = None, status: int | None = None
    ) -> None:
        self.reason = reason if reason in REASONS else "client"
        self.detail = detail
        self.retry_after = retry_after
        self.status = status
        self.attempts = 1
        self.tokens: tuple[int, ...] = (0, 0)  # an answer that cannot be used is paid for all the same
        self.raw = ""
        self.complaint = ""  # what the server said of the request: for the ladder, never for people or logs
        super().__init__(REASONS[self.reason] + (f" ({detail})" if detail else ""))

    @property
    def retryable(self) -> bool:
        """Whether another try later may end otherwise. A wrong key does not mend itself."""
        return self.reason in RETRYABLE


def redact(text: str, key: str = "") -> str:
    if key:
        text = text.replace(key, "[key]")
    return KEYS.sub("[key]", text)
