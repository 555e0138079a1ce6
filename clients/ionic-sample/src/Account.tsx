import { useState } from 'react';
import {
  IonAlert, IonButton, IonButtons, IonContent, IonHeader, IonIcon, IonItem, IonLabel, IonList, IonModal, IonText, IonTitle, IonToolbar,
} from '@ionic/react';
import { close } from 'ionicons/icons';
import type { User } from '@latchkey/client';
import { deleteAccount, signOut } from './account-actions';
import { openPage } from './client';

/** Who is signed in, and how to leave. */
export function Account({ user, isOpen, onClose, onLeave }: {
  user: User; isOpen: boolean; onClose: () => void; onLeave: (message?: string) => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string>();
  const attempt = (work: () => Promise<void>): void => {
    setProblem(undefined);
    work().catch((error: Error) => setProblem(error.message));
  };
  return (
    <IonModal isOpen={isOpen} onDidDismiss={onClose} aria-label="Account">
      <IonHeader>
        <IonToolbar>
          <IonTitle>Account</IonTitle>
          <IonButtons slot="end"><IonButton onClick={onClose} aria-label="Close"><IonIcon slot="icon-only" icon={close} aria-hidden="true" /></IonButton></IonButtons>
        </IonToolbar>
      </IonHeader>
      <IonContent>
        <IonList inset>
          <IonItem><IonLabel><h2>{user.name}</h2><p>{user.email}</p></IonLabel></IonItem>
          <IonItem button detail onClick={() => void openPage('/account')}><IonLabel>Password, passkeys, devices</IonLabel></IonItem>
          <IonItem button detail={false} onClick={() => attempt(async () => { await signOut(); onLeave(); })}><IonLabel>Sign out</IonLabel></IonItem>
        </IonList>
        <IonList inset>
          <IonItem button detail={false} onClick={() => setAsking(true)}><IonLabel color="danger">Delete account</IonLabel></IonItem>
        </IonList>
        {problem && <IonText color="danger" role="alert"><p className="ion-padding">{problem}</p></IonText>}
      </IonContent>
      <IonAlert isOpen={isAsking} header="Delete the account?" message="All photos in it are deleted too." onDidDismiss={() => setAsking(false)} buttons={[
        { text: 'Keep it', role: 'cancel' },
        { text: 'Delete', role: 'destructive', handler: () => attempt(async () => { if (await deleteAccount()) onLeave('Your account is deleted.'); }) },
      ]} />
    </IonModal>
  );
}
