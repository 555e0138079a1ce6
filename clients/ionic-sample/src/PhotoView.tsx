import { useState } from 'react';
import {
  IonActionSheet, IonButton, IonButtons, IonContent, IonFooter, IonHeader, IonIcon, IonInput, IonItem, IonModal, IonText, IonTitle, IonToolbar,
} from '@ionic/react';
import { close, copyOutline, shareOutline, trashOutline } from 'ionicons/icons';
import { Share } from '@capacitor/share';
import type { FileRecord } from '@latchkey/client';
import { files } from './client';
import { deletePhoto } from './library';
import { Thumbnail } from './Photos';

/** One photo, with its link for others. */
export function PhotoView({ photo, onClose }: { photo: FileRecord; onClose: () => void }) {
  const [link, setLink] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [isAsking, setAsking] = useState(false);

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setProblem(undefined);
    await work().catch((error: Error) => { if (error.name !== 'AbortError') setProblem(error.message); });
  };
  // Whoever has the link sees the photo, for a week.
  const share = (): Promise<void> => attempt(async () => {
    const until = new Date(Date.now() + 7 * 24 * 60 * 60 * 1000).toISOString();
    const url = link ?? (await files.share(photo.id, { link: {}, access: 'read', until })).link!.url!;
    setLink(url);
    if ((await Share.canShare()).value) await Share.share({ title: photo.name, url });
  });

  return (
    <IonModal isOpen onDidDismiss={onClose} className="photo" aria-label={photo.name}>
      <IonHeader>
        <IonToolbar>
          <IonButtons slot="start"><IonButton onClick={onClose} aria-label="Close"><IonIcon slot="icon-only" icon={close} aria-hidden="true" /></IonButton></IonButtons>
          <IonTitle>{photo.name}</IonTitle>
          <IonButtons slot="end">
            <IonButton onClick={() => void share()} aria-label="Share"><IonIcon slot="icon-only" icon={shareOutline} aria-hidden="true" /></IonButton>
            <IonButton onClick={() => setAsking(true)} aria-label="Delete"><IonIcon slot="icon-only" icon={trashOutline} aria-hidden="true" /></IonButton>
          </IonButtons>
        </IonToolbar>
      </IonHeader>
      <IonContent><Thumbnail photo={photo} size={2048} /></IonContent>
      {(link ?? problem) && <IonFooter>
        {problem && <IonText color="danger" role="alert"><p className="ion-padding">{problem}</p></IonText>}
        {link && <IonItem lines="none">
          <IonInput label="Link, for a week" labelPlacement="stacked" value={link} readonly />
          <IonButton slot="end" fill="clear" aria-label="Copy the link" onClick={() => void attempt(() => navigator.clipboard.writeText(link))}><IonIcon slot="icon-only" icon={copyOutline} aria-hidden="true" /></IonButton>
        </IonItem>}
      </IonFooter>}
      <IonActionSheet isOpen={isAsking} header="It stays in the trash for 30 days." onDidDismiss={() => setAsking(false)} buttons={[
        { text: 'Delete the photo', role: 'destructive', handler: () => void attempt(async () => { await deletePhoto(photo.id); onClose(); }) },
        { text: 'Keep it', role: 'cancel' },
      ]} />
    </IonModal>
  );
}
