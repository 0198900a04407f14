/** A server that serves one file as well, or as badly, as a test wants. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";

export interface Served {
  content: Buffer;
  etag?: string | undefined;
  /** Whether Range is honoured. */
  ranges: boolean;
  /** Says how long the file is. */
  length: boolean;
  /** Cuts the connection after so many bytes of an answer, once `heard` says that they have come; null never. */
  cutAfter: number | null;
  /** How many bytes of the file the client has. */
  heard: number;
  /** Answers that come first, by status. */
  failures: number[];
  /** Sends so many bytes and then nothing. */
  silentAfter: number | null;
}

export interface FileServer {
  readonly url: string;
  readonly served: Served;
  /** The Range header of every request. */
  readonly asked: (string | undefined)[];
}

function answer({ served, asked }: FileServer, request: IncomingMessage, response: ServerResponse): void {
  const { range, "if-range": ifRange } = request.headers;
  asked.push(range);
  const failure = served.failures.shift();
  if (failure !== undefined) {
    response.writeHead(failure).end("no");
    return;
  }
  const first = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  const partial = served.ranges && range !== undefined && (ifRange === undefined || ifRange === served.etag);
  const total = served.content.length;
  if (partial && first >= total) {
    response.writeHead(416, { "content-range": `bytes */${total}` }).end();
    return;
  }
  const body = partial ? served.content.subarray(first) : served.content;
  response.writeHead(partial ? 206 : 200, {
    ...(served.etag === undefined ? {} : { etag: served.etag }),
    ...(served.length ? { "content-length": String(body.length) } : {}),
    ...(partial ? { "content-range": `bytes ${first}-${total - 1}/${total}` } : {}),
  });
  const stop = served.cutAfter ?? served.silentAfter;
  if (stop === null || stop >= body.length) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, stop));
  const cut = setInterval(() => {
    if (served.cutAfter === null || served.heard < (partial ? first : 0) + stop) return;
    clearInterval(cut);
    response.destroy();
  }, 2);
  response.on("close", () => clearInterval(cut));
}

/** Starts a server on this machine, stopped after the tests of the file. */
export async function startServer(content: Buffer): Promise<FileServer> {
  const served: Served = {
    content,
    etag: '"one"',
    ranges: true,
    length: true,
    cutAfter: null,
    heard: 0,
    failures: [],
    silentAfter: null,
  };
  const asked: (string | undefined)[] = [];
  const box: { server?: FileServer } = {};
  const server: Server = createServer((request, response) => answer(box.server!, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  box.server = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`, served, asked };
  return box.server;
}
