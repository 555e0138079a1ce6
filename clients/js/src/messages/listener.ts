import { ApiError, LatchkeyError } from '../errors.js';
import { invalid } from '../request.js';
import { isTemporary, pause, wait } from '../wait.js';
import type { Message, Messages } from './messages.js';

const remembered = 5000;

/** What is used of npm's `mqtt`. */
export interface Mqtt {
  connect(url: string, options: { clientId: string; protocolVersion: 4 | 5; reconnectPeriod: number; keepalive: number }): MqttClient;
}

/** A connection. */
export interface MqttClient {
  on(event: 'message', heard: (topic: string, payload: Uint8Array) => void): unknown;
  on(event: 'connect' | 'close', heard: () => void): unknown;
  on(event: 'error', heard: (error: Error) => void): unknown;
  subscribeAsync(topics: string[], options: { qos: 1 }): Promise<unknown>;
  end(force?: boolean): unknown;
}

/** How messages are heard. */
export interface ListenOptions {
  /** `import mqtt from 'mqtt'`. */
  mqtt: Mqtt;
  /** Is called once for each message, in no certain order. */
  onMessage: (message: Message) => void;
  /** Where reading of the inbox begins, and is told where it is now: keep it for the next start. */
  cursor?: string;
  onCursor?: (cursor: string) => void;
  /** Topics of the tenant to hear too, by their names; one of them must be in what the service allows. */
  topics?: string[];
  /** True while it is connected. */
  onConnected?: (isConnected: boolean) => void;
  /** It is over without `close`: the session has ended, or there are no messages here. */
  onEnded?: (error: LatchkeyError) => void;
}

/** Hears messages, and connects again whenever the connection ends. */
export class Listener {
  readonly #seen = new Set<string>();
  readonly #stop = new AbortController();
  #cursor: string | undefined;

  constructor(private readonly messages: Messages, private readonly options: ListenOptions) {
    this.#cursor = options.cursor;
    this.#run().catch(error => { if (!this.#stop.signal.aborted) options.onEnded?.(error as LatchkeyError); });
  }

  /** Ends it. */
  close(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let tries = 0; !signal.aborted; tries++) {
      let error: unknown;
      try {
        await this.#connection(() => { tries = 0; });
      } catch (failure) {
        if (!isTemporary(failure) && (failure instanceof LatchkeyError)) throw failure;
        error = failure; // Of the broker: it says no in many ways.
      }
      this.options.onConnected?.(false);
      await wait(pause(error instanceof ApiError ? error : undefined, Math.min(tries, 5)), signal, true);
    }
  }

  /** One connection, until it is closed. */
  async #connection(onConnected: () => void): Promise<void> {
    const { signal } = this.#stop;
    const key = await this.messages.api.send('POST', '/messages/connect', { signal });
    if (!key.url.startsWith('wss:') && !(key.url.startsWith('ws:') && this.messages.api.issuer.startsWith('http:'))) {
      invalid('The broker is not at a wss address.');
    }
    signal.throwIfAborted();
    const client = this.options.mqtt.connect(key.url, { clientId: key.clientId, protocolVersion: 5, reconnectPeriod: 0, keepalive: 60 });
    const end = (): void => void client.end(true);
    signal.addEventListener('abort', end);
    try {
      await new Promise<void>((resolve, reject) => {
        client.on('message', (topic, payload) => void this.#heard(topic, payload));
        client.on('error', reject);
        client.on('close', resolve);
        client.on('connect', () => {
          const topics = [...key.subscribe.filter(topic => !topic.endsWith('*')), ...this.options.topics ?? []];
          client.subscribeAsync(topics, { qos: 1 }).then(() => this.#readMissed()).then(() => {
            onConnected();
            this.options.onConnected?.(true);
          }).catch(reject);
        });
      });
    } finally {
      signal.removeEventListener('abort', end);
      client.end(true);
    }
  }

  async #readMissed(): Promise<void> {
    for await (const page of this.messages.read({ cursor: this.#cursor, signal: this.#stop.signal })) {
      page.messages.forEach(message => this.#tell(message));
      this.#cursor = page.cursor;
      this.options.onCursor?.(page.cursor);
    }
  }

  async #heard(topic: string, payload: Uint8Array): Promise<void> {
    try {
      const message = JSON.parse(new TextDecoder().decode(payload)) as Message;
      if (typeof message.id !== 'string' || typeof message.body !== 'string') return;
      const opened = await this.messages.open(message);
      const [, kind, ...name] = topic.split('.');
      if (kind === 'inbox' || kind === 'group') this.#tell(opened); // Nobody but the service can publish to these.
      else this.#tell({ ...opened, from: undefined, to: { topic: name.join('.') } }, topic);
    } catch {
      // Something on a topic that is no message of the service, or the session has ended: the connection will say so.
    }
  }

  #tell(message: Message, topic = ''): void {
    const key = `${topic} ${message.id}`; // Whoever publishes on a topic must not hide another message by its id.
    if (this.#stop.signal.aborted || this.#seen.has(key)) return;
    this.#seen.add(key);
    if (this.#seen.size > remembered) this.#seen.delete(this.#seen.values().next().value!);
    this.options.onMessage(message);
  }
}
