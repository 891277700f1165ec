// The engine behind the page: the native program by a WebSocket, or the same simulator in a Web Worker.
// Both speak one protocol: texts (JSON) and frames (bytes).

/** Connects; `heard` has text(reply), frame(buffer), up() and down(message). */
export function connect(heard) {
  const kind = document.documentElement.dataset.engine;
  return kind === "worker" ? byWorker(heard) : bySocket(heard);
}

function bySocket(heard) {
  let socket = null;
  let tries = 0;
  const open = () => {
    const url = new URL("live", location.href);
    url.protocol = "ws:";
    url.hash = "";
    url.search = "";
    socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      tries = 0;
      heard.up();
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") heard.text(JSON.parse(data));
      else heard.frame(data);
    };
    socket.onclose = () => {
      tries += 1;
      heard.down(
        tries < 3
          ? "The connection was lost: trying again."
          : "The program that runs this page has ended. Start it again by howship view, and open the address that it prints.",
      );
      if (tries < 100) setTimeout(open, Math.min(250 * 2 ** tries, 5000));
    };
  };
  open();
  return (request) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
  };
}

function byWorker(heard) {
  const worker = new Worker("worker.js");
  let ready = false;
  const waiting = [];
  worker.onmessage = ({ data }) => {
    if (data === "ready") {
      ready = true;
      heard.up();
      for (const text of waiting.splice(0)) worker.postMessage(text);
    } else if (typeof data === "string") {
      heard.text(JSON.parse(data));
    } else if (data.failed) {
      heard.down(`The simulator cannot run in this browser: ${data.failed}`);
    } else {
      heard.frame(data);
      // The next frame is made when this one is drawn: a slow page gets fewer.
      requestAnimationFrame(() => worker.postMessage("drawn"));
    }
  };
  worker.onerror = (error) => heard.down(`The simulator cannot run in this browser: ${error.message}`);
  return (request) => {
    const text = JSON.stringify(request);
    if (ready) worker.postMessage(text);
    else waiting.push(text);
  };
}
