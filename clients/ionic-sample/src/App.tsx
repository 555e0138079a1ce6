import { useEffect, useState } from 'react';
import { IonApp, IonPage, IonSpinner } from '@ionic/react';
import type { User } from '@latchkey/client';
import { deleteAccount, deletionOf } from './account-actions';
import { session, start } from './client';
import { catchUp, closeLibrary, openLibrary } from './library';
import { Photos } from './Photos';
import { SignIn } from './SignIn';

const starting = start(); // Once, also where React mounts twice to find mistakes.

export function App() {
  const [user, setUser] = useState<User | 'nobody'>();
  const [problem, setProblem] = useState<string>();

  const enter = async (): Promise<void> => {
    const signedIn = await session.user();
    setUser(signedIn ?? 'nobody');
    if (!signedIn) return;
    setProblem(undefined);
    await openLibrary(signedIn.sub);
  };

  useEffect(() => {
    const begin = async (): Promise<void> => {
      const purpose = await starting.catch((error: Error) => setProblem(error.message));
      const back = purpose && await session.user(); // Perhaps as somebody else: then nothing is deleted.
      if (back && purpose === deletionOf(back) && await deleteAccount()) setProblem('Your account is deleted.');
      await enter();
    };
    void begin().catch((error: Error) => setProblem(error.message));
    const stop = session.onEnded(() => {
      setProblem('You have been signed out.');
      void closeLibrary();
      setUser('nobody');
    });
    const moved = (): void => void catchUp();
    const seen = (): void => { if (document.visibilityState === 'visible') void catchUp(); };
    window.addEventListener('online', moved);
    window.addEventListener('offline', moved);
    document.addEventListener('visibilitychange', seen);
    return () => {
      stop();
      window.removeEventListener('online', moved);
      window.removeEventListener('offline', moved);
      document.removeEventListener('visibilitychange', seen);
    };
  }, []);

  const leave = (message?: string): void => {
    setProblem(message);
    setUser('nobody');
  };

  return (
    <IonApp>
      {user === undefined ? <IonPage className="centred"><IonSpinner aria-label="Loading" /></IonPage>
        : user === 'nobody' ? <SignIn problem={problem} onSignedIn={enter} />
        : <Photos user={user} onLeave={leave} />}
    </IonApp>
  );
}
