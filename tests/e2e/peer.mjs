// An agent behind a webhook, played by the test.
import http from 'node:http';

/** Answers a task with a JSON body. */
export function answer_json(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The peer that takes every task and never says a word. */
export const silent = () => {};

/**
 * Runs `body` with a web server that `answer(task, response, request)` plays. The peer has `url`,
 * `tasks` (all bodies received; `texts` as they came) and `open` (the number of requests that are
 * neither answered nor given up).
 */
export async function with_peer(answer, body) {
  const peer = { tasks: [], texts: [], open: 0 };
  const server = http.createServer((request, response) => {
    peer.open += 1;
    response.once('close', () => (peer.open -= 1));
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('error', () => {}); // the engine gave the task up; 'close' counts it
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const task = JSON.parse(text);
      peer.texts.push(text);
      peer.tasks.push(task);
      answer(task, response, request);
    });
  });
  // No limits of its own: only the engine may end a request.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', 8192, resolve));
  peer.url = `http://127.0.0.1:${server.address().port}`;
  try {
    return await body(peer);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
