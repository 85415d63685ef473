"""Say why no connection to a server came about: the network, the proxy, TLS or a certificate, and what can be done."""

from __future__ import annotations

import enum
import errno
import re
import ssl
from collections.abc import Iterator

from nbclaude.client.http import httpx
from nbclaude.client.routes import Proxy, Route
from nbclaude.errors import APIConnectionError, APITimeoutError

__all__ = [
    "AUTHENTICATION_REQUIRED",
    "FOREIGN",
    "Stage",
    "connection_failure",
    "system_error",
    "tls_refusal",
    "wants_password",
]

# What httpx and what lies under it may raise; ValueError is what an address or a header that is not valid ends in.
FOREIGN = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError)

_NOT_TRUSTED = {
    10: "it has expired",
    9: "it is not valid yet",
    18: "it is self-signed",
    19: "an authority in its chain is not trusted",
    20: "the authority that signed it is not trusted",
    62: "it was issued for another host",
    64: "it was issued for another address",
}
AUTHENTICATION_REQUIRED = 407
_NUMBER = re.compile(r"^\[Errno -?\d+\] ")
_CHECK_ALL = ("Check the address, the network and the proxy settings.",)
_FOR_NOW = (408, 429, 500, 502, 503, 504)


class Stage(enum.Enum):
    """How far a connection has come."""

    CONNECTING = enum.auto()
    PROXY_TLS = enum.auto()
    TUNNEL = enum.auto()
    TLS = enum.auto()
    CONNECTED = enum.auto()


def connection_failure(error: Exception, route: Route, stage: Stage, seconds: float) -> APIConnectionError:
    """Translate what httpx raised before the request could be sent; no step took longer than `seconds`."""
    if isinstance(error, httpx.ProxyError) and route.proxy:
        return _proxy_refusal(str(error), route, route.proxy)
    if isinstance(error, httpx.TimeoutException):
        cure = (_check(route.proxy),) if route.proxy else _CHECK_ALL
        return APITimeoutError(_timeout(route, stage, seconds), cure=cure)
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError, ValueError)):
        # The reason may quote a header or the proxy's address, and either may hold a key.
        return APIConnectionError(
            f"The request to {route.origin} cannot be sent: its address or one of its headers is not valid.",
            should_retry=False,
            cure=("Check base_url, the key and ANTHROPIC_CUSTOM_HEADERS.",),
        )
    if stage in (Stage.TLS, Stage.PROXY_TLS):
        return _tls_failure(error, route, stage)
    reason = _reason(error)
    if route.proxy:
        broken = "closed the connection" if stage is Stage.TUNNEL else "could not be reached"
        return APIConnectionError(f"{_named(route.proxy)} {broken}: {reason}.", cure=(_check(route.proxy),))
    return APIConnectionError(f"{route.origin} (base_url) could not be reached: {reason}.", cure=_CHECK_ALL)


def tls_refusal(error: Exception, host: str) -> APIConnectionError | None:
    """Translate an alert of the server after the handshake: it wants a certificate, or does not take the one it got."""
    alert = next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)
    if alert is None or "ALERT" not in (alert.reason or ""):
        return None
    return APIConnectionError(f"{host} refused the TLS connection ({_words(alert)}).", should_retry=False)


def wants_password(proxy: Proxy) -> str:
    """Say that a proxy wants a user name and a password, or others than it has got."""
    said = "rejected the user name and password" if proxy.auth else "asks for a user name and a password"
    return (
        f"{_named(proxy)} {said}. Put them in its address, as in http://USER:PASSWORD@{proxy.name}, with special characters "
        "percent-encoded."
    )


def system_error(error: Exception, name: str) -> bool:
    """Whether an error of the operating system with this name (`ETIMEDOUT`) lies under an error of httpx."""
    code = getattr(errno, name, None)
    return any(isinstance(cause, OSError) and cause.errno == code for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: Exception) -> str:
    """Return the system's words for it, without its number."""
    return _NUMBER.sub("", str(error)).rstrip(".") or type(error).__name__


def _named(proxy: Proxy) -> str:
    return f"The proxy {proxy.name} ({proxy.variable or 'from the system settings'})"


def _check(proxy: Proxy) -> str:
    return f"Check {proxy.variable or 'the proxy in the system settings'} and NO_PROXY."


def _timeout(route: Route, stage: Stage, seconds: float) -> str:
    within = f"within {seconds:g} s"
    if route.proxy and stage is Stage.TLS:
        opened = f"{_named(route.proxy)} opened a tunnel to {route.origin}"
        return f"{opened}, but the TLS handshake through it did not finish {within}."
    if route.proxy:
        return f"{_named(route.proxy)} did not connect to {route.origin} {within}."
    what = "finish the TLS handshake" if stage is Stage.TLS else "accept a connection"
    return f"{route.origin} (base_url) did not {what} {within}."


def _proxy_refusal(reason: str, route: Route, proxy: Proxy) -> APIConnectionError:
    """Translate an answer to CONNECT; httpx has it as text alone ("403 Forbidden"). SOCKS proxies have words of their own."""
    status = int(reason[:3]) if reason[:3].isdecimal() else 0
    if status == AUTHENTICATION_REQUIRED:
        return APIConnectionError(f"{wants_password(proxy)} (HTTP {status})", should_retry=False)
    return APIConnectionError(
        f"{_named(proxy)} did not open a tunnel to {route.origin}: {reason.rstrip('. ') or 'no reason given'}.",
        cure=(_check(proxy),),
        # What it forbids now, it forbids in a second; what is behind it may come back.
        should_retry=None if status in _FOR_NOW else False,
    )


def _tls_failure(error: Exception, route: Route, stage: Stage) -> APIConnectionError:
    through = f" through the proxy {route.proxy.name} ({route.proxy.variable})" if route.proxy else ""
    peer = f"{route.origin}{through}" if stage is Stage.TLS or not route.proxy else _named(route.proxy)
    within = peer.replace("The proxy", "the proxy", 1)
    fault = next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)
    if isinstance(fault, ssl.SSLCertVerificationError):
        reason = _NOT_TRUSTED.get(fault.verify_code, "")
        # The words of OpenSSL are what people search for.
        detail = f"certificate verify failed: {fault.verify_message.rstrip('.')}"
        return APIConnectionError(
            f"The certificate of {within} is not trusted: {f'{reason} ({detail})' if reason else detail}.",
            should_retry=False,
            cure=(_trusted(route),),
        )
    is_cut = False
    if fault is None or isinstance(fault, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)):
        is_cut = True
        what = f"The connection to {within} was closed during the TLS handshake, before a certificate arrived"
    elif "ALERT" in (fault.reason or ""):
        what = f"{peer} refused the TLS connection ({_words(fault)}), so no certificate could be checked"
    elif route.proxy and stage is Stage.PROXY_TLS:
        what = f"{peer} does not speak TLS ({_words(fault)}). The address of most proxies begins with http://"
    else:
        address = "" if route.proxy else ". If it is a plain HTTP server, its address begins with http://"
        what = f"The server at {within} does not speak TLS ({_words(fault)}), so there is no certificate to check{address}"
    # A proxy that opened the tunnel and then cuts it does so on purpose.
    retried = is_cut and not route.proxy
    return APIConnectionError(f"{what}.", should_retry=None if retried else False, cure=(_trusted(route),))


def _trusted(route: Route) -> str:
    cure = "If there is a proxy or a firewall in between, its own certificate must be trusted: "
    if not route.trust:
        return f"{cure}set SSL_CERT_FILE to a PEM file that holds it."
    named = ", ".join(f"{variable} ({path})" for variable, path in route.trust)
    either = (
        "" if any(variable == "SSL_CERT_FILE" for variable, _ in route.trust) else ", or set SSL_CERT_FILE"
    )
    return f"{cure}add it to the certificates trusted now, {named}{either}."


def _words(fault: ssl.SSLError) -> str:
    return (fault.reason or "no reason given").lower().replace("_", " ")
