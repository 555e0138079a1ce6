// Bodies that only the recipients' devices can read: JWE (RFC 7516), general JSON serialization, one content key for all devices.
import * as jose from 'jose';

export const contentType = 'application/jose+json';

/** A new key pair for this device. The private key stays where it is made. */
export function newKeyPair(curve = 'X25519') {
  return jose.generateKeyPair('ECDH-ES+A256KW', { crv: curve, extractable: false });
}

/** The public key as it is published with PUT /{tenant}/me/keys/{device}. */
export async function published(publicKey) {
  const { kty, crv, x, y } = await jose.exportJWK(publicKey);
  return { jwk: { kty, crv, x, ...(y && { y }) } };
}

/** Which device of which user a key is of. */
export const kid = (user, device) => `${user}/${device}`;

/**
 * Seals a text for devices.
 * @param devices [{user, device, jwk}], all devices of all recipients, and the sender's own others.
 */
export async function seal(text, devices) {
  const sealing = new jose.GeneralEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ enc: 'A256GCM' });
  for (const { user, device, jwk } of devices) {
    sealing.addRecipient(await jose.importJWK(jwk, 'ECDH-ES+A256KW'))
      .setUnprotectedHeader({ alg: 'ECDH-ES+A256KW', kid: kid(user, device) });
  }
  return JSON.stringify(await sealing.encrypt());
}

/** Opens a body with a device's private key; throws if it was not sealed for that device. */
export async function open(body, privateKey, user, device) {
  const { recipients, ...shared } = JSON.parse(body);
  const mine = recipients.filter((recipient) => recipient.header.kid === kid(user, device));
  const { plaintext } = await jose.generalDecrypt({ ...shared, recipients: mine }, privateKey,
    { keyManagementAlgorithms: ['ECDH-ES+A256KW'], contentEncryptionAlgorithms: ['A256GCM'] });
  return new TextDecoder().decode(plaintext);
}
