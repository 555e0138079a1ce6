import { ApiError } from '@latchkey/client';
import type { User } from '@latchkey/client';
import { files, session } from './client';
import { closeLibrary } from './library';

/** What a sign-in is for that goes before the deletion of this account, and of no other. */
export const deletionOf = (user: User): string => `delete-account ${user.sub}`;

/** Forgets the user on this device, and ends the session. */
export async function signOut(): Promise<void> {
  await session.signOut();
  await closeLibrary();
}

/**
 * Deletes the account, as both app stores ask for. The service wants a sign-in of the last ten minutes: with an older one the user goes
 * there first, and comes back with `returnTo`. True if the account is gone.
 */
export async function deleteAccount(): Promise<boolean> {
  const user = await session.user();
  if (!user) return false;
  try {
    await files.api.send('DELETE', '/me', { query: { confirm: user.sub } });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'insufficient_user_authentication') throw error;
    const again = await session.signIn({ maxAge: 60, loginHint: user.email, returnTo: deletionOf(user) }); // On the web the page leaves here.
    return again.user.sub === user.sub && await deleteAccount();
  }
  await signOut();
  return true;
}
