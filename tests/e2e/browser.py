"""A headless Chromium, driven over its DevTools pipe: what a person does with a page, and what they see of it.

In: addresses, clicks, keys, JavaScript to evaluate. Out: values, screenshots, and what the page complained about. The
protocol is JSON texts, each ended by a zero byte, on the file descriptors 3 and 4 (--remote-debugging-pipe), so that a
test needs no package and no port for it.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    "--remote-debugging-pipe",
)

_KEEP_SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket { constructor(...all) { super(...all); sockets.push(this); } };
"""

ANSWER_LIMIT_S = 30.0
WAIT_LIMIT_S = 20.0


class Browser:
    """One tab. A context manager."""

    def __enter__(self) -> Self:
        self._profile = tempfile.TemporaryDirectory(prefix="mitmagent-chromium-", ignore_cleanup_errors=True)
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()

        def give() -> None:
            # Out of the way first: either may be 3 or 4 already.
            reading, writing = os.dup2(theirs_in, 63), os.dup2(theirs_out, 64)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        self._process = subprocess.Popen(
            [CHROMIUM, *_FLAGS, f"--user-data-dir={self._profile.name}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=give,
            pass_fds=(3, 4),
            start_new_session=True,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._last_id = 0
        self._answers: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._session: str | None = None
        self.complaints: list[str] = []
        """Exceptions, errors on the console, violations of the content-security policy."""
        self.requested: list[str] = []
        """Every address that the page has asked for."""
        threading.Thread(target=self._read, name="DevTools", daemon=True).start()
        (target,) = [one for one in self._call("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        self._session = self._call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")
        self._call("Page.addScriptToEvaluateOnNewDocument", source=_KEEP_SOCKETS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._out)
        self._profile.cleanup()

    # -- what a person does -----------------------------------------------------------------------------------------

    def open(self, url: str) -> None:
        self._call("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete'")

    def size(self, width: int, height: int, *, is_phone: bool = False) -> None:
        self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone
        )

    def prefer(self, **features: str) -> None:
        """Media features, such as `prefers_color_scheme="dark"`."""
        told = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self._call("Emulation.setEmulatedMedia", features=told)

    def click(self, selector: str) -> None:
        self.wait_for(f"document.querySelector({json.dumps(selector)})")
        box = self.value(
            f"(e => {{ e.scrollIntoView({{block: 'nearest'}}); const b = e.getBoundingClientRect(); "
            f"return [b.x + b.width / 2, b.y + b.height / 2]; }})(document.querySelector({json.dumps(selector)}))"
        )
        self.click_at(*box)

    def click_at(self, x: float, y: float) -> None:
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            clicks = 0 if kind == "mouseMoved" else 1
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=clicks)

    def hang_up(self) -> None:
        """The page's WebSockets are lost."""
        self.value("window.sockets.forEach((socket) => socket.close())")

    def wheel(self, x: float, y: float, by: float) -> None:
        self._call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=by)

    def press(self, key: str) -> None:
        """A character, or a name such as `Enter`."""
        codes = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        facts: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": codes.get(key, 0)}
        if len(key) == 1:
            facts["text"] = key
        elif key == "Enter":
            facts["text"] = "\r"
        self._call("Input.dispatchKeyEvent", type="keyDown", **facts)
        self._call("Input.dispatchKeyEvent", type="keyUp", **facts)

    def type(self, text: str) -> None:
        self._call("Input.insertText", text=text)

    # -- what they see ----------------------------------------------------------------------------------------------

    def value(self, script: str) -> Any:
        """Of an expression; a promise is awaited."""
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"]["exception"].get("description", script))
        return answer["result"].get("value")

    def text(self, selector: str) -> str:
        """As it is laid out; empty where there is no such element."""
        return str(self.value(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.value(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.innerText)")
        return found

    def wait_for(self, script: str, limit_s: float = WAIT_LIMIT_S) -> None:
        """Until the expression is true; AssertionError with the page's text when that takes too long."""
        limit = time.monotonic() + limit_s
        while not self.value(f"(() => {{ try {{ return Boolean({script}); }} catch {{ return false; }} }})()"):
            if time.monotonic() > limit:
                said = self.value("document.body?.innerText")
                raise AssertionError(f"never: {script}\n{self.complaints}\n{str(said)[:3000]}")
            time.sleep(0.03)

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))

    def nameless(self) -> list[str]:
        """What can be used and has no accessible name: roles."""
        usable = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "tab", "meter", "dialog"}
        tree = self._call("Accessibility.getFullAXTree")["nodes"]
        found = [node for node in tree if not node["ignored"] and node["role"]["value"] in usable]
        return [node["role"]["value"] for node in found if not node.get("name", {}).get("value")]

    def heap_bytes(self) -> int:
        """What the page's objects take, rubbish collected."""
        self._call("HeapProfiler.collectGarbage")
        used: int = self._call("Runtime.getHeapUsage")["usedSize"]
        return used

    def nodes(self) -> int:
        return int(self.value("document.getElementsByTagName('*').length"))

    # -- the pipe ---------------------------------------------------------------------------------------------------

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._last_id += 1
        number = self._last_id
        waiting = self._answers[number] = queue.SimpleQueue()
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        answer = waiting.get(timeout=ANSWER_LIMIT_S)
        del self._answers[number]
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _read(self) -> None:
        held = b""
        while piece := os.read(self._in, 1 << 20):
            *messages, held = (held + piece).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self._answers[message["id"]].put(message)
                else:
                    self._heard(message["method"], message["params"])
        os.close(self._in)

    def _heard(self, method: str, facts: dict[str, Any]) -> None:
        match method:
            case "Runtime.exceptionThrown":
                details = facts["exceptionDetails"]
                self.complaints.append(details.get("exception", {}).get("description") or details["text"])
            case "Log.entryAdded" if facts["entry"]["level"] == "error":
                self.complaints.append(facts["entry"]["text"])
            case "Runtime.consoleAPICalled" if facts["type"] == "error":
                self.complaints.append(str([one.get("value") for one in facts["args"]]))
            case "Network.requestWillBeSent":
                self.requested.append(facts["request"]["url"])
            case "Network.webSocketCreated":
                self.requested.append(facts["url"])
