import { exportJWK, GeneralEncrypt, generalDecrypt, generateKeyPair, importJWK } from 'jose';
import type { GeneralJWE, JWK } from 'jose';
import { InvalidAnswerError, LatchkeyError } from '../errors.js';
import { exclusively } from '../sign-in/lock.js';
import { ownKey } from '../storage/indexed-db.js';
import type { KeyValueStorage } from '../storage/storage.js';

const wrapping = 'ECDH-ES+A256KW';
const content = 'A256GCM';

/** The media type of a sealed body. */
export const sealedType = 'application/jose+json';

/** A device's public key as the service gives it. */
export interface PublicKey {
  user: string;
  device: string;
  jwk: unknown;
}

interface Pair {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

/** Where the device's key is. */
export interface SealingOptions {
  /** The device's id: 1 to 64 letters, digits, hyphens and underscores. The same at each start. */
  device: string;
  /**
   * Keeps the private key as text: `secureStorage(…)` in a Capacitor app. If it is left out the key is in IndexedDB, where not even this
   * page can read it, or without IndexedDB in memory.
   */
  storage?: KeyValueStorage;
}

/** Seals texts for devices and opens what was sealed for this one: JWE (RFC 7516), one content key, wrapped for each device. */
export class Sealing {
  readonly device: string;
  readonly #pairs = new Map<string, Promise<Pair>>();

  constructor(private readonly options: SealingOptions) {
    this.device = options.device;
  }

  /** This device's public key (RFC 7517). The key pair is made when it is first needed. `owner` tells users and issuers apart. */
  async publicKey(owner: string): Promise<Record<string, unknown>> {
    const { kty, crv, x, y } = await exportJWK((await this.#pair(owner)).publicKey);
    return { kty, crv, x, ...(y && { y }) };
  }

  /** Seals a text for devices. */
  async seal(text: string, devices: PublicKey[]): Promise<string> {
    const sealing = new GeneralEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ enc: content });
    for (const { user, device, jwk } of devices) {
      sealing.addRecipient(await importJWK(checked(jwk), wrapping)).setUnprotectedHeader({ alg: wrapping, kid: `${user}/${device}` });
    }
    return JSON.stringify(await sealing.encrypt());
  }

  /**
   * Opens a body with this device's key.
   * @throws LatchkeyError `not_sealed_for_this_device`: also if the body was changed; what the storage throws if the key can't be read.
   */
  async open(body: string, user: string, owner: string): Promise<string> {
    const { privateKey } = await this.#pair(owner);
    try {
      const { recipients, ...shared } = JSON.parse(body) as GeneralJWE;
      const mine = recipients.filter(({ header }) => header?.['kid'] === `${user}/${this.device}`).slice(0, 2);
      const { plaintext } = await generalDecrypt({ ...shared, recipients: mine }, privateKey,
        { keyManagementAlgorithms: [wrapping], contentEncryptionAlgorithms: [content] });
      return new TextDecoder().decode(plaintext);
    } catch (error) {
      throw new LatchkeyError('not_sealed_for_this_device', 'The message can not be opened with the key of this device.', { cause: error });
    }
  }

  #pair(owner: string): Promise<Pair> {
    const name = `latchkey:sealing:${owner}:${this.device}`;
    const pair = this.#pairs.get(name) ?? this.#load(name);
    this.#pairs.set(name, pair);
    pair.catch(() => this.#pairs.delete(name));
    return pair;
  }

  async #load(name: string): Promise<Pair> {
    const { storage } = this.options;
    if (!storage) return ownKey(name, () => newPair(false));
    const kept = await storage.get(name) ?? await exclusively(name, storage, async () => { // Two at once get the same.
      const there = await storage.get(name);
      if (!there) await storage.set(name, JSON.stringify(await exportJWK((await newPair(true)).privateKey)));
      return there ?? await storage.get(name);
    });
    if (!kept) throw new LatchkeyError('storage_failed', 'The storage did not keep the key of this device.');
    const jwk = JSON.parse(kept) as JWK;
    const { d: _, ...own } = jwk;
    const publicKey = await importJWK(own, wrapping, { extractable: true }) as CryptoKey;
    return { privateKey: await importJWK(jwk, wrapping) as CryptoKey, publicKey };
  }
}

/** P-256, because every browser and web view has it. */
async function newPair(extractable: boolean): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(wrapping, { crv: 'P-256', extractable });
  return { privateKey, publicKey };
}

function checked(jwk: unknown): JWK {
  const { kty, crv, x, y, d } = jwk as JWK;
  const isKnown = (kty === 'EC' && crv === 'P-256' && typeof y === 'string') || (kty === 'OKP' && crv === 'X25519');
  if (!isKnown || typeof x !== 'string' || d !== undefined) throw new InvalidAnswerError('The service gave a key that is none.');
  return { kty, crv, x, ...(y !== undefined && { y }) };
}
