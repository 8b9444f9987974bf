// HTTP as tests need it: whole requests that are checked, and bytes that are anything but.
import http from 'node:http';
import net from 'node:net';
import { guarded } from './until.mjs';

/**
 * One request, well-formed: `{status, reason, headers, text, json}`. `json` is undefined when the
 * body is none.
 * @param options.json sent as a JSON body; @param options.body sent as it is.
 */
export function call(port, method, target, { json, body, headers = {}, agent } = {}) {
  const payload = json === undefined ? body : JSON.stringify(json);
  const all_headers = { ...headers };
  if (json !== undefined) all_headers['Content-Type'] ??= 'application/json';
  if (payload !== undefined) all_headers['Content-Length'] = Buffer.byteLength(payload);
  const options = { host: '127.0.0.1', port, method, path: target, headers: all_headers, agent };
  const answered = new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(answer_of(response, Buffer.concat(chunks).toString())));
    });
    request.on('error', reject);
    request.end(payload);
  });
  // The longest ?wait is 60 s.
  return guarded(answered, `an answer to ${method} ${target}`, 100_000);
}

// What errors must not tell: paths of the machine, libraries, source files, stack frames, SQL.
const internals = new RegExp(
  '/(usr|home|root|tmp|proc|lib)/|\\.[ch]pp\\b|\\.so\\b|restinio|nlohmann|json\\.exception|sqlite|\\basio\\b|' +
    '\\bcaf::|std::|\\bboost\\b|libcurl|what\\(\\)|0x[0-9a-f]{6,}|\\bSELECT .* FROM\\b|\\bINSERT INTO\\b',
  'i',
);

/** Fails if an error tells of the server's inside. Every error answer of every test passes here. */
export function assert_tells_nothing(status, text) {
  if (status < 400) return;
  const found = internals.exec(text);
  if (found) throw new Error(`an error answer tells of "${found[0]}": ${text}`);
}

function answer_of(response, text) {
  assert_tells_nothing(response.statusCode, text);
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const { statusCode: status, statusMessage: reason, headers } = response;
  return { status, reason, headers, text, json };
}

/** A TCP connection on which a test writes whatever it wants. */
export class raw_connection {
  constructor(port, { half_open = false } = {}) {
    this.received = Buffer.alloc(0);
    this.is_closed = false;
    this.socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: half_open });
    // A reset is one way to be closed; 'close' follows.
    this.socket.on('error', (fault) => (this.fault = fault));
    this.connected = new Promise((resolve, reject) => {
      this.socket.once('connect', () => resolve(this));
      this.socket.once('close', () => reject(this.fault ?? new Error('closed')));
    });
    this.connected.catch(() => {}); // whoever does not await it looks at is_closed
    this.changed = () => {};
    this.socket.on('data', (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.changed();
    });
    for (const event of ['end', 'close']) {
      this.socket.on(event, () => {
        this.is_closed = true;
        this.changed();
      });
    }
  }

  write(bytes) {
    if (!this.socket.destroyed) this.socket.write(bytes);
    return this;
  }

  /** Closes the sending side only. */
  half_close() {
    this.socket.end();
    return this;
  }

  destroy() {
    this.socket.destroy();
  }

  /** The complete answers received so far; see `parse_answers`. */
  get answers() {
    return parse_answers(this.received);
  }

  /** Waits until `condition(this)` holds; looked at whenever bytes or the end arrive. */
  wait_for(what, condition, limit_ms) {
    const reached = new Promise((resolve, reject) => {
      this.changed = () => {
        try {
          if (condition(this)) resolve(this);
        } catch (fault) {
          reject(fault);
        }
      };
      this.changed();
    });
    return guarded(reached, what, limit_ms);
  }

  /** Waits until the server has answered or closed: what must come of any input. */
  answered_or_closed(what, limit_ms) {
    const is_done = (self) => self.is_closed || self.answers.length > 0;
    return this.wait_for(`an answer to or the end of ${what}`, is_done, limit_ms);
  }
}

/**
 * Complete HTTP answers at the start of `bytes`: `[{status, headers, body}]`. Only answers with a
 * Content-Length (the server sends no others on the routes tested).
 */
export function parse_answers(bytes) {
  const answers = [];
  for (let at = 0; ;) {
    const head_end = bytes.indexOf('\r\n\r\n', at);
    if (head_end < 0) return answers;
    const [status_line, ...lines] = bytes.toString('latin1', at, head_end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(status_line)?.[1]);
    if (!status) throw new Error(`not an HTTP answer: ${status_line}`);
    const has_body = status >= 200 && status !== 204 && status !== 304;
    const length = has_body ? Number(headers['content-length']) : 0;
    if (Number.isNaN(length)) throw new Error(`answer without Content-Length: ${status_line}`);
    const body_end = head_end + 4 + length;
    if (bytes.length < body_end) return answers;
    const body = bytes.toString('utf8', head_end + 4, body_end);
    assert_tells_nothing(status, body);
    answers.push({ status, headers, body });
    at = body_end;
  }
}
