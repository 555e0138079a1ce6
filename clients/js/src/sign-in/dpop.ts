import { base64Url, random, utf8 } from '../encoding.js';
import { LatchkeyError } from '../errors.js';
import { sha256 } from '../sha256.js';
import { ownKey } from '../storage/indexed-db.js';

interface Key {
  pair: CryptoKeyPair;
  jwk: { crv: string; kty: string; x: string; y: string };
}

/** Proofs that a request comes from whoever holds the session's key (RFC 9449). The key can't be read, not even by this page. */
export class DPoP {
  readonly #nonces = new Map<string, string>();
  #key: Promise<Key> | undefined;

  /** @param name under which the key is kept in IndexedDB, for all tabs; without IndexedDB it lives as long as this object. */
  constructor(private readonly name: string) {}

  /** A proof for one request, with the nonce that was heard last. `token` is the access token that goes with it. */
  async proof(method: string, url: string, token?: string): Promise<string> {
    const { pair, jwk } = await this.#load();
    const { origin, pathname } = new URL(url);
    const nonce = this.#nonces.get(origin);
    const part = (value: object): string => base64Url(utf8(JSON.stringify(value)));
    const signed = `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${part({
      jti: random(16), htm: method, htu: origin + pathname, iat: Math.floor(Date.now() / 1000), nonce,
      ath: token && base64Url(sha256(token)),
    })}`;
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, utf8(signed));
    return `${signed}.${base64Url(new Uint8Array(signature))}`;
  }

  /** Keeps the nonce that an answer has, for the next proof to the same origin. */
  heard(url: string, headers: Headers): void {
    const nonce = headers.get('DPoP-Nonce');
    if (nonce) this.#nonces.set(new URL(url).origin, nonce);
  }

  /** The key's thumbprint (RFC 7638), by which a code is bound to it from the beginning. */
  async thumbprint(): Promise<string> {
    const { crv, kty, x, y } = (await this.#load()).jwk;
    return base64Url(sha256(JSON.stringify({ crv, kty, x, y })));
  }

  #load(): Promise<Key> {
    this.#key ??= this.#find().catch(error => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }

  async #find(): Promise<Key> {
    if (!globalThis.crypto?.subtle) throw new LatchkeyError('not_supported', 'DPoP needs a secure context: https or localhost.');
    const pair = await this.#pair();
    const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
    return { pair, jwk: { crv: crv!, kty: kty!, x: x!, y: y! } };
  }

  #pair(): Promise<CryptoKeyPair> {
    const make = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    return ownKey(this.name, make);
  }
}
