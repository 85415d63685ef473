"""Ask the plain endpoints of a server: its models, token counts, files.

One try each. https://platform.claude.com/docs/en/api/overview
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from nbclaude.client.connection import Connection
from nbclaude.client.failures import error_of_body, error_of_exception, error_of_reply, redact_key
from nbclaude.client.http import httpx
from nbclaude.client.lines import give_back, take_line
from nbclaude.client.unreachable import FOREIGN
from nbclaude.errors import APIError, APIResponseValidationError, APIStatusError
from nbclaude.models.server_list import model_of_json, with_more
from nbclaude.models.table import ModelInfo
from nbclaude.quiet import quietly
from nbclaude.wire.json_text import from_json, to_json

__all__ = ["count_tokens", "has_files", "list_models", "upload_file"]

_MAX_TIMEOUT = 30.0  # seconds
_NO_SUCH_ENDPOINT = {404, 405, 501}
_FOR_NOW = {401, 408, 429}  # the same request may fare better later; so with most of 5xx
_PAGE = 1000  # models, the most that the API gives at once
_MAX_PAGES = 20
# https://platform.claude.com/docs/en/api/messages-count-tokens; the sampling parameters, for one, are refused.
_COUNTED = (
    "model",
    "system",
    "tools",
    "tool_choice",
    "messages",
    "thinking",
    "output_config",
    "cache_control",
    "speed",
)

# Whether there is a files endpoint, by base URL and where the key is from, as long as the process lives.
_files_found: dict[tuple[str, str], bool] = {}


def list_models(connection: Connection) -> tuple[ModelInfo, ...]:
    """List the models that the server offers, in its order and with what it says of them.

    Takes the shape of Anthropic (all its pages), that of OpenAI, and either in a gateway's wrapping.

    Raises:
        APIError: the server has no such list, or does not give it.

    """
    found: dict[str, ModelInfo] = {}
    query: dict[str, str | int] = {"limit": _PAGE}
    for _ in range(_MAX_PAGES):
        page = _call(connection, "GET", f"/v1/models?{urlencode(query)}")
        entries = page if isinstance(page, list) else page.get("data")
        if not isinstance(entries, list):
            raise _not_understood(connection, "a list of models")
        more = page.get("models") if isinstance(page, dict) else None
        infos = [info for entry in entries if (info := model_of_json(with_more(entry, more))) is not None]
        new = [info for info in infos if info.id not in found]
        found |= {info.id: info for info in new}
        last = page.get("last_id") if isinstance(page, dict) else None
        if not new or not isinstance(last, str) or page.get("has_more") is not True:
            break
        query["after_id"] = last
    return tuple(found.values())


def count_tokens(
    connection: Connection, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> int | None:
    """Return the server's estimate of the prompt's tokens, or None where it does not count.

    `body` is that of a message request; only what the endpoint takes is sent. `headers` are sent beside those of the
    connection, as for the message itself.

    Raises:
        APIError: the request was refused or failed.

    """
    content = to_json({name: body[name] for name in _COUNTED if name in body})
    try:
        data = _call(connection, "POST", "/v1/messages/count_tokens", content, headers or {})
    except APIStatusError as error:
        if error.status in _NO_SUCH_ENDPOINT:
            return None
        raise
    except APIResponseValidationError:
        return None
    tokens = data.get("input_tokens") if isinstance(data, dict) else None
    return tokens if isinstance(tokens, int) and not isinstance(tokens, bool) and tokens >= 0 else None


def has_files(connection: Connection) -> bool:
    """Tell whether the server has Anthropic's files endpoint; asks once for a base URL and key.

    Where the question fails for now (network, key, overload), the answer is no, and the next call asks again.
    """
    place = (connection.base_url, connection.key_source)
    if place not in _files_found:
        try:
            data = _call(connection, "GET", "/v1/files?limit=1", unwrap=False)
        except APIStatusError as error:
            if error.status in _FOR_NOW or (error.status >= 500 and error.status != 501):
                return False
            data = None
        except APIResponseValidationError:
            data = None
        except APIError:
            return False
        _files_found[place] = _is_file_list(data)
    return _files_found[place]


def _is_file_list(data: Any) -> bool:
    # OpenAI's list, at the same path, has "object": "list"; a gateway that wraps replies has no files of Anthropic's.
    return (
        isinstance(data, dict)
        and isinstance(data.get("data"), list)
        and not {"object", "code"} & data.keys()
        and bool({"has_more", "next_page"} & data.keys())
    )


def upload_file(
    connection: Connection, name: str, media_type: str, data: bytes, expires_in: int | None = None
) -> str:
    """Upload a file and return its id; `expires_in` is in seconds, 3,600 to 7,776,000 at Anthropic.

    Raises:
        APIError: the request was refused or failed.

    """
    fields = {} if expires_in is None else {"expires_in_seconds": str(expires_in)}
    form = httpx.Request("POST", connection.base_url, data=fields, files={"file": (name, data, media_type)})
    headers = {"content-type": form.headers["content-type"]}
    reply = _call(connection, "POST", "/v1/files", form.read(), headers)
    file_id = reply.get("id") if isinstance(reply, dict) else None
    if not isinstance(file_id, str) or not file_id:
        raise _not_understood(connection, "a file")
    return file_id


def _call(
    connection: Connection,
    method: str,
    path: str,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    unwrap: bool = True,
) -> Any:
    """Send a request and return the JSON of its reply: an object or a list, without a gateway's wrapping, without our keys."""
    try:
        data = _answered(connection, method, path, content, headers, unwrap=unwrap)
    except APIError as error:
        raise redact_key(error, connection) from None
    return connection.guard().value(data)


def _answered(
    connection: Connection,
    method: str,
    path: str,
    content: bytes | None,
    headers: Mapping[str, str] | None,
    *,
    unwrap: bool,
) -> Any:
    connection = replace(connection, timeout=min(connection.timeout, _MAX_TIMEOUT))
    all_headers = connection.headers() | {"accept": "application/json"}
    if content is None:
        del all_headers["content-type"]
    all_headers |= {name.lower(): value for name, value in (headers or {}).items()}
    with _response(connection, method, path, content, all_headers) as response:
        body = response.read()
        status, reply_headers = response.status_code, response.headers
    if not 200 <= status < 300:
        raise error_of_reply(status, reply_headers, body, connection)
    try:
        data = from_json(body) if body.strip() else {}
    except ValueError:
        data = None
    if not isinstance(data, (dict, list)):
        raise _not_understood(connection, "JSON")
    if isinstance(data, dict) and _is_error(data):
        raise error_of_body(data, status, reply_headers)
    if unwrap and isinstance(data, dict) and "code" in data and isinstance(data.get("data"), dict):
        return data["data"]  # a gateway's {"code": 200, "data": {...}}
    return data


@contextlib.contextmanager
def _response(
    connection: Connection, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
) -> Iterator[httpx.Response]:
    """Give the response over a line of its own; whatever goes wrong with it leaves as an error of ours."""
    url = connection.base_url + path
    with quietly("httpx", "httpcore"):
        line = take_line(connection.base_url)
        try:
            try:
                response = line.send(method, url, content, headers, connection.timeout)
            except FOREIGN as error:
                if not line.is_stale(error):
                    raise
                line.close()
                line = take_line(connection.base_url, new=True)
                response = line.send(method, url, content, headers, connection.timeout)
            with contextlib.closing(response):
                yield response
        except FOREIGN as error:
            raise error_of_exception(error, connection, line) from None
        finally:
            give_back(line)


def _is_error(data: Mapping[str, Any]) -> bool:
    code = data.get("code")
    return bool(data.get("error")) or (isinstance(code, int) and code >= 400)


def _not_understood(connection: Connection, what: str) -> APIResponseValidationError:
    return APIResponseValidationError(
        f"{connection.base_url} (base_url) did not answer with {what}. "
        "Check base_url: the paths of the Messages API (/v1/...) are added to it."
    )
