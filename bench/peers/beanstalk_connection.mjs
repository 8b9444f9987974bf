// A connection to beanstalkd. Commands may be sent without waiting for the answers to earlier ones;
// the server answers in order.
import net from 'node:net';

const line_end = Buffer.from('\r\n');
// Answers that are followed by as many bytes as their last word says.
const with_body = new Set(['RESERVED', 'FOUND', 'OK']);

export class beanstalk_connection {
  constructor(port) {
    this.received = Buffer.alloc(0);
    this.waiting = [];
    this.socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (bytes) => this.#take(bytes));
    this.socket.on('error', (fault) => (this.fault = fault));
    this.socket.on('close', () => {
      for (const { reject } of this.waiting.splice(0)) reject(this.fault ?? new Error('closed'));
    });
  }

  /** Sends a command; gives `{words, body}` of its answer, which must begin with `expected`. */
  send(command, expected) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ command, expected, resolve, reject });
      this.socket.write(`${command}\r\n`);
    });
  }

  use(tube) {
    return this.send(`use ${tube}`, 'USING');
  }

  /** Takes jobs from `tube` alone. */
  async watch_only(tube) {
    await Promise.all([
      this.send(`watch ${tube}`, 'WATCHING'),
      this.send('ignore default', 'WATCHING'),
    ]);
  }

  /** With the default priority, no delay, and a minute to run. */
  put(text) {
    return this.send(`put 1024 0 60 ${Buffer.byteLength(text)}\r\n${text}`, 'INSERTED');
  }

  async reserve() {
    const { words, body } = await this.send('reserve', 'RESERVED');
    return { id: words[1], text: body.toString() };
  }

  delete(id) {
    return this.send(`delete ${id}`, 'DELETED');
  }

  close() {
    this.socket.destroy();
  }

  #take(bytes) {
    this.received = this.received.length === 0 ? bytes : Buffer.concat([this.received, bytes]);
    for (;;) {
      const end = this.received.indexOf(line_end);
      if (end < 0) return;
      const words = this.received.toString('latin1', 0, end).split(' ');
      let next = end + line_end.length;
      let body;
      if (with_body.has(words[0])) {
        const length = Number(words.at(-1));
        if (this.received.length < next + length + line_end.length) return;
        body = this.received.subarray(next, next + length);
        next += length + line_end.length;
      }
      this.received = this.received.subarray(next);
      this.#answer({ words, body });
    }
  }

  #answer(answer) {
    const { command, expected, resolve, reject } = this.waiting.shift();
    if (answer.words[0] === expected) resolve(answer);
    else reject(new Error(`beanstalkd answered ${answer.words.join(' ')} to ${command}`));
  }
}
