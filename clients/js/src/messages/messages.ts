import { ApiClient } from '../api/client.js';
import type { components } from '../api/openapi.js';
import type { Authorizer } from '../authorizer.js';
import { random } from '../encoding.js';
import { LatchkeyError, SessionEndedError } from '../errors.js';
import { persist } from '../wait.js';
import { Listener } from './listener.js';
import type { ListenOptions } from './listener.js';
import type { PublicKey, Sealing } from './sealing.js';

type Schemas = components['schemas'];

const sealedType = 'application/jose+json'; // Not from sealing.ts, which needs jose.
const acknowledgedAtOnce = 100;

/** A message as it arrives. */
export type Message = Omit<Schemas['Message'], 'from'> & {
  /**
   * Who wrote it, as the service says; null is the service itself. Undefined if it was heard on one of the tenant's topics: whoever may
   * publish there can have written all of it.
   */
  from?: string | null;
  /** What was written: the body, or what it is once it is opened. Undefined if it was sealed for other devices only. */
  text?: string;
};

/** A message to send. */
export type NewMessage = Schemas['NewMessage'] & {
  /** Seals the body for all devices of the recipient (`true`), or of these users: of a group, its members. Your own devices are added. */
  seal?: boolean | string[];
};

/** A page of the inbox. */
export interface MessagesPage {
  messages: Message[];
  /** Where to go on, now or later. */
  cursor: string;
}

/** Messages between users of a tenant; with the scope `messages`. */
export class Messages {
  /** Sends every other request of the API. */
  readonly api: ApiClient;
  readonly #sealing: Sealing | undefined;

  /**
   * @param authorizer a `Session`, or the tokens of another library.
   * @param options `sealing` seals and opens; without it sealed messages stay closed.
   */
  constructor(private readonly authorizer: Authorizer, options: { sealing?: Sealing } = {}) {
    this.api = new ApiClient(authorizer);
    this.#sealing = options.sealing;
  }

  /** Sends a message. It is sent once, even if the answer of a try is lost. */
  async send({ seal, ...message }: NewMessage, signal?: AbortSignal): Promise<Schemas['SentMessage']> {
    const body = { id: random(16), ...message };
    if (seal) Object.assign(body, { body: await this.#seal(message, seal), contentType: sealedType });
    return persist(() => this.api.send('POST', '/messages', { body, signal }), 3, signal);
  }

  /**
   * Reads the inbox behind a cursor, page by page, up to now. Know messages by their `id`: the youngest come again with the next cursor.
   */
  async *read({ cursor, signal }: { cursor?: string; signal?: AbortSignal } = {}): AsyncGenerator<MessagesPage> {
    for (let at = cursor, more = true; more;) {
      const page = await this.api.send('GET', '/messages', { query: { cursor: at, limit: 200 }, signal });
      yield { messages: await Promise.all(page.messages.map(message => this.open(message))), cursor: page.cursor };
      more = page.more && page.cursor !== at;
      at = page.cursor;
    }
  }

  /** Hears messages by MQTT, and reads what was missed after each connection, until it is closed. */
  listen(options: ListenOptions): Listener {
    return new Listener(this, options);
  }

  /**
   * Adds `text` to a message: its body, opened if it is sealed.
   * @throws SessionEndedError; what the storage of the key throws.
   */
  async open(message: Message): Promise<Message> {
    if (message.contentType !== sealedType) return { ...message, text: message.body };
    const text = await this.#sealing?.open(message.body, await this.#me(), await this.#owner()).catch(error => {
      if ((error as Partial<LatchkeyError>).code === 'not_sealed_for_this_device') return undefined; // For other devices, or damaged.
      throw error;
    });
    return { ...message, text };
  }

  /** Removes messages from the inbox, on all devices. */
  async acknowledge(ids: string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += acknowledgedAtOnce) {
      await persist(() => this.api.send('POST', '/messages/acknowledge', { body: { ids: ids.slice(at, at + acknowledgedAtOnce) } }), 3);
    }
  }

  /** Publishes this device's public key, unless it is there already. Until then nobody can seal for it. */
  async publishKey(): Promise<void> {
    const sealing = this.#mustSeal();
    const jwk = await sealing.publicKey(await this.#owner());
    const there = (await this.ownKeys()).find(({ device }) => device === sealing.device)?.jwk as Record<string, unknown> | undefined;
    if (there && Object.entries(jwk).every(([name, value]) => there[name] === value)) return;
    await this.api.send('PUT', '/me/keys/{device}', { path: { device: sealing.device }, body: { jwk: jwk as Record<string, never> } });
  }

  /** The public keys of a user's devices. */
  async keys(userId: string): Promise<Schemas['DeviceKey'][]> {
    return (await this.api.send('GET', '/messages/keys/{userId}', { path: { userId } })).keys;
  }

  /** The public keys of the own devices. */
  async ownKeys(): Promise<Schemas['DeviceKey'][]> {
    return (await this.api.send('GET', '/me/keys')).keys;
  }

  /** Removes the public key of an own device. */
  async removeKey(device: string): Promise<void> {
    await this.api.send('DELETE', '/me/keys/{device}', { path: { device } });
  }

  /** Whom the user has blocked. */
  async blocked(): Promise<string[]> {
    return (await this.api.send('GET', '/messages/blocked')).users;
  }

  /** Lets nothing from a user into the inbox. They are not told. */
  async block(userId: string): Promise<void> {
    await this.api.send('PUT', '/messages/blocked/{userId}', { path: { userId } });
  }

  /** Lets a user write again. */
  async unblock(userId: string): Promise<void> {
    await this.api.send('DELETE', '/messages/blocked/{userId}', { path: { userId } });
  }

  async #seal({ to, body }: Schemas['NewMessage'], seal: true | string[]): Promise<string> {
    const sealing = this.#mustSeal();
    const recipients = Array.isArray(seal) ? seal : to.user ? [to.user] : undefined;
    if (!recipients?.length) throw new LatchkeyError('invalid_argument', 'Name the users whom it is sealed for.');
    const me = await this.#me();
    const devices: PublicKey[] = [];
    for (const user of new Set([...recipients, me])) {
      const keys = await this.keys(user);
      if (keys.length === 0 && user !== me) throw new LatchkeyError('no_device_keys', `${user} has published no key.`);
      devices.push(...keys.map(({ device, jwk }) => ({ user, device, jwk })));
    }
    return sealing.seal(body, devices);
  }

  #mustSeal(): Sealing {
    return this.#sealing ?? (() => { throw new LatchkeyError('invalid_argument', 'Give `sealing` to the constructor.'); })();
  }

  async #me(): Promise<string> {
    return (await this.authorizer.user())?.sub ?? (() => { throw new SessionEndedError('not_signed_in', 'Nobody is signed in.'); })();
  }

  async #owner(): Promise<string> {
    return `${this.authorizer.issuer}:${await this.#me()}`;
  }
}
