// Requests that readers have been known to take for different ones: what a proxy lets through of them
// must be what the server behind it finds.

const crlf = '\r\n';

/** A request within the bytes of another: whoever finds it makes a job of it. */
function hidden(create_path, body) {
  return `POST ${create_path} HTTP/1.1${crlf}Host: localhost${crlf}Content-Type: application/json${crlf}` +
    `X-Request-Id: hidden${crlf}Content-Length: ${body.length}${crlf}${crlf}${body}`;
}

/** `[{name, bytes}]` */
export function smuggling_cases(create_path, body) {
  const inner = hidden(create_path, body);
  const head = (lines, version = '1.1') =>
    `POST ${create_path} HTTP/${version}${crlf}Host: localhost${crlf}` +
    `Content-Type: application/json${crlf}${lines}${crlf}`;
  const in_chunk = `${body.length.toString(16)}${crlf}${body}${crlf}0${crlf}${crlf}`;
  const cases = [];
  const add = (name, bytes) => cases.push({ name, bytes });

  // Both framings, and codings that only some readers see.
  const length_of_all = `Content-Length: ${in_chunk.length + inner.length}${crlf}`;
  add('length, then chunked', head(`${length_of_all}Transfer-Encoding: chunked${crlf}`) + in_chunk + inner);
  add('chunked, then length', head(`Transfer-Encoding: chunked${crlf}Content-Length: 4${crlf}`) + in_chunk + inner);
  const codings = ['xchunked', ' chunked ', '\tchunked', '\x0bchunked', 'chunked, identity', 'identity, chunked',
    'chunked, chunked', 'identity', 'Chunked', '"chunked"', 'chunked;a=b', 'gzip, chunked', 'chunk', ''];
  for (const coding of codings) {
    add(`coding ${JSON.stringify(coding)}`, head(`Transfer-Encoding:${coding}${crlf}`) + in_chunk + inner);
    add(`coding ${JSON.stringify(coding)} and a length`,
      head(`${length_of_all}Transfer-Encoding:${coding}${crlf}`) + in_chunk + inner);
  }
  for (const name of ['Transfer-Encoding ', 'Transfer-Encoding\t', ' Transfer-Encoding', 'Transfer_Encoding',
    'X: y\nTransfer-Encoding', 'X: y\rTransfer-Encoding', 'Transfer\x00-Encoding']) {
    add(`coding in ${JSON.stringify(name)}`,
      head(`${length_of_all}${name}: chunked${crlf}`) + in_chunk + inner);
  }
  add('coding folded', head(`${length_of_all}Transfer-Encoding:${crlf} chunked${crlf}`) + in_chunk + inner);
  add('coding twice', head(`Transfer-Encoding: identity${crlf}Transfer-Encoding: chunked${crlf}`) + in_chunk + inner);
  add('coding in HTTP/1.0', head(`Connection: keep-alive${crlf}Transfer-Encoding: chunked${crlf}`, '1.0') + in_chunk + inner);
  add('length named by Connection',
    head(`Connection: Content-Length${crlf}Content-Length: ${body.length}${crlf}`) + body + inner);
  add('coding named by Connection',
    head(`Connection: Transfer-Encoding${crlf}Transfer-Encoding: chunked${crlf}`) + in_chunk + inner);

  // Lengths.
  const longer = body.length + inner.length;
  for (const length of [`+${body.length}`, `0${body.length}`, `${body.length}, ${body.length}`,
    `${body.length} ${longer}`, `${body.length},${longer}`, `0x${body.length.toString(16)}`, `-${body.length}`,
    `${body.length};a`, `${body.length}.0`, `\x0b${body.length}`, '', '18446744073709551616']) {
    add(`length ${JSON.stringify(length)}`, head(`Content-Length: ${length}${crlf}`) + body + inner);
  }
  add('two lengths', head(`Content-Length: ${body.length}${crlf}Content-Length: ${longer}${crlf}`) + body + inner);
  add('two lengths, longer first',
    head(`Content-Length: ${longer}${crlf}Content-Length: ${body.length}${crlf}`) + body + inner);
  add('one length twice',
    head(`Content-Length: ${body.length}${crlf}Content-Length: ${body.length}${crlf}`) + body + inner);
  add('length in a folded line', head(`X: y${crlf} Content-Length: ${body.length}${crlf}`) + body + inner);
  add('length before a space', head(`Content-Length : ${body.length}${crlf}`) + body + inner);
  add('length behind a bare line feed', head(`X: y\nContent-Length: ${body.length}${crlf}`) + body + inner);
  add('length behind a bare carriage return', head(`X: y\rContent-Length: ${body.length}${crlf}`) + body + inner);
  add('body of a GET', `GET /livez HTTP/1.1${crlf}Host: localhost${crlf}` +
    `Content-Length: ${inner.length}${crlf}${crlf}${inner}`);
  add('expectation', head(`Expect: 100-continue${crlf}Content-Length: ${body.length}${crlf}`) + body + inner);
  add('odd expectation', head(`Expect: 200-ok${crlf}Content-Length: ${body.length}${crlf}`) + body + inner);

  // Chunks.
  const chunked = head(`Transfer-Encoding: chunked${crlf}`);
  const size = body.length.toString(16);
  add('chunks', chunked + in_chunk + inner);
  add('chunk extension', `${chunked}${size};a="${crlf.trim()}b"${crlf}${body}${crlf}0${crlf}${crlf}${inner}`);
  add('line feed in an extension', `${chunked}${size};\nxx${crlf}${body}${crlf}0${crlf}${crlf}${inner}`);
  add('size ended by a line feed', `${chunked}${size}\n${body}${crlf}0${crlf}${crlf}${inner}`);
  add('content not ended', `${chunked}${size}${crlf}${body}XX0${crlf}${crlf}${inner}`);
  add('content ended by a line feed', `${chunked}${size}${crlf}${body}\n0${crlf}${crlf}${inner}`);
  for (const bad of [`0x${size}`, `+${size}`, ` ${size}`, `${size} `, `-${size}`, `${size}_`, `00000000000000000${size}`,
    `1000000000000000${size}`]) {
    add(`size ${JSON.stringify(bad)}`, `${chunked}${bad}${crlf}${body}${crlf}0${crlf}${crlf}${inner}`);
  }
  add('last chunk ended by a line feed', `${chunked}${size}${crlf}${body}${crlf}0\n\n${inner}`);
  for (const trailer of ['X: y', 'Content-Length: 500', 'Host: b', 'Transfer-Encoding: chunked']) {
    add(`trailer ${trailer}`, `${chunked}${size}${crlf}${body}${crlf}0${crlf}${trailer}${crlf}${crlf}${inner}`);
  }

  // Heads.
  const with_body = `Content-Length: ${body.length}${crlf}`;
  const first = (line, lines) => `${line}${crlf}${lines}Content-Type: application/json${crlf}${with_body}${crlf}${body}${inner}`;
  add('no host', first(`POST ${create_path} HTTP/1.1`, ''));
  add('two hosts', first(`POST ${create_path} HTTP/1.1`, `Host: a${crlf}Host: b${crlf}`));
  add('other host in the target', first(`POST http://other${create_path} HTTP/1.1`, `Host: localhost${crlf}`));
  add('end of the head between carriage returns',
    `POST ${create_path} HTTP/1.1${crlf}Host: localhost${crlf}${with_body}\r${crlf}${body}${inner}`);
  add('bare line feeds', `POST ${create_path} HTTP/1.1\nHost: localhost\n${with_body.trim()}\n\n${body}${inner}`);
  add('empty lines before', crlf.repeat(3) + head(with_body) + body + inner);
  add('space in the target', first(`POST ${create_path} x HTTP/1.1`, `Host: localhost${crlf}`));
  add('version 2.0', first(`POST ${create_path} HTTP/2.0`, `Host: localhost${crlf}`));
  add('version 0.9', `POST ${create_path}${crlf}${crlf}${inner}`);
  add('upgrade', `GET /livez HTTP/1.1${crlf}Host: localhost${crlf}Connection: Upgrade${crlf}` +
    `Upgrade: websocket${crlf}${crlf}${inner}`);
  add('upgrade to h2c', `GET /livez HTTP/1.1${crlf}Host: localhost${crlf}Connection: Upgrade, HTTP2-Settings${crlf}` +
    `Upgrade: h2c${crlf}HTTP2-Settings: AAMAAABkAAQAAP__${crlf}${crlf}${inner}`);
  add('tunnel', `CONNECT localhost:80 HTTP/1.1${crlf}Host: localhost:80${crlf}${crlf}${inner}`);
  add('NUL in a value', head(`X: a\x00b${crlf}${with_body}`) + body + inner);
  add('header name beyond ASCII', head(`X\xe9: a${crlf}${with_body}`) + body + inner);
  add('piped', (head(with_body) + body).repeat(3) + inner);
  return cases;
}
