import { useState } from 'react';
import { IonButton, IonContent, IonIcon, IonPage } from '@ionic/react';
import { images } from 'ionicons/icons';
import { SignInError } from '@latchkey/client';
import { session } from './client';

/** The service's own pages do the rest: password, passkey, other providers, second factor, a new account. */
export function SignIn({ problem, onSignedIn }: { problem?: string; onSignedIn: () => Promise<void> }) {
  const [fault, setFault] = useState<string>();
  const go = async (prompt?: 'create'): Promise<void> => {
    setFault(undefined);
    try {
      await session.signIn({ prompt }); // In a browser the page leaves, and App goes on when it is back.
      await onSignedIn();
    } catch (error) {
      if (!(error instanceof SignInError && error.code === 'cancelled')) setFault((error as Error).message);
    }
  };
  return (
    <IonPage>
      <IonContent className="ion-padding">
        <main className="welcome">
          <IonIcon icon={images} aria-hidden="true" />
          <h1>Photos</h1>
          <p>Your photos, backed up and on every device.</p>
          {(fault ?? problem) && <p className="said" role="status">{fault ?? problem}</p>}
          <IonButton expand="block" onClick={() => void go()}>Sign in</IonButton>
          <IonButton expand="block" fill="outline" onClick={() => void go('create')}>Create an account</IonButton>
        </main>
      </IonContent>
    </IonPage>
  );
}
