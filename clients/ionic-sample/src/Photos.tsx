import { useEffect, useRef, useState } from 'react';
import {
  IonButton, IonButtons, IonContent, IonFab, IonFabButton, IonFabList, IonHeader, IonIcon, IonPage, IonRefresher, IonRefresherContent,
  IonSpinner, IonTitle, IonToast, IonToolbar,
} from '@ionic/react';
import { add, camera, cloudOfflineOutline, imagesOutline, personCircleOutline } from 'ionicons/icons';
import type { FileRecord, User } from '@latchkey/client';
import type { UploadFile } from '@latchkey/capacitor-uploader';
import { Account } from './Account';
import { addPhotos, chooseFromGallery, fromInput, hasCamera, takePhoto } from './backup';
import { BackupBar } from './BackupBar';
import { catchUp, thumbnail, useLibrary } from './library';
import { PhotoView } from './PhotoView';

export function Photos({ user, onLeave }: { user: User; onLeave: (message?: string) => void }) {
  const { photos, state } = useLibrary();
  const [open, setOpen] = useState<FileRecord>();
  const [isAccountOpen, setAccountOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const input = useRef<HTMLInputElement>(null);

  const back = async (choose: () => Promise<UploadFile[]>): Promise<void> => {
    try {
      const chosen = await choose();
      if (chosen.length > 0) await addPhotos(chosen);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };

  return (
    <IonPage>
      <IonHeader>
        <IonToolbar>
          <IonTitle>Photos</IonTitle>
          <IonButtons slot="end">
            <IonButton onClick={() => setAccountOpen(true)} aria-label="Account"><IonIcon slot="icon-only" icon={personCircleOutline} aria-hidden="true" /></IonButton>
          </IonButtons>
        </IonToolbar>
      </IonHeader>
      <IonContent>
        <IonRefresher slot="fixed" onIonRefresh={event => void catchUp().then(() => event.detail.complete())}><IonRefresherContent /></IonRefresher>
        <main>
          <BackupBar />
          {state === 'offline' && <p className="offline" role="status"><IonIcon icon={cloudOfflineOutline} aria-hidden="true" /> You are offline. This is what this device has.</p>}
          {state === 'loading' && photos.length === 0 && <div className="empty"><IonSpinner aria-label="Loading" /></div>}
          {state !== 'loading' && photos.length === 0 && <div className="empty"><p>No photos yet. Add the first with the button below.</p></div>}
          <ul className="grid" aria-label="Photos">
            {photos.map(photo => <li key={photo.id}><button onClick={() => setOpen(photo)} aria-label={photo.name}><Thumbnail photo={photo} /></button></li>)}
          </ul>
        </main>
        <input ref={input} type="file" accept="image/*" multiple hidden aria-label="Choose photos" onChange={({ target }) => {
          const chosen = fromInput(target.files!);
          target.value = '';
          void back(async () => chosen);
        }} />
        <IonFab slot="fixed" vertical="bottom" horizontal="end">
          {hasCamera ? <>
            <IonFabButton aria-label="Add photos"><IonIcon icon={add} aria-hidden="true" /></IonFabButton>
            <IonFabList side="top">
              <IonFabButton aria-label="Take a photo" onClick={() => void back(takePhoto)}><IonIcon icon={camera} aria-hidden="true" /></IonFabButton>
              <IonFabButton aria-label="Choose from the gallery" onClick={() => void back(chooseFromGallery)}><IonIcon icon={imagesOutline} aria-hidden="true" /></IonFabButton>
            </IonFabList>
          </> : <IonFabButton aria-label="Add photos" onClick={() => input.current!.click()}><IonIcon icon={add} aria-hidden="true" /></IonFabButton>}
        </IonFab>
      </IonContent>
      {open && <PhotoView photo={open} onClose={() => setOpen(undefined)} />}
      <Account user={user} isOpen={isAccountOpen} onClose={() => setAccountOpen(false)} onLeave={onLeave} />
      <IonToast isOpen={problem !== undefined} message={problem} duration={5000} onDidDismiss={() => setProblem(undefined)} />
    </IonPage>
  );
}

/** A thumbnail, once it comes into view. */
export function Thumbnail({ photo, size = 512 }: { photo: FileRecord; size?: 512 | 2048 }) {
  const place = useRef<HTMLDivElement>(null);
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    let url: string | undefined;
    let isGone = false;
    const seen = new IntersectionObserver(async entries => {
      if (!entries.some(entry => entry.isIntersecting)) return;
      seen.disconnect();
      const blob = await thumbnail(photo, size);
      if (blob && !isGone) setAddress(url = URL.createObjectURL(blob));
    }, { rootMargin: '200px' });
    seen.observe(place.current!);
    return () => {
      isGone = true;
      seen.disconnect();
      if (url) URL.revokeObjectURL(url);
    };
  }, [photo.id, photo.version, size]);
  return <div ref={place} className="thumbnail">{address && <img src={address} alt="" />}</div>;
}
