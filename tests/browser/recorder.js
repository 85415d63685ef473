// Runs before any script of the page: counts WebSocket payload, long tasks and the gaps between frames.
(() => {
  const state = { recording: false, bytes: 0, frames: [], longTasks: [], started: 0, ended: 0, last: 0 };
  const encoder = new TextEncoder();

  const sizeOf = (data) => {
    if (typeof data === "string") return encoder.encode(data).length;
    return data.byteLength ?? data.size;
  };

  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", (event) => {
        if (state.recording) state.bytes += sizeOf(event.data);
      });
    }
  };

  const keep = (entries) => {
    for (const entry of entries) state.longTasks.push([entry.startTime, entry.duration]);
  };
  const observer = new PerformanceObserver((list) => keep(list.getEntries()));
  observer.observe({ type: "longtask" });

  const onFrame = (now) => {
    if (!state.recording) return;
    if (state.last) state.frames.push([now, now - state.last]);
    state.last = now;
    requestAnimationFrame(onFrame);
  };

  window.__recorder = {
    start() {
      keep(observer.takeRecords());
      Object.assign(state, { recording: true, bytes: 0, frames: [], longTasks: [], last: 0 });
      state.started = performance.now();
      requestAnimationFrame(onFrame);
    },
    stop() {
      keep(observer.takeRecords());
      state.recording = false;
      state.ended = performance.now();
      const { bytes, frames, started, ended } = state;
      const longTasks = state.longTasks.filter(([start]) => start >= started && start <= ended);
      return { bytes, frames, longTasks, started, ended };
    },
  };
})();
