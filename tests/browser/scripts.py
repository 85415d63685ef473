"""JavaScript function bodies that the harness runs in the page."""

from __future__ import annotations

PANEL = "const panel = window.jupyterapp.shell.currentWidget; "
CELL = f"{PANEL} const model = panel.content.widgets[index].model; "

LAY_OUT = """\
const right = () => document.querySelector('.jp-Notebook').getBoundingClientRect().right;
const frame = () => new Promise(requestAnimationFrame);
for (let still = 0, before = 0; still < 20; await frame()) {
    still = right() === before && before <= window.innerWidth ? still + 1 : 0;
    before = right();
}
"""
# Closing must not ask whether to save, so no document is marked as changed.
LEAVE = """\
const { shell } = window.jupyterapp;
for (const each of [...shell.widgets('main')]) {
    if (each.context) each.context.model.dirty = false;
    each.dispose();
}
document.activeElement?.blur();
const left = '.jp-Dialog, .Toastify__toast, .jp-toastContainer, .nbclaude, .nbclaude-view, .jp-Notebook';
return !document.querySelector(left);
"""
PRESS = """\
for (const key of letters) {
    const code = { key, code: `Key${key.toUpperCase()}`, keyCode: key.toUpperCase().charCodeAt(0) };
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { ...code, bubbles: true, cancelable: true }));
}"""
# Tracks the messages to widgets and to the extension that the kernel has not handled yet: with subshells, another thread handles
# them, perhaps only after the next cell has started.
LISTEN = f"""{PANEL}
const kernel = panel?.sessionContext?.session?.kernel;
if (kernel?.status !== 'idle') return false;
window.unheard ??= new WeakMap();
if (window.unheard.has(kernel)) return true;
const sent = new Set();
window.unheard.set(kernel, sent);
kernel.statusChanged.connect((_, status) => {{ if (/restarting|dead/.test(status)) sent.clear(); }});
kernel.anyMessage.connect((_, {{ msg, direction }}) => {{
    if (direction === 'send' && msg.header.msg_type === 'comm_msg') sent.add(msg.header.msg_id);
    if (msg.content.execution_state === 'idle') sent.delete(msg.parent_header.msg_id);
}});
return true;"""
WAIT = f"""{PANEL}
const {{ kernel }} = panel.sessionContext.session;
const end = performance.now() + milliseconds;
const pause = (time) => new Promise((go) => setTimeout(go, time));
const isHeard = () => !window.unheard?.get(kernel)?.size;
const isQuiet = async () => isHeard() && (await pause(0), isHeard()); // fast typing is sent after earlier messages are handled
"""
# A new request of the cell differs from the one noted before. If the server runs the cells, the page has no requests.
HAS_BEGUN = f"""{PANEL}
const {{ model, outputArea }} = panel.content.widgets[index];
return outputArea.future !== window.before.future || model.executionState === 'running'
    || model.executionCount !== window.before.count;"""
HAS_KEYS = f"""{WAIT}
const {{ content }} = panel;
for (;; await pause(10)) {{
    const hasKeys = content.activeCellIndex === index && content.node.contains(document.activeElement);
    const {{ model: {{ executionCount: count }}, outputArea: {{ future }} }} = content.widgets[index];
    window.before = {{ count, future }};
    if (hasKeys && await isQuiet()) return '';
    if (performance.now() > end) return hasKeys ? 'the kernel has not handled a message' : 'keys do not go to the cell';
}}"""
# The kernel's status is not enough: a reply may come later, and a kernel with subshells may be idle while a cell runs.
# Before version 7, ipykernel aborts requests that arrive just after an error, until it has answered another kind of request.
IS_IDLE = f"""{WAIT}
const running = () => panel.content.widgets.flatMap(({{ outputArea }}) => outputArea?.future ?? [])
    .filter((future) => !window.runsDone.has(future));
const isShown = () => panel.content.widgets.some(({{ model }}) => model.executionState === 'running');
window.runsDone ??= new WeakSet();
const follow = async (future) => {{
    const reply = await future.done.catch(() => null); // fails if the cell was deleted or the kernel ended
    if (reply?.content.status === 'error') await kernel.requestKernelInfo();
    window.runsDone.add(future);
}};
for (;; await pause(10)) {{
    await Promise.race([Promise.all(running().map(follow)), pause(end - performance.now())]);
    if (!running().length && !isShown() && kernel.status === 'idle' && await isQuiet()) return '';
    if (performance.now() > end) return `the kernel is ${{kernel.status}}, and ${{running().length}} cells run`;
}}"""
